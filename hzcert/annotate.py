"""Annotated copies (批注副本): each clerk's workbook again, its faulty cells coloured and commented, to be sent back."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from hzcert import listing
from hzcert.batch import Input, Outputs, about, manifest
from hzcert.findings import Finding, mask
from hzcert.language import sentence, word
from hzcert.settings import Settings
from hzcert.sheets.marking import Copy, Mark, copy_of, mark, open_copy, put_list, save
from hzcert.sheets.reading import read
from hzcert.sheets.writing import Sheet


def open_folder(folder: Path, files: Sequence[Input], *, dry_run: bool) -> Outputs:
    """The folder for the copies of these files, and of nothing else.

    Raises:
        OutputError: it can't be written, or somebody has changed a copy that lies there.
    """
    outputs = Outputs(folder, dry_run=dry_run)
    outputs.open(never_lose=copy_names(files).values())
    return outputs


def copy_names(files: Iterable[Input]) -> dict[str, str]:
    """What the copies of files are called, by the names of the files; no two the same, wherever they are put."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for source in files:
        name, number = _copy_name(source), 1
        while name.lower() in taken:
            number += 1
            name = f"{_copy_name(source)[:-5]}({number}).xlsx"
        names[source.shown] = name
        taken.add(name.lower())
    return names


def _copy_name(source: Input) -> str:
    """A file's own path, ending in .xlsx.

    >>> _copy_name(Input(Path("a"), "holders/安吉县.csv", 0, "")), _copy_name(Input(Path("a"), "/tmp/../b/甲.XLSX", 0, ""))
    ('holders/安吉县.csv.xlsx', 'tmp/b/甲.XLSX')
    """
    parts = [
        part for part in PurePath(source.shown).parts if part not in ("..", "/") and not part.endswith((":", ":\\"))
    ]
    name = "/".join(parts)
    return name if name.lower().endswith(".xlsx") else f"{name}.xlsx"


@dataclass(frozen=True)
class Made:
    """The copies that were written, and what a person should know of them, a line each."""

    outputs: Sequence[str] = ()
    told: str = ""


def copies(
    folder: Path | None,
    files: Sequence[Input],
    found: Iterable[Finding],
    settings: Settings,
    *,
    dry_run: bool,
    show_ids: bool,
) -> Made:
    """Annotated copies in a folder, if one is named."""
    if folder is None:
        return Made()
    return write(open_folder(folder, files, dry_run=dry_run), files, found, settings, show_ids=show_ids)


def write(
    outputs: Outputs, files: Sequence[Input], found: Iterable[Finding], settings: Settings, *, show_ids: bool
) -> Made:
    """A copy of every file of which something was found.

    Raises:
        OutputError: one can't be written, or a file that is not ours lies in its place.
    """
    of_file: dict[str, list[Finding]] = defaultdict(list)
    for finding in found:
        of_file[finding.where.file].append(finding)
    names, told = copy_names(files), list[str]()
    for source in files:
        if source.shown in of_file:
            copy, notes = _copy(source, settings.password)
            _annotate(copy, of_file[source.shown], [_about(source, show_ids), *notes], show_ids)
            with outputs.file(names[source.shown]) as path:
                save(copy, path, settings.as_of)
            told += [f"{_shown(source, show_ids)}: {sentence(note)}" for note in notes]
    counts = {"copies": len(outputs.written)}
    outputs.close(lambda written: manifest(about(settings, counts, files), written))
    made = [] if outputs.dry_run else [str(outputs.root / name) for name in outputs.written]
    where = [f"批注的副本在 {outputs.root}"] if made else []
    return Made(made, "\n".join([*where, *told]))


def _copy(source: Input, password: str | None) -> tuple[Copy, list[str]]:
    """A copy of a file as far as it can be made, and what it lacks."""
    copy = open_copy(source.path)
    if copy is None:
        return copy_of(read(source.path, source.shown, password)), [
            "副本是按读到的内容重写的，没有原文件的格式、公式和图片；改正请用原文件"
        ]
    notes = []
    if copy.lost:
        lost = "、".join(f"{kind} {number} 处" for kind, number in copy.lost.items())
        notes.append(f"副本中缺少原文件的 {lost}；改正请用原文件")
    if copy.formulas:
        notes.append("副本中公式的结果要由电子表格程序打开后重算")
    return copy, notes


def _about(source: Input, show_ids: bool) -> str:
    return f"这是 {_shown(source, show_ids)} 的副本，原文件没有改动。红色是错误，黄色是警告，蓝色是提示；批注里写着问题和怎么办"


def _shown(source: Input, show_ids: bool) -> str:
    return source.shown if show_ids else mask(source.shown)


def _annotate(copy: Copy, found: Sequence[Finding], above: Iterable[str], show_ids: bool) -> None:
    mark(copy, [_mark(finding, show_ids) for finding in found])
    lines = [listing.line(finding, "", show_ids=show_ids) for finding in found]
    notes = tuple(map(sentence, above))
    put_list(copy, Sheet(word("问题清单"), listing.spoken(listing.COLUMNS), lines, word(listing.OURS), notes))


def _mark(finding: Finding, show_ids: bool) -> Mark:
    record: Mapping[str, object] = finding.record(show_ids=show_ids)
    where = finding.where
    text = f"{finding.code.id} {finding.severity.label}: {record['message']}\n→ {record['remedy']} ({record['clause']})"
    return Mark(where.sheet or "", where.row, where.column, finding.severity.value, text)
