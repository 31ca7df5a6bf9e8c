"""Entries held against published documents (核对, 三.4): a certificate is made only for what was published.

Levels in order, best first; each is named in words that a clerk reads. What is not certain is never accepted.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from hzcert import codes, dates, idnumber, names
from hzcert.findings import Finding, mask
from hzcert.policy import Policy
from hzcert.sheets.writing import Column, Look, Row, Sheet
from hzcert.table import HEADINGS, Table
from hzcert.titles import BROAD_LEVELS, Title


class Status(StrEnum):
    """What the comparison says of one entry."""

    MATCHED = "matched"
    DIFFERS = "differs"
    AMBIGUOUS = "ambiguous"
    MISSING = "missing"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Difference:
    """One field in which an entry and a published row do not agree."""

    field: str
    ours: str
    theirs: str

    def __str__(self) -> str:
        """In a clerk's words."""
        return f"{HEADINGS[self.field]}填报为“{self.ours or '（空）'}”，公布为“{self.theirs or '（空）'}”"


@dataclass(frozen=True)
class Match:
    """What was decided on one entry: its line, the published line, and why."""

    line: int
    status: Status
    reason: str
    published: int | None = None
    candidates: tuple[int, ...] = ()
    differences: tuple[Difference, ...] = ()
    rival: int | None = None  # another entry that claims the same published row
    document_held: bool = True
    document_cited: bool = True

    def record(self, holders: Table, published: Table, *, show_ids: bool = False) -> dict[str, object]:
        """As one JSON object of the contract."""
        where = holders.where(self.line)
        shown = (lambda text: text) if show_ids else mask
        return {
            "type": "match",
            "file": where.file,
            "sheet": where.sheet,
            "row": where.row,
            "status": str(self.status),
            "published": None if self.published is None else _place(published, self.published),
            "candidates": [_place(published, line) for line in self.candidates],
            "differences": [
                {"field": each.field, "ours": shown(each.ours), "theirs": shown(each.theirs)}
                for each in self.differences
            ],
            "reason": shown(self.reason),
        }


@dataclass(frozen=True)
class Matches:
    """Every entry's match in the order of the entries, and the published rows that nobody claimed."""

    matches: tuple[Match, ...]
    unclaimed: tuple[int, ...]

    def counts(self) -> dict[str, int]:
        """How many entries of each status, and rows unclaimed."""
        found = Counter(str(match.status) for match in self.matches)
        return {str(status): found[str(status)] for status in Status} | {"unclaimed": len(self.unclaimed)}


@dataclass(frozen=True, slots=True)
class _Side:
    """One row of either table, in keys to compare by."""

    line: int
    name: str
    document: str
    titles: frozenset[str]
    unit: str
    specialty: str
    obtained_on: str
    struck: tuple[str, ...]  # words by which a list takes a person back
    row: Mapping[str, str]


def differences(ours: _Side, theirs: _Side) -> tuple[Difference, ...]:
    """The fields in which two rows disagree. What a published list does not say can't disagree.

    Names were folded to find the row; here they are held letter by letter.
    """
    row, published = ours.row, theirs.row
    unlike = {
        "document_no": ours.document != theirs.document,
        "name": names.tidy(row["name"]) != names.tidy(published["name"]),
        # What a spreadsheet has left of the same number says nothing else.
        "id_number": _said_otherwise(row, published, "id_number")
        and published["id_number"] not in idnumber.cut_forms(row["id_number"]),
        "sex": _said_otherwise(row, published, "sex"),
        "title": not ours.titles & theirs.titles,
        "level": bool(published["level"]) and not _level_fits(row["level"], published["level"]),
        "employer": bool(theirs.unit) and ours.unit != theirs.unit,
        "specialty": bool(theirs.specialty) and ours.specialty != theirs.specialty,
        "obtained_on": bool(theirs.obtained_on) and not dates.same(ours.obtained_on, theirs.obtained_on),
        "remark": any(word in published["remark"] for word in ours.struck),
    }
    return tuple(
        Difference(name, ours.document if name == "document_no" else row[name], published[name])
        for name, differs in unlike.items()
        if differs
    )


