"""Peers of the reconciliation, each in a process of its own: `python benchmarks/peers.py FOLDER PEER`.

FOLDER holds what `python -m benchmarks.reconcile export` wrote: both tables with our folded keys, which helps every peer, as they
are read, and the truth. With `--raw` a peer is given the tables as read, and the usual cleaning counts as its own work. They run in an environment of their own, since recordlinkage 0.16 needs an older pandas than hzcert:
`pip install recordlinkage==0.16 'splink>=5,<6' rapidfuzz pyarrow`.
"""

import argparse
import resource
import warnings
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd


def exact(ours: pd.DataFrame, theirs: pd.DataFrame) -> np.ndarray:
    """pandas: name and document the same, and only one row."""
    once = theirs.drop_duplicates(["name", "document"], keep=False)
    merged = ours.merge(once, on=["name", "document"], how="left", suffixes=("", "_b"))
    return merged["unique_id_b"].fillna(-1).astype(int).to_numpy()


def rapidfuzz(ours: pd.DataFrame, theirs: pd.DataFrame) -> np.ndarray:
    """RapidFuzz inside blocks of one document: the best of name and unit, if it is good enough and leads."""
    from rapidfuzz import fuzz, process

    blocks = dict(iter(theirs.groupby("document")))
    found = np.full(len(ours), -1)
    for key, group in ours.groupby("document"):
        rows = blocks.get(key)
        if rows is None or key == "-1":
            continue
        scores = 0.6 * process.cdist(group["name"], rows["name"], scorer=fuzz.ratio, workers=1)
        scores += 0.4 * process.cdist(group["unit"], rows["unit"], scorer=fuzz.ratio, workers=1)
        best = scores.argmax(axis=1)
        top = scores[np.arange(len(group)), best]
        second = np.partition(scores, -2, axis=1)[:, -2] if scores.shape[1] > 1 else np.zeros(len(group))
        good = (top >= 75) & (top - second >= 10)
        found[group["unique_id"].to_numpy()[good]] = rows["unique_id"].to_numpy()[best[good]]
    return found


