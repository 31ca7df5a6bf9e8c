"""The batch folder (批次文件夹): where things lie, files written whole or not at all, and their hashes."""

import errno
import hashlib
import json
import os
import platform
import secrets
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from hzcert import __version__
from hzcert.errors import InputError, OutputError
from hzcert.settings import Settings

_TEMPORARY = ".hzcert-"
# Half-written files say on which machine and by which process: one that is gone leaves them to nobody.
_OWN = f"{_TEMPORARY}{zlib.crc32(platform.node().encode()):08x}-"
JOURNAL = f"{_TEMPORARY}journal"
_OFFICE_LITTER = {"thumbs.db", "desktop.ini"}
_CHUNK = 1 << 20
MANIFEST = "manifest.json"
MANIFEST_KEYS = {"version", "policy", "authority", "as_of", "counts", "inputs", "outputs"}


@dataclass(frozen=True, slots=True)
class Input:
    """One file as received: where it lies, how it is called in findings, and what is in it.

    ``member``: its name in a zip archive, which then lies at the path; ``fault``: why it can't be read from there.
    """

    path: Path
    shown: str
    size: int
    sha256: str
    member: str = ""
    fault: str = ""
    packed: bool = False  # it begins like a zip archive


def inventory(folder: Path, base: Path, *, faults: bool = False) -> list[Input]:
    """Every regular file below a folder, in order of its name; hidden and lock files of office programs are left out.

    ``faults``: a file that can't be read is named with its fault, and the others are taken all the same.

    Raises:
        InputError: the folder is missing, or it or one below it can't be read.
    """
    try:
        if not folder.is_dir():
            raise InputError(f"找不到文件夹 {folder}", "请检查路径")
        found = sorted(map(Path, _files_in(folder)), key=lambda path: path.parts)
        return [_faulty_or_whole(path, base) if faults else take_in(path, base) for path in found]
    except OSError as cause:
        unread = shown_name(Path(cause.filename or folder), folder.parent)
        raise InputError(f"不能读取 {unread}：{cause.strerror}", "请检查权限") from cause


def _files_in(folder: Path | str) -> Iterator[str]:
    """The regular files below a folder; links to folders are not followed."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if _is_hidden(entry.name):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _files_in(entry.path)
            elif _is_file(entry):
                yield entry.path


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:  # a link to itself; one to nothing is no file either
        return False


def _faulty_or_whole(path: Path, base: Path) -> Input:
    try:
        return take_in(path, base)
    except InputError as problem:
        why = problem.__cause__.strerror if isinstance(problem.__cause__, OSError) else problem.message
        return Input(path, shown_name(path, base), 0, "", fault=f"文件打不开：{why}")


def take_in(path: Path, base: Path) -> Input:
    """One file with its size and hash; called by its path below ``base`` where it lies there."""
    digest = hashlib.sha256()
    packed, size = False, 0
    try:
        with path.open("rb", buffering=0) as source:
            while chunk := source.read(_CHUNK):
                packed = chunk.startswith(b"PK") if not size else packed
                size += len(chunk)
                digest.update(chunk)
    except OSError as cause:
        raise InputError(f"不能读取 {path}：{cause.strerror}", "请检查路径和权限") from cause
    return Input(path, shown_name(path, base), size, digest.hexdigest(), packed=packed)


def shown_name(path: Path, base: Path) -> str:
    """What a file is called in findings: its path from ``base``, links left as they are, in characters that can be shown.

    Names from other systems may be GBK bytes, which Python keeps as lone surrogates.
    """
    text, below = str(path), f"{base}{os.sep}"
    straight = text.startswith(below) and ".." not in text
    name = text.removeprefix(below) if straight else os.path.relpath(path, base)
    if name.isascii():
        return name
    raw = os.fsencode(name)
    for encoding in ("utf-8", "gb18030"):
        with suppress(UnicodeDecodeError):
            return raw.decode(encoding)
    return raw.decode("utf-8", "replace")


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """A temporary path beside the target, which it replaces at the end: written whole, or not at all, and private.

    Raises:
        OutputError: no space, no permission, or no such folder.
    """
    temporary = target.parent / f"{_OWN}{os.getpid()}-{secrets.token_hex(6)}{target.suffix}"
    try:
        with output_errors(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            _sweep_once(target.parent)
            yield temporary
            temporary.chmod(0o600)  # ID numbers stand in nearly everything that is written
            _sync(temporary)
            temporary.replace(target)
            _sync(target.parent)
    finally:
        with suppress(OSError):  # its folder may never have been
            temporary.unlink(missing_ok=True)


def _sweep(folder: Path, left: Callable[[str], bool], *, below: bool = False) -> None:
    """Take away what killed runs left half-written in a folder: those files of ours of which that is known."""
    for found in (folder.rglob if below else folder.glob)(f"{_TEMPORARY}*"):
        if found.name != JOURNAL and left(found.name):
            found.unlink(missing_ok=True)


@cache
def _sweep_once(folder: Path) -> None:
    """In a folder that others may be writing into, too; looked for once a run."""
    _sweep(folder, _is_abandoned)


def _is_abandoned(name: str) -> bool:
    """Whether the process that began a file, on this machine, is gone."""
    number = name.removeprefix(_OWN).partition("-")[0]
    # Only here there is asking after a process without a signal to it.
    return os.name == "posix" and name.startswith(_OWN) and number.isdigit() and not _lives(int(number))


def _is_anybodys(_: str) -> bool:
    """In a folder that one run alone writes into at a time, all that is half-written was left."""
    return True


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # somebody else's
        pass
    return True


def is_temporary(name: str) -> bool:
    """Whether a file is half of one, left by a run that was killed."""
    return Path(name).name.startswith(_TEMPORARY)


def standing(folder: Path) -> set[str]:
    """The files that a manifest in a folder lists, as far as they are there."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        listed = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["outputs"]
        names = {str(each["path"]) for each in listed}
        return {name for name in names if Path(name).name == name and (folder / name).is_file()}
    return set()


