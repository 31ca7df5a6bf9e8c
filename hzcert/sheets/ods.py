"""What an ods workbook says of its rows besides their cells."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from hzcert.sheets.grid import Place, Range
from hzcert.sheets.guard import feed, xml_parser

_MOST_ROWS = 1_048_576
_MOST_STRUCK = 256  # cells in one row that are written as one
_SHOWN_MONTH = re.compile(
    r"\s*(?:\d{2,4}\s*[年./-]\s*\d{1,2}\s*月?|[〇○零一二三四五六七八九\d]{2,4}年[一二三四五六七八九十\d]{1,2}月"
    r"|(?:[A-Za-z]{3,9}|[一二三四五六七八九十]{1,2}月|\d{1,2}月)[-\s]\d{2,4})\s*"
)


@dataclass
class Aside:
    """What is told of one sheet besides its cells."""

    errors: dict[Place, str] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)  # rows as the program numbers them
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)  # first and last, from 0
    merged: list[Range] = field(default_factory=list)
    months: list[Place] = field(default_factory=list)  # dates that are shown without their day
    pictures: dict[Place, str] = field(default_factory=dict)  # the part that each lies in, by its cell
    struck: dict[Place, str] = field(default_factory=dict)  # what of a cell is struck out; empty where all of it is
    loose: int = 0  # pictures that hang on the sheet, not on a cell


def read_asides(chunks: Iterator[bytes]) -> list[Aside]:
    """Which rows of each sheet are hidden or filtered away, and which cells show an error, from ``content.xml``.

    Raises:
        Unreadable: it is not well-formed.
    """
    reader = _Reader()
    reader.parser = xml_parser(reader.start, reader.end)
    feed(reader.parser, chunks)
    return reader.sheets


class _Reader:
    """Counts rows and columns, of which those alike are written once."""

    def __init__(self) -> None:
        self.sheets: list[Aside] = []
        self.parser: expat.XMLParserType | None = None
        self._row = self._next_row = 0
        self._column = self._next_column = 0
        self._text: list[str] | None = None
        self._kind = ""
        self._in_cell = False
        self._style = ""
        self._struck: set[str] = set()  # styles of cells and of parts of a text
        self._spans: list[bool] = []  # whether each part of a text that is open here is struck out

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match name:
            case "table:table":
                self.sheets.append(Aside())
                self._next_row = self._next_column = 0
            case "table:table-column" if self.sheets:
                first = self._next_column
                self._next_column += _count(attributes, "table:number-columns-repeated")
                if attributes.get("table:visibility") in ("collapse", "filter"):
                    self.sheets[-1].hidden_columns.append((first, self._next_column - 1))
            case "style:style":
                self._style = attributes.get("style:name", "")
            case "style:text-properties" if _is_struck(attributes):
                self._struck.add(self._style)
            case "text:span" if self._struck and self.sheets:
                self._spans.append(attributes.get("text:style-name") in self._struck)
                if self._spans[-1] and self.parser and self._text is None:
                    self.parser.CharacterDataHandler = self._strike
            case "table:table-row" if self.sheets:
                self._row, self._next_column = self._next_row, 0
                self._next_row += _count(attributes, "table:number-rows-repeated")
                if attributes.get("table:visibility") in ("collapse", "filter"):
                    self.sheets[-1].hidden |= set(range(self._row + 1, min(self._next_row, _MOST_ROWS) + 1))
            case "draw:image" if self.sheets:
                part = attributes.get("xlink:href", "").removeprefix("./")
                if self._in_cell:
                    self.sheets[-1].pictures.setdefault((self._row, self._column), part)
                else:
                    self.sheets[-1].loose += 1
            case "table:table-cell" | "table:covered-table-cell":
                self._in_cell = True
                self._column = self._next_column
                self._next_column += _count(attributes, "table:number-columns-repeated")
                self._kind = attributes.get("calcext:value-type") or attributes.get("office:value-type", "")
                if self._kind in ("error", "date") and self.parser:
                    self._text = []
                    self.parser.CharacterDataHandler = self._text.append
                if attributes.get("table:style-name") in self._struck:
                    last = min(self._next_column, self._column + _MOST_STRUCK)
                    self.sheets[-1].struck |= {(self._row, place): "" for place in range(self._column, last)}
                down, across = (_count(attributes, f"table:number-{way}-spanned") for way in ("rows", "columns"))
                if (down > 1 or across > 1) and name == "table:table-cell":
                    self.sheets[-1].merged.append(
                        (self._row, self._column, self._row + down - 1, self._column + across - 1)
                    )

    def _strike(self, text: str) -> None:
        struck, place = self.sheets[-1].struck, (self._row, self._column)
        struck[place] = struck.get(place, "") + text

    def end(self, name: str) -> None:
        if name == "text:span" and self._spans and self._spans.pop() and self.parser and self._text is None:
            self.parser.CharacterDataHandler = None
        if name in ("table:table-cell", "table:covered-table-cell"):
            self._in_cell = False
        if name == "table:table-cell" and self._text is not None and self.parser:
            place, text = (self._row, self._column), "".join(self._text).strip()
            if self._kind == "error":
                self.sheets[-1].errors[place] = text or "#?"
            elif _SHOWN_MONTH.fullmatch(text):
                self.sheets[-1].months.append(place)
            self._text = None
            self.parser.CharacterDataHandler = None


def _is_struck(attributes: dict[str, str]) -> bool:
    kinds = (attributes.get(f"style:text-line-through-{name}", "none") for name in ("style", "type"))
    return any(kind != "none" for kind in kinds)


def _count(attributes: dict[str, str], name: str) -> int:
    text = attributes.get(name, "1")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 1