def _said_otherwise(ours: Mapping[str, str], theirs: Mapping[str, str], name: str) -> bool:
    return bool(theirs[name]) and ours[name] != theirs[name]


def _level_fits(ours: str, theirs: str) -> bool:
    """Whether a list's level, which may be the notice's broad word (高级, 初级), holds the entry's."""
    return ours in BROAD_LEVELS.get(theirs, (theirs,)) or theirs in BROAD_LEVELS.get(ours, ())


def compare(holders: Table, published: Table, policy: Policy, as_of: date) -> Matches:
    """Every entry against the published rows; a row serves one entry only.

    Levels: the same document, name and title with nothing else unlike; the same with something unlike; the same name
    and title in another document, or one sign of the name unlike in the same document, title and unit.
    """
    fields = policy.reconcile.document_field.on(as_of).value
    struck = policy.reconcile.struck_words.on(as_of).value
    rows = [_side(line, record, policy, "document_no", struck) for line, record in enumerate(published.records())]
    same = _first_alike(rows)
    by_document: dict[tuple[str, str], list[_Side]] = defaultdict(list)
    by_name: dict[str, list[_Side]] = defaultdict(list)
    in_document: dict[str, list[_Side]] = defaultdict(list)
    for row in rows:
        if same[row.line] == row.line:  # a list that was filed twice is one list
            by_document[row.document, row.name].append(row)
            by_name[row.name].append(row)
            in_document[row.document].append(row)
    accepted = frozenset(policy.reconcile.accepted_differences.on(as_of).value)
    found: list[Match] = []
    for line, record in enumerate(holders.records()):
        ours = _side(line, record, policy, fields.get(record["case"], "document_no"), struck)
        cited = by_document.get((ours.document, ours.name), []) if ours.document else []
        named = [row for row in cited if ours.titles & row.titles]
        if named:
            found.append(_among(ours, named, accepted))
        else:
            before = by_name.get(names.key(record["former_name"]), []) if record["former_name"] else []
            near = [row for row in (*before, *by_name.get(ours.name, [])) if ours.titles & row.titles] or [
                row for row in in_document.get(ours.document, []) if _slip(ours, row)
            ]
            found.append(_not_in_document(ours, near, ours.document in in_document))
    settled = tuple(_one_to_one(found, holders))
    claimed = {match.published for match in settled if match.published is not None}
    shown = {line for match in settled for line in match.candidates}
    return Matches(settled, tuple(row.line for row in rows if same[row.line] not in claimed | shown))


def _first_alike(rows: Sequence[_Side]) -> list[int]:
    """For each published row the first that says the same in every field, in another list: one list filed twice.

    Two such rows of one list are two namesakes, and stay two.
    """
    first: dict[tuple[object, ...], int] = {}
    times: Counter[tuple[object, ...]] = Counter()
    alike = []
    for row in rows:
        said = (row.document, *(row.row[name] for name in HEADINGS))
        here = (row.row["file"], row.row["sheet"], *said)
        times[here] += 1
        alike.append(first.setdefault((times[here], *said), row.line))
    return alike


def _among(ours: _Side, rows: Sequence[_Side], accepted: frozenset[str]) -> Match:
    """The rows of the cited document with this name and title: one, or one that nothing speaks against, or unsettled."""
    found = {row.line: differences(ours, row) for row in rows}
    fair = [line for line, unlike in found.items() if {each.field for each in unlike} <= accepted]
    if len(fair) == 1:
        line = fair[0]
        row = next(row for row in rows if row.line == line)
        said = [HEADINGS[name] for name in ("employer", "specialty", "obtained_on") if row.row[name]]
        reason = f"{'、'.join(['公布文号', '姓名', '资格名称', *said])}相符"
        if found[line]:
            reason = "公布文号、资格名称相符，出入在政策接受之内"
        return Match(ours.line, Status.MATCHED, reason, line, differences=found[line])
    if len(rows) == 1:
        (line,) = found
        return Match(ours.line, Status.DIFFERS, "公布文号、资格名称相符，其他有出入", line, differences=found[line])
    candidates = tuple(fair or found)
    reason = "同一文件中有几行姓名、资格名称相同，" + ("各项都相符" if fair else "各项都有出入")
    return Match(ours.line, Status.AMBIGUOUS, reason, candidates=candidates)


