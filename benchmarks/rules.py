"""How fast the rules are: against frictionless and a pydantic model per row, by rows, by ID numbers, and from a workbook.

python benchmarks/rules.py [--rows 1000000] [--only peers|linear|ids|workbook] [--out FILE.md]
Needs the extra ``bench``. Times are CPU seconds of one process (best of three for us, once for the others).
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import invented
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from pydantic import AfterValidator, BaseModel, StringConstraints, ValidationError, model_validator

from hzcert import codes, validate
from hzcert.entries import Entries
from hzcert.fields import FIELDS
from hzcert.idnumber import check_character
from hzcert.policy import load_policy
from hzcert.table import Table, table_of

T = TypeVar("T")
Line = Sequence[str]

POLICY = load_policy("huzhou-2007-35").policy
CITY = POLICY.authority("330500")
AS_OF = date(2007, 9, 15)
FAULTS = 0.01
ID_CODES = {
    code.id
    for code in (
        codes.ID_FORM, codes.ID_CHECK, codes.ID_BIRTH, codes.SEX_DIFFERS, codes.BIRTH_DIFFERS, codes.ID_OLD_FORM,
        codes.ID_DIVISION, codes.ID_DIVISION_GONE, codes.ID_PROVINCE,
    )
}  # fmt: skip

# What all three check: compulsory fields, forms by pattern, lists of values, ID numbers once, and (but for frictionless,
# which has no such check) check digit, sex and date of birth.
ID_PATTERN = r"^\d{17}[\dX]$"
DATE_PATTERN = r"^\d{4}-\d{2}(-\d{2})?$"
DOCUMENT_PATTERN = r"^\D{1,16}\[\d{4}\]\d{1,5}号$"
TITLES = sorted({title.name for found in POLICY.title_table.by_spelling.values() for title in found})
LISTS = {
    "sex": ["男", "女"],
    "region": list(POLICY.regions),
    "level": ["正高", "副高", "中级", "助理级", "员级"],
    "case": list(POLICY.entry.cases.on(AS_OF).value),
    "title": TITLES,
}
PATTERNS = {
    "id_number": ID_PATTERN,
    "birth_date": DATE_PATTERN,
    "obtained_on": DATE_PATTERN,
    "document_no": DOCUMENT_PATTERN,
}
KINDS = {"birth_date": "date", "obtained_on": "yearmonth", "document_date": "date"}
COMPULSORY = POLICY.entry.required["换发"].on(AS_OF).value


def cpu(work: Callable[[], T], times: int = 1) -> tuple[float, T]:
    """The least CPU time of some runs, and what the last one came to."""
    best, result = float("inf"), None
    for _ in range(times):
        start = time.process_time()
        result = work()
        best = min(best, time.process_time() - start)
    return best, result  # type: ignore[return-value]


# --- the same rows for all ------------------------------------------------------------------------------------------


def write_files(folder: Path, count: int) -> tuple[Path, Path]:
    """The entries as Parquet and as CSV."""
    columns = pa.table({name: pa.array(texts) for name, texts in invented.columns(count, FAULTS).items()})
    parquet, comma = folder / f"{count}.parquet", folder / f"{count}.csv"
    pa.parquet.write_table(columns, parquet)
    pa.csv.write_csv(columns, comma)
    return parquet, comma


def from_arrow(columns: pa.Table) -> Table:
    """A table as an ingest makes it, every row with its place."""
    count = columns.num_rows
    places = {"file": pa.repeat("名单", count), "sheet": pa.repeat("", count)}
    return table_of({name: columns[name] for name in columns.column_names} | places, range(2, count + 2))


def read_csv(path: Path) -> pa.Table:
    """A CSV file as text, whatever its columns look like."""
    kinds = pa.csv.ConvertOptions(column_types=dict.fromkeys(FIELDS, pa.large_string()))
    return pa.csv.read_csv(path, pa.csv.ReadOptions(use_threads=False), convert_options=kinds)


# --- the three ------------------------------------------------------------------------------------------------------


def ours(path: Path) -> int:
    """All rules of hzcert; how many rows have an error."""
    columns = pa.parquet.read_table(path, use_threads=False) if path.suffix == ".parquet" else read_csv(path)
    table = from_arrow(columns)
    return len({f.where.row for f in validate.check(table, POLICY, AS_OF, CITY) if f.severity == "error"})


def by_frictionless(path: Path) -> int:
    """Compulsory fields, dates, patterns, lists and uniqueness; how many rows have an error."""
    from frictionless import Checklist, Resource, Schema, system

    fields = []
    for name in invented.columns(1):
        constraints: dict[str, object] = {"required": name in COMPULSORY}
        kind = KINDS.get(name, "string")
        if name in PATTERNS and kind == "string":
            constraints["pattern"] = PATTERNS[name].strip("^$")
        if name in LISTS:
            constraints["enum"] = LISTS[name]
        if name == "id_number":
            constraints["unique"] = True
        fields.append({"name": name, "type": kind, "constraints": constraints})
    schema = Schema.from_descriptor({"fields": fields})
    with system.use_context(trusted=True):
        report = Resource(path=str(path), schema=schema).validate(Checklist(), limit_errors=10**9)
    return len({row for (row,) in report.flatten(["rowNumber"])})


def _check_digit_holds(number: str) -> str:
    if check_character(number[:17]) != number[17]:
        raise ValueError("check digit")
    return number


Given = Annotated[str, StringConstraints(min_length=1)]
Day = Annotated[str, StringConstraints(pattern=DATE_PATTERN)]


class Row(BaseModel):
    """One entry, as one would write it with pydantic: what can be said of a row alone, in the order of a reader."""

    id_number: Annotated[str, StringConstraints(pattern=ID_PATTERN), AfterValidator(_check_digit_holds)]
    name: Given
    sex: Literal["男", "女"]
    birth_date: Day
    employer: str
    department: str
    region: Literal["市本级", "吴兴区", "南浔区", "德清县", "长兴县", "安吉县"]
    series: str
    title: Literal[tuple(TITLES)]  # type: ignore[valid-type]
    specialty: str
    level: Literal["正高", "副高", "中级", "助理级", "员级"]
    obtained_by: Given
    obtained_on: Day
    committee: str
    document_no: Annotated[str, StringConstraints(pattern=DOCUMENT_PATTERN)]
    document_date: str
    old_certificate_no: str
    case: Literal["换发", "新发", "调入确认", "遗失补发"]

    @model_validator(mode="after")
    def _agrees(self) -> "Row":
        born = date(int(self.id_number[6:10]), int(self.id_number[10:12]), int(self.id_number[12:14]))
        if born > AS_OF or not born.isoformat().startswith(self.birth_date):
            raise ValueError("birth date")
        if (int(self.id_number[16]) % 2 == 1) != (self.sex == "男"):
            raise ValueError("sex")
        return self


def by_pydantic(path: Path) -> int:
    """A model per row, and a set for uniqueness; how many rows have an error."""
    seen: set[str] = set()
    wrong = 0
    for batch in read_csv(path).to_batches(max_chunksize=10_000):
        for record in batch.to_pylist():
            try:
                Row.model_validate(record)
            except ValidationError:
                wrong += 1
            else:
                wrong += record["id_number"] in seen
            seen.add(record["id_number"])
    return wrong


# --- the parts ------------------------------------------------------------------------------------------------------


def peers(count: int, folder: Path) -> Iterator[Line]:
    """The same rows by all three; the others on fewer, since both are linear."""
    yield "All rules against what the others can do", "rows", "rows in error", "CPU s", "us a row", "ours is faster by"
    parquet, comma = write_files(folder, count)
    seconds, wrong = cpu(lambda: ours(parquet), 3)
    yield (
        "hzcert, all rules, from Parquet",
        f"{count:,}",
        f"{wrong:,}",
        f"{seconds:.2f}",
        f"{seconds / count * 1e6:.2f}",
        "",
    )
    seconds, wrong = cpu(lambda: ours(comma), 3)
    mine = seconds / count
    yield "hzcert, all rules, from CSV", f"{count:,}", f"{wrong:,}", f"{seconds:.2f}", f"{mine * 1e6:.2f}", ""
    kinds: list[tuple[str, int, Callable[[Path], int]]] = [("pydantic, a model per row, from CSV", 4, by_pydantic)]
    kinds += [("frictionless, from CSV", 20, by_frictionless), ("frictionless, from CSV", 40, by_frictionless)]
    for name, share, work in kinds:
        fewer = count // share
        _, path = write_files(folder, fewer)
        seconds, wrong = cpu(lambda work=work, path=path: work(path))
        times = seconds / fewer / mine
        yield name, f"{fewer:,}", f"{wrong:,}", f"{seconds:.2f}", f"{seconds / fewer * 1e6:.2f}", f"{times:.1f}"


def linear(count: int, folder: Path) -> Iterator[Line]:
    """The rules alone, columns in memory, at a quarter, a half and the whole."""
    yield "The rules alone, columns in memory", "rows", "findings", "CPU s", "us a row"
    for faults in (0.0, 0.05, 0.3):
        for rows in (count // 4, count // 2, count):
            table = invented.table(rows, faults)
            best = float("inf")
            for _ in range(2):  # a fresh table each time: it keeps what it has once worked out
                fresh = Table(table.rows, table.layout)
                seconds, found = cpu(lambda fresh=fresh: validate.check(fresh, POLICY, AS_OF, CITY))
                best = min(best, seconds)
            yield (
                f"{faults:.0%} of rows with a fault",
                f"{rows:,}",
                f"{len(found):,}",
                f"{best:.2f}",
                f"{best / rows * 1e6:.2f}",
            )


def ids(count: int, folder: Path) -> Iterator[Line]:
    """The rules on the ID number alone: form, check digit, date, sex, birth, old form, division, province."""
    yield "The rules on ID numbers", "numbers", "CPU s", "numbers a second"
    table = invented.table(count, FAULTS)
    rules = [rule for rule in validate.RULES if rule.code.id in ID_CODES]

    def judge() -> int:
        entries = Entries(Table(table.rows), POLICY, AS_OF, CITY)
        return sum(int(rule.breaks(entries).sum()) for rule in rules)

    seconds, _ = cpu(judge, 3)
    yield f"{len(rules)} rules", f"{count:,}", f"{seconds:.2f}", f"{count / seconds:,.0f}"


def workbook(count: int, folder: Path) -> Iterator[Line]:
    """The whole command on a workbook of a tenth of the rows, against calamine reading the same file."""
    rows = count // 10
    yield "`hzcert validate` on a workbook, the whole command", "rows", "CPU s", "of calamine's"
    path = folder / f"{rows}.xlsx"
    invented.workbook(path, rows, FAULTS)
    reading = (
        "import sys, python_calamine as c; "
        "sum(1 for _ in c.load_workbook(sys.argv[1]).get_sheet_by_index(0).iter_rows())"
    )
    base = _of_process([sys.executable, "-c", reading, str(path)])
    whole = _of_process(
        [sys.executable, "-m", "hzcert", "validate", str(path), "--as-of", AS_OF.isoformat(), "--format", "jsonl"]
    )
    yield "calamine, rows not kept", f"{rows:,}", f"{base:.2f}", "1.0"
    yield "hzcert validate", f"{rows:,}", f"{whole:.2f}", f"{whole / base:.1f}"


def _of_process(command: list[str]) -> float:
    """The CPU time of a process and its children, start and end included; the best of three."""
    times = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(times)


PARTS = {"peers": peers, "linear": linear, "ids": ids, "workbook": workbook}


def main() -> None:
    """Run all parts, or one, and print their tables."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--rows", type=int, default=1_000_000)
    asked.add_argument("--only", choices=PARTS)
    asked.add_argument("--out", type=argparse.FileType("w", encoding="utf-8"), default=sys.stdout)
    given = asked.parse_args()
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores", file=given.out)
    for name, part in PARTS.items():
        if given.only in (None, name):
            with tempfile.TemporaryDirectory() as folder:
                for number, line in enumerate(part(given.rows, Path(folder))):
                    print(("" if number else "\n") + f"| {' | '.join(line)} |", file=given.out, flush=True)
                    if not number:
                        print("|" + " --- |" * len(line), file=given.out)


if __name__ == "__main__":
    main()
