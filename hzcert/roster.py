"""Annex 4, 专业技术资格证书持有人员花名册: who holds which certificate, one roster a level and destination (三.4)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from hzcert import dates
from hzcert.errors import InputError
from hzcert.findings import mask, mask_id
from hzcert.policy import Authority, Policy
from hzcert.sheets.writing import Column, Paper, Row, Sheet
from hzcert.table import Table

if TYPE_CHECKING:
    from hzcert.press.tables import Listing

PUBLIC = "公示-"
HELD = 100_000  # entries of a roster whose workbook is held in memory while it is written; of more, row by row
_ID_CELL = 3  # of an entry's cells after its running number

_COLUMNS = (
    Column("序号", 5, "count"),
    Column("姓名", 8, centred=True),
    Column("性别", 3, centred=True),
    Column("出生年月", 8, "date"),
    Column("身份证号", 19, centred=True, one_line=True),
    Column("工作单位", 18),
    Column("系列(专业)", 14),
    Column("资格名称", 10, centred=True),
    Column("级别", 6, centred=True),
    Column("取得方式", 5, centred=True),
    Column("取得时间", 12, "date"),
    Column("评审组织", 20),
    Column("公布文号", 12),
    Column("原证书编号", 10),
    Column("新证书编号", 19, centred=True, one_line=True),
    Column("离退休时间", 12, "date"),
    Column("业务类型/备注", 14),
)


@dataclass(frozen=True, slots=True)
class Group:
    """The entries of one submitting unit (填报单位): their positions in the table, and their cells."""

    unit: str
    lines: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Roster:
    """One roster: of one of the notice's levels, from one maker to one destination."""

    file_name: str
    title: str
    filed_by: str
    destination: str
    kept: bool  # by the office that made it
    filled_on: date
    groups: tuple[Group, ...]
    enclosed: tuple[str, ...] = ()  # numbers of the published documents whose copies go with it

    def __len__(self) -> int:
        """How many entries it lists."""
        return sum(len(group.lines) for group in self.groups)


@dataclass(frozen=True, slots=True)
class _Kind:
    """What entries of one roster share."""

    level: str
    region: str  # of the maker, where the level is made in several
    filed_by: Authority
    destination: Authority

    @property
    def kept(self) -> bool:
        """Whether it stays with the office that made it."""
        return self.filed_by == self.destination


def order(holders: Table, numbers: Mapping[int, str], policy: Policy) -> list[int]:
    """Positions of all entries as rosters and certificates are printed.

    By submitting unit, then certificate number; those that have none yet follow by name and ID number.
    """
    keys = []
    for line, entry in enumerate(holders.records()):
        number = numbers.get(line, "")
        unit = policy.submitting_unit(entry["department"], entry["region"])
        keys.append((unit, not number, number, entry["name"], entry["id_number"], entry["title"], line))
    return [key[-1] for key in sorted(keys)]


def build(
    holders: Table, numbers: Mapping[int, str], policy: Policy, as_of: date, authority: Authority
) -> list[Roster]:
    """All rosters of some accepted entries that an authority (人事局) prints, every entry in exactly one (三.4).

    Args:
        holders: the accepted entries.
        numbers: the certificate number of each entry that has one, by position in the table.
        policy: the regulation.
        as_of: the day that stands on the rosters.
        authority: whose rosters they are.

    Raises:
        InputError: an entry has no known level or region.
        UsageError: the policy does not say where its roster goes.
    """
    entries = list(holders.records())
    kinds: dict[tuple[str, str], _Kind] = {}
    members: dict[_Kind, list[int]] = {}
    for line in order(holders, numbers, policy):
        given = entries[line]["level"], entries[line]["region"]
        if given not in kinds:
            if not policy.level_group(given[0]) or given[1] not in policy.regions:
                raise InputError(
                    f"{holders.where(line)}：级别“{given[0]}”或属地“{given[1]}”不明，不能编入花名册",
                    "请先运行 hzcert validate，只用审核通过的人员编花名册",
                )
            kinds[given] = _kind(*given, policy, as_of, authority)
        members.setdefault(kinds[given], []).append(line)
    made = [_roster(kind, lines, entries, numbers, policy, as_of) for kind, lines in members.items()]
    levels, regions = [group.name for group in policy.levels], ["", *policy.regions]
    places = {
        _file_name(kind): (levels.index(kind.level), regions.index(kind.region), kind.destination.code)
        for kind in members
    }
    return sorted(made, key=lambda roster: places[roster.file_name])


def public(roster: Roster) -> Roster:
    """A roster as it may be posted: no whole ID number stands in it."""
    groups = tuple(replace(group, rows=tuple(map(_masked, group.rows))) for group in roster.groups)
    return replace(roster, file_name=f"{PUBLIC}{roster.file_name}", groups=groups)


def _masked(cells: tuple[str, ...]) -> tuple[str, ...]:
    masked = [mask(cell) for cell in cells]
    masked[_ID_CELL] = mask_id(cells[_ID_CELL])
    return tuple(masked)