def _not_in_document(ours: _Side, near: Sequence[_Side], document_held: bool) -> Match:
    """No row of the cited document has this name and title: what comes near is shown, never accepted."""
    if not ours.document:
        return Match(ours.line, Status.MISSING, "没有填公布文号，无法核对", document_cited=False)
    if len(near) == 1:
        unlike = differences(ours, near[0])
        return Match(ours.line, Status.DIFFERS, "资格名称相符，文号或姓名有出入", near[0].line, differences=unlike)
    if near:
        candidates = tuple(row.line for row in near)
        return Match(ours.line, Status.AMBIGUOUS, "别的公布文件中有几行姓名、资格名称相同", candidates=candidates)
    reason = f"{ours.document} 中没有此姓名和资格名称" if document_held else f"没有收到 {ours.document}"
    return Match(ours.line, Status.MISSING, reason, document_held=document_held)


def _one_to_one(found: Sequence[Match], holders: Table) -> Iterator[Match]:
    """Settle claims on one published row: the same person's first entry keeps it; of several persons nobody does."""
    claims: dict[int, list[Match]] = defaultdict(list)
    for match in found:
        if match.published is not None:
            claims[match.published].append(match)
    people = holders.column("id_number").tolist()
    for match in found:
        rivals = claims[match.published] if match.published is not None else []
        agreed = [rival for rival in rivals if rival.status is Status.MATCHED]
        others = [rival for rival in agreed if rival.line != match.line]
        if not others:
            yield match
        elif match.status is not Status.MATCHED and {"document_no", "name"} & {
            each.field for each in match.differences
        }:
            # What came near belongs to somebody else: this person was not published.
            yield replace(
                match, status=Status.MISSING, published=None, differences=(), reason="相近的一行属于另一份填报"
            )
        elif match.line == agreed[0].line and len({people[rival.line] for rival in agreed}) == 1:
            yield match
        else:
            reason = "公布文件中的这一行还有另一份填报要用"
            yield replace(match, status=Status.DUPLICATE, reason=reason, rival=others[0].line)


def findings(
    holders: Table, published: Table, matches: Matches, in_error: frozenset[int] = frozenset()
) -> Iterator[Finding]:
    """What a clerk has to look at, by entry.

    An entry that cites no document and is ``in_error`` already (the number is compulsory) needs no second finding.
    """
    for match in matches.matches:
        at, line = holders.finding, match.line
        words = "；".join(map(str, match.differences))
        match match.status:
            case Status.MATCHED if match.differences:
                yield at(line, codes.DIFFERENCE_ACCEPTED, differences=words)
            case Status.DIFFERS:
                yield at(line, codes.DIFFERS, differences=words)
            case Status.AMBIGUOUS:
                places = (
                    f"{published.where(row)} {published.column('employer').iloc[row]}" for row in match.candidates
                )
                yield at(line, codes.AMBIGUOUS, candidates="；".join(places))
            case Status.DUPLICATE if match.rival is not None:
                people = holders.column("id_number")
                same = people.iloc[line] == people.iloc[match.rival]
                code = codes.SAME_CERTIFICATE if same else codes.CLAIMED_TWICE
                yield at(line, code, other=holders.where(match.rival))
            case Status.MISSING if not match.document_held:
                field = _cited(holders, line)
                yield at(line, codes.DOCUMENT_NOT_HELD, field, document_no=holders.column(field).iloc[line])
            case Status.MISSING if match.document_cited or line not in in_error:
                yield at(line, codes.UNPUBLISHED, reason=match.reason)


