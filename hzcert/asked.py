"""What the register's commands are asked about (所问): a person, a certificate, a list of them, or a whole batch."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hzcert import dates, headings, idnumber, names
from hzcert.errors import InputError, UsageError
from hzcert.fields import HEADINGS
from hzcert.findings import Where
from hzcert.settings import BATCH_FILE
from hzcert.sheets.grid import Cell, as_text
from hzcert.sheets.reading import read
from hzcert.table import ACCEPTED

# What lists of the register say besides the canonical fields; the keys are those of events.
OWN: Mapping[str, tuple[str, ...]] = {
    "certificate_no": ("证书编号", "新证书编号", "证书号", "新编号", "编号", "certificate_no"),
    "received_by": ("领取人", "签收人", "领证人", "代领人", "received_by"),
    # A day belongs to its own step: the day in a list of those who signed is not the day of a loss notice.
    "on": ("日期", "on"),
    "issued_on": ("领取日期", "签收日期", "领证日期", "发放日期", "issued_on"),
    "lost_on": ("刊登日期", "登报日期", "lost_on"),
    "collected_on": ("收回日期", "收缴日期", "collected_on"),
    "arrived_on": ("收到日期", "arrived_on"),
    "transferred_on": ("确认日期", "transferred_on"),
    "numbered_on": ("发证日期", "编号日期", "numbered_on"),
    "newspaper": ("报纸", "刊登报纸", "newspaper"),
    "result": ("结果", "result"),
}
STEP_DAYS: Mapping[str, str] = {
    "issued": "issued_on", "handed": "issued_on", "signed": "issued_on", "lost": "lost_on", "collected": "collected_on", "arrived": "arrived_on",
    "transferred": "transferred_on",
}  # fmt: skip
_DAYS = ("on", *STEP_DAYS.values(), "numbered_on", "obtained_on", "document_date", "birth_date", "retired_on")
_NEAR = 30  # rows in which a header is looked for
_NUMBER = re.compile(r"[A-Za-z]\d{10,}[\dXx]")
_ID = re.compile(r"\d{15}|\d{17}[\dXx]")
# A number of an older system: 旧字第0001号. Digits alone are an ID number that was mistyped.
_OTHER_NUMBER = re.compile(r"(?=.*\d)(?!\d+[Xx]?$)[^\s./\\]+")


@dataclass(frozen=True)
class Asked:
    """One certificate that a command is asked about: where that stands, and what is said of it."""

    where: Where
    id_number: str = ""
    number: str = ""
    said: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """As a clerk would name it."""
        return " ".join(
            filter(None, (self.said.get("name", ""), self.id_number, self.number, self.said.get("title", "")))
        )


def of_words(words: Sequence[str], password: str | None = None, **said: str) -> list[Asked]:
    """What arguments name: ID numbers, certificate numbers, lists, batch folders; ``said`` holds for those named alone.

    Raises:
        InputError: a list is missing, can't be read, or has neither ID numbers nor certificate numbers.
        UsageError: a word is none of these.
    """
    found: list[Asked] = []
    for word in words:
        plain = unicodedata.normalize("NFKC", word).strip()
        if plain and Path(word).is_dir():
            found += _of_batch(Path(word), password)
        elif Path(word).is_file():
            found += of_list(Path(word), password)
        elif _ID.fullmatch(plain):
            found.append(Asked(Where(plain), whole(plain), said=said))
        elif _NUMBER.fullmatch(plain):
            found.append(Asked(Where(plain), number=plain.upper(), said=said))
        elif Path(word).suffix or "/" in word:
            raise InputError(f"找不到 {word}", "请检查路径")
        elif _OTHER_NUMBER.fullmatch(plain):
            found.append(Asked(Where(plain), number=plain.upper(), said=said))
        else:
            raise UsageError(
                f"“{word}”不是身份证号、证书编号、名单文件或批次文件夹",
                "身份证号有 15 或 18 位，证书编号如 C200733050008000014；名单和文件夹请检查路径",
            )
    return found


def whole(id_number: str) -> str:
    """An ID number in its 18 characters, as the register has it."""
    compact = idnumber.compact(id_number).upper()
    return idnumber.lengthen(compact) if len(compact) == 15 and compact.isdigit() else compact


def _of_batch(folder: Path, password: str | None) -> list[Asked]:
    """The accepted entries of a batch that was run, those that were let pass without a published list among them."""
    table = folder / "out" / "holders.xlsx"
    if not table.is_file():
        hint = "请先 hzcert run" if (folder / BATCH_FILE).exists() or (folder / "holders").is_dir() else "请检查路径"
        raise InputError(f"{folder} 里没有 out/holders.xlsx", hint)
    return [each for each in of_list(table, password) if each.said.get("result", "").startswith(ACCEPTED)]


def of_list(path: Path, password: str | None = None) -> list[Asked]:
    """Every row of a list that has an ID number or a certificate number.

    Raises:
        InputError: it can't be read, or has no such column.
    """
    found: list[Asked] = []
    header_found = False
    for grid in read(path, path.name, password):
        header = _header(grid.rows)
        if header is None:
            continue
        header_found = True
        at, columns = header
        for row, cells in enumerate(grid.rows[at + 1 :], at + 2):
            said = _said(columns, cells)
            if not said.get("id_number") and not said.get("certificate_no"):
                continue
            own = {name: text for name, text in said.items() if name not in ("id_number", "certificate_no")}
            number = said.get("certificate_no", "").upper()
            found.append(Asked(Where(path.name, grid.name, row), whole(said.get("id_number", "")), number, own))
    if not header_found:
        raise InputError(f"{path.name} 里没有身份证号或证书编号的栏目", "请在表头写“身份证号”或“证书编号”")
    return found


def _header(rows: Sequence[list[Cell]]) -> tuple[int, dict[int, str]] | None:
    """The row of headings, and which field stands in which column."""
    best: tuple[int, dict[int, str]] | None = None
    for at, cells in enumerate(rows[:_NEAR]):
        columns = dict(_meanings(cells))
        if {"id_number", "certificate_no"} & set(columns.values()) and (best is None or len(columns) > len(best[1])):
            best = at, columns
    return best


def _meanings(cells: Sequence[Cell]) -> Iterator[tuple[int, str]]:
    own = {headings.heading_key(word): name for name, spelt in OWN.items() for word in spelt}
    known = headings.aliases()
    taken: set[str] = set()
    for place, cell in enumerate(cells):
        spelt = headings.heading_key(as_text(cell))
        name = own.get(spelt) or known.get(spelt, "")
        if spelt and name in {*HEADINGS, *OWN} - taken:
            taken.add(name)
            yield place, name


def _said(columns: Mapping[int, str], cells: Sequence[Cell]) -> dict[str, str]:
    said: dict[str, str] = {}
    for place, name in columns.items():
        cell = cells[place] if place < len(cells) else ""
        text = (dates.read(cell) if name in _DAYS else None) or names.tidy_text(as_text(cell)).strip()
        if text:
            said[name] = names.tidy(text) if name == "name" else text
    return said
