"""PDF files with text as lines and tables: columns of text, tables without rules, tables over several pages, no page's head or foot."""

import io
import logging
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile
from statistics import median
from typing import TYPE_CHECKING, Any

from hzcert import variants
from hzcert.sheets.aligned import NAME, Line, Table, Word, heads, tables_in
from hzcert.sheets.grid import Cell, Grid, Range, Unreadable

if TYPE_CHECKING:
    from pdfplumber.page import Page

MOST_PAGES = 2_000
_PAGE_NUMBER = re.compile(r"[-—–·\s]*第?\s*\d{1,4}\s*页?\s*(?:[/，,共\s]+\d{1,4}\s*页?)?[-—–·\s]*")
_DIGITS = re.compile(r"\d+")
_ENDS = re.compile(r"[。：:]$")
_STARTS = re.compile(
    r"[^，。；：:]{2,40}[：:]|[（(]?[一二三四五六七八九十\d]{1,3}[）)、.．]|[^，。；]{2,40}[（(]\d+[人名位][）)]"
)
_NAMELIKE = re.compile(r"[\u3400-\u9fff]{1,4}")
_EDGE = 3.0  # points within which edges are the same
_GAP = 0.2  # of a character's width, between two words


@dataclass(frozen=True)
class Ruled:
    """A table with lines around its cells: its rows, and which cells go over several of them."""

    rows: list[list[Cell]]
    merged: list[Range]
    top: float
    edges: tuple[float, ...]


def read_pdf(raw: bytes, shown: str) -> Iterator[Grid]:
    """The document's tables as grids, and the runs of lines between them as ones of a single column."""
    import pdfplumber  # here, since only documents need it

    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    try:
        with pdfplumber.open(io.BytesIO(raw)) as document:
            if len(document.pages) > MOST_PAGES:
                raise Unreadable(f"太长（{len(document.pages)} 页，最多 {MOST_PAGES} 页）", "请分成几个文件")
            pages = []
            for page in document.pages:
                pages.append(_read_page(page))
                page.close()
    except Unreadable:
        raise
    except Exception as cause:  # nobody has listed what a damaged file makes pdfminer raise
        raise Unreadable("已损坏，或有密码保护", "请另存为没有密码的 PDF，或把名单录成表格再放入") from cause
    yield from parts(pages, shown)


def _read_page(page: "Page") -> tuple[list[Word], list[Ruled]]:
    """The words of a page outside its ruled tables, and those tables; a frame around text is no table."""
    tables = [table for table in page.find_tables() if len({cell[0] for cell in table.cells}) > 1]
    tables = [table for table in tables if len({cell[1] for cell in table.cells}) > 1]
    boxes = [table.bbox for table in tables]
    words = [
        Word(variants.fold(str(each["text"])), each["x0"], each["x1"], each["top"], each["bottom"])
        for each in page.filter(lambda each: not any(_in(each, box) for box in boxes)).extract_words(
            x_tolerance_ratio=_GAP
        )
    ]
    held = [[char for char in page.chars if _in(char, box)] for box in boxes]
    return words, [_ruled(table.cells, chars) for table, chars in zip(tables, held, strict=True)]


def _in(thing: Mapping[str, Any], box: tuple[float, float, float, float]) -> bool:
    """Whether the middle of a thing lies in a box: letters may reach over the line below."""
    across, down = (thing["x0"] + thing["x1"]) / 2, (thing["top"] + thing["bottom"]) / 2
    return bool(box[0] <= across <= box[2] and box[1] <= down <= box[3])


def _ruled(cells: Sequence[tuple[float, float, float, float]], chars: Sequence[dict[str, Any]]) -> Ruled:
    """A table of the boxes of its cells: where a box goes over several rows or columns, it is merged."""
    from pdfplumber.utils.text import extract_text

    lefts, tops = (_apart(sorted(cell[side] for cell in cells)) for side in (0, 1))
    owner: dict[tuple[int, int], tuple[int, int]] = {}
    merged: list[Range] = []
    for left, top, right, bottom in cells:
        row, place = _at(tops, top), _at(lefts, left)
        last, to = _at(tops, bottom - 2 * _EDGE), _at(lefts, right - 2 * _EDGE)
        owner |= {(at, across): (row, place) for at in range(row, last + 1) for across in range(place, to + 1)}
        if last > row or to > place:
            merged.append((row, place, last, to))
    for first, place, last in _open(owner, len(tops), len(lefts)):
        owner |= dict.fromkeys(((at, place) for at in range(first, last + 1)), (first, place))
        merged.append((first, place, last, place))
    inside: dict[tuple[int, int], list[dict[str, Any]]] = defaultdict(list)
    for char in chars:
        middle = (
            _at(tops, (char["top"] + char["bottom"]) / 2 - _EDGE),
            _at(lefts, (char["x0"] + char["x1"]) / 2 - _EDGE),
        )
        inside[owner.get(middle, middle)].append(char)
    rows: list[list[Cell]] = [[""] * len(lefts) for _ in tops]
    for (row, place), its in inside.items():
        rows[row][place] = variants.fold(extract_text(its)).strip()
    return Ruled(rows, merged, min(tops), tuple(lefts))


