"""Reading picture files: the kind told by content, limits held, pixels upright and in sRGB."""

import errno
import re
import stat
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import simplejpeg
from PIL import ExifTags, Image, ImageChops, ImageCms, UnidentifiedImageError

from hzcert.errors import InputError
from hzcert.imaging.limits import hold_limits, streams
from hzcert.imaging.resample import averaged
from hzcert.imaging.streaming import streamed
from hzcert.photospec import PhotoSpec

Pixels = npt.NDArray[np.uint8]

_FORMATS = ("JPEG", "PNG", "TIFF", "BMP", "WEBP", "GIF")
_BOXED = ("HEIF", "AVIF")  # what begins with a box called ftyp
_PAGED = {"PNG", "TIFF", "WEBP", "GIF", "HEIF", "AVIF"}  # a JPEG with more behind it is how telephones keep a preview
_FOREIGN = (
    (0, b"%PDF", "是 PDF 文件，不是照片"),
    (0, b"PK\x03\x04", "是 Word、Excel 或压缩文件，不是照片"),
    (0, b"Rar!", "是 RAR 压缩文件，请解压或改存为 zip"),
    (0, b"7z\xbc\xaf", "是 7z 压缩文件，请解压或改存为 zip"),
    (0, b"\xd0\xcf\x11\xe0", "是 Word 或 Excel 文件，不是照片"),
    (0, b"8BPS", "是 Photoshop 文件"),
    (4, b"ftyphe", "是 HEIC 格式（手机照片），已损坏或没有传完"),
    (4, b"ftypmif1", "是 HEIC 格式（手机照片），已损坏或没有传完"),
    (4, b"ftypavif", "是 AVIF 格式，已损坏或没有传完"),
    (4, b"ftyp", "是录像，不是照片"),
    (4, b"jP  ", "是 JPEG 2000 文件，请另存为 JPEG"),
    (0, b"\xff\x4f\xff\x51", "是 JPEG 2000 文件，请另存为 JPEG"),
    (4, b"JXL ", "是 JPEG XL 文件，请另存为 JPEG"),
    (0, b"\xff\x0a", "是 JPEG XL 文件，请另存为 JPEG"),
    (0, b"\0\0\1\0", "是图标，不是照片"),
    (0, b"<", "是网页或 XML 文件，不是照片"),
    (0, b"\x1f\x8b", "是 gzip 压缩文件，请解压或改存为 zip"),
    (128, b"DICM", "是医学影像（DICOM），不是照片"),
)

# What time allows, whatever the policy says.
_SEGMENTS = 10_000
_OVERSAMPLED = 4  # times the wanted size that a picture read whole is brought down to at once
_LARGE = 5_000_000  # pixels: what has fewer takes little memory as it is
_FINE = 2  # the same for one that is read piece by piece; a JPEG, too, is read at one to two times
_BAND = 64  # rows of the result that are averaged at a time

# Pillow's own guard would stop phones of 200 million pixels; the limits above and the policy's stand in its place.
Image.MAX_IMAGE_PIXELS = 1 << 28

# EXIF's orientations: how a picture is flipped over (as OpenCV counts the ways), and whether rows and columns change places then.
_UPRIGHT = {2: (1, False), 3: (-1, False), 4: (0, False), 5: (None, True), 6: (0, True), 7: (-1, True), 8: (1, True)}


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
    pages: bool = False  # there are more pictures behind the first
    profile: bytes | None = field(default=None, repr=False)
    inks: bool = False  # four of them: printers' colours
    adobe: bool = False  # which are then kept upside down
    streams: bool = False  # it can be averaged down while it is read


def load(path: Path, spec: PhotoSpec) -> Source:
    """Read a file and its header, no pixels yet.

    Raises:
        InputError: no regular file, no picture, damaged, or larger than the limits. The message is the reason.
    """
    return parse(read(path, spec.max_source_bytes), spec)


def parse(data: bytes, spec: PhotoSpec) -> Source:
    """The header of a file's content.

    Raises:
        InputError: no picture, damaged, or larger than the limits. The message is the reason.
    """
    if not data.strip(b"\0"):
        raise InputError("文件是空的")
    is_jpeg = data.startswith(b"\xff\xd8")
    with _reading(data):
        segments = _segments(data) if is_jpeg else []
        with Image.open(BytesIO(data), formats=_formats(data)) as image:
            hold_limits(image, spec, sum(marker == 0xDA for marker, _ in segments))
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
                pages=image.format in _PAGED and bool(getattr(image, "is_animated", False)),
                profile=image.info.get("icc_profile"),
                inks=image.mode == "CMYK",
                adobe="adobe" in image.info,
                streams=streams(image),
            )


