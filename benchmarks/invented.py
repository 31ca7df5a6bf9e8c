"""Invented entries by the million: every ID number with its valid check character, some entries with something wrong."""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import xlsxwriter

from hzcert.fields import HEADINGS
from hzcert.idnumber import check_character
from hzcert.table import Table, table_of

Texts = npt.NDArray[np.object_]

_SURNAMES = "沈陈王李张钱徐吴朱潘俞姚费钮闵施章蒋杨周"
_GIVEN = "云川雨桐水清禾田竹安书远石思源望舒南星子墨文华建国明芳"
_DIVISIONS = np.array([330501, 330502, 330503, 330511, 330521, 330522, 330523, 330106, 330702, 342526])
_MONTHS = ("01", "03", "05", "06", "08", "09", "10", "11", "12")
# region, series, title, specialty, level, committee, document and its body
_KINDS = (
    ("德清县", "工程技术人员", "工程师", "水利水电工程", "中级", "湖州市工程技术人员中级职务评审委员会", "湖人专"),
    ("市本级", "工程技术人员", "高级工程师", "岩土工程", "副高", "浙江省工程技术人员高级职务评审委员会", "浙人专"),
    ("安吉县", "群众文化专业人员", "助理馆员（群众文化）", "群众文化", "助理级", "安吉县初级专业技术职务评审委员会", "安人专"),
    ("市本级", "图书、资料专业人员", "管理员（图书）", "图书", "员级", "湖州市图书资料初级职务评审委员会", "湖人专"),
    ("长兴县", "小学教师", "高级教师（小学）", "数学", "中级", "湖州市小学教师中级职务评审委员会", "湖人专"),
    ("南浔区", "中学教师", "高级教师（中学）", "语文", "副高", "浙江省中学教师高级职务评审委员会", "浙人专"),
)  # fmt: skip


def columns(count: int, faults: float = 0.0, seed: int = 35) -> dict[str, list[str]]:
    """Columns of so many entries; a share of them has one fault each: a digit, sex, level, name, date or field."""
    chance = np.random.default_rng(seed)
    year, month, day = chance.integers(1946, 1976, count), chance.integers(1, 13, count), chance.integers(1, 29, count)
    # No number twice: of those born on one day in one division, each takes the next sequence.
    first = _DIVISIONS[chance.integers(0, len(_DIVISIONS), count)] * 10**8 + year * 10_000 + month * 100 + day
    sequence = 1 + _before(first)  # no 000
    bodies = (first * 1000 + sequence).astype("U17").tolist()
    ids = np.array([body + check_character(body) for body in bodies], dtype=object)
    kind = chance.integers(0, len(_KINDS), count)
    obtained = chance.integers(1999, 2006, count)
    parts = [np.array(part, dtype=object)[kind] for part in zip(*_KINDS, strict=True)]
    region, series, title, specialty, level, committee, office = parts
    month_obtained = np.array(_MONTHS, dtype=object)[chance.integers(0, len(_MONTHS), count)]
    unit = np.array([f"样例单位{number:04}" for number in range(3000)], dtype=object)[chance.integers(0, 3000, count)]
    texts: dict[str, Texts] = {
        "id_number": ids,
        "name": _names(count, chance),
        "sex": np.where(sequence % 2 == 1, "男", "女").astype(object),
        "birth_date": np.array([f"{body[6:10]}-{body[10:12]}-{body[12:14]}" for body in bodies], dtype=object),
        "employer": region + unit,
        "department": region + "样例局",
        "region": region, "series": series, "title": title, "specialty": specialty, "level": level,
        "obtained_by": np.full(count, "评审", dtype=object),
        "obtained_on": obtained.astype("U4").astype(object) + "-" + month_obtained,
        "committee": committee,
        "document_no": office + "[" + (obtained + 1).astype("U4").astype(object) + "]" + kind.astype("U1").astype(object) + "号",
        "document_date": (obtained + 1).astype("U4").astype(object) + "-01-20",
        "old_certificate_no": np.char.add("旧", np.arange(count).astype("U9")).astype(object),
        "case": np.full(count, "换发", dtype=object),
    }  # fmt: skip
    _spoil(texts, np.flatnonzero(chance.random(count) < faults), chance)
    return {name: values.tolist() for name, values in texts.items()}


def table(count: int, faults: float = 0.0, seed: int = 35) -> Table:
    """Such entries as a table, as they come out of an ingest."""
    given = columns(count, faults, seed)
    return table_of(given | {"file": ["名单.xlsx"] * count, "sheet": ["Sheet1"] * count}, range(2, count + 2))


def workbook(path: Path, count: int, faults: float = 0.0) -> int:
    """Such entries as an xlsx workbook of 20 columns: numbers, text, dates, an empty column, strings shared as Excel does; how many columns."""
    given = columns(count, faults)
    days = [date.fromisoformat(text) for text in given.pop("document_date")]
    numbers, phones = range(1, count + 1), [f"1390572{number % 10_000:04}" for number in range(count)]
    sheet: dict[str, Iterable[object]] = {
        "序号": numbers, **{HEADINGS[name]: texts for name, texts in given.items()}, HEADINGS["document_date"]: days,
        HEADINGS["phone"]: phones, HEADINGS["remark"]: [None] * count,
    }  # fmt: skip
    with xlsxwriter.Workbook(path, {"use_zip64": True, "default_date_format": "yyyy-mm-dd"}) as book:
        page = book.add_worksheet("人员")
        page.write_row(0, 0, sheet)
        for at, row in enumerate(zip(*sheet.values(), strict=True), start=1):
            page.write_row(at, 0, row)
    return len(sheet)


def _spoil(texts: Mapping[str, Texts], lines: npt.NDArray[np.int64], chance: np.random.Generator) -> None:
    """One fault for each of these lines."""
    fault = chance.integers(0, 6, len(lines))
    numbers = texts["id_number"]
    for line in lines[fault == 0]:
        numbers[line] = numbers[line][:16] + str((int(numbers[line][16]) + 1) % 10) + numbers[line][17:]
    for name, number, wrong in (
        ("sex", 1, "不明"), ("level", 2, "正高"), ("name", 3, "王?"), ("obtained_on", 4, "2009-05"), ("committee", 5, "")
    ):  # fmt: skip
        texts[name][lines[fault == number]] = wrong


def _before(keys: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """For each key, how many like it stand before."""
    order = np.argsort(keys, kind="stable")
    ranked = keys[order]
    first = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]])
    run = np.arange(len(keys)) - np.repeat(first, np.diff(np.r_[first, len(keys)]))
    found = np.empty(len(keys), dtype=np.int64)
    found[order] = run
    return found


def _names(count: int, chance: np.random.Generator) -> Texts:
    family = np.array(list(_SURNAMES), dtype=object)[chance.integers(0, len(_SURNAMES), count)]
    given = np.array(list(_GIVEN), dtype=object)
    return np.asarray(
        family + given[chance.integers(0, len(given), count)] + given[chance.integers(0, len(given), count)]
    )
