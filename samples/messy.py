"""The messy batch (有毛病的批次): one of every fault that files can bring, and the list of what must be found."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pictures
from awards import Entry, award
from clean import list_sheet
from invented import DIVISIONS, Town
from PIL import Image, ImageOps
from portraits import portrait
from workbooks import Column, Sheet, columns, write_csv, write_xlsx

import faults
from faults import BASES, DOCUMENTS, Fault
from hzcert.codes import CODES
from hzcert.fields import HEADINGS

_SEED = "messy 2008"
_EMPLOYERS = ("湖州市织里机电有限公司", "湖州市南太湖水泵厂", "湖州市菱湖精细化工厂", "湖州市八里店纺机厂")
_COUNTY_EMPLOYER = "{}第二技术服务站"


@dataclass(frozen=True)
class Planned:
    """One entry as planned: what is true, what the clerk wrote, and its photo's seed."""

    fault: Fault
    true: Entry
    given: dict[str, object]
    seed: int

    @property
    def photo(self) -> str:
        """The path of its photo below the batch; empty where there is none."""
        if not self.fault.photo:
            return ""
        number = str(self.true["id_number"])
        other = {"id15": number[:6] + number[8:17], "wrong": number[:16] + str((int(number[16]) + 2) % 10) + number[17]}
        return f"photos/{self.fault.stem.format_map(self.true | other)}.jpg"


@dataclass(frozen=True)
class Expected:
    """One finding that the run must give."""

    code: str
    file: str
    what: str
    sheet: str = ""
    row: int | None = None
    column: str = ""

    def line(self) -> list[object]:
        """As a line of expected.csv."""
        return [self.code, self.file, self.sheet, self.row or "", self.column, CODES[self.code].clause, self.what]

    def order(self) -> tuple[object, ...]:
        """Where the line stands in the list."""
        return self.file, self.sheet, self.row or 0, len(self.column), self.column, self.code


