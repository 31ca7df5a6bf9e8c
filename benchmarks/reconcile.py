"""How well and how fast entries are held against published lists, on sets of which the truth is known.

`python -m benchmarks.reconcile quality --entries 20000 --seeds 1 2 3`; `... export --entries 200000 --out /tmp/peers` for
benchmarks/peers.py; `... files --entries 200000 --out /tmp/files` to time `hzcert reconcile` itself.
"""

import argparse
import resource
import time
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import truth
from benchmarks.decades import decades
from benchmarks.truth import Known
from hzcert import reconcile
from hzcert.fields import HEADINGS
from hzcert.matching import keys
from hzcert.policy import Policy, load_policy
from hzcert.reconcile import Status
from hzcert.sheets.writing import write_table

AS_OF = date(2007, 9, 15)
LINKED = (Status.MATCHED, Status.DIFFERS)
MAKERS = truth.MAKERS | {"decades": decades}


def cpu() -> float:
    """CPU time of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def measures(known: Known, found: reconcile.Matches) -> dict[str, float]:
    """What the goal is about."""
    row, truth = found.settled.row, np.array(known.row)
    status = found.status
    linked = np.isin(status, LINKED)
    kind = np.array(known.kind)
    right = linked & (row == truth)
    clear = kind == "clear"
    first = np.array(known.first)
    again = kind == "again"
    # Of a certificate that is handed in twice one stands for both: which of the two, is no matter.
    has_copy = np.zeros(len(kind), dtype=bool)
    has_copy[first[again]] = True
    stood_for = np.zeros(len(kind), dtype=bool)
    copies = np.flatnonzero(again)
    stood_for[first[copies[right[copies]]]] = True
    doubles = [{status[line], status[first[line]]} >= {Status.DUPLICATE} for line in copies.tolist()]
    used = row[linked]
    return {
        "entries": len(kind),
        "linked": int(linked.sum()),
        "wrong": int((linked & ~right).sum()),
        "precision": float(right.sum() / max(linked.sum(), 1)),
        "recall_clear": float((right | stood_for)[clear].sum() / max(clear.sum(), 1)),
        "matched_clear": float((status == Status.MATCHED)[clear].sum() / max(clear.sum(), 1)),
        "hard_linked": float((right | stood_for)[kind == "hard"].mean()) if (kind == "hard").any() else 0.0,
        "twins": int((kind == "twin").sum()),
        "twins_accepted": float(linked[kind == "twin"].mean()) if (kind == "twin").any() else 0.0,
        "never_accepted": float(linked[kind == "never"].mean()) if (kind == "never").any() else 0.0,
        "rows_twice": int(len(used) - len(np.unique(used))),
        "duplicates_found": float(np.mean(doubles)) if doubles else 1.0,
    }


def missed(known: Known, found: reconcile.Matches, most: int) -> None:
    """Some clear entries that were not linked, and all that were linked wrongly: to look at."""
    truth = np.array(known.row)
    linked = np.isin(found.status, LINKED)
    wrong = np.flatnonzero(linked & (found.settled.row != truth))
    lost = np.flatnonzero((np.array(known.kind) == "clear") & ~linked)
    names = ("name", "employer", "title", "document_no", "obtained_on", "specialty", "former_name")
    for word, lines in (("wrong", wrong), ("lost", lost)):
        print(word, len(lines), Counter(str(found.status[line]) for line in lines))
        for line in lines[:most].tolist():
            match = found.match(line)
            print("  ", known.kind[line], match.status, match.reason, match.points, match.lead)
            print("     ours  ", *(known.holders.text(name, line) for name in names))
            for row in {int(truth[line]), int(found.settled.row[line]), *match.candidates} - {-1}:
                print(
                    "     theirs" if row == truth[line] else "     other ",
                    *(known.published.text(name, row) for name in names),
                )


def quality(policy: Policy, maker: str, entries: int, seed: int, show: int) -> dict[str, float]:
    """One set, held against the truth."""
    known = MAKERS[maker](entries, seed)
    start = cpu()
    found = reconcile.compare(known.holders, known.published, policy, AS_OF, renamed=known.renamed)
    seconds = cpu() - start
    if show:
        missed(known, found, show)
    return measures(known, found) | {"cpu": seconds, "per_second": entries / seconds}


def export(known: Known, policy: Policy, folder: Path) -> None:
    """Both tables for the peers, with folded keys and as they are read, and the truth."""
    numbers = keys.make_keys(known.holders, known.published, policy, {}, known.renamed)
    folder.mkdir(parents=True, exist_ok=True)
    for word, side, table in (("ours", numbers.ours, known.holders), ("theirs", numbers.theirs, known.published)):
        frame = pd.DataFrame(
            {
                "unique_id": np.arange(len(table)),
                "name": [numbers.names[at] if at >= 0 else "" for at in side.name.tolist()],
                "document": side.document.astype(str),
                "unit": [numbers.units[at].core if at >= 0 else "" for at in side.unit.tolist()],
                "title": side.title.astype(str),
                "obtained": [text[:7] for text in table.texts("obtained_on").to_pylist()],
            }
        )
        if word == "ours":
            frame = frame.assign(truth=known.row, clear=np.array(known.kind) == "clear")
        frame.to_parquet(folder / f"{word}.parquet")
    for word, table in (("holders", known.holders), ("published", known.published)):
        read = ("name", "employer", "title", "document_no", "obtained_on")
        frame = pd.DataFrame(
            {"unique_id": np.arange(len(table)), **{each: table.texts(each).to_pylist() for each in read}}
        )
        frame.to_parquet(folder / f"{word}.parquet")


def files(known: Known, folder: Path) -> None:
    """The same as workbooks, for the command itself."""
    folder.mkdir(parents=True, exist_ok=True)
    for word, table in (("holders", known.holders), ("published", known.published)):
        used = {name: heading for name, heading in HEADINGS.items() if any(table.texts(name).to_pylist())}
        rows = zip(*(table.texts(name).to_pylist() for name in used), strict=True)
        write_table(folder / f"{word}.xlsx", used, rows, AS_OF)


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("quality", "export", "files"))
    parser.add_argument("--entries", type=int, default=20_000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[7])
    parser.add_argument("--makers", nargs="+", default=list(MAKERS))
    parser.add_argument("--policy", default="huzhou-2007-35")
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    policy = load_policy(given.policy).policy
    if given.what != "quality":
        known = MAKERS[given.makers[0]](given.entries, given.seeds[0])
        if given.what == "export":
            export(known, policy, given.out)
        else:
            files(known, given.out)
        return
    for maker in given.makers:
        for seed in given.seeds:
            start = time.perf_counter()
            found = quality(policy, maker, given.entries, seed, given.show)
            words = "  ".join(f"{name} {value:.5g}" for name, value in found.items())
            print(f"{maker} seed {seed}: {words}  ({time.perf_counter() - start:.0f} s)")


if __name__ == "__main__":
    main()
