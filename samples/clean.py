"""The clean batch (无误的批次): 湖州 2007, six workbooks, their photos, and the published documents that agree."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pictures
from awards import DOCUMENTS, GROUPS, UNUSUAL, Document, Entry, Group, award, title_of
from invented import DIVISIONS, Person, Town
from portraits import portrait
from workbooks import Column, Sheet, columns, write_csv, write_xls, write_xlsx

from hzcert.fields import HEADINGS

_SEED = "huzhou 2007"
_AGES = {"正高": (44, 49), "副高": (38, 46), "中级": (29, 39), "助理级": (23, 30), "员级": (21, 26)}
_BORN_SINCE = 1948  # before that, everybody had retired by 2007
_OLD = "1953"
_CITY_LISTS = (
    "湖人专[2001]62号", "湖人专[2002]71号", "湖人专[2003]57号", "湖人专[2004]36号",
    "湖人专[2005]99号", "湖人专[2007]18号", "湖人专[2007]26号",
)  # fmt: skip
_ALSO_PUBLISHED = (  # rows that nobody came for: document, title, specialty, employer
    ("湖人专[2005]99号", "工程师", "水利工程", "湖州市水利勘测设计室"),
    ("湖人专[2005]99号", "工程师", "机械", "湖州市织里机电有限公司"),
    ("德人专[2004]12号", "中学二级教师", "物理", "德清县英溪中学"),
    ("浙人专[1999]131号", "副主任医师", "外科", "湖州市城北医院"),
)


@dataclass(frozen=True)
class Holder:
    """One holder of the batch: who it is, and the entries by workbook."""

    person: Person
    entries: tuple[tuple[str, Entry], ...]


@dataclass(frozen=True)
class Batch:
    """Everybody, and the published rows that nobody came for, by document."""

    holders: tuple[Holder, ...]
    unclaimed: Mapping[str, tuple[Entry, ...]]

    def of(self, workbook: str) -> list[Entry]:
        """The entries of one workbook."""
        return [entry for holder in self.holders for name, entry in holder.entries if name == workbook]

    def published(self, number: str) -> list[Entry]:
        """The rows of one published document."""
        all_entries = (entry for holder in self.holders for _, entry in holder.entries)
        named = [entry for entry in all_entries if number in (entry["transfer_confirmed_no"] or entry["document_no"],)]
        rows = [row | {"document_no": number, "document_date": DOCUMENTS[number].published_on} for row in named]
        return [*rows[:2], *self.unclaimed.get(number, ()), *rows[2:]]


def plan() -> Batch:
    """Who is in the batch: the same people on every call."""
    town = Town(_SEED, taken={departure["name"] for departure in UNUSUAL.values() if "name" in departure})
    holders: list[Holder] = []
    for group in GROUPS:
        for place in range(group.count):
            unusual = UNUSUAL.get((group.document, group.title, group.region, place), {})
            holders.append(_holder(town, group, place, unusual, len(holders)))
    return Batch(tuple(holders), _unclaimed(town))


def _holder(town: Town, group: Group, place: int, unusual: Mapping[str, str], number: int) -> Holder:
    document = DOCUMENTS[group.document]
    title = title_of(group.title)
    year, (youngest, oldest) = int(document.obtained_on[:4]), _AGES[title.level]
    divisions = DIVISIONS[group.region]
    person = town.person(
        (max(year - oldest, _BORN_SINCE), max(year - youngest, _BORN_SINCE)),
        unusual.get("division", divisions[place % len(divisions)]),
        name=unusual.get("name", ""),
        sex=unusual.get("sex", ""),
        birth_on=unusual.get("birth_on", ""),
    )
    specialties, employers = group.specialties.split() or [""], group.employers.split()
    own = _about(person, group) | {"employer": employers[place % len(employers)]}
    own["id_number"] = person.old_number if "old_number" in unusual else person.id_number
    departures = {name: value for name, value in unusual.items() if name in HEADINGS and name not in ("name", "sex")}
    first = own | award(document, group.title, specialties[place % len(specialties)], group.region, number)
    entries = [(group.workbook, first | departures)]
    if group.again and place < group.again[4]:
        workbook, also, name, specialty, _ = group.again
        second = own | award(DOCUMENTS[also], name, specialty, group.region, number + 500)
        entries.append((workbook, second))
    return Holder(person, tuple(entries))


def _about(person: Person, group: Group) -> Entry:
    """What an entry says of the person, empty in every other field."""
    return dict.fromkeys(HEADINGS, "") | {
        "name": person.name,
        "sex": person.sex,
        "birth_date": person.birth_on,
        "department": group.department,
        "region": group.region,
        "phone": person.phone,
    }


def _unclaimed(town: Town) -> dict[str, tuple[Entry, ...]]:
    """Published people who handed nothing in."""
    found: dict[str, tuple[Entry, ...]] = {}
    for number, name, specialty, employer in _ALSO_PUBLISHED:
        document = DOCUMENTS[number]
        region = employer[:3] if employer[:3] in DIVISIONS else "市本级"
        person = town.person((1960, 1965), "330501")
        row = dict.fromkeys(HEADINGS, "") | award(document, name, specialty, region, 900)
        row |= {"name": person.name, "sex": person.sex, "employer": employer, "region": region}
        found[number] = (*found.get(number, ()), row)
    return found


# --- holders --------------------------------------------------------------------------------------------------------

_CITY = tuple(
    Column(heading, field, "month" if field == "birth_date" else "text") for field, heading in HEADINGS.items()
)
_DEQING = columns(
    "序号 - count", "姓名 name", "性别 sex", "出生年月 birth_date chinese_month", "身份证号码 id_number",
    "工作单位 employer", "任职资格 title", "专业名称 specialty", "职称系列 series", "资格等级 level",
    "取得资格方式 obtained_by", "取得资格时间 obtained_on chinese", "评委会名称 committee", "文号 document_no",
    "发文日期 document_date chinese", "证书号 old_certificate_no", "业务 case", "退休时间 retired_on chinese",
    "确认文号 transfer_confirmed_no", "登报情况 loss_notice", "联系方式 phone", "备注 remark",
)  # fmt: skip
_CHANGXING = columns(
    "姓名 name", "性别 sex", "出生日期 birth_date date", "公民身份号码 id_number", "现工作单位 employer",
    "县区 region", "申报系列 series", "申报职称 title", "申报专业 specialty", "申报级别 level", "取得途径 obtained_by",
    "取得日期 obtained_on date", "评审机构 committee", "批准文号 document_no six_sided", "批准日期 document_date date",
    "原证书号 old_certificate_no", "办理类型 case", "离退休日期 retired_on date", "遗失声明 loss_notice", "电话 phone",
)  # fmt: skip
_ANJI = columns(
    "身份证 id_number", "姓名 name", "性别 sex", "出生年月 birth_date dotted_month", "单位 employer", "所属地区 region",
    "系列 series", "现有职称 title", "从事专业 specialty", "级别 level broad_level", "取得方式 obtained_by",
    "取得时间 obtained_on dotted", "评审组织 committee", "文件编号 document_no", "公布时间 document_date dotted",
    "证书编号 old_certificate_no", "手机 phone",
)  # fmt: skip
_DISTRICTS = columns(
    "序号 - count", "姓名 name", "性别 sex", "身份证号 id_number", "出生年月日 birth_date date", "所在单位 employer",
    "属地 region", "专业技术资格 title", "系列 series", "专业 specialty", "级别 level", "取得方式 obtained_by",
    "资格取得时间 obtained_on serial", "评审单位 committee", "任职文号 document_no", "公布日期 document_date date",
    "资格证书编号 old_certificate_no", "业务类型 case", "离退休时间 retired_on date", "遗失声明 loss_notice",
    "联系电话 phone",
)  # fmt: skip
_SENIOR = columns(
    "序号 - count", "姓名 name", "性别 sex", "出生年月 birth_date month", "居民身份证号 id_number", "工作单位名称 employer",
    "上级主管部门 department", "地区 region", "系列名称 series", "专业技术职务任职资格 title", "评审专业 specialty",
    "资格级别 level long_level", "资格取得方式 obtained_by", "评审通过时间 obtained_on", "评审委员会 committee",
    "通过文件号 document_no", "发文时间 document_date", "原证书编号 old_certificate_no", "业务类型 case",
    "离退休时间 retired_on", "调入确认文号 transfer_confirmed_no", "遗失声明 loss_notice", "联系电话 phone", "备注 remark",
)  # fmt: skip


def _write_holders(folder: Path, batch: Batch) -> None:
    write_xlsx(folder / "市直单位.xlsx", [Sheet("市直单位", _CITY, batch.of("city"))])
    deqing = batch.of("deqing")
    above = ("德清县专业技术资格证书换发人员名单", "填报单位：德清县人事局    填报日期：2007年9月10日")
    below = (f"合计：{len(deqing)}人", "填表人：（签名）        审核人：（签名）")
    write_xlsx(folder / "德清县.xlsx", [Sheet("换证名单", _DEQING, deqing, above, below)])
    write_xls(folder / "长兴县.xls", [Sheet("长兴县", _CHANGXING, batch.of("changxing"))])
    write_csv(folder / "安吉县.csv", Sheet("", _ANJI, batch.of("anji")), "gb18030")
    districts = batch.of("districts")
    sheets = [
        Sheet(name, _DISTRICTS, _with_gaps([e for e in districts if e["level"] in levels]), (f"吴兴、南浔区{name}", ""))
        for name, levels in (("中级", ("中级",)), ("初级", ("助理级", "员级")))
    ]
    write_xlsx(folder / "吴兴南浔区.xlsx", sheets)
    write_xlsx(folder / "高级.xlsx", [Sheet("高级", _SENIOR, batch.of("senior"))])


def _with_gaps(entries: Sequence[Entry]) -> list[Entry | None]:
    """A blank row after every fifth entry."""
    return [line for place, entry in enumerate(entries, 1) for line in ((entry, None) if place % 5 == 0 else (entry,))]


# --- published ------------------------------------------------------------------------------------------------------

_LIST = columns("序号 - count", "姓名 name", "工作单位 employer", "专业 specialty", "资格名称 title", "备注 -")
_EXPORT = columns(
    "年度 year", "地市 region", "主管单位名称 department", "姓名 name", "性别 sex", "评委会名称 committee",
    "申报系列 series", "申报级别 level", "申报职称 title", "申报专业 specialty", "取得资格时间 obtained_on",
    "取得资格方式 obtained_by", "文件编号 document_no six_sided", "发文时间 document_date date", "工作单位 employer", "备注 -",
)  # fmt: skip
_LINES = columns(
    "文号 document_no", "公布日期 document_date dotted", "姓名 name", "单位名称 employer", "任职资格 title",
    "专业 specialty", "级别 level",
)  # fmt: skip


def list_sheet(document: Document, rows: Sequence[Entry]) -> Sheet:
    """One document as it was posted: its number, its name, its day, and the table."""
    titles = "、".join(dict.fromkeys(row["title"] for row in rows))
    verb = "确认" if document.way == "确认" else "公布"
    year, month, day = (int(part) for part in document.published_on.split("-"))
    above = (
        document.number,
        f"关于{verb}{rows[0]['name']}等{len(rows)}人具有{titles}任职资格的通知",
        f"{'公布' if verb == '公布' else '发文'}日期：{year}年{month}月{day}日",
    )
    name = document.number.replace("[", "〔").replace("]", "〕")
    return Sheet(name, _LIST, rows, above)


def _write_published(folder: Path, batch: Batch) -> None:
    lists = [list_sheet(DOCUMENTS[number], batch.published(number)) for number in _CITY_LISTS]
    write_xlsx(folder / "市人事局公布文件.xlsx", lists)
    rest = [number for number in DOCUMENTS if number not in _CITY_LISTS]
    exported = [number for number in rest if number.startswith(("浙", "湖职改")) or "[1998]" in number]
    rows = [row | {"year": row["obtained_on"][:4]} for number in exported for row in batch.published(number)]
    write_xls(folder / "省厅和早年文件导出.xls", [Sheet("待发文人员", _EXPORT, rows)])
    counties = [number for number in rest if number[0] in "德长安"]
    others = [number for number in rest if number not in exported and number not in counties]
    for name, numbers, encoding in (("三县公布文件", counties, "gb18030"), ("其他公布文件", others, "utf-8-sig")):
        rows = [row for number in numbers for row in batch.published(number)]
        write_csv(folder / f"{name}.csv", Sheet("", _LINES, rows), encoding)


# --- photos ---------------------------------------------------------------------------------------------------------

_SIZES = ((300, 450), (320, 470), (300, 450), (360, 520), (420, 630), (300, 440))
# Photos of another make, by the holder's place in the batch.
_MAKES: Mapping[int, Callable[[Mapping[str, object]], tuple[str, bytes]]] = {
    3: lambda p: (".jpg", pictures.jpeg(portrait(**p, width=276, height=417), dpi=200)),
    9: lambda p: (".jpg", pictures.phone(portrait(**p, width=900, height=1200, noise=0))),
    16: lambda p: (".jpg", pictures.jpeg(portrait(**p, width=280, height=420), 86, dpi=200)),
    21: lambda p: (".png", pictures.encoded(portrait(**p, width=270, height=400, noise=0), "PNG", optimize=True)),
    27: lambda p: (".bmp", pictures.encoded(portrait(**p, width=210, height=315), "BMP")),
    33: lambda p: (
        ".tif",
        pictures.encoded(portrait(**p, width=240, height=360, noise=0), "TIFF", compression="tiff_lzw"),
    ),
    40: lambda p: (".jpg", pictures.cmyk(portrait(**p, width=300, height=450))),
    46: lambda p: (".jpg", pictures.scan_with_margin(portrait(**p, width=276, height=417))),
    52: lambda p: (".JPG", pictures.jpeg(portrait(**p, width=276, height=417), dpi=200)),
}
# Places whose own seed draws a face that YuNet scores near the limit of what is surely upright (0.91).
_OTHER_FACES = frozenset({36, 39, 54, 59, 70, 88, 91, 92, 94, 100, 114, 128})
_NAMED = 60  # the place of the one whose photo bears the name as well


def photos(batch: Batch) -> Iterator[tuple[str, bytes]]:
    """Every photo's file name and bytes: one for each holder."""
    first_x = next(place for place, each in enumerate(batch.holders) if each.person.id_number.endswith("X"))
    old_form = next(
        place for place, each in enumerate(batch.holders) if each.entries[0][1]["id_number"] == each.person.old_number
    )
    for place, holder in enumerate(batch.holders):
        person = holder.person
        look = {
            "seed": place + 1000 * (place in _OTHER_FACES),
            "woman": person.sex == "女",
            "old": person.birth_on < _OLD,
        }
        width, height = _SIZES[place % len(_SIZES)]
        ending, content = (
            _MAKES[place](look)
            if place in _MAKES
            else (".jpg", pictures.jpeg(portrait(**look, width=width, height=height), 80 + place % 3 * 2))
        )
        stem = {
            first_x: person.id_number.lower(),
            old_form: person.old_number,
            _NAMED: f"{person.name}_{person.id_number}",
        }.get(place, person.id_number)
        yield stem + ending, content


_BATCH_TOML = """\
# 湖州市 2007 年换证样例（人员均为虚构）
authority = "330500"          # 由谁办理：湖州市人事局
policy = "huzhou-2007-35"     # 湖人专[2007]35号
as_of = 2007-11-20            # 办理日期
"""


def write(folder: Path) -> None:
    """The whole batch into an empty folder."""
    batch = plan()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "batch.toml").write_text(_BATCH_TOML, encoding="utf-8")
    _write_holders(folder / "holders", batch)
    _write_published(folder / "published", batch)
    (folder / "photos").mkdir(exist_ok=True)
    for name, content in photos(batch):
        (folder / "photos" / name).write_bytes(content)
