"""Zip archives (压缩包) of photos, read in place: nothing is unpacked to a disk, no name in them becomes a path."""

import hashlib
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

from hzcert.errors import InputError

_LITTER = {"thumbs.db", "desktop.ini", ".ds_store"}
_OFFICE = {"[Content_Types].xml", "mimetype"}  # what makes an archive a workbook or a document
_MOST_MEMBERS = 200_000
_MOST_TIMES = 200  # as large as the archive: photos hardly shrink in it
_ALWAYS = 1 << 28  # bytes that any archive may hold
_CHUNK = 1 << 20
_LOCKED = 0x1  # a flag of the format


@dataclass(frozen=True, slots=True)
class Member:
    """One file in an archive: its name there, the name to show, its size and hash; or why it can't be read."""

    name: str
    shown: str
    size: int
    sha256: str
    fault: str = ""


def is_archive(path: Path) -> bool:
    """Whether a file is a zip archive and no office document."""
    try:
        with path.open("rb") as file:
            if not file.read(4).startswith((b"PK\x03\x04", b"PK\x05\x06")):
                return False
        with zipfile.ZipFile(path) as archive:
            return _OFFICE.isdisjoint(archive.namelist())
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError):
        return False


def members(path: Path, limit: int) -> Iterator[Member]:
    """The files in an archive by name, office litter and folders left out; each read once for its hash.

    Raises:
        InputError: it is no archive of photos: too many files, or far more in them than the archive could hold.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            listed = [each for each in archive.infolist() if not each.is_dir() and not _is_litter(_shown(each))]
            if len(listed) > _MOST_MEMBERS:
                raise InputError("压缩包里的文件太多")
            if sum(each.file_size for each in listed) > max(_ALWAYS, _MOST_TIMES * path.stat().st_size):
                raise InputError("压缩包异常：解压后大得不合常理")
            for each in sorted(listed, key=_shown):
                yield _member(archive, each, limit)
    except (OSError, zipfile.BadZipFile, NotImplementedError) as cause:
        raise InputError("压缩包已损坏或没有传完") from cause


def _member(archive: zipfile.ZipFile, each: zipfile.ZipInfo, limit: int) -> Member:
    shown, fault, digest = _shown(each), "", hashlib.sha256()
    if each.flag_bits & _LOCKED:
        fault = "压缩包里的这个文件有密码"
    elif each.file_size > limit:
        fault = f"文件太大（{each.file_size / 1e6:.0f} MB，至多 {limit / 1e6:.0f} MB）"
    else:
        try:
            with archive.open(each) as file:
                while chunk := file.read(_CHUNK):
                    digest.update(chunk)
        except _DAMAGE:
            fault = "压缩包里的这个文件已损坏"
    return Member(each.filename, shown, each.file_size, digest.hexdigest(), fault)


# What zipfile raises on a damaged member, or on one packed in a way that it does not know.
_DAMAGE = (OSError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError)


def read_member(path: Path, name: str, limit: int) -> bytes:
    """One file of an archive.

    Raises:
        InputError: it is not there any more, damaged, or too large.
    """
    try:
        status = path.stat()
        archive = _opened(str(path), status.st_mtime_ns, status.st_size)
        with archive.open(name) as file:
            data = file.read(limit + 1)
    except (*_DAMAGE, KeyError) as cause:
        raise InputError("压缩包里的这个文件已损坏") from cause
    if len(data) > limit:
        raise InputError(f"文件太大（至多 {limit / 1e6:.0f} MB）")
    return data


@lru_cache(maxsize=4)
def _opened(path: str, changed: int, size: int) -> zipfile.ZipFile:
    """An archive, opened once for all of its photos; again when it has changed."""
    return zipfile.ZipFile(path)


def _shown(each: zipfile.ZipInfo) -> str:
    """A name in characters that can be shown: where an old program wrote it, its bytes are UTF-8 or GB 18030."""
    if each.flag_bits & 0x800:
        return each.filename
    with suppress(UnicodeEncodeError):
        raw = each.filename.encode("cp437")
        for encoding in ("utf-8", "gb18030"):
            with suppress(UnicodeDecodeError):
                return raw.decode(encoding)
    return each.filename


def _is_litter(name: str) -> bool:
    parts = PurePosixPath(name).parts
    parts = tuple(part for part in parts if part != "..")  # which leads nowhere here: nothing is unpacked
    return any(part.startswith((".", "~$")) or part.lower() in _LITTER or part == "__MACOSX" for part in parts)
