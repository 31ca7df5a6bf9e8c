"""The photo commands (照片), from folder to folder: normalise, check, sheet; and finished photos against entries."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from hzcert import belonging, photos
from hzcert.batch import MANIFEST, Input, about, begin, inventory, manifest, standing, take_in, whole_file
from hzcert.errors import InputError
from hzcert.findings import Finding, in_order, mask
from hzcert.given import keep_apart
from hzcert.language import sentence
from hzcert.ledger import Ledger, Note
from hzcert.outcome import Outcome, Record
from hzcert.photospec import PhotoSpec
from hzcert.settings import Settings
from hzcert.table import Table
from hzcert.work import Watch, executor


def normalise(
    source: Path, target: Path, settings: Settings, watch: Watch, *, dry_run: bool, show_ids: bool
) -> Outcome:
    """Photos as received into the notice's normal form, named by ID number; the source is left as it is.

    What an earlier run has done is not done again: the manifest in the target knows it.
    """
    keep_apart(source, target)
    spec = settings.policy.photo_spec(settings.as_of)
    received = _photo_files(source)
    files = photos.unpacked(received, spec)
    ledger = Ledger(target, spec)
    stood = standing(target)

    def keep(id_number: str, jpeg: bytes) -> None:
        stood.add(f"{id_number}.jpg")
        if not dry_run:
            with whole_file(target / f"{id_number}.jpg") as path:
                path.write_bytes(jpeg)

    def stands(id_number: str, sha256: str) -> bool:
        if _hash_of(target / f"{id_number}.jpg") != sha256:
            return False
        stood.add(f"{id_number}.jpg")
        return True

    if not dry_run:
        begin(target)
        ledger.open()
    with executor(settings.workers, settings.cluster, apart=True) as on, watch("照片", len(files)) as progress:
        shots = photos.normalise(files, spec, on, progress, keep, photos.Before(ledger, stands))
    used = {shot.id_number for shot in shots if shot.used}
    for shot in shots if not dry_run else ():
        if shot.id_number and shot.id_number not in used:  # an earlier photo of this person no longer stands
            (target / f"{shot.id_number}.jpg").unlink(missing_ok=True)
            stood.discard(f"{shot.id_number}.jpg")
    if not dry_run:
        written = [take_in(target / name, target) for name in sorted(stood) if (target / name).is_file()]
        with whole_file(target / MANIFEST) as path:
            counts = {"photos": photos.counts(shots)}
            path.write_text(manifest(about(settings, counts, received), written, ledger.section()), encoding="utf-8")
        ledger.close()
    made = [str(target / f"{shot.id_number}.jpg") if shot.used else None for shot in shots]
    records = [shot.record(output, show_ids=show_ids) for shot, output in zip(shots, made, strict=True)]
    return _photo_outcome("photos normalize", shots, records, [] if dry_run else [str(target)])


def _hash_of(path: Path) -> str:
    try:
        return take_in(path, path.parent).sha256
    except InputError:
        return ""


def check(folder: Path, settings: Settings, watch: Watch, *, show_ids: bool, strict_notice: bool = False) -> Outcome:
    """Photos judged as ``normalise`` judges them, or by the notice's literal bounds; nothing is written."""
    spec = settings.policy.photo_spec(settings.as_of)
    files = unpacked(folder, spec)
    with executor(settings.workers, settings.cluster, apart=True) as on, watch("照片", len(files)) as progress:
        shots = photos.check(files, spec, on, progress, literal=strict_notice, known=_known_outputs(folder, spec))
    records = [shot.record(shot.shown if shot.accepted else None, show_ids=show_ids) for shot in shots]
    return _photo_outcome("photos check", shots, records, [])


def sheet(
    folder: Path,
    out: Path,
    settings: Settings,
    watch: Watch,
    *,
    everybody: bool,
    show_ids: bool,
    dry_run: bool,
) -> Outcome:
    """A contact sheet of a folder's photos, judged as ``normalise`` judges them: the rejected ones, or all."""
    from hzcert import contact  # here, since the fonts' libraries take a fifth of a second to load

    ending = contact.ending_of(out)
    keep_apart(folder, out)
    spec = settings.policy.photo_spec(settings.as_of)
    files = unpacked(folder, spec)
    with executor(settings.workers, settings.cluster, apart=True) as on, watch("照片", len(files)) as progress:
        shots = photos.check(files, spec, on, progress, literal=False, thumb=contact.THUMB, everybody=everybody)
    title = sentence(f"照片小样：{mask(folder.name) if not show_ids else folder.name}，{settings.as_of}")
    if not dry_run:
        with whole_file(out) as path:
            contact.write(path, title, contact.tiles(shots, everybody=everybody, show_ids=show_ids), ending=ending)
    records = [shot.record(None, show_ids=show_ids) for shot in shots]
    return _photo_outcome("photos sheet", shots, records, [] if dry_run else [str(out)])


def _known_outputs(folder: Path, spec: PhotoSpec) -> Mapping[str, Note]:
    """What is known of finished photos: by the manifest beside them, or that of the batch whose results they are."""
    return {**Ledger(folder.resolve().parent, spec).outputs(), **Ledger(folder, spec).outputs()}


def _photo_files(folder: Path) -> list[Input]:
    if folder.is_file():
        files = [take_in(folder, folder.parent)]
    else:
        files = [each for each in inventory(folder, folder, faults=True) if each.shown != MANIFEST]
    if not files:
        raise InputError(f"{folder} 里没有照片", "请检查路径")
    return files


def _photo_outcome(
    command: str, shots: Sequence[photos.PhotoResult], records: Sequence[Record], outputs: Sequence[str]
) -> Outcome:
    # A photo's record carries its findings: in JSON they are not said twice.
    found = in_order(finding for shot in shots for finding in shot.findings)
    return Outcome(command, photos.counts(shots), found, records, outputs, nested=True)


def unpacked(folder: Path, spec: PhotoSpec) -> list[Input]:
    """A folder's photos, those in archives too."""
    return photos.unpacked(_photo_files(folder), spec)


def findings(
    received: Sequence[Input], folder: Path, holders: Table, settings: Settings, watch: Watch
) -> list[Finding]:
    """What is wrong with a folder's finished photos, and with entries that have none."""
    spec = settings.policy.photo_spec(settings.as_of)
    with executor(settings.workers, settings.cluster, apart=True) as on, watch("照片", len(received)) as progress:
        shots = photos.check(received, spec, on, progress, known=_known_outputs(folder, spec))
    return [*(finding for shot in shots for finding in shot.findings), *belonging.link(holders, shots)]
