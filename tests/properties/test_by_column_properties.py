"""A long sheet reads the same by column as cell by cell, whatever cells its columns mix, and wherever an odd one stands."""

import zipfile
from collections.abc import Sequence
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from hzcert.sheets.bycolumn import FEWEST
from hzcert.sheets.reading import Grid, read

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
# The looks that cells may have, by their number: as it comes, text, days in four ways, a time, a day with a time. The
# second list has two that only China's Excel has: a workbook with those is never read by column.
_LOOKS = ((0, 49, 14, 15, 100, 16, 20, 22), (0, 49, 14, 31, 100, 57, 20, 22))


def _styles(formats: Sequence[int]) -> str:
    return (
        f'<styleSheet xmlns="{_MAIN}"><numFmts count="1"><numFmt numFmtId="100" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/></numFmts>'
        '<fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders>'
        f'<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="{len(formats)}">'
        + "".join(f'<xf numFmtId="{each}" applyNumberFormat="1"/>' for each in formats)
        + "</cellXfs></styleSheet>"
    )


_WORDS = ("330521197003120011", "沈样例", "1970.10", "", " ", "007", "#N/A", "25842", "TRUE", "a_x000D_b", "\U00020087")
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" Type="{_RELATED}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATED}"><sheets><sheet name="名单" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    + "".join(
        f'<Relationship Id="rId{at}" Type="{_RELATED}/{kind}" Target="{target}.xml"/>'
        for at, (kind, target) in enumerate(
            (("worksheet", "worksheets/sheet1"), ("styles", "styles"), ("sharedStrings", "sharedStrings")), 1
        )
    )
    + "</Relationships>",
    "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}">'
    + "".join(f'<si><t xml:space="preserve">{escape(word)}</t></si>' for word in _WORDS)
    + "</sst>",
}

# What follows a cell's reference in the markup; "" is a cell that is not there.
SHARED = st.sampled_from(range(len(_WORDS))).map(lambda at: f' t="s"><v>{at}</v></c>')
INLINE = st.sampled_from(_WORDS).map(lambda word: f' t="inlineStr"><is><t>{escape(word)}</t></is></c>')
NUMBERS = st.sampled_from(
    ["3.30521197003120E+17", "330521197003120011", "1970.1", "12", "0.5", "1E-3", "-7", "25842", "45720.5", "1", "0"]
)
LOOKS = st.sampled_from(range(len(_LOOKS[0])))
NUMBER = st.builds(lambda look, value: f' s="{look}"><v>{value}</v></c>', LOOKS, NUMBERS)
DAY = st.builds(
    lambda look, value: f' s="{look}"><v>{value}</v></c>', st.sampled_from([2, 3, 4]), st.integers(1, 60_000)
)
OTHER = st.sampled_from(
    [
        "",
        "/>",
        ' s="2"/>',
        ' t="e"><v>#N/A</v></c>',
        ' t="b"><v>1</v></c>',
        ' t="str"><v>330521197003120011</v></c>',
        ' t="str"><f>A1&amp;""</f><v>沈样例</v></c>',
        ' t="str"><f>A1</f><v></v></c>',
        "><f>A1</f></c>",
        "><f>A1*1</f><v>3.30521197003120E+17</v></c>",
        ' t="e"><f>1/0</f><v>#DIV/0!</v></c>',
        ' t="d"><v>1970-10-01</v></c>',
        ' t="d" s="2"><v>1970-10-01T00:00:00</v></c>',
    ]
)
TEXTS, ANY = SHARED | INLINE, SHARED | INLINE | NUMBER | DAY | OTHER
# Columns of one kind, with what goes unseen among it, and columns of anything.
COLUMN = st.sampled_from([TEXTS, TEXTS | st.just(""), NUMBER, DAY, DAY | st.just(""), TEXTS | OTHER, ANY])
_WIDTH, _PERIOD = 4, 3


@st.composite
def tables(draw: st.DrawFn) -> list[tuple[str, ...]]:
    """A few rows, each column of its own kind of cell."""
    columns = [draw(st.lists(draw(COLUMN), min_size=_PERIOD, max_size=_PERIOD)) for _ in range(_WIDTH)]
    return list(zip(*columns, strict=True))


def _write(path: Path, rows: Sequence[tuple[str, ...]], looks: Sequence[int]) -> None:
    lines = (
        "".join(f'<c r="{"BCDE"[place]}{row}"{cell}' for place, cell in enumerate(cells) if cell)
        for row, cells in enumerate(rows, 1)
    )
    # A column of text on both sides, so that no row is empty and the sheet is as large as long ones are.
    filled = "".join(
        f'<row r="{row}"><c r="A{row}" t="s"><v>1</v></c>{line}<c r="F{row}" t="inlineStr"><is><t>{"湖州市样例单位" * 8}</t></is></c></row>'
        for row, line in enumerate(lines, 1)
    )
    sheet = f'<worksheet xmlns="{_MAIN}"><sheetData>{filled}</sheetData></worksheet>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        for name, part in {**_PARTS, "xl/styles.xml": _styles(looks), "xl/worksheets/sheet1.xml": sheet}.items():
            file.writestr(name, part)


def _read(folder: Path, rows: Sequence[tuple[str, ...]], looks: Sequence[int]) -> Grid:
    path = folder / "a.xlsx"
    _write(path, rows, looks)
    (grid,) = read(path, "a.xlsx")
    return grid


def _cells(row: Sequence[object]) -> list[tuple[type, object]]:
    return [(type(cell), cell) for cell in row]


_TEXT = (' t="s"><v>1</v></c>',) * _WIDTH
_NUMBERS = (*_TEXT[:3], "><v>25842</v></c>")
_MONTHS = (*_TEXT[:3], ' s="5"><v>25842</v></c>')  # a look that only China's Excel has
_TYPED = ' t="s"><v>1</v></c>', "><v>3.30521197003120E+17</v></c>", ' t="s"><v>1</v></c>', ' t="s"><v>1</v></c>'


@settings(max_examples=30, phases=(Phase.explicit, Phase.reuse, Phase.generate))  # each takes a second
@given(tables(), st.none() | st.tuples(*[ANY] * _WIDTH), st.integers(100, FEWEST - 1), st.sampled_from(_LOOKS))
@example([_TEXT] * _PERIOD, _TYPED, 19_000, _LOOKS[0])
@example([_NUMBERS] * _PERIOD, _MONTHS, 19_000, _LOOKS[1])
def test_a_long_sheet_reads_as_its_rows_do_alone(table, odd, at, looks):
    rows = [table[row % _PERIOD] for row in range(FEWEST + 50)]
    odd = odd or rows[at]
    rows[at] = odd
    with TemporaryDirectory() as folder:
        long, short = _read(Path(folder), rows, looks), _read(Path(folder), [*table, odd], looks)
    assert len(long.rows) == len(rows)
    expected = [_cells(row) for row in short.rows]
    for number, row in enumerate(long.rows):
        assert _cells(row) == expected[_PERIOD if number == at else number % _PERIOD], number
    few = {(_PERIOD if row == at else row % _PERIOD, place): text for (row, place), text in long.errors.items()}
    assert few == short.errors
