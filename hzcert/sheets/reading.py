"""Any clerk's file into grids of cells, its kind told by content, never by its ending."""

import io
from functools import partial
from itertools import chain, islice
from pathlib import Path

import pyarrow as pa

from hzcert.errors import InputError
from hzcert.sheets import guard
from hzcert.sheets.apart import Read, Task, read_apart
from hzcert.sheets.grid import Cell, Grid, Unreadable, as_text, letter
from hzcert.sheets.guard import Budget
from hzcert.sheets.kinds import Kind, Words, is_text, tell, tell_text
from hzcert.sheets.longrows import BLOCK, LongRows
from hzcert.sheets.markup import read_sheet_xml
from hzcert.sheets.text import Source, encoding_of, head, notes_on, read_lines, whole
from hzcert.sheets.xlsx import read_xlsx

_LONG_TEXT = 4 << 20  # bytes
_WIDE = 50  # columns of a long text

__all__ = ["Cell", "Grid", "as_text", "letter", "read"]


def read(path: Path, shown: str, password: str | None = None) -> list[Grid]:
    """All sheets of a workbook, a CSV file, a page or a Parquet file; ``shown`` is what findings call the file.

    Raises:
        InputError: it is no table, is damaged, too large, or is locked and the password is missing or wrong.
    """
    try:
        found = _long_text(path, shown) if _is_long_text(path) else _read(guard.load(path), shown, password)
        # Behind a password there is a workbook again.
        grids = _read(found, shown, None) if isinstance(found, bytes) else found
        if isinstance(grids, bytes):
            raise Unreadable("有两层密码保护", "请在电子表格程序中去掉密码后再放入")
    except Unreadable as cause:
        raise InputError(f"{shown} {cause.reason}", cause.remedy) from cause
    return grids


def _read(raw: bytes, shown: str, password: str | None) -> Read:
    kind, only = tell(raw), [raw]
    match kind:
        case Kind.XLSX:
            del raw  # so that it is free again while the cells of a large workbook come
            return read_xlsx(only.pop(), shown)
        case Kind.OLE:
            return read_apart(Task.OLE, raw, shown, password)
        case Kind.XLS:
            return read_apart(Task.XLS, raw, shown, password)
        case Kind.XLSB | Kind.ODS:
            return read_apart(Task.ZIPPED, raw, shown)
        case Kind.PARQUET:
            return [_parquet(raw, shown)]
        case Kind.TEXT:
            return _text(partial(io.BytesIO, raw), shown)


def _is_long_text(path: Path) -> bool:
    """Whether a file is a text of some length, which is read bit by bit and never held as a whole."""
    return guard.size(path, guard.MOST_TEXT) > _LONG_TEXT and is_text(guard.start(path))


def _long_text(path: Path, shown: str) -> Read:
    with guard.refused():
        return _text(lambda: path.open("rb"), shown)


def _text(source: Source, shown: str) -> Read:
    encoding = encoding_of(source)
    start = head(source, encoding)
    text = whole(source, encoding) if start.lstrip().startswith("<") else start
    match tell_text(text):
        case Words.HTML:
            return read_apart(Task.HTML, text, shown)
        case Words.SHEET_XML:
            return read_sheet_xml(text, shown)
        case Words.LINES:
            lines = read_lines(source, encoding, Budget(guard.MOST_LINES, guard.MOST_LINES * _WIDE))
            first = list(islice(lines, BLOCK + 1))
            rows = first if len(first) <= BLOCK else LongRows(chain(first, lines))
            return [Grid(shown, "", rows, notes=notes_on(source, encoding))]


def _parquet(raw: bytes, shown: str) -> Grid:
    import pyarrow.parquet as pq  # here, since few tables are of this kind

    budget = Budget()
    try:
        file = pq.ParquetFile(io.BytesIO(raw))
        budget.spend(file.metadata.num_rows, file.metadata.num_rows * file.metadata.num_columns)
        table = file.read()
        columns = [_column(column) for column in table.columns]
    except (
        pa.ArrowException,
        OSError,
        ValueError,
        TypeError,
        NotImplementedError,
        OverflowError,
        MemoryError,
    ) as cause:
        raise Unreadable("已损坏", "请重新导出后再放入") from cause
    return Grid(shown, "", [list(table.column_names), *map(list, zip(*columns, strict=True))])


def _column(column: pa.ChunkedArray) -> list[Cell]:
    if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
        column = column.cast(pa.large_string())  # text from programs that do not say so
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        cells: list[Cell] = column.fill_null("").to_numpy().tolist()
        return cells
    return ["" if cell is None else cell for cell in column.to_pylist()]
