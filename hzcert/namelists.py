"""The people of published documents (名单): in tables, in lines such as 单位：姓名 姓名, in cells of several names; as grids with a row for each."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from hzcert import documents, headings
from hzcert.docfacts import PROVISIONAL, Facts, Named, facts_of, signed, titles_in
from hzcert.fields import HEADINGS
from hzcert.findings import Where
from hzcert.policy import Policy
from hzcert.sheets.grid import Cell, Grid, Place, Range, as_text

_NUMBER = r"(?:[（(]?[0-9一二三四五六七八九十]+[）)、．.]\s*)"
_SECTION = re.compile(r"^\s*(?:[（(]?[一二三四五六七八九十0-9]+[）)、．.]\s*)(?P<words>[^：:]{2,40})$")
_NAMED = re.compile(rf"^\s*{_NUMBER}?(?P<unit>[^：:，。；]{{2,40}})[：:]\s*(?P<people>.+)$")
_LED = re.compile(rf"^\s*{_NUMBER}?(?P<unit>\S{{5,40}})\s+(?P<people>\S.*)$")
_END_OF_UNIT = (
    "局院所校厂司站馆社队园处办店场会室行台部委学心矿库团"  # of so many characters, no name ends in one of these
)
_UNIT = re.compile(rf"[^：:，,、。；;\s]{{3,38}}[{_END_OF_UNIT}](?:[（(][^）)]{{2,20}}[）)])?")
# A line with a unit alone, whose people stand below: 样例建筑公司（5人）, 样例建筑公司：
_UNIT_ALONE = re.compile(
    rf"^\s*{_NUMBER}?(?P<unit>[^：:，。；\s]{{2,40}}?)\s*(?:[（(]\s*共?计?\s*[0-9０-９一二三四五六七八九十百]+\s*[人名位]\s*[）)]\s*[：:]?|[：:])\s*$"
)
_NO_UNIT = re.compile(
    r"附件|抄送|抄报|主送|主题词|联系|电话|地址|网址|说明|注意|备注|时间|日期|监督|举报|发至|校对|签发|负责人|打字|拟稿|经办|审核|制表|填报|单位$"
)
_HAN = r"\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_PERSON = re.compile(rf"[{_HAN}?？□*]{{2,4}}|[{_HAN}]{{2,8}}(?:[·•・．.][{_HAN}]{{1,8}})+")
# A name of another people whose dot was lost; no name ends as a unit does.
_LONG_PERSON = re.compile(rf"[{_HAN}]{{4,8}}[{_HAN}](?<![局院所校厂司站馆社队园处办店场学会室科行台部委县区市镇村])")
# Words of sentences that no name has.
_NOBODY = re.compile(
    r"以上|以下|同志|人员|规定|聘任|通知|公布|公示|单位|名单|合计|共计|附件|同意|特此|如下|按照|执行|此复|有关|资格|请各"
)
_ASIDE = re.compile(r"[（(]([^）)]*)[）)]")
_NUMBERED = re.compile(r"^\s*(?:[（(]?\d{1,5}[）)、．.]?\s+|[（(]?\d{1,5}[）)、．.]\s*)")
_FIELDS = (
    "name",
    "sex",
    "employer",
    "title",
    "level",
    "obtained_on",
    "committee",
    "document_no",
    "document_date",
    "remark",
)


@dataclass
class Lists:
    """The lists of a document, and lines that seem to name people and can't be read."""

    grids: list[Grid] = field(default_factory=list)
    unread: list[tuple[Where, str]] = field(default_factory=list)


@dataclass
class _Now:
    """What holds where reading has come to: the title of the section, and the unit whose people follow."""

    title: Named | None
    unit: str = ""
    is_far: bool = False  # there were blank lines


@dataclass(frozen=True, slots=True)
class _Person:
    name: str
    sex: str
    employer: str
    remark: str
    title: str = ""


def is_prose(grid: Grid) -> bool:
    """Whether a part of a document is lines, not a table."""
    return all(len(row) <= 1 for row in grid.rows)