def unclaimed_record(published: Table, line: int) -> dict[str, object]:
    """A published row without an entry, as one JSON object of the contract."""
    return {"type": "unclaimed", "published": _place(published, line)}


def _cited(holders: Table, line: int) -> str:
    """The field that cites the document: the confirmation of a transfer-in that cites no other."""
    return "document_no" if holders.column("document_no").iloc[line] else "transfer_confirmed_no"


def _side(line: int, record: Mapping[str, str], policy: Policy, document_field: str, struck: tuple[str, ...]) -> _Side:
    found: tuple[Title, ...] = policy.title_table.find(record["title"], record["series"])
    return _Side(
        line=line,
        name=names.key(record["name"]),
        document=record[document_field] or record["document_no"],
        titles=frozenset(title.code for title in found) or frozenset({names.unit_key(record["title"])}),
        unit=names.unit_key(record["employer"]),
        specialty=names.unit_key(record["specialty"]),
        obtained_on=record["obtained_on"],
        struck=struck,
        row=record,
    )


def _slip(ours: _Side, row: _Side) -> bool:
    """One sign of the name unlike, and title and unit the same: a slip of the pen on either side, most likely."""
    if len(ours.name) != len(row.name) or not ours.titles & row.titles or not ours.unit or ours.unit != row.unit:
        return False
    return sum(one != other for one, other in zip(ours.name, row.name, strict=True)) == 1


def _place(published: Table, line: int) -> dict[str, object]:
    where = published.where(line)
    return {"file": where.file, "sheet": where.sheet, "row": where.row}


_WORDS = {
    Status.MATCHED: "相符",
    Status.DIFFERS: "有出入",
    Status.AMBIGUOUS: "难以分辨",
    Status.MISSING: "未公布",
    Status.DUPLICATE: "重复",
}


def sheets(holders: Table, published: Table, matches: Matches) -> Iterator[Sheet]:
    """The workbook of the reconciliation: every entry with what was decided and why, and rows that nobody claimed."""
    columns = (
        Column("结果", 8, centred=True),
        Column("姓名", 10),
        Column("资格名称", 16),
        Column("工作单位", 26),
        Column("公布文号", 18),
        Column("填报处", 30),
        Column("公布处", 30),
        Column("理由", 30),
        Column("出入", 44),
    )
    yield Sheet("核对结果", columns, decided(holders, published, matches), title="与公布文件核对结果")
    left = (
        Column("姓名", 10),
        Column("资格名称", 16),
        Column("工作单位", 30),
        Column("公布文号", 18),
        Column("公布处", 36),
    )
    if matches.unclaimed:
        yield Sheet("公布而未报", left, _left(published, matches), title="公布文件中尚无人申报的")


def decided(holders: Table, published: Table, matches: Matches) -> Iterator[Row]:
    """A row for each entry: what was decided, the places on both sides, the reason, the differences."""
    looks: Mapping[Status, Look] = {Status.MATCHED: "plain", Status.DIFFERS: "warning", Status.AMBIGUOUS: "warning"}
    records = list(holders.records())
    for match in matches.matches:
        entry = records[match.line]
        theirs = match.candidates if match.published is None else (match.published,)
        cells = [_WORDS[match.status], *(entry[name] for name in ("name", "title", "employer"))]
        cells += [entry["document_no"] or entry["transfer_confirmed_no"], str(holders.where(match.line))]
        cells += ["；".join(str(published.where(line)) for line in theirs), match.reason]
        yield Row((*cells, "；".join(map(str, match.differences))), looks.get(match.status, "error"))


def _left(published: Table, matches: Matches) -> Iterator[list[str]]:
    rows = published.rows
    for line in matches.unclaimed:
        cells = [str(rows[name].iloc[line]) for name in ("name", "title", "employer", "document_no")]
        yield [*cells, str(published.where(line))]