def begin(folder: Path) -> None:
    """Ready a folder to be added to: it is made, and half-written files of a killed run are gone.

    Raises:
        OutputError: it can't be made or written.
    """
    with output_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder, _is_anybodys)


class Outputs:
    """The out folder of one run: every file whole or not at all, and nothing left of earlier runs.

    A journal names each file before it is written (and holds notes in brackets); the manifest takes its place at the end. So a run that was killed
    leaves no file that the next one does not know, and a file that is not ours is never touched.
    """

    def __init__(self, root: Path, *, dry_run: bool = False) -> None:
        self.root = root
        self.dry_run = dry_run
        self.written: list[str] = []
        self._earlier: dict[str, bool] = {}

    def open(self, never_lose: Iterable[str] = ()) -> None:
        """Take over what earlier runs left: their files are known, their half-written ones are gone.

        Args:
            never_lose: files that a person may have worked on since, which are then not to be replaced.

        Raises:
            OutputError: the folder can't be made or written, or one of those files was changed.
        """
        if self.dry_run:
            return
        with output_errors(self.root):
            self.root.mkdir(parents=True, exist_ok=True)
            self._earlier = self._known()
            for name in never_lose:
                if not self._earlier.get(name, True) and (self.root / name).exists():
                    raise OutputError(f"{self.root / name} 在 hzcert 写出后被改动过", "请移走或改名，以免改动丢失")
            self._refuse_foreign(MANIFEST)
            _sweep(self.root, _is_anybodys, below=True)
            # From here on there is no manifest: a script sees that the run has not ended.
            (self.root / JOURNAL).write_text("".join(f"{name}\n" for name in sorted(self._earlier)), encoding="utf-8")
            (self.root / MANIFEST).unlink(missing_ok=True)

    @contextmanager
    def file(self, name: str) -> Iterator[Path]:
        """A path to write one output to; it becomes ``name`` (below the root) when it is whole.

        Raises:
            OutputError: it can't be written, or a link leads out of the folder.
        """
        self.written.append(name)
        if self.dry_run:
            with TemporaryDirectory() as nowhere:
                yield Path(nowhere) / Path(name).name
            return
        target = self.root / name
        if not target.parent.resolve().is_relative_to(self.root.resolve()):
            raise OutputError(f"{target.parent} 是通到别处的链接，不写入", "请删去这个链接，或换一个输出文件夹")
        self._refuse_foreign(name)
        with output_errors(target), (self.root / JOURNAL).open("a", encoding="utf-8") as journal:
            journal.write(f"{name}\n")
        with whole_file(target) as temporary:
            yield temporary

    def stands(self, name: str, sha256: str) -> bool:
        """Whether an earlier run wrote a file that still is what it should be; it then counts as written by this one."""
        if self.dry_run or name not in self._earlier or not self._is_below(name):
            return False
        if not self._is_still(name, sha256):
            return False
        self.written.append(name)
        return True

    def _refuse_foreign(self, name: str) -> None:
        """Never replace a file that hzcert did not write."""
        if (self.root / name).exists() and name not in self._earlier and name not in self.written[:-1]:
            raise OutputError(
                f"{self.root / name} 已经存在，但不是 hzcert 写的",
                "请移走这个文件，或指明另一个文件夹",
            )

    def close(self, manifest: Callable[[list[Input]], str]) -> None:
        """Remove what earlier runs wrote and this one did not, and write the manifest last of all.

        Raises:
            OutputError: it can't be written.
        """
        if self.dry_run:
            return
        with output_errors(self.root):
            for name, ours in self._earlier.items():
                if ours and name not in self.written:
                    (self.root / name).unlink(missing_ok=True)
        content = manifest([take_in(self.root / name, self.root) for name in sorted(set(self.written))])
        with whole_file(self.root / MANIFEST) as temporary:
            temporary.write_text(content, encoding="utf-8")
        with output_errors(self.root):
            (self.root / JOURNAL).unlink(missing_ok=True)

    def _known(self) -> dict[str, bool]:
        """What earlier runs wrote, and whether it may be removed: not if somebody has changed it since."""
        names: dict[str, bool] = {}
        with suppress(OSError, ValueError, KeyError, TypeError):
            manifest = json.loads((self.root / MANIFEST).read_text(encoding="utf-8"))
            if set(manifest) >= MANIFEST_KEYS:
                listed = {str(output["path"]): str(output["sha256"]) for output in manifest["outputs"]}
                names = {name: self._is_still(name, digest) for name, digest in listed.items() if self._is_below(name)}
                names[MANIFEST] = False
        with suppress(OSError, ValueError):
            journal = (self.root / JOURNAL).read_text(encoding="utf-8").splitlines()
            names |= {name: True for name in journal if not name.startswith("[") and self._is_below(name)}
        return names

    def _is_still(self, name: str, digest: str) -> bool:
        with suppress(InputError):
            return take_in(self.root / name, self.root).sha256 == digest
        return False

    def _is_below(self, name: str) -> bool:
        return (self.root / name).resolve().is_relative_to(self.root.resolve())


