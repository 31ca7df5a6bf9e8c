"""The batch folder (批次文件夹): where things lie, files written whole or not at all, and their hashes."""

import errno
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from hzcert.errors import InputError, OutputError

_TEMPORARY = ".hzcert-"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Input:
    """One file as received: where it lies, how it is called in findings, and what is in it."""

    path: Path
    shown: str
    size: int
    sha256: str


def inventory(folder: Path, base: Path) -> list[Input]:
    """Every regular file below a folder, in order of its name; hidden and lock files of office programs are left out.

    Raises:
        InputError: the folder is missing or can't be read.
    """
    try:
        if not folder.is_dir():
            raise InputError(f"找不到文件夹 {folder}", "请检查路径")
        paths = sorted(path for path in folder.rglob("*") if path.is_file() and not _is_hidden(path, folder))
        return [take_in(path, base) for path in paths]
    except OSError as cause:
        raise InputError(f"不能读取 {folder}：{cause.strerror}", "请检查权限") from cause


def take_in(path: Path, base: Path) -> Input:
    """One file with its size and hash; called by its path below ``base`` where it lies there."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as source:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
            size = source.tell()
    except OSError as cause:
        raise InputError(f"不能读取 {path}：{cause.strerror}", "请检查路径和权限") from cause
    below = path.resolve().is_relative_to(base.resolve())
    shown = path.resolve().relative_to(base.resolve()).as_posix() if below else path.name
    return Input(path, shown, size, digest.hexdigest())


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """A temporary path beside the target, which it replaces at the end: written whole, or not at all, and private.

    Raises:
        OutputError: no space, no permission, or no such folder.
    """
    temporary = target.parent / f"{_TEMPORARY}{secrets.token_hex(6)}{target.suffix}"
    try:
        with _output_errors(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            yield temporary
            temporary.chmod(0o600)  # ID numbers stand in nearly everything that is written
            _sync(temporary)
            temporary.replace(target)
            _sync(target.parent)
    finally:
        with suppress(OSError):  # its folder may never have been
            temporary.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Remove temporary files that a killed run left behind."""
    for leftover in folder.rglob(f"{_TEMPORARY}*"):
        leftover.unlink(missing_ok=True)


@contextmanager
def _output_errors(target: Path) -> Iterator[None]:
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


def _is_hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith((".", "~$")) or part == "Thumbs.db" for part in path.relative_to(folder).parts)