def _open(owner: Mapping[tuple[int, int], tuple[int, int]], rows: int, columns: int) -> Iterator[tuple[int, int, int]]:
    """Rows, column and last row of what no box closes: cells that go on over the page's end."""
    for place in range(columns):
        free = [at for at in range(rows) if (at, place) not in owner]
        while free:
            last = next((at for at, following in pairwise(free) if following > at + 1), free[-1])
            if last > free[0]:
                yield free[0], place, last
            free = [at for at in free if at > last]


def _apart(sorted_edges: Sequence[float]) -> list[float]:
    """Edges, those that are nearly the same as one."""
    found: list[float] = []
    for edge in sorted_edges:
        if not found or edge - found[-1] > _EDGE:
            found.append(edge)
    return found


def _at(edges: Sequence[float], place: float) -> int:
    """The last edge that is not beyond a place."""
    return max((number for number, edge in enumerate(edges) if edge <= place + _EDGE), default=0)


# --- from words to lines and tables ---------------------------------------------------------------------------------


def parts(pages: Sequence[tuple[list[Word], list[Ruled]]], shown: str) -> Iterator[Grid]:
    """The pages in turn as runs of lines and tables; a table that goes on on the next page is one."""
    run: list[str] = []
    table: Table | None = None
    count = 0

    def closed() -> Iterator[Grid]:
        nonlocal run, table, count
        if run:
            yield Grid(shown, "正文", [[line] for line in run])
            run = []
        if table:
            count += 1
            yield Grid(shown, f"表{count}", table.rows, merged=tuple(table.merged))
            table = None

    bare = _without_heads(pages)
    for words, ruled in zip(bare, (tables for _, tables in pages), strict=True):
        for piece in _pieces(words, ruled):
            if isinstance(piece, Ruled):
                if not (table and table.edges and _same(table.edges, piece.edges)):
                    yield from closed()
                    table = Table(edges=piece.edges)
                _go_on(table, piece)
                continue
            for block in _blocks(piece, table):
                if isinstance(block, Table):
                    if block is not table:
                        yield from closed()
                    table = block
                else:
                    if table:
                        yield from closed()
                    run += block
    yield from closed()


def _pieces(words: list[Word], ruled: Sequence[Ruled]) -> Iterator[list[Word] | Ruled]:
    """Words above, tables, and words between and below them, from the top down."""
    rest = words
    for table in sorted(ruled, key=lambda each: each.top):
        if above := [word for word in rest if word.bottom <= table.top + _EDGE]:
            yield above
        rest = [word for word in rest if word.bottom > table.top + _EDGE]
        yield table
    if rest:
        yield rest


def _same(edges: tuple[float, ...], others: tuple[float, ...]) -> bool:
    return len(edges) == len(others) and all(
        abs(one - other) <= _EDGE for one, other in zip(edges, others, strict=True)
    )


def _go_on(table: Table, piece: Ruled) -> None:
    """Put the rows of one page below those of the page before: headings once, what is merged over the break in both."""
    first = 1 if table.rows and piece.rows and piece.rows[0] == table.rows[0] else 0
    at = len(table.rows) - first
    broken = {area[1]: area for area in table.merged if area[2] == len(table.rows) - 1}
    table.rows += piece.rows[first:]
    table.merged += [(top + at, left, bottom + at, right) for top, left, bottom, right in piece.merged if top >= first]
    for place, area in broken.items():
        # Only one half of a cell that is broken by a page's end has its text.
        below = next(
            (each for each in table.merged if each[:2] == (at + first, place)), (at + first, place, at + first, area[3])
        )
        if at + first < len(table.rows) and not table.rows[at + first][place]:
            table.rows[at + first][place] = table.rows[area[0]][place]
        elif at + first < len(table.rows) and not table.rows[area[0]][place] and below[2] >= below[0]:
            table.rows[area[0]][place] = table.rows[at + first][place]


def _without_heads(pages: Sequence[tuple[list[Word], list[Ruled]]]) -> list[list[Word]]:
    """The words of each page, without page numbers and what stands at the top or bottom of several pages."""
    lines = [_lines(words) for words, _ in pages]
    ends = [{_DIGITS.sub("#", _text(line)): None for line in [*each[:2], *each[-2:]]} for each in lines]
    often = Counter(text for page in ends for text in page)
    repeated = {text for text, times in often.items() if times > 1 and times * 2 >= len(pages)}
    found = []
    for page in lines:
        kept = []
        for at, line in enumerate(page):
            is_end = at < 2 or at >= len(page) - 2
            text = _text(line)
            of_page = at in (0, len(page) - 1) and _PAGE_NUMBER.fullmatch(text)
            is_list = any(word.text == NAME for word in line)  # headings are said again on each page, and needed
            if not of_page and not (is_end and not is_list and _DIGITS.sub("#", text) in repeated and len(line) < 4):
                kept += line
        found.append(kept)
    return found