def plan(town: Town, listed: Sequence[Fault]) -> list[Planned]:
    """The entries of one sheet, each after the one it follows."""
    made: list[Planned] = []
    for fault in listed:
        number = len(town.taken)
        title, specialty, document = BASES[fault.base]
        details = {"born": (1966, 1972), "division": DIVISIONS[fault.region][0], **fault.person}
        person = town.person(**details)
        employer = (
            _COUNTY_EMPLOYER.format(fault.region)
            if fault.region != "市本级"
            else _EMPLOYERS[number // 2 % len(_EMPLOYERS)]
        )
        true = dict.fromkeys(HEADINGS, "") | {
            "id_number": person.id_number, "name": person.name, "sex": person.sex, "birth_date": person.birth_on[:7],
            "employer": employer, "region": fault.region, "phone": person.phone,
        }  # fmt: skip
        true |= award(DOCUMENTS[document], title, specialty, fault.region, number)
        true |= dict(fault.true) | {name: made[-1].true[name] for name in fault.follow}
        written = {name: value(true) if callable(value) else value for name, value in fault.given.items()}
        made.append(Planned(fault, true, true | written, number))
    return made


# --- holders --------------------------------------------------------------------------------------------------------

_PLAIN = tuple(Column(heading, field) for field, heading in HEADINGS.items())
_NUMBERED = (Column("序号", "", "count"), *(column for column in _PLAIN if column.field != "former_name"))
_UNKNOWN, _TWICE = "政治面貌", "手机"


def _sheets(town: Town) -> dict[str, list[tuple[Sheet, list[Planned]]]]:
    """Every workbook of holders: its sheets, and the entries planned on each."""
    # Of another seed, so that nobody else changes; they share what is taken.
    since = Town(f"{_SEED} since", taken=town.taken)

    def plain(name: str, listed: Sequence[Fault], town: Town = town) -> tuple[Sheet, list[Planned]]:
        made = plan(town, listed)
        return Sheet(name, _PLAIN, [each.given for each in made]), made

    reading = plan(town, faults.READING)
    first = Sheet(
        "名单",
        (*_NUMBERED, Column(_UNKNOWN, "politics"), Column(_TWICE, "phone")),
        [each.given | {"politics": "群众"} for each in reading],
        below=(f"合计：{len(reading)}人", "填表人：（签名）", "备注：以上人员均已核对原件"),
    )
    notes = Sheet(
        "填表说明", (), (), ("填表说明", "一、本表由单位填写。", "二、照片背面写明姓名和身份证号。"), merged=False
    )
    late = Sheet("补报", (), (), ("补报一人", "沈小溪", "330521197003120030"), merged=False)
    unread = plan(town, faults.NO_COLUMN)
    misnamed = tuple(Column("身份编码" if each.field == "id_number" else each.heading, each.field) for each in _PLAIN)
    derived = plan(town, faults.DERIVED)
    above = ("德清县换证人员名单", "填报单位：德清县人事局    填报日期：2008年1月15日")
    without_region = tuple(each for each in _PLAIN if each.field != "region")
    return {
        "读入": [
            (first, reading),
            (notes, []),
            (late, []),
            (Sheet("缺栏", misnamed, [each.given for each in unread]), unread),
            (Sheet("德清", without_region, [each.given for each in derived], above), derived),
        ],
        "人员": [plain("人员", faults.PERSON)],
        "资格": [plain("资格", faults.QUALIFICATION)],
        "照片": [plain("照片", faults.PHOTOS)],
        "核对": [plain("核对", faults.RECONCILE)],
        "制证": [plain("制证", faults.PRINT)],
        "无误": [plain("无误", faults.CLEAN)],
        "照片续": [plain("照片续", faults.MORE_PHOTOS)],
        "补充": [plain("补充", faults.SINCE, since)],
    }


def _of_sheets() -> list[Expected]:
    """What must be found of whole sheets and their columns, in 读入.xlsx."""
    file = "holders/读入.xlsx"
    extra = len(_NUMBERED)
    return [
        Expected("HZ103", file, "合计、填表人、备注三行不是人员", "名单"),
        Expected("HZ104", file, "不认识的栏目“政治面貌”", "名单", 1, chr(ord("A") + extra)),
        Expected("HZ105", file, "“联系电话”和“手机”是一回事", "名单", 1, chr(ord("A") + extra + 1)),
        Expected("HZ133", file, "填表说明，没有表头，也没有人员", "填表说明"),
        Expected("HZ101", file, "补报一人，没有表头", "补报"),
        Expected("HZ102", file, "身份证号一栏写成“身份编码”，整张表读不成", "缺栏", 1),
        Expected("HZ104", file, "不认识的栏目“身份编码”", "缺栏", 1, "A"),
        Expected("HZ113", file, "没有属地一栏，按填报单位定为德清县", "德清"),
    ]


def _of_entries(file: str, sheet: Sheet, planned: Sequence[Planned]) -> Iterator[Expected]:
    """What must be found at the rows of one sheet, and at the photos of its people."""
    for place, each in enumerate(planned):
        for finding in each.fault.found.split():
            code, field = finding.split(":")
            yield Expected(code, file, each.fault.what, sheet.name, sheet.row(place), sheet.letter(field))
        for code in each.fault.shot.split():
            yield Expected(code, each.photo, each.fault.what)


# --- photos ---------------------------------------------------------------------------------------------------------

_WIDTH, _HEIGHT = 280, 420
_PLAIN_QUALITY = 72


def _near(seed: int, woman: bool) -> Image.Image:
    """A long face that fills the picture: drawn wide, then narrowed, so that the background stays in sight."""
    return portrait(seed, 400, _HEIGHT, woman=woman, head=0.93, top=0.02).resize((_WIDTH, _HEIGHT))


def _sepia(image: Image.Image) -> Image.Image:
    return ImageOps.colorize(image.convert("L"), (48, 26, 8), (255, 255, 255), (168, 124, 82))


_MAKES: Mapping[str, Callable[[int, bool], bytes]] = {
    "plain": lambda seed, woman: pictures.jpeg(portrait(seed, _WIDTH, _HEIGHT, woman=woman), _PLAIN_QUALITY),
    "broken": lambda seed, woman: _MAKES["plain"](seed, woman)[:4000],
    "small": lambda seed, woman: pictures.jpeg(portrait(seed, 190, 285, woman=woman), 85),
    "strip": lambda seed, woman: pictures.jpeg(portrait(seed, 1200, 400, woman=woman), _PLAIN_QUALITY),
    "grey": lambda seed, woman: pictures.grey(portrait(seed, _WIDTH, _HEIGHT, woman=woman)),
    "blue": lambda seed, woman: pictures.jpeg(portrait(seed, _WIDTH, _HEIGHT, woman=woman, background=(96, 150, 210))),
    "shadow": lambda seed, woman: pictures.shadowed(portrait(seed, _WIDTH, _HEIGHT, woman=woman), 0.16),
    "house": lambda _seed, _woman: pictures.house(_WIDTH, _HEIGHT),
    "child": lambda seed, _woman: pictures.with_child(seed, 320, 480),
    "blurred": lambda seed, woman: pictures.blurred(portrait(seed, _WIDTH, _HEIGHT, woman=woman), 2.6),
    "soft": lambda seed, woman: pictures.blurred(portrait(seed, _WIDTH, _HEIGHT, woman=woman), 1.6),
    "bright": lambda seed, woman: pictures.overexposed(portrait(seed, _WIDTH, _HEIGHT, woman=woman), 1.4),
    "near": lambda seed, woman: pictures.jpeg(_near(seed, woman), _PLAIN_QUALITY),
    "sepia": lambda seed, woman: pictures.jpeg(_sepia(portrait(seed, _WIDTH, _HEIGHT, woman=woman))),
    "lying": lambda seed, woman: pictures.jpeg(
        portrait(seed, _WIDTH, _HEIGHT, woman=woman).transpose(Image.Transpose.ROTATE_90), _PLAIN_QUALITY
    ),
    "pages": lambda seed, woman: pictures.two_pages(portrait(seed, _WIDTH, _HEIGHT, woman=woman)),
    "leaning": lambda seed, woman: pictures.leaning(portrait(seed, _WIDTH, _HEIGHT, woman=woman), 11),
    "tilted": lambda seed, woman: pictures.leaning(portrait(seed, 400, 600, woman=woman), 4),
    "framed": lambda seed, woman: pictures.framed(portrait(seed, _WIDTH, _HEIGHT, woman=woman)),
    "dated": lambda seed, woman: pictures.dated(portrait(seed, _WIDTH, _HEIGHT, woman=woman)),
    "stapled": lambda seed, woman: pictures.stapled(portrait(seed, _WIDTH, _HEIGHT, woman=woman)),
    "capped": lambda seed, woman: pictures.capped(portrait(seed, _WIDTH, _HEIGHT, woman=woman)),
    "flashed": lambda seed, woman: pictures.flashed(portrait(seed, _WIDTH, _HEIGHT, woman=woman)),
    "again": lambda seed, woman: pictures.jpeg(portrait(seed, 240, 360, woman=woman), 60),
    "stuffed": lambda seed, woman: _MAKES["plain"](seed, woman)[:-2] + bytes(12) + b"\xff\xd9",
    "torn": lambda seed, woman: pictures.torn(portrait(seed, _WIDTH, _HEIGHT, woman=woman)),
    "shaded": lambda seed, woman: pictures.shaded(portrait(seed, _WIDTH, _HEIGHT, woman=woman)),
    "masked": lambda seed, woman: pictures.masked(portrait(seed, _WIDTH, _HEIGHT, woman=woman)),
    "cut": lambda seed, woman: pictures.jpeg(
        portrait(seed, _WIDTH, _HEIGHT * 2, woman=woman, head=0.36, top=0.2).crop((0, 0, _WIDTH, _HEIGHT)),
        _PLAIN_QUALITY,
    ),
    "glaring": lambda seed, woman: pictures.overexposed(portrait(seed, _WIDTH, _HEIGHT, woman=woman), 1.8),
    "dressed": lambda seed, woman: pictures.dressed(portrait(seed, _WIDTH, _HEIGHT, woman=woman)),
}


def _photos(planned: Sequence[Planned], town: Town) -> tuple[dict[str, bytes], list[Expected]]:
    """Every photo by its path, and what must be found of those that are nobody's or one too many."""
    made: dict[str, bytes] = {}
    last, before = b"", (0, False)
    for each in planned:
        if each.photo:
            woman = each.true["sex"] == "女"
            if each.fault.photo == "again":
                last = _MAKES["again"](*before)
            elif each.fault.photo != "same":
                before = (each.seed, woman)
                last = _MAKES[each.fault.photo](*before)
            made[each.photo] = last
    twice = next(each for each in planned if each.fault.what.startswith("有两张照片"))
    stranger = town.person((1960, 1970), "330501")
    small = portrait(twice.seed, 240, 360, woman=twice.true["sex"] == "女")
    spare = f"photos/{twice.true['name']}_{twice.true['id_number']}.jpg"
    made[spare] = pictures.jpeg(small, _PLAIN_QUALITY)
    made["photos/IMG_0231.jpg"] = _MAKES["plain"](901, False)
    made[f"photos/{stranger.id_number}.jpg"] = _MAKES["plain"](902, stranger.sex == "女")
    return made, [
        Expected("HZ402", "photos/IMG_0231.jpg", "文件名中没有身份证号"),
        Expected("HZ414", f"photos/{stranger.id_number}.jpg", "没有这个人的填报"),
        Expected("HZ415", spare, "同一人的第二张，较小"),
    ]


# --- published ------------------------------------------------------------------------------------------------------

_LINES = columns(
    "文号 document_no", "公布日期 document_date dotted", "姓名 name", "单位名称 employer", "任职资格 title", "专业 specialty",
)  # fmt: skip
_LOOSE = ("湖州市人事局2005年文件", "嘉人专[2004]31号", "沪人专[2007]44号", "德人专[2005]17号")


def _write_published(folder: Path, planned: Sequence[Planned]) -> None:
    rows: dict[str, list[Entry]] = {number: [] for number in DOCUMENTS}
    for each in planned:
        number = BASES[each.fault.base][2]
        said = {"document_no": number, "document_date": DOCUMENTS[number].published_on}
        rows[number] += [each.true | said | dict(otherwise) for otherwise in each.fault.lists]
    lists = [list_sheet(DOCUMENTS[number], rows[number]) for number in DOCUMENTS if number not in _LOOSE]
    write_xlsx(folder / "公布文件.xlsx", lists)
    loose = [row for number in _LOOSE for row in rows[number]]
    write_csv(folder / "零散文件.csv", Sheet("", _LINES, loose), "utf-8-sig")


# --- the whole batch ------------------------------------------------------------------------------------------------

_BATCH_TOML = """\
# 有毛病的样例：每一种毛病各有一处，应有的结果见 expected.csv（人员均为虚构）
authority = "330500"
policy = "huzhou-2007-35"
as_of = 2008-03-01            # 第一阶段（2007年底）已过
"""


def write(folder: Path) -> None:
    """The whole batch into an empty folder, and what must be found in it."""
    named = {str(each.person["name"]) for each in faults.ALL if "name" in each.person}
    town = Town(_SEED, taken=named)
    workbooks = _sheets(town)
    everybody = [each for sheets in workbooks.values() for _, planned in sheets for each in planned]
    made, expected = _photos(everybody, town)
    expected += _of_sheets()
    expected.append(Expected("HZ805", "certificates", "没有签名密钥，证书上没有验证码"))
    for name, sheets in workbooks.items():
        file = f"holders/{name}.xlsx"
        write_xlsx(folder / file, [sheet for sheet, _ in sheets])
        expected += [each for sheet, planned in sheets for each in _of_entries(file, sheet, planned)]
    _write_published(folder / "published", everybody)
    (folder / "photos").mkdir()
    for path, content in made.items():
        (folder / path).write_bytes(content)
    (folder / "batch.toml").write_text(_BATCH_TOML, encoding="utf-8")
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\r\n")
    lines.writerow(["code", "file", "sheet", "row", "column", "clause", "what"])
    lines.writerows(each.line() for each in sorted(expected, key=Expected.order))
    (folder / "expected.csv").write_bytes(text.getvalue().encode("utf-8-sig"))
