"""The register at the size of a province: entering and numbering, proving the chain, one certificate's history.

    python benchmarks/register.py [HOLDERS] [--postgres]

Prints one JSON object. Rates are by wall time; CPU time of this process (user and system) stands beside them.
"""

import argparse
import gc
import json
import resource
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / "tests")]

import postgres
from hzcert import audit, register
from hzcert.idnumber import check_character
from hzcert.policy import load_policy
from hzcert.store import open_register
from hzcert.table import table_of
from people import holder

DAY = date(2007, 11, 20)
BATCH = 100_000


def people(first, count):
    """So many holders of intermediate certificates, each with an ID number and a name of their own."""
    one = holder(obtained_on="1998-12-03")
    bodies = [f"33{number // 1000:012}{number % 1000:03}"[:17] for number in range(first, first + count)]
    columns = {name: [str(value)] * count for name, value in one.items() if name not in ("row", "id_number")}
    columns["id_number"] = [body + check_character(body) for body in bodies]
    columns["name"] = [
        f"沈{chr(0x4E00 + number // 5000)}{chr(0x4E00 + number % 5000)}" for number in range(first, first + count)
    ]
    return table_of(columns, list(range(2, count + 2)))


@contextmanager
def timed(results, name, size):
    before, usage = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    yield
    seconds, after = time.perf_counter() - before, resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - usage.ru_utime - usage.ru_stime
    results[name] = {"per_second": round(size / seconds), "seconds": round(seconds, 2), "cpu_seconds": round(cpu, 2)}


def measure(url, holders):
    policy, results = load_policy("huzhou-2007-35").policy, {"holders": holders}
    evidence = {"file": "公布.xlsx", "sheet": "", "row": 2, "reason": "公布文号、姓名、资格名称相符"}
    spent = {"wall": 0.0, "cpu": 0.0}
    for first in range(0, holders, BATCH):
        count = min(BATCH, holders - first)
        batch, agreed = people(first, count), dict.fromkeys(range(count), evidence)
        wall, usage = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
        numbers = register.number(batch, policy, DAY, "330500", url, operator="bench", agreed=agreed)
        after = resource.getrusage(resource.RUSAGE_SELF)
        spent["wall"] += time.perf_counter() - wall
        spent["cpu"] += after.ru_utime + after.ru_stime - usage.ru_utime - usage.ru_stime
        assert numbers.new == count, numbers.findings[:3]
    results["entered, reviewed, reconciled and numbered"] = {
        "holders_per_second": round(holders / spent["wall"]), "seconds": round(spent["wall"], 1), "cpu_seconds": round(spent["cpu"], 1)
    }  # fmt: skip
    with open_register(url, reading=True) as book:
        events = book.head().seq
        results["events"] = events
        with timed(results, "chain proved", events):
            assert audit.prove(book) == []
    with timed(results, "whole register verified", events):
        assert audit.verify(url, policy).problems == ()
    person = people(holders // 2, 1).text("id_number", 0)
    times = []
    for _ in range(20):
        before = time.perf_counter()
        with open_register(url, reading=True) as book:
            files = book.of_people([person])
            assert len(book.events_of([files[0]["id"]])) >= 3
        times.append((time.perf_counter() - before) * 1000)
    results["history by ID number"] = {"median_ms": round(sorted(times)[10], 2), "worst_ms": round(max(times), 2)}
    return results


if __name__ == "__main__":
    gc.set_threshold(200_000, 20, 50)  # as the program itself does
    asked = argparse.ArgumentParser()
    asked.add_argument("holders", nargs="?", type=int, default=1_000_000)
    asked.add_argument("--postgres", action="store_true")
    given = asked.parse_args()
    with ExitStack() as stack:
        if given.postgres:
            url = stack.enter_context(postgres.server()) + "postgres"
        else:
            url = str(Path(stack.enter_context(tempfile.TemporaryDirectory())) / "register.db")
        print(json.dumps(measure(url, given.holders), indent=1, ensure_ascii=False))