def lists_of(parts: Sequence[Grid], facts: Facts, policy: Policy) -> Lists:
    """Every list of a document in its order; a title said between two of them holds for the second."""
    found = Lists()
    now = _Now(facts.titles[0] if len(facts.titles) == 1 else None)
    has_list = any(not is_prose(grid) and _header(grid) for grid in parts)
    for grid in parts:
        if not is_prose(grid) and _header(grid):
            made, now.title = _completed(names_apart(grid), facts, policy, now.title)
            found.grids.append(made)
            continue
        prose = is_prose(grid)
        lines = [as_text(row[0]) if row else "" for row in grid.rows] if prose else [_as_line(row) for row in grid.rows]
        rows, numbers, unread = _people(lines, grid, facts, policy, now)
        # Beside a list, what looks like people in the text around it may be who signed.
        if rows and not (prose and has_list):
            header: list[Cell] = [HEADINGS[name] for name in _FIELDS]
            found.grids.append(Grid(grid.file, grid.name, [header, *rows], numbers=(0, *numbers)))
        elif not prose:
            found.grids.append(grid)
        if not has_list:
            found.unread += [(Where(grid.file, grid.name or None, number), line) for number, line in unread]
    return found


def _as_line(row: Sequence[Cell]) -> str:
    """A row of a table without headings as the line that it stands for: its unit, and who is of it."""
    texts = [text for cell in row if (text := as_text(cell).strip())]
    if len(texts) > 1 and _UNIT.fullmatch(texts[0]) and all(map(_person_of, texts[1:])):
        return f"{texts[0]}：{'、'.join(texts[1:])}"
    return "、".join(texts)


# --- tables ---------------------------------------------------------------------------------------------------------


def titled(grid: Grid, policy: Policy) -> Grid:
    """A sheet whose title stands above the list or between its people, and in no column, with a column for it."""
    header = _header(grid)
    if header is None or "title" in header[2]:
        return grid
    lines = [" ".join(filter(None, (as_text(cell).strip() for cell in row))) for row in grid.rows[: header[0]]]
    facts = replace(facts_of(lines, policy), document_no="", document_date="", committee="", provisional=False)
    title = facts.titles[0] if len(facts.titles) == 1 else None
    return _completed(grid, facts, policy, title)[0] if facts.titles else grid


def has_list(grid: Grid) -> bool:
    """Whether a sheet has the headings of a list of people."""
    return _header(grid) is not None


def _header(grid: Grid) -> tuple[int, int, Mapping[str, int]] | None:
    """The rows of a table's headings, and where its fields are; in words' tables 姓名 and one more are enough."""
    known = headings.aliases()
    if found := headings.find_header(grid, known):
        return found.first, found.last, found.columns
    for at, row in enumerate(grid.rows[:20]):
        meant = {headings.meaning(as_text(cell), known): place for place, cell in reversed([*enumerate(row)])}
        if "name" in meant and meant.keys() & (HEADINGS.keys() - {"name"}):
            return at, at, {name: place for name, place in meant.items() if name in HEADINGS}
    return None


def _completed(grid: Grid, facts: Facts, policy: Policy, title: Named | None) -> tuple[Grid, Named | None]:
    """A table with columns for what only the words around it say, and the title that holds at its end.

    Lists that stand side by side under the same headings each have them.
    """
    header = _header(grid)
    assert header is not None
    _, last, columns = header
    wanted = [name for name in _FIELDS[3:-1] if name not in columns]
    if facts.provisional:
        wanted = [*wanted, "remark"] if "remark" not in columns else wanted
    width = max(map(len, grid.rows))
    starts = _folds(grid.rows[last], width)
    rows: list[list[Cell]] = []
    for at, row in enumerate(grid.rows):
        texts = [text for cell in row if (text := as_text(cell).strip())]
        said = _section(texts[0], policy) if len(set(texts)) == 1 and at > last else None
        title = said or title
        full = [*row, *[""] * (width - len(row))]
        made: list[Cell] = []
        for start, end in zip(starts, [*starts[1:], width], strict=True):
            fold = full[start:end]
            filled = sum(1 for cell in fold if as_text(cell).strip())
            if at == last:
                fold += [HEADINGS[name] for name in wanted]
            elif at > last and (filled > 1 or (said is None and _is_named(fold, columns))):
                fold += [_said(name, facts, title) for name in wanted]
                if facts.provisional and "remark" in columns and columns["remark"] < len(fold):
                    fold[columns["remark"]] = f"{as_text(fold[columns['remark']])} {PROVISIONAL}".strip()
            else:
                fold += [""] * (len(wanted) if len(starts) > 1 else 0)
            made += fold
        rows.append(made)
    moved = _moved(starts, len(wanted))
    merged = tuple((top, moved(left), bottom, moved(right)) for top, left, bottom, right in grid.merged)
    struck = {(row, moved(place)): text for (row, place), text in grid.struck.items()}
    return replace(grid, rows=rows, merged=merged, struck=struck), title