def by_surname(ours: pd.DataFrame, theirs: pd.DataFrame) -> np.ndarray:
    """RapidFuzz inside blocks of one surname, for documents are not always given: the best whole line, if it is good enough and leads."""
    from rapidfuzz import fuzz, process

    lines, rows = (frame[["name", "unit", "document", "title"]].agg("|".join, axis=1) for frame in (ours, theirs))
    blocks = rows.groupby(theirs["name"].str[:1]).indices
    found = np.full(len(ours), -1)
    for surname, places in lines.groupby(ours["name"].str[:1]).indices.items():
        others = blocks.get(surname)
        if others is None or len(others) < 2:
            continue
        for some in np.array_split(places, len(places) * len(others) // 20_000_000 + 1):
            scores = process.cdist(lines.iloc[some], rows.iloc[others], scorer=fuzz.ratio, score_cutoff=70, workers=1)
            best = scores.argmax(axis=1)
            top, second = scores[np.arange(len(some)), best], np.partition(scores, -2, axis=1)[:, -2]
            good = (top >= 75) & (top - second >= 10)
            found[some[good]] = others[best[good]]
    return found


# Pairs are looked at that agree in all of one of these: .993 of the right ones on the county set, .999 where it is wide.
_BLOCKS = (("name",), ("document", "unit"))
_WIDE = (("name",), ("document",))


def recordlinkage(
    ours: pd.DataFrame, theirs: pd.DataFrame, blocks: tuple[tuple[str, ...], ...] = _BLOCKS
) -> np.ndarray:
    """recordlinkage: blocks by name, and by document with unit; Jaro-Winkler and exact comparisons, a threshold."""
    import recordlinkage as rl

    ours, theirs = ours.set_index("unique_id"), theirs.set_index("unique_id")
    indexer = rl.Index()
    for block in blocks:
        indexer.block(list(block))
    pairs = indexer.index(ours, theirs)
    compare = rl.Compare(n_jobs=1)
    compare.string("name", "name", method="jarowinkler", label="name")
    compare.string("unit", "unit", method="jarowinkler", label="unit")
    for name in ("document", "title", "obtained"):
        compare.exact(name, name, label=name)
    score = (
        compare.compute(pairs, ours, theirs)
        .mul({"name": 4, "unit": 2, "document": 3, "title": 1, "obtained": 1})
        .sum(axis=1)
    )
    best = score[score >= 8].reset_index()
    best.columns = ["ours", "theirs", "score"]
    best = best.sort_values("score").drop_duplicates("ours", keep="last").drop_duplicates("theirs", keep="last")
    found = np.full(len(ours), -1)
    found[best["ours"].to_numpy()] = best["theirs"].to_numpy()
    return found


def splink(ours: pd.DataFrame, theirs: pd.DataFrame, blocks: tuple[tuple[str, ...], ...] = _BLOCKS) -> np.ndarray:
    """Splink on DuckDB: Fellegi-Sunter with term frequencies, the best pair above a threshold."""
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    warnings.simplefilter("ignore")
    settings = SettingsCreator(
        link_type="link_only",
        comparisons=[
            cl.ExactMatch("name").configure(term_frequency_adjustments=True),
            cl.JaroWinklerAtThresholds("unit", [0.9, 0.8]),
            cl.ExactMatch("document"),
            cl.ExactMatch("title"),
            cl.ExactMatch("obtained"),
        ],
        blocking_rules_to_generate_predictions=[block_on(*block) for block in blocks],
        retain_intermediate_calculation_columns=False,
    )
    database = DuckDBAPI()
    tables = [database.register(table) for table in (ours, theirs)]
    linker = Linker(tables, settings)
    training = linker.training
    training.estimate_probability_two_random_records_match([block_on("name", "document")], recall=0.8)
    training.estimate_u_using_random_sampling(max_pairs=1_000_000, seed=1)
    training.estimate_parameters_using_expectation_maximisation(block_on("name"))
    training.estimate_parameters_using_expectation_maximisation(block_on("document", "unit"))
    pairs = linker.inference.predict(threshold_match_probability=0.9).as_pandas_dataframe()
    best = (
        pairs.sort_values("match_weight")
        .drop_duplicates("unique_id_l", keep="last")
        .drop_duplicates("unique_id_r", keep="last")
    )
    found = np.full(len(ours), -1)
    found[best["unique_id_l"].to_numpy()] = best["unique_id_r"].to_numpy()
    return found


def cleaned(frame: pd.DataFrame) -> pd.DataFrame:
    """A table as it was read, cleaned as everybody does it: full width, spaces, and the brackets of document numbers."""
    text = frame.select_dtypes(exclude="number").apply(
        lambda column: column.fillna("").str.normalize("NFKC").str.replace(r"\s+", "", regex=True)
    )
    number = (
        text["document_no"].str.replace(r"[〔\[【(（]", "[", regex=True).str.replace(r"[〕\]】)）]", "]", regex=True)
    )
    plain = {"name": text["name"], "document": number, "unit": text["employer"], "title": text["title"]}
    return pd.DataFrame({"unique_id": frame["unique_id"], **plain, "obtained": text["obtained_on"].str[:7]})


PEERS = {
    "pandas": exact,
    "rapidfuzz": rapidfuzz,
    "rapidfuzz-surname": by_surname,
    "recordlinkage": recordlinkage,
    "splink": splink,
    "recordlinkage-wide": partial(recordlinkage, blocks=_WIDE),
    "splink-wide": partial(splink, blocks=_WIDE),
}


def main() -> None:
    """Run one peer, and say how fast and how well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("peer", choices=list(PEERS))
    parser.add_argument("--raw", action="store_true")
    given = parser.parse_args()
    ours, theirs = (pd.read_parquet(given.folder / f"{name}.parquet") for name in ("ours", "theirs"))
    if given.raw:
        read = [pd.read_parquet(given.folder / f"{name}.parquet") for name in ("holders", "published")]
        start = _cpu()
        row = PEERS[given.peer](*map(cleaned, read))
    else:
        start = _cpu()
        row = PEERS[given.peer](ours.drop(columns=["truth", "clear"]), theirs)
    seconds = _cpu() - start
    truth, clear = ours["truth"].to_numpy(), ours["clear"].to_numpy()
    linked = row >= 0
    right = linked & (row == truth)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{given.peer}{' raw' if given.raw else ''}: {seconds:.1f} CPU-s, {len(ours) / seconds:.0f} entries/s, {peak} MB, "
        f"precision {right.sum() / max(linked.sum(), 1):.5f}, recall on clear {right[clear].mean():.4f}"
    )


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