def _formats(data: bytes) -> tuple[str, ...]:
    if data[4:8] != b"ftyp":
        return _FORMATS
    _know_heif()
    return _BOXED


@cache
def _know_heif() -> None:
    """Teach Pillow the telephones' format, once one comes: the library takes its time to load."""
    import pi_heif

    pi_heif.register_heif_opener()


def pixels(source: Source, width: float, height: float) -> tuple[Pixels, bool]:
    """The picture, upright, RGB in sRGB; reduced where it is much larger, but not below this size in pixels.

    And whether a JPEG has stray bytes in it, but all of its pixels.

    Raises:
        InputError: the pixels are damaged or end too soon.
    """
    wanted = (max(round(width), 1), max(round(height), 1))
    size = (source.width, source.height)
    if source.orientation >= 5:
        wanted, size = wanted[::-1], size[::-1]
    flawed = False
    with _reading(source.data):
        if source.format == "JPEG" and not source.inks:
            found, flawed = _turbo(source, wanted)
        elif source.format == "HEIF":
            found = np.asarray(_by_heif(source, wanted))
        elif source.streams and size[0] * size[1] > _LARGE and (times := _times(size, wanted, _FINE)) > 1:
            found = np.asarray(_in_srgb(streamed(source.data, source.format, size, times), source.profile))
        else:
            found = np.asarray(_by_pillow(source, wanted))
        return _upright(found, source.orientation), flawed


def _upright(found: Pixels, orientation: int) -> Pixels:
    flipped, crosswise = _UPRIGHT.get(orientation, (None, False))
    if flipped is not None:
        found = np.asarray(cv2.flip(found, flipped), dtype=np.uint8)
    return np.asarray(cv2.transpose(found), dtype=np.uint8) if crosswise else found


