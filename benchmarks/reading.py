"""Reading an xlsx workbook into cells with their places: hzcert against pandas, each time in a process of its own.

    python benchmarks/reading.py 100000 [ROUNDS] [--without-openpyxl]

Prints CPU seconds (the least of the rounds, all taken in turns) and the most memory that any of them took.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import invented
import openpyxl  # noqa: F401 - so that no way pays for its import
import pandas
from python_calamine import CalamineWorkbook

from hzcert.sheets.reading import read


def hzcert(path: str) -> int:
    """Read by hzcert."""
    return len(read(Path(path), path)[0].rows)


def calamine(path: str) -> int:
    """The rows that hzcert's reader gives, none of them kept: the floor."""
    with Path(path).open("rb") as file:
        return sum(1 for _ in CalamineWorkbook.from_filelike(file).get_sheet_by_index(0).iter_rows())


def pandas_calamine(path: str) -> int:
    """Read by pandas with calamine."""
    return len(pandas.read_excel(path, engine="calamine")) + 1


def pandas_openpyxl(path: str) -> int:
    """Read by pandas with openpyxl."""
    return len(pandas.read_excel(path, engine="openpyxl")) + 1


WAYS = {way.__name__: way for way in (hzcert, calamine, pandas_calamine, pandas_openpyxl)}


def one(way: str, path: str) -> None:
    """Read once, without the time for imports; print rows, CPU seconds and megabytes."""
    before = time.process_time()
    rows = WAYS[way](path)
    took = time.process_time() - before
    print(rows, took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main() -> None:
    """All ways in turns, and how they compare."""
    count, rounds = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 3
    ways = [way for way in WAYS if way != "pandas_openpyxl" or "--without-openpyxl" not in sys.argv]
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    memory: dict[str, float] = dict.fromkeys(ways, 0.0)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.xlsx"
        # In a process of its own: what this one holds would count as memory of those that it starts.
        making = [sys.executable, __file__, "--make", str(path), str(count)]
        columns = int(subprocess.run(making, capture_output=True, text=True, check=True).stdout)
        for _ in range(rounds):
            for way in ways:
                done = subprocess.run(
                    [sys.executable, __file__, "--one", way, str(path)], capture_output=True, text=True, check=True
                )
                rows, took, most = done.stdout.split()
                if int(rows) != count + 1:
                    raise SystemExit(f"{way} read {rows} rows instead of {count + 1}")
                seconds[way].append(float(took))
                memory[way] = max(memory[way], float(most))
    best = {way: min(each) for way, each in seconds.items()}
    print(f"{count:,} rows x {columns} columns of xlsx, least CPU of {rounds}")
    for way in ways:
        print(f"{way:18}{best[way]:8.2f} s {best[way] / best['hzcert']:6.2f} x {memory[way]:8.0f} MB")


if __name__ == "__main__":
    if sys.argv[1] == "--one":
        one(sys.argv[2], sys.argv[3])
    elif sys.argv[1] == "--make":
        print(invented.workbook(Path(sys.argv[2]), int(sys.argv[3])))
    else:
        main()
