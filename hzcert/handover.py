"""What is handed over (移交): to the province, to the city, to the units, as a folder and a zip that the other side can check (``receiving``)."""

import hashlib
import json
import shutil
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal

import numpy as np

from hzcert import __version__, affairs, ingest, roster
from hzcert.asked import Asked
from hzcert.batch import inventory, take_in, whole_file
from hzcert.bureau import clerk
from hzcert.desk import File, key, key_of, moment
from hzcert.errors import InputError, OutputError, UsageError
from hzcert.findings import in_order
from hzcert.given import read_list
from hzcert.outcome import Outcome
from hzcert.policy import Authority
from hzcert.settings import Settings, read_batch_file
from hzcert.sheets.safe import sheet_name
from hzcert.sheets.writing import Column, Sheet, write_table, write_workbook
from hzcert.table import ACCEPTED, Table

Kind = Literal["province", "city", "unit"]
MANIFEST, COVER = "manifest.json", "交接单.xlsx"
_STEP: Mapping[Kind, str] = {"province": "sent", "city": "filed", "unit": "handed"}
_WORDS: Mapping[Kind, str] = {"province": "报省", "city": "报市", "unit": "交单位"}
_EPOCH = (1980, 1, 1, 0, 0, 0)  # of every file in a zip: the same package is the same bytes


@dataclass(frozen=True)
class Parcel:
    """One package: to whom, and the entries that go with it, with their files in the register by position."""

    to: str
    to_code: str
    entries: Table
    files: Mapping[int, File]


def pack(kind: Kind, batch: Path, out: Path, settings: Settings, *, unit: str = "", dry_run: bool = False) -> Outcome:
    """Pack what a batch hands over (三.4, 三.5), and note in the register that it was.

    Raises:
        InputError: the batch was not run, or nobody in it is to be handed over.
        OutputError: it can't be written.
    """
    mine, to = _chosen(kind, _accepted(batch, settings), settings, unit)
    if not len(mine):
        raise InputError(f"{batch} 里没有要{_WORDS[kind]}的证书", "请检查 --authority，并先 hzcert run")
    records = list(mine.records())
    keys = [key(entry, settings.policy) for entry in records]
    steps = [line for line in range(len(mine)) if kind != "city" or _filed(mine, line, settings)]
    wanted = {line: _asked(mine, line, records[line], to[line][1]) for line in steps}
    at = moment()
    planned = _step(kind, wanted.values(), {}, settings, at, dry_run=True)
    by_key = {key_of(file): file for file in planned.files}
    files = {line: by_key[own] for line, own in enumerate(keys) if own in by_key}
    kept = [line for line in range(len(mine)) if line in files or line not in wanted]
    parcels = [
        _parcel(where, [line for line in kept if to[line] == where], mine, files)
        for where in dict.fromkeys(to[line] for line in kept)
    ]
    digests: dict[str, str] = {}
    for parcel in parcels if not dry_run else ():
        digests[parcel.to] = _write(kind, parcel, out / _name(kind, settings, parcel.to), batch, settings)
    going = [each for line, each in wanted.items() if line in files]
    if not dry_run and going:
        _step(kind, going, digests, settings, at)
    counts = {
        "read": len(mine),
        "packages": len(parcels),
        "certificates": len(kept),
        "set_aside": len(mine) - len(kept),
    }
    items = [_item(kind, parcel, digests, settings) for parcel in parcels]
    written = [str(out / f"{_name(kind, settings, each)}{ending}") for each in digests for ending in ("", ".zip")]
    return Outcome(f"pack {kind}", counts, in_order(planned.findings), items, written)


def _step(
    kind: Kind,
    asked: Iterable[Asked],
    digests: Mapping[str, str],
    settings: Settings,
    at: str,
    *,
    dry_run: bool = False,
) -> affairs.Done:
    """Take the step of being handed over with these certificates, each in the package of those to whom it goes."""

    def say(each: Asked, _: File) -> dict[str, object]:
        to = each.said["to"]
        unit = {"unit": to} if kind == "unit" else {}
        digest = {"sha256": digests[to]} if digests else {}
        return {"package": _name(kind, settings, to), **unit, **digest}

    who, url = clerk(settings), settings.register
    return affairs.carry_out(_STEP[kind], list(asked), say, settings.policy, who, url, moment=at, dry_run=dry_run)


def _item(kind: Kind, parcel: Parcel, digests: Mapping[str, str], settings: Settings) -> dict[str, object]:
    return {
        "type": "package", "name": _name(kind, settings, parcel.to), "to": parcel.to, "certificates": len(parcel.entries),
        "sha256": digests.get(parcel.to),
    }  # fmt: skip