def _turbo(source: Source, wanted: tuple[int, int]) -> tuple[Pixels, bool]:
    """A JPEG reduced to 1/2, 1/4 or 1/8 while it is read, and whether stray bytes were skipped."""
    full = (source.height, source.width) if source.orientation >= 5 else (source.width, source.height)
    fits = min(full[0] // wanted[0], full[1] // wanted[1])
    part = next((part for part in (8, 4, 2) if part <= fits), 1)
    least = {"min_width": -(-full[0] // part), "min_height": -(-full[1] // part)}
    flawed, data = False, source.data
    if source.profile is None and b"ICC_PROFILE\0" in data[:_SMALL]:  # a part of it is missing
        data = _without_profile(data)
    try:
        array = simplejpeg.decode_jpeg(data, "RGB", **least)
    except ValueError as problem:
        # Pillow and browsers fill in what is missing and say nothing: half a face, or bands of wrong colour.
        if "extraneous bytes before marker" not in str(problem):
            raise
        flawed = True
        array = simplejpeg.decode_jpeg(data, "RGB", **least, strict=False)
    # The last row and column of a reduced picture stand for less than a whole pixel each: without them the scale is exact.
    array = array[: max(full[1] // part, 1), : max(full[0] // part, 1)]
    array = np.ascontiguousarray(array)
    if _transform(source.profile, "RGB"):
        array = np.asarray(_in_srgb(Image.fromarray(array), source.profile))
    return array, flawed


def _by_pillow(source: Source, wanted: tuple[int, int]) -> Image.Image:
    with Image.open(BytesIO(source.data), formats=_formats(source.data)) as image:
        reduced = image.draft("RGB", wanted)
        image.load()
        picture: Image.Image = image
        if reduced:
            _, (_, _, across, down) = reduced
            picture = image.crop((0, 0, max(int(across), 1), max(int(down), 1)))
        if source.inks and not source.adobe and source.format == "JPEG":
            picture = ImageChops.invert(picture)  # Pillow takes all of them to be upside down, as Adobe writes them
        return _in_srgb(_flat(picture, wanted), source.profile)


def _by_heif(source: Source, wanted: tuple[int, int]) -> Image.Image:
    """A telephone's picture, averaged down before Pillow holds a copy of it: that would be more than all the rest."""
    import pi_heif

    held = pi_heif.open_heif(source.data)
    array = np.asarray(held[held.primary_index])
    times = _times((array.shape[1], array.shape[0]), wanted)
    if times > 1 and array.shape[2:] == (3,):
        array = averaged(array, times)
    return _in_srgb(_flat(Image.fromarray(array), wanted), source.profile)


def _times(size: tuple[int, int], wanted: tuple[int, int], oversampled: int = _OVERSAMPLED) -> int:
    """By how much a picture that was read whole is averaged down at once, each way."""
    return max(min(size[0] // wanted[0], size[1] // wanted[1]) // oversampled, 1)


def _flat(image: Image.Image, wanted: tuple[int, int]) -> Image.Image:
    """8 bits a channel, nothing transparent; a very large picture averaged down, in bands, since copies of it are dear."""
    times = _times(image.size, wanted)
    if times == 1:
        return _flattened(image)
    size = (image.width // times, image.height // times)
    found: Image.Image | None = None
    for top in range(0, size[1], _BAND):
        end = min(top + _BAND, size[1])
        band = _flattened(image.crop((0, top * times, size[0] * times, end * times))).reduce(times)
        found = found or Image.new(band.mode, size)
        found.paste(band, (0, top))
    return found or _flattened(image)


def read(path: Path, limit: int) -> bytes:
    """The content of a regular file.

    Raises:
        InputError: it is none, too large, or can't be read.
    """
    try:
        status = path.stat()  # looked at first: opening a named pipe would wait for ever
        if not stat.S_ISREG(status.st_mode):
            raise InputError("不是普通文件（管道、设备或文件夹）")
        if status.st_size > limit:
            raise InputError(f"文件太大（{status.st_size / 1e6:.0f} MB，至多 {limit / 1e6:.0f} MB）")
        return path.read_bytes()
    except OSError as cause:
        why = "文件打不开（没有权限或已被移走）"
        raise InputError("链接绕成了圈" if cause.errno == errno.ELOOP else why) from cause


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
    except MemoryError as cause:
        raise InputError("读取所需的内存太多") from cause
    except UnidentifiedImageError as cause:
        foreign = (words for at, magic, words in _FOREIGN if data[at : at + len(magic)] == magic)
        raise InputError(next(foreign, "不是照片，或已损坏")) from cause
    except Exception as cause:  # Pillow's readers raise nearly anything on a damaged file
        short = any(word in str(cause) for word in ("truncated", "Premature end", "premature end"))
        raise InputError("文件不完整（没有传完，或中间缺了一段）" if short else "文件已损坏") from cause


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1 to 8; 1 where there is none or it can't be read."""
    if image.format in {"TIFF", "HEIF"}:
        return 1  # these are turned by their readers
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

    A large file is followed only up to its pixels where one scan holds them all: there is no more to it, or nothing that
    is ever read.

    Raises:
        InputError: there is no end to them.
    """
    found: list[tuple[int, int]] = []
    at, frame = 2, 0
    while match := _MARKER.search(data, at):
        marker, start = match[0][1], match.start()
        found.append((marker, start))
        if marker == 0xD9:
            break
        if len(found) > _SEGMENTS:
            raise InputError("JPEG 结构异常（分段太多）")
        if marker in _ONE_PASS:
            frame = start
        if (
            marker == 0xDA
            and frame
            and len(data) > _SMALL
            and data[start + 4 : start + 5] == data[frame + 9 : frame + 10]
        ):
            break
        at = start + 2 + int.from_bytes(data[start + 2 : start + 4])
    return found


def _without_profile(data: bytes) -> bytes:
    """A JPEG without the segments that a colour profile stands in."""
    kept, last = [], 0
    for marker, start in _segments(data):
        if marker == 0xE2 and data[start + 4 : start + 16] == b"ICC_PROFILE\0":
            kept.append(data[last:start])
            last = start + 2 + int.from_bytes(data[start + 2 : start + 4])
    return b"".join((*kept, data[last:]))


_ONE_PASS = (0xC0, 0xC1)  # frames whose scans each give whole pixels
_SMALL = 1 << 17  # bytes


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


def _flattened(image: Image.Image) -> Image.Image:
    """As RGB, grey or CMYK of 8 bits: 16 bits scaled down, what is transparent put on white."""
    if image.mode == "F":
        raise InputError("像素是小数，不是照片的格式")
    if image.mode.startswith("I"):
        # Pillow would clip 16 bits to 255, which leaves white.
        levels = np.asarray(image).clip(0, 65535).astype(np.uint32)
        image = Image.fromarray(((levels * 255 + 32895) >> 16).astype(np.uint8))
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        image = Image.new("RGB", layer.size, "white")
        image.paste(layer, mask=layer.getchannel("A"))
    return image if image.mode in {"RGB", "L", "CMYK"} else image.convert("RGB")


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """RGB in sRGB: a colour profile applied."""
    transform = _transform(profile, image.mode)
    if transform:
        return transform.apply(image)
    return image if image.mode == "RGB" else image.convert("RGB")


@lru_cache(maxsize=8)
def _transform(profile: bytes | None, mode: str) -> ImageCms.ImageCmsTransform | None:
    """From a colour profile to sRGB; None where there is none, it is sRGB already, damaged, or made for other colours."""
    if not profile:
        return None
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        if mode == "RGB" and "sRGB" in ImageCms.getProfileDescription(source):
            return None
        return ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None
