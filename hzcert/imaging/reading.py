"""Reading picture files: the kind told by content, limits held, pixels upright and in sRGB."""

import re
import stat
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, ImageCms, UnidentifiedImageError

from hzcert.errors import InputError
from hzcert.policy import PhotoSpec

_FORMATS = ("JPEG", "PNG", "TIFF", "BMP", "WEBP", "GIF")
_FOREIGN = (
    (0, b"%PDF", "是 PDF 文件，不是照片"),
    (0, b"PK\x03\x04", "是 Word、Excel 或压缩文件，不是照片"),
    (0, b"\xd0\xcf\x11\xe0", "是 Word 或 Excel 文件，不是照片"),
    (0, b"8BPS", "是 Photoshop 文件"),
    (4, b"ftyphe", "是 HEIC 格式（手机照片）"),
    (4, b"ftypmif1", "是 HEIC 格式（手机照片）"),
    (4, b"ftypavif", "是 AVIF 格式"),
)

# What memory and time allow, whatever the policy says: only a baseline JPEG can be read at a fraction of its size.
_WHOLE_PIXELS = 64_000_000
_PROGRESSIVE_PIXELS = 50_000_000
_SEGMENTS = 10_000
_SCANS = 64  # a progressive JPEG has about ten; each costs a pass over all of it

# Pillow's own guard would stop phones of 200 million pixels; the limits above and the policy's stand in its place.
Image.MAX_IMAGE_PIXELS = 1 << 28

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, slots=True)
class Source:
    """A picture file, and what its header says: kind, size in pixels when upright, pixels an inch (0: not said)."""

    data: bytes = field(repr=False)
    format: str
    width: int
    height: int
    dpi: int
    orientation: int
    plain: bool  # a baseline colour JPEG of the wanted resolution without metadata: nothing to gain by writing it anew


def load(path: Path, spec: PhotoSpec) -> Source:
    """Read a file and its header, no pixels yet.

    Raises:
        InputError: no regular file, no picture, damaged, or larger than the limits. The message is the reason.
    """
    data = _read(path, spec.max_source_bytes)
    is_jpeg = data.startswith(b"\xff\xd8")
    segments = _segments(data) if is_jpeg else []
    with _reading(data), Image.open(BytesIO(data), formats=_FORMATS) as image:
        _hold_limits(image, spec, segments)
        orientation = _orientation(image)
        width, height = image.size if orientation < 5 else image.size[::-1]
        return Source(
            data,
            "JPEG" if is_jpeg else str(image.format),  # MPO is a JPEG with more pictures behind it
            width,
            height,
            _dpi(image),
            orientation,
            is_jpeg and _is_plain(data, segments, spec.dpi),
        )


def pixels(source: Source, width: float, height: float) -> Image.Image:
    """The picture, upright, RGB in sRGB; a JPEG reduced to 1/2, 1/4 or 1/8, but not below this size in pixels.

    Raises:
        InputError: the pixels are damaged or end too soon.
    """
    wanted = (round(height), round(width)) if source.orientation >= 5 else (round(width), round(height))
    with _reading(source.data), Image.open(BytesIO(source.data), formats=_FORMATS) as image:
        reduced = image.draft("RGB", (max(wanted[0], 1), max(wanted[1], 1)))
        image.load()
        picture: Image.Image = image
        if reduced:
            # The last row and column of a reduced picture stand for less than a whole pixel each: without them
            # the scale is exact.
            _, (_, _, across, down) = reduced
            picture = image.crop((0, 0, max(int(across), 1), max(int(down), 1)))
        picture = _in_srgb(picture, image.info.get("icc_profile"))
        if source.orientation in _UPRIGHT:
            picture = picture.transpose(_UPRIGHT[source.orientation])
    picture.info = {}  # what the file said of itself must not reach what we write
    return picture


def _read(path: Path, limit: int) -> bytes:
    try:
        status = path.stat()  # looked at first: opening a named pipe would wait for ever
        if not stat.S_ISREG(status.st_mode):
            raise InputError("不是普通文件（管道、设备或文件夹）")
        if status.st_size > limit:
            raise InputError(f"文件太大（{status.st_size / 1e6:.0f} MB，至多 {limit / 1e6:.0f} MB）")
        data = path.read_bytes()
    except OSError as cause:
        raise InputError("文件打不开（没有权限或已被移走）") from cause
    if not data.strip(b"\0"):
        raise InputError("文件是空的")
    return data