def _accepted(batch: Path, settings: Settings) -> Table:
    """The accepted entries of a batch that was run."""
    table = batch / "out" / "holders.xlsx"
    if not table.is_file():
        raise InputError(f"{batch} 里没有 out/holders.xlsx", "请先 hzcert run")
    read = read_list([take_in(table, batch)], ingest.HOLDERS, settings).table
    result = read.column("result")
    if result.str.startswith(ACCEPTED).any() and not (result == ACCEPTED).any():
        raise InputError(f"{batch} 里的人员都没有与公布文件核对，不能移交（三.4）", "收到公布文件后请重新 hzcert run")
    return read.take(np.asarray(result == ACCEPTED, dtype=np.bool_))


def _chosen(kind: Kind, whole: Table, settings: Settings, unit: str) -> tuple[Table, list[tuple[str, str]]]:
    """The entries that this authority hands over, and to whom each goes: a code (none: a unit) and a name."""
    policy, own, day = settings.policy, settings.authority, settings.as_of
    needed = {"province": "city", "city": "county"}.get(kind)
    if needed and own.kind != needed:
        who = {"city": "市人事局", "county": "县区人事局"}[needed]
        raise UsageError(f"pack {kind} 由{who}运行，不是{own.name}", "请用 --authority 指明机关")
    chosen: list[bool] = []
    to: list[tuple[str, str]] = []
    for entry in whole.records():
        line = policy.responsibility(entry["level"], entry["region"], day)
        goes: Authority | str | None = None
        if kind == "province":
            goes = policy.body("province", entry["region"]) if line.roster_to == "province" else None
        elif kind == "city":
            goes = policy.body("city", entry["region"]) if policy.regions[entry["region"]] == own else None
        elif policy.body(line.hands_out, entry["region"]) == own:
            name = policy.submitting_unit(entry["department"], entry["region"])
            goes = name if unit in ("", name) else None
        chosen.append(goes is not None)
        if goes is not None:
            to.append((goes.code, goes.name) if isinstance(goes, Authority) else ("", goes))
    return whole.take(np.array(chosen, dtype=np.bool_)), to


def _filed(entries: Table, line: int, settings: Settings) -> bool:
    """Whether a county's own certificate is meant, whose roster is filed with the city; the others are only forwarded."""
    maker = settings.policy.maker(entries.text("level", line), entries.text("region", line), settings.as_of)
    return maker is not None and maker == settings.authority


def _asked(entries: Table, line: int, entry: Mapping[str, str], to: str) -> Asked:
    said = {"title": entry["title"], "specialty": entry["specialty"], "to": to}
    return Asked(entries.where(line), entry["id_number"], said=said)


def _parcel(to: tuple[str, str], lines: Sequence[int], mine: Table, files: Mapping[int, File]) -> Parcel:
    mask = np.zeros(len(mine), dtype=np.bool_)
    mask[list(lines)] = True
    return Parcel(to[1], to[0], mine.take(mask), {new: files[old] for new, old in enumerate(lines) if old in files})


def _name(kind: Kind, settings: Settings, to: str) -> str:
    """What a package is called; whatever stands in a unit's name, it is one name and no path."""
    plain = sheet_name(to, set()).replace(".", "_").strip() or "单位"
    tail = f"-{hashlib.sha256(to.encode()).hexdigest()[:6]}" if plain != to else ""
    return f"移交-{_WORDS[kind]}-{settings.authority.code}-{plain}{tail}-{settings.as_of.isoformat()}"


# --- what is in a package -------------------------------------------------------------------------------------------


def _write(kind: Kind, parcel: Parcel, target: Path, batch: Path, settings: Settings) -> str:
    """Write one package as a folder and a zip, both whole; the hash of its manifest."""
    if target.exists() and not (target / MANIFEST).is_file():
        raise OutputError(f"{target} 已经存在，但不是 hzcert 写的", "请移走这个文件，或用 --out 指明另一个文件夹")
    making = target.with_name(f".{target.name}.making")
    try:
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True, mode=0o700)
        _fill(kind, parcel, making, batch, settings)
        listed = [
            {"path": each.path.relative_to(making).as_posix(), "size": each.size, "sha256": each.sha256}
            for each in inventory(making, making)
        ]
        content = {
            "type": "hzcert package", "version": __version__, "kind": kind, "policy": settings.policy.name,
            "as_of": settings.as_of.isoformat(), "from": {"code": settings.authority.code, "name": settings.authority.name},
            "to": {"code": parcel.to_code, "name": parcel.to}, "certificates": len(parcel.entries), "files": listed,
        }  # fmt: skip
        text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
        digest = hashlib.sha256(text.encode()).hexdigest()
        with whole_file(making / MANIFEST) as path:
            path.write_text(text, encoding="utf-8")
        with whole_file(making / COVER) as path:
            write_workbook(path, [_cover(parcel, listed, digest, target.name, settings)], settings.as_of)
        with whole_file(target.with_name(f"{target.name}.zip")) as path:
            _zip(making, path)
        shutil.rmtree(target, ignore_errors=True)
        making.rename(target)
    except OSError as cause:
        raise OutputError(f"不能写入 {target}：{cause.strerror or cause}", "请检查输出位置") from cause
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return digest