def _is_named(row: Sequence[Cell], columns: Mapping[str, int]) -> bool:
    """Whether a row with one text names a person: the unit stands above, merged over several rows."""
    place = columns.get("name", len(row))
    return place < len(row) and _person_of(as_text(row[place])) is not None


def _folds(row: Sequence[Cell], width: int) -> list[int]:
    """Where lists begin that stand side by side: headings that are said again, all of them."""
    texts = [re.sub(r"\s+", "", as_text(cell)) for cell in row]
    texts += [""] * (width - len(texts))
    for count in (2, 3, 4):
        part, rest = divmod(width, count)
        if not rest and part > 1 and any(texts[:part]) and texts == texts[:part] * count:
            return [part * number for number in range(count)]
    return [0]


def _moved(starts: Sequence[int], more: int) -> Callable[[int], int]:
    """Where a column is when each list has so many more before it."""
    return lambda place: place + more * (sum(1 for start in starts if start <= place) - 1)


def names_apart(grid: Grid) -> Grid:
    """A table with a row for each of several people who stand in one cell under 姓名."""
    header = _header(grid)
    assert header is not None
    _, last, columns = header
    place = columns.get("name")
    rows: list[list[Cell]] = []
    begins: list[int] = []
    for at, row in enumerate(grid.rows):
        begins.append(len(rows))
        people = _several(as_text(row[place])) if place is not None and at > last and place < len(row) else []
        rows += [[*row[:place], name, *row[place + 1 :]] for name in people] if people and place is not None else [row]
    if len(rows) == len(grid.rows):
        return grid
    begins.append(len(rows))
    merged: list[Range] = [
        (begins[top], left, begins[bottom + 1] - 1, right) for top, left, bottom, right in grid.merged
    ]
    struck: dict[Place, str] = {(begins[row], at): text for (row, at), text in grid.struck.items()}
    numbers = [grid.number(at) for at in range(len(grid.rows)) for _ in range(begins[at], begins[at + 1])]
    return replace(grid, rows=rows, merged=tuple(merged), struck=struck, numbers=tuple(numbers))


def _several(text: str) -> list[str]:
    """The names in a cell that holds several; nothing for one name, whatever its signs."""
    if "·" in text and not re.search("[、，,；;]", text):  # its end may stand on the next line
        return []
    people = list(_split(text))
    few = 2 if re.search("[、，,；;\n]", text) else 3
    return [person.name for person in people if person] if len(people) >= few and all(people) else []


# --- lines ----------------------------------------------------------------------------------------------------------


def _people(
    lines: Sequence[str], grid: Grid, facts: Facts, policy: Policy, now: _Now
) -> tuple[list[list[Cell]], list[int], list[tuple[int, str]]]:
    """People of lines with the numbers of these, and lines that seem to name people and can't be read."""
    rows: list[list[Cell]] = []
    numbers: list[int] = []
    unread: list[tuple[int, str]] = []
    for at, line in enumerate(lines):
        people = _of_line(line.strip(), policy, now, lines[at + 1] if at + 1 < len(lines) else "")
        if people is None:
            unread.append((grid.number(at), line.strip()))
        for person in people or ():
            remark = f"{person.remark} {PROVISIONAL}".strip() if facts.provisional else person.remark
            title = now.title
            if person.title and (named := titles_in(person.title, policy)):
                title = named[0]
            said = {"name": person.name, "sex": person.sex, "employer": person.employer, "remark": remark}
            rows.append([said[name] if name in said else _said(name, facts, title) for name in _FIELDS])
            numbers.append(grid.number(at))
    return rows, numbers, unread