@contextmanager
def _reading(data: bytes) -> Iterator[None]:
    """Turn whatever Pillow raises into one short reason."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd tags; the picture is judged by its pixels
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except InputError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as cause:
        raise InputError("像素太多") from cause
    except UnidentifiedImageError as cause:
        foreign = (words for at, magic, words in _FOREIGN if data[at : at + len(magic)] == magic)
        raise InputError(next(foreign, "不是照片，或已损坏")) from cause
    except Exception as cause:  # Pillow's readers raise nearly anything on a damaged file
        raise InputError("文件不完整（没有传完）" if "truncated" in str(cause) else "文件已损坏") from cause


def _hold_limits(image: Image.Image, spec: PhotoSpec, segments: list[tuple[int, int]]) -> None:
    """Refuse what would take too much memory or time, before any pixel is read."""
    limit = spec.max_pixels
    scans = sum(marker == 0xDA for marker, _ in segments)
    if not segments:
        limit = min(limit, _WHOLE_PIXELS)
    elif "progressive" in image.info or scans > 1:
        limit = min(limit, _PROGRESSIVE_PIXELS)
    width, height = image.size
    if width * height > limit:
        raise InputError(f"像素太多（{width}×{height}，至多 {limit / 1e6:.0f} 百万）")
    if scans > _SCANS:
        raise InputError(f"JPEG 结构异常（{scans} 遍扫描）")


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1 to 8; 1 where there is none or it can't be read."""
    if image.format == "TIFF":
        return 1  # Pillow turns a TIFF by itself
    exif = Image.Exif()
    try:
        exif.load(image.info.get("exif", b""))
        value = exif.get(ExifTags.Base.Orientation, 1)
    except Exception:  # a damaged EXIF block raises nearly anything, and the picture may be whole all the same
        return 1
    return value if value in _UPRIGHT else 1


def _dpi(image: Image.Image) -> int:
    try:
        return round(float(image.info.get("dpi", (0, 0))[0]))
    except (TypeError, ValueError, OverflowError, ZeroDivisionError):
        return 0


# The next marker: 0xFF before anything but stuffing, a restart or another 0xFF.
_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")


def _segments(data: bytes) -> list[tuple[int, int]]:
    """Marker and place of each segment of a JPEG up to its end, as far as they can be followed.

    Raises:
        InputError: there is no end to them.
    """
    found: list[tuple[int, int]] = []
    at = 2
    while match := _MARKER.search(data, at):
        marker, start = match[0][1], match.start()
        found.append((marker, start))
        if marker == 0xD9:
            break
        if len(found) > _SEGMENTS:
            raise InputError("JPEG 结构异常（分段太多）")
        at = start + 2 + int.from_bytes(data[start + 2 : start + 4])
    return found


def _is_plain(data: bytes, segments: list[tuple[int, int]], dpi: int) -> bool:
    """Whether a JPEG is baseline, three components, JFIF with this resolution, and holds nothing else."""
    places = dict(segments)
    markers = [marker for marker, _ in segments]
    if not set(markers) <= {0xE0, 0xDB, 0xC0, 0xC4, 0xDD, 0xDA, 0xD9}:
        return False
    if [markers.count(marker) for marker in (0xE0, 0xC0, 0xDA, 0xD9)] != [1, 1, 1, 1]:
        return False
    frame, jfif = places[0xC0], data[places[0xE0] + 4 : places[0xE0] + 18]
    density = b"\x01" + dpi.to_bytes(2) * 2  # the unit is the inch
    no_thumbnail = jfif[12:14] == b"\0\0"
    whole = places[0xD9] + 2 == len(data)
    return data[frame + 9] == 3 and jfif[:5] == b"JFIF\0" and jfif[7:12] == density and no_thumbnail and whole


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """RGB in sRGB: 16 bits scaled to 8, what is transparent put on white, a colour profile applied."""
    if image.mode.startswith("I"):
        # Pillow would clip 16 bits to 255, which leaves white.
        image = Image.fromarray(np.clip(np.asarray(image, dtype=np.float64) / 257, 0, 255).round().astype(np.uint8))
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")
    if profile:
        image = image if image.mode in {"RGB", "L", "CMYK"} else image.convert("RGB")
        transform = _transform(profile, image.mode)
        if transform:
            return transform.apply(image)
    return image.convert("RGB")


@lru_cache(maxsize=8)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """From a colour profile to sRGB; None where it is sRGB already, damaged, or made for other colours."""
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        if mode == "RGB" and "sRGB" in ImageCms.getProfileDescription(source):
            return None
        return ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None