def _fill(kind: Kind, parcel: Parcel, folder: Path, batch: Path, settings: Settings) -> None:
    policy, day, entries = settings.policy, settings.as_of, parcel.entries
    numbers = {line: file["number"] for line, file in parcel.files.items() if file["number"]}
    if kind == "unit":
        with whole_file(folder / "发放清单.xlsx") as path:
            write_workbook(path, [_issue_list(parcel, numbers, settings)], day)
        return
    for each in roster.build(entries, numbers, policy, day, settings.authority):
        with whole_file(folder / "花名册" / each.file_name) as path:
            write_workbook(path, [roster.sheet(each)], day, held=len(each) <= roster.HELD)
    with whole_file(folder / "人员信息.xlsx") as path:
        write_table(path, ingest.WRITTEN, ingest.written_rows(entries, numbers), day)
    for id_number in dict.fromkeys(entries.column("id_number")):
        _copy(batch / "out" / "photos" / f"{id_number}.jpg", folder / "照片" / f"{id_number}.jpg")
    cited = {entry["document_no"] for entry in entries.records()} | set(entries.column("transfer_confirmed_no"))
    published = batch / read_batch_file(batch).published
    for source in inventory(published, published) if published.is_dir() else ():
        read = read_list([source], ingest.PUBLISHED, settings).table
        if cited & set(read.column("document_no")):
            _copy(source.path, folder / "公布文件" / source.path.relative_to(published))


def _copy(source: Path, target: Path) -> None:
    if source.is_file():
        with whole_file(target) as path:
            shutil.copyfile(source, path)


def _issue_list(parcel: Parcel, numbers: Mapping[int, str], settings: Settings) -> Sheet:
    """发放清单: who of a unit gets which certificate, each to sign for it (三.5)."""
    columns = (
        Column("序号", 5, "count"), Column("姓名", 9, centred=True), Column("身份证号", 21, centred=True, one_line=True),
        Column("工作单位", 24), Column("资格名称", 18), Column("级别", 7, centred=True),
        Column("证书编号", 22, centred=True, one_line=True), Column("领取人", 12), Column("领取日期", 12, "date"),
    )  # fmt: skip
    rows = [
        (place, each["name"], each["id_number"], each["employer"], each["title"], each["level"], numbers.get(line, ""), "", "")
        for place, (line, each) in enumerate(enumerate(parcel.entries.records()), 1)
    ]  # fmt: skip
    day = settings.as_of
    return Sheet(
        "发放清单",
        columns,
        rows,
        title="专业技术资格证书发放清单",
        above=(
            f"发放机关：{settings.authority.centre or settings.authority.name}　　单位：{parcel.to}　　"
            f"日期：{day.year}年{day.month}月{day.day}日　　共 {len(rows)} 本",
        ),
        below=(
            "发放人签字：＿＿＿＿＿＿　　单位领取人签字（盖章）：＿＿＿＿＿＿　　日期：＿＿＿＿年＿＿月＿＿日",
            f"依据：{settings.policy.document_no} 三.5。领齐签字后，请把本表交回；可用 hzcert register issue 登记。",
        ),
    )


def _cover(parcel: Parcel, listed: Sequence[Mapping[str, Any]], digest: str, name: str, settings: Settings) -> Sheet:
    """交接单: what is handed over, to be signed by both sides."""
    groups: dict[str, int] = {}
    for each in listed:
        parts = PurePosixPath(str(each["path"])).parts
        groups[parts[0]] = groups.get(parts[0], 0) + 1
    day = settings.as_of
    return Sheet(
        "交接单",
        (Column("序号", 5, "count"), Column("移交内容", 50), Column("份数", 8, "count"), Column("备注", 30)),
        [(place, part, count, "") for place, (part, count) in enumerate(groups.items(), 1)],
        title="专业技术资格证书材料交接单",
        above=(
            f"移交：{settings.authority.name}　　接收：{parcel.to}　　日期：{day.year}年{day.month}月{day.day}日",
            f"移交包：{name}　　证书（人次）：{len(parcel.entries)}",
        ),
        below=(
            f"manifest.json 的 SHA-256：{digest}",
            "移交人签字：＿＿＿＿＿＿　　接收人签字：＿＿＿＿＿＿　　日期：＿＿＿＿年＿＿月＿＿日",
            f"依据：{settings.policy.document_no} 三.4、三.5。接收后请用 hzcert unpack 核验并登记。",
        ),
    )


def _zip(folder: Path, target: Path) -> None:
    """The same files are the same bytes."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            info = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _EPOCH)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            with path.open("rb") as source, archive.open(info, "w") as packed:
                shutil.copyfileobj(source, packed, 1 << 20)