def _of_line(line: str, policy: Policy, now: _Now, following: str) -> list[_Person] | None:
    """Who stands in a line, and what follows from it for the next; None where people seem to stand there."""
    if not re.search(rf"[{_HAN}]", line):  # blank, or a page's number
        now.is_far = True
        return []
    far, now.is_far = now.is_far, False
    if documents.is_number(documents.tidy(line)) or signed(line):
        now.unit = ""
        return []
    if (said := _section(line, policy)) is not None:
        now.title, now.unit = said, ""
        return []
    if alone := _unit_alone(line, following):
        now.unit = alone
        return []
    match = _NAMED.match(line) or _led_by_unit(line)
    unit, words = (match["unit"].strip(), match["people"]) if match else (now.unit, line)
    if match and _NO_UNIT.search(unit):
        now.unit = ""
        return []
    if not match and (person := _with_unit(line)):
        return [person]
    people = list(_split(words if match else _NUMBERED.sub("", words)))
    found = [person for person in people if person]
    if found and len(found) == len(people):
        if not match and all(person.employer for person in found):
            return found
        if unit and (match or not far or len(found) > 1):
            now.unit = unit
            return [replace(person, employer=person.employer or unit) for person in found]
    now.unit = "" if not match else now.unit
    return None if match and found else []


def _unit_alone(line: str, following: str) -> str:
    """The unit of a line that names nothing else, where people follow."""
    match = _UNIT_ALONE.match(line)
    bare = re.sub(rf"^\s*{_NUMBER}", "", line)
    unit = match["unit"] if match else bare if len(bare) > 4 and _UNIT.fullmatch(bare) else ""
    if not unit or _NO_UNIT.search(unit):
        return ""
    people = list(_split(following.strip()))
    return unit if match or (people and all(people)) else ""


def _led_by_unit(line: str) -> re.Match[str] | None:
    """A unit and its people without a colon between them: 样例水利设计院　沈云川　王　田."""
    match = _LED.match(line)
    people = list(_split(match["people"])) if match and _UNIT.fullmatch(match["unit"]) else []
    return match if people and all(people) else None


def _with_unit(line: str) -> _Person | None:
    """One person with the unit behind the name: 1. 沈云川　样例水利设计院　工程师."""
    bare = _NUMBERED.sub("", line)
    words = [word for word in re.split(r"[\s、，,；;]+", bare) if word]
    if len(words) > 2 and len(words[0]) == len(words[1]) == 1:
        words[:2] = [words[0] + words[1]]
    if not 2 <= len(words) <= 5 or not (person := _person_of(words[0])):
        return None
    sex = words.pop(1) if words[1] in ("男", "女") and len(words) > 2 else person.sex
    if not _UNIT.fullmatch(words[1]) or (len(words[1]) < 5 and _person_of(words[1])):
        return None
    return replace(person, sex=sex, employer=words[1], title=" ".join(words[2:]))


def _split(words: str) -> Iterator[_Person | None]:
    """People of a line, each with sex, unit and what else stands in brackets; None for what is nobody.

    Names of two characters are padded to three with a space between: two single characters in a row are one name.
    """
    tokens = [token for token in re.split(r"[\s、，,；;。]+", re.sub(r"\s*([（(])", r"\1", words)) if token]
    at = 0
    while at < len(tokens):
        token = tokens[at]
        following = tokens[at + 1] if at + 1 < len(tokens) else ""
        if len(_ASIDE.sub("", token)) == 1 and len(_ASIDE.sub("", following)) == 1:
            token, at = token + following, at + 1
        at += 1
        yield _person_of(token)


def _person_of(token: str) -> _Person | None:
    aside = _ASIDE.findall(token)
    bare = _ASIDE.sub("", re.sub(r"\s+", "", token))
    if _NOBODY.search(bare) or not (_PERSON.fullmatch(bare) or _LONG_PERSON.fullmatch(bare)):
        return None
    sex = next((word for word in aside if word in ("男", "女")), "")
    unit = next((word for word in aside if _UNIT.fullmatch(word)), "")
    rest = "；".join(word for word in aside if word not in ("男", "女", unit))
    return _Person(bare, sex, unit, rest)


def _section(line: str, policy: Policy) -> Named | None:
    """The title that a line between people is about: 一、工程师（3人）."""
    match = _SECTION.match(line) or re.match(
        r"^\s*(?P<words>[^：:，。]{2,24})(?:[（(][^）)]*[）)])?\s*[：:]?\s*$", line
    )
    found = titles_in(match["words"], policy) if match else []
    return found[0] if len(found) == 1 else None


def _said(name: str, facts: Facts, title: Named | None) -> str:
    match name:
        case "title":
            return title.name if title else ""
        case "level":
            return title.level if title else facts.level
        case "remark":
            return PROVISIONAL if facts.provisional else ""
        case _:
            return str(getattr(facts, name))