def listing(roster: Roster) -> "Listing":
    """A roster as a table to be set on paper; the same words as on its sheet."""
    from hzcert.press.tables import Heading, Line, Listing  # here, since ReportLab takes a tenth of a second to load

    made = sheet(roster)
    columns = tuple(
        Heading(
            column.heading,
            column.width + 1,
            "centre" if column.centred or column.kind != "text" else "left",
            column.one_line or column.kind in ("date", "count"),
        )
        for column in made.columns
    )
    lines = []
    for row in made.rows:
        if isinstance(row, Row):
            lines.append(Line((str(row.cells[0]),), band=True, grey=row.look != "subtotal", opens=row.look == "group"))
        else:
            lines.append(Line(tuple(map(str, row))))
    above = tuple(line if isinstance(line, str) else "　".join(line) for line in made.above)
    return Listing(made.title, above, columns, lines, made.below)


def sheet(roster: Roster, paper: Paper = "A4") -> Sheet:
    """A roster as a sheet, landscape: a band and a subtotal for each unit, the signatures at the end."""
    rows: list[tuple[object, ...] | Row] = []
    number = 0
    for group in roster.groups:
        rows.append(Row((f"填报单位：{group.unit}",), "group", merged=True))
        for cells in group.rows:
            number += 1
            rows.append((number, *cells))
        rows.append(Row((f"小计：{len(group.rows)} 份",), "subtotal", merged=True))
    rows.append(Row((f"合计：{number} 份",), "total", merged=True))
    enclosed = f"附：公布文件复印件 {len(roster.enclosed)} 份：{'、'.join(roster.enclosed)}"
    signatures = (
        f"填报单位（盖章）：{roster.filed_by}",
        "填表人：　　　　　　",
        "审核人：　　　　　　",
        "联系电话：　　　　　　　",
        f"填报日期：{dates.chinese(roster.filled_on.isoformat())}",
    )
    return Sheet(
        "花名册",
        _COLUMNS,
        rows,
        title=roster.title,
        above=(f"{'留存' if roster.kept else '报送'}：{roster.destination}",),
        below=(*([enclosed] if roster.enclosed else []), "　　".join(signatures)),
        paper=paper,
        grouped=True,
    )


def _kind(level: str, region: str, policy: Policy, as_of: date, authority: Authority) -> _Kind:
    """Which roster entries of a level and region belong to (三.4). A county sends every one of its own to the city."""
    who = policy.responsibility(level, region, as_of)
    county = authority.kind == "county"
    # A level that city and counties make apart needs the place in its name, one that the city makes for all does not.
    apart = len(who.where) == 1
    return _Kind(
        policy.level_group(level),
        region if apart else "",
        # The province makes certificates from a roster that the city prints.
        authority if county else policy.body("county" if who.makes == "county" else "city", region),
        policy.body("city" if county else who.roster_to, region),
    )


def _place(authority: Authority) -> str:
    return authority.centre or authority.name


def _file_name(kind: _Kind) -> str:
    where = f"{'存' if kind.kept else '报'}{_place(kind.destination)}"
    return "-".join(filter(None, ("花名册", kind.level, kind.region, where))) + ".xlsx"


def _roster(
    kind: _Kind,
    lines: list[int],
    entries: list[dict[str, Any]],
    numbers: Mapping[int, str],
    policy: Policy,
    as_of: date,
) -> Roster:
    """One roster of entries that stand in print order."""
    units: dict[str, list[int]] = {}
    for line in lines:
        unit = policy.submitting_unit(entries[line]["department"], entries[line]["region"])
        units.setdefault(unit, []).append(line)
    documents = {_document(entries[line], policy, as_of) for line in lines} - {""}
    return Roster(
        file_name=_file_name(kind),
        title=policy.roster.title.on(as_of).value.format(city=policy.city, level=kind.level),
        filed_by=kind.filed_by.name,
        destination=_place(kind.destination),
        kept=kind.kept,
        filled_on=as_of,
        groups=tuple(
            Group(unit, tuple(own), tuple(_cells(entries[line], numbers.get(line, "")) for line in own))
            for unit, own in units.items()
        ),
        enclosed=tuple(sorted(documents)) if kind.destination.kind == "province" else (),
    )


def _document(entry: Mapping[str, Any], policy: Policy, as_of: date) -> str:
    """The number of the document that published an entry's qualification, or confirmed it (三.4, 五.1)."""
    field = policy.reconcile.document_field.on(as_of).value.get(entry["case"], "document_no")
    return str(entry[field])


def _cells(entry: Mapping[str, Any], number: str) -> tuple[str, ...]:
    """The cells of one entry after its running number."""
    series, specialty = entry["series"], entry["specialty"]
    return (
        entry["name"],
        entry["sex"],
        entry["birth_date"][:7],
        entry["id_number"],
        entry["employer"],
        f"{series}({specialty})" if series and specialty else series or specialty,
        entry["title"],
        entry["level"],
        entry["obtained_by"],
        entry["obtained_on"],
        entry["committee"],
        entry["document_no"],
        entry["old_certificate_no"],
        number,
        entry["retired_on"],
        _remark(entry),
    )


def _remark(entry: Mapping[str, Any]) -> str:
    """The case, and what the notice wants on record with it (五.1, 五.2)."""
    parts = (
        entry["case"],
        f"曾用名 {entry['former_name']}" if entry["former_name"] else "",
        f"确认文号 {entry['transfer_confirmed_no']}" if entry["transfer_confirmed_no"] else "",
        f"遗失声明 {entry['loss_notice']}" if entry["loss_notice"] else "",
        entry["remark"],
    )
    return "；".join(filter(None, parts))