def _lines(words: Sequence[Word]) -> list[Line]:
    """Words that stand at one height as one line, from left to right."""
    found: list[Line] = []
    for word in sorted(words, key=lambda each: ((each.top + each.bottom) / 2, each.left)):
        middle = (word.top + word.bottom) / 2
        if found and middle < found[-1][0].bottom - (found[-1][0].bottom - found[-1][0].top) * 0.3:
            found[-1].append(word)
        else:
            found.append([word])
    return [sorted(line, key=lambda each: each.left) for line in found]


def _text(line: Line) -> str:
    return " ".join(word.text for word in line)


def _blocks(words: list[Word], table: Table | None) -> Iterator[list[str] | Table]:
    """Lines of text and tables without rules, in their order; columns of text one after the other."""
    lines = _lines(words)
    if any(heads(line) for line in lines) or (table and table.heads):
        for each in tables_in(lines, table if table and table.heads else None):
            yield each if isinstance(each, Table) else _joined(each)
        return
    for column in _columns(words):
        yield _joined(_lines(column))


def _columns(words: list[Word]) -> list[list[Word]]:
    """Words above, of the left, of the right column, and below; all at once where there are no two columns.

    Only what begins units in both columns is text in two columns: names in rows are not.
    """
    if len(words) < 8:
        return [words]
    left, right = min(word.left for word in words), max(word.right for word in words)
    best: tuple[int, float, float, float] = (0, 0.0, 0.0, 0.0)
    for step in range(35, 66):
        gutter = left + (right - left) * step / 100
        across = sorted(word.top for word in words if word.left < gutter + _EDGE and word.right > gutter - _EDGE)
        for top, bottom in pairwise([-1.0, *across, 1e9]):
            band = [word for word in words if top < word.top < bottom]
            if len(band) > best[0] and _begins_units(band, gutter):
                best = len(band), gutter, top, bottom
    count, gutter, top, bottom = best
    if not count:
        return [words]
    band = [word for word in words if top < word.top < bottom]
    above = [word for word in words if word.top <= top]
    below = [word for word in words if word.top >= bottom]
    sides = [word for word in band if word.right <= gutter], [word for word in band if word.right > gutter]
    return [part for part in (above, *sides, below) if part]


def _begins_units(band: Sequence[Word], gutter: float) -> bool:
    for side in ([word for word in band if word.right <= gutter], [word for word in band if word.right > gutter]):
        if len(side) < 4:
            return False
        edge = min(word.left for word in side)
        if not any(re.search(".{2}[：:]", word.text) and word.left - edge < 30 for word in side):
            return False
    return True


def _joined(lines: Sequence[Line]) -> list[str]:
    """Lines of text, those that were broken at the right edge made whole again."""
    if not lines:
        return []
    start, edge = min(line[0].left for line in lines), max(line[-1].right for line in lines)
    heights = [below[0].top - above[0].top for above, below in pairwise(lines)]
    usual = median(heights) if heights else 0.0
    found = [_text(lines[0])]
    for above, below in pairwise(lines):
        size = above[-1].bottom - above[-1].top
        is_full = above[-1].right > edge - 3.2 * size and below[0].left < start + 3 * size
        is_near = below[0].top - above[0].top <= usual * 1.3
        is_half = _is_half(found[-1], _text(below))
        if (
            (is_full or is_half)
            and is_near
            and not _ENDS.search(above[-1].text)
            and not _STARTS.match("".join(each.text for each in below))
        ):
            found[-1] += _between(found[-1], _text(below)) + _text(below)
        else:
            found.append(_text(below))
    return found


def _between(above: str, below: str) -> str:
    """Nothing, or a space between two names that a line's end parts."""
    before, after = _ends_of(above, below)
    both = _NAMELIKE.fullmatch(before[-1]) and _NAMELIKE.fullmatch(after[0])
    return " " if both and not _is_half(above, below) else ""


def _is_half(above: str, below: str) -> bool:
    """Whether a line's end parts one name; names of two characters may have a space in them."""
    before, after = _ends_of(above, below)
    if not _NAMELIKE.fullmatch(before[-1]) or not _NAMELIKE.fullmatch(after[0]):
        return False
    return bool(_alone(reversed(before)) % 2 or _alone(after) % 2)


def _ends_of(above: str, below: str) -> tuple[list[str], list[str]]:
    return re.split("[：:、，, ]", above), re.split("[：:、，, ]", below)


def _alone(words: Iterable[str]) -> int:
    """How many single characters stand before the first longer word."""
    return sum(1 for _ in takewhile(lambda word: len(word) == 1, words))