def about(
    settings: Settings, counts: Mapping[str, object], inputs: Iterable[Input], **more: object
) -> dict[str, object]:
    """What a manifest says of a run before its outputs: under which law, counts that add up, and what went in."""
    return {
        "version": __version__,
        "policy": {"name": settings.policy.name, "sha256": settings.policy_sha256},
        "authority": settings.authority.code,
        "as_of": settings.as_of.isoformat(),
        "counts": counts,
        **more,
        "inputs": _listed(inputs),
    }


def manifest(run: Mapping[str, object], written: Iterable[Input], photos: Mapping[str, object] | None = None) -> str:
    """manifest.json: all about a run, what came out, and what is known of photos."""
    content = {**run, "outputs": _listed(written)}
    if photos is None:
        return json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    # A line for each photo: spread over forty lines each, they would bury what a person looks for.
    done = ",\n".join(json.dumps(each, ensure_ascii=False) for each in photos["done"])  # type: ignore[attr-defined]
    known = json.dumps({"method": photos["method"], "done": []}, ensure_ascii=False)[:-2]
    head = json.dumps(content, ensure_ascii=False, indent=1)[:-2]
    return f'{head},\n "photos": {known}\n{done}\n]}}\n}}\n'


def list_anew(root: Path, name: str) -> None:
    """One output was written again after its run: the manifest lists it as it is now.

    Raises:
        OutputError: the manifest can't be written.
    """
    content = json.loads((root / MANIFEST).read_text(encoding="utf-8"))
    written = [
        Input(root / each["path"], each["path"], each["size"], each["sha256"]) for each in content.pop("outputs")
    ]
    photos = content.pop("photos", None)
    others = [each for each in written if each.shown != name]
    with whole_file(root / MANIFEST) as path:
        listed = sorted([*others, take_in(root / name, root)], key=lambda each: each.shown)
        path.write_text(manifest(content, listed, photos), encoding="utf-8")


def _listed(files: Iterable[Input]) -> list[dict[str, object]]:
    return [{"path": file.shown, "size": file.size, "sha256": file.sha256} for file in files]


@contextmanager
def output_errors(target: Path) -> Iterator[None]:
    """What the system refuses, in words a person can act on."""
    remedies = {
        errno.ENOSPC: "磁盘已满，请腾出空间后再运行；已完成的部分保留",
        errno.EDQUOT: "超出磁盘配额，请腾出空间后再运行",
        errno.EACCES: "没有写入权限，请换一个文件夹或改权限",
        errno.EPERM: "没有写入权限，请换一个文件夹或改权限",
        errno.EROFS: "磁盘是只读的，请换一个文件夹",
        errno.ENOTDIR: "路径中有一段不是文件夹",
    }
    try:
        yield
    except OSError as cause:
        raise OutputError(
            f"不能写入 {target}：{cause.strerror or cause}", remedies.get(cause.errno or 0, "请检查输出位置")
        ) from cause


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _is_hidden(name: str) -> bool:
    return name.startswith((".", "~$")) or name.lower() in _OFFICE_LITTER
