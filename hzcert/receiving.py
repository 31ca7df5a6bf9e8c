"""What was handed over is received (接收): a package checked against its manifest, unpacked, and noted in the register."""

import hashlib
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from hzcert import codes
from hzcert.batch import begin, is_temporary, whole_file
from hzcert.bureau import clerk
from hzcert.desk import Desk, moment
from hzcert.errors import InputError, OutputError
from hzcert.findings import Finding, Where, in_order
from hzcert.handover import COVER, MANIFEST
from hzcert.lives import label
from hzcert.outcome import Outcome
from hzcert.settings import Settings
from hzcert.store import open_register

_MOST_BYTES, _MOST_FILES = 8 << 30, 200_000


def unpack(package: Path, out: Path | None, settings: Settings, *, dry_run: bool = False) -> Outcome:
    """Check a package against its manifest, put its files where asked for, and note in the register that it was received.

    Raises:
        InputError: it is no package, or can't be read.
        OutputError: its files can't be written.
    """
    opened = _Folder(package) if package.is_dir() else _Zip(package)
    with opened as held:
        raw = held.read(MANIFEST)
        manifest = _manifest(raw, package)
        found = list(_faults(held, manifest, package))
        to, own = manifest["to"], settings.authority
        if to["code"] and to["code"] != own.code:
            found.append(
                codes.NOT_THEIRS.at(
                    Where(package.name), step=label("unpacked"), who=to["name"], mine=own.name, clause="三.4"
                )
            )
        counts = {"files": len(manifest["files"]), "certificates": int(manifest["certificates"])}
        if out is not None:
            _refuse_other(out, raw, manifest)
        if found or dry_run:
            return Outcome("unpack", counts, in_order(found))
        if out is not None:
            _put(held, manifest, out)
    digest = hashlib.sha256(raw).hexdigest()
    said = {
        "sha256": digest, "package": package.name.removesuffix(".zip"), "kind": manifest["kind"], "from": manifest["from"]["name"],
        **counts,
    }  # fmt: skip
    again = _note_receipt(said, settings)
    noted = [codes.ALREADY_DONE.at(Where(package.name), step=label("unpacked"), clause="三.4")] if again else []
    return Outcome("unpack", counts, noted, [{"type": "package", **said}], [] if out is None else [str(out)])


def _refuse_other(out: Path, raw: bytes, manifest: Mapping[str, Any]) -> None:
    """Refuse a folder that holds anything but this package: unpacked before, as far as a command that was broken off came."""
    try:
        left = (
            {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()} if out.exists() else set()
        )
        listed = {str(each["path"]): str(each["sha256"]) for each in manifest["files"]}
        listed[MANIFEST] = hashlib.sha256(raw).hexdigest()
        for name in sorted(left):
            if not is_temporary(name) and listed.get(name) != hashlib.sha256((out / name).read_bytes()).hexdigest():
                raise OutputError(f"{out} 已经存在，且不是空文件夹", "请换一个名称")
    except OSError as cause:
        raise OutputError(f"不能写入 {out}：{cause.strerror or cause}", "请检查输出位置") from cause


def _put(held: "_Folder | _Zip", manifest: Mapping[str, Any], out: Path) -> None:
    """Put a package's files where asked for, its manifest last: a folder that has it is whole."""
    for folder in {(out / str(each["path"])).parent for each in manifest["files"]} | {out}:
        begin(folder)
    for each in [*manifest["files"], {"path": MANIFEST}]:
        with whole_file(out / str(each["path"])) as path:
            path.write_bytes(held.read(str(each["path"])))


def _note_receipt(said: Mapping[str, object], settings: Settings) -> bool:
    """Note a receipt; whether it was noted before."""
    with open_register(settings.register) as book:
        if any(json.loads(line[7]).get("sha256") == said["sha256"] for line in book.events_of([0], "unpacked")):
            return True
        desk = Desk(book, settings.policy, clerk(settings), moment())
        desk.note("unpacked", said)
        desk.close()
    return False


def _manifest(raw: bytes, package: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(raw)
        if manifest["type"] != "hzcert package" or not isinstance(manifest["files"], list):
            raise ValueError
        for each in manifest["files"]:
            if not _is_below(str(each["path"])) or not isinstance(each["sha256"], str):
                raise ValueError
        int(manifest["certificates"]), manifest["to"]["code"], manifest["to"]["name"], manifest["from"]["name"]
    except (ValueError, KeyError, TypeError) as cause:
        raise InputError(f"{package.name} 不是 hzcert 的移交包", "请向移交的单位重新索取") from cause
    return dict(manifest)


def _is_below(name: str) -> bool:
    """Whether a name in a package stays in its folder on every system."""
    parts = PurePosixPath(name).parts
    return bool(parts) and not name.startswith("/") and ".." not in parts and not set(name) & set('\\:*?"<>|\0')


def _faults(held: "_Folder | _Zip", manifest: Mapping[str, Any], package: Path) -> list[Finding]:
    where, listed = Where(package.name), {str(each["path"]): each for each in manifest["files"]}
    found = [
        codes.PACKAGE_WRONG.at(where, name=name, why="不在清单中")
        for name in sorted(held.names() - set(listed) - {MANIFEST, COVER})
    ]
    for name, each in listed.items():
        if name not in held.names():
            found.append(codes.PACKAGE_WRONG.at(where, name=name, why="缺失"))
        elif held.digest(name) != each["sha256"]:
            found.append(codes.PACKAGE_WRONG.at(where, name=name, why="与清单的 SHA-256 不符"))
    return found


class _Folder:
    """A package that lies there as a folder."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> "_Folder":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def names(self) -> set[str]:
        return {path.relative_to(self._path).as_posix() for path in self._path.rglob("*") if path.is_file()}

    def read(self, name: str) -> bytes:
        path = self._path / name
        if not path.resolve().is_relative_to(self._path.resolve()) or not path.is_file():
            raise InputError(f"{self._path.name} 不是 hzcert 的移交包", "请向移交的单位重新索取")
        return path.read_bytes()

    def digest(self, name: str) -> str:
        return hashlib.sha256(self.read(name)).hexdigest()


class _Zip:
    """A package in its zip, read in place; nothing of it is believed before it is checked."""

    def __init__(self, path: Path) -> None:
        try:
            self._archive = zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile) as cause:
            raise InputError(f"{path.name} 不是 hzcert 的移交包", "请向移交的单位重新索取") from cause
        self._path = path
        infos = [each for each in self._archive.infolist() if not each.is_dir()]
        total = sum(each.file_size for each in infos)
        if len(infos) > _MOST_FILES or total > _MOST_BYTES or len({each.filename for each in infos}) != len(infos):
            self._archive.close()
            raise InputError(f"{path.name} 不是 hzcert 的移交包", "请向移交的单位重新索取")
        self._infos = {each.filename: each for each in infos}

    def __enter__(self) -> "_Zip":
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    def names(self) -> set[str]:
        return set(self._infos)

    def read(self, name: str) -> bytes:
        try:
            return self._archive.read(self._infos[name])
        except (
            KeyError,
            OSError,
            zipfile.BadZipFile,
            NotImplementedError,
            RuntimeError,
            EOFError,
            ValueError,
        ) as cause:
            if name == MANIFEST:
                raise InputError(f"{self._path.name} 不是 hzcert 的移交包", "请向移交的单位重新索取") from cause
            return b""

    def digest(self, name: str) -> str:
        return hashlib.sha256(self.read(name)).hexdigest()
