"""What of a picture may be read: limits that are held before any pixel is, and which kinds need not be held whole."""

from typing import Any

from PIL import ExifTags, Image

from hzcert.errors import InputError
from hzcert.photospec import PhotoSpec

# A baseline JPEG is read at a fraction of its size, a PNG piece by piece. What the others take for each pixel, in bytes: docs/photos.md.
_HELD = {"PNG": 0.0, "TIFF": 4.0, "BMP": 4.0, "GIF": 4.0, "HEIF": 4.3, "AVIF": 8.5, "WEBP": 4.0}
_HELD_WHOLE = {"PNG": 4.0, "WEBP": 15.0}  # interlaced; moving
_HELD_PROGRESSIVE = 2.0  # for each channel

# A TIFF in strips of plain colours, as scanners write it: its tags, what they are where they are missing, and what they may be.
_TAG = ExifTags.Base
_PLAIN_TIFF: dict[int, tuple[object, set[object]]] = {
    _TAG.BitsPerSample: ((1,), {(8,), (8, 8, 8)}),
    _TAG.PhotometricInterpretation: (None, {1, 2, 6}),  # grey with black as nought, red green blue, or as in a JPEG
    _TAG.Orientation: (1, {1}),
    _TAG.SamplesPerPixel: (1, {1, 3}),
    _TAG.PlanarConfiguration: (1, {1}),
    _TAG.TileWidth: (None, {None}),
    _TAG.SampleFormat: ((1,), {(1,), (1, 1, 1)}),
}
_PLAIN_PACKING = {"raw", "packbits", "tiff_lzw", "tiff_deflate", "tiff_adobe_deflate", "jpeg"}
_PLAIN_ROWS = {"BGR", "BGRX"}  # of a BMP that packs nothing

_LONGEST = 32_000  # pixels: OpenCV resamples nothing longer, and of such a shape no portrait is cut

# What time allows, whatever the policy says.
_SCANS = 64  # a progressive JPEG has about ten; each costs a pass over all of it
_SCANNED_PIXELS = 600_000_000  # pixels times scans


def hold_limits(image: Image.Image, spec: PhotoSpec, scans: int) -> None:
    """Refuse what would take too much memory or time, before any pixel is read."""
    width, height = image.size
    if max(width, height) > _LONGEST:
        raise InputError(f"太长（{width}×{height}），裁不出证件照")
    if width * height > spec.max_pixels:
        raise InputError(f"像素太多（{width}×{height}，至多 {spec.max_pixels / 1e6:.0f} 百万）")
    if width * height * (held := _held(image, scans)) > spec.max_held_bytes:
        most = int(spec.max_held_bytes / held / 1e6)
        raise InputError(f"像素太多（{width}×{height}，这种文件至多 {most} 百万；请缩小，或另存为非渐进的 JPEG）")
    if scans > _SCANS or scans * width * height > _SCANNED_PIXELS:
        raise InputError(f"JPEG 结构异常（{scans} 遍扫描）")


def _held(image: Image.Image, scans: int) -> float:
    """Bytes of memory that each pixel takes while a picture is read."""
    if image.format in {"TIFF", "BMP"} and streams(image):
        return 0.0
    if image.format not in {"JPEG", "MPO"}:
        whole = bool(image.info.get("interlace")) or bool(getattr(image, "is_animated", False))
        return (_HELD | _HELD_WHOLE if whole else _HELD)[str(image.format)]
    if "progressive" not in image.info and scans <= 1:
        return 0.0
    # All of it is held until the last scan: each channel at its own size.
    shares: list[int] = [across * down for _, across, down, _ in getattr(image, "layer", ())]
    return _HELD_PROGRESSIVE * sum(shares) / max(shares, default=1)


def streams(image: Image.Image) -> bool:
    """Whether a picture can be averaged down while it is read, in part at least (``streaming``)."""
    if image.format == "TIFF":
        tags: Any = getattr(image, "tag_v2", {})
        plain = all(tags.get(tag, missing) in allowed for tag, (missing, allowed) in _PLAIN_TIFF.items())
        return plain and image.info.get("compression") in _PLAIN_PACKING
    if image.format == "BMP":
        return rows_of(image) is not None
    return image.format in {"PNG", "WEBP"}


def rows_of(image: Image.Image) -> tuple[int, int, int, bool] | None:
    """Where the rows of a BMP begin in its file, the bytes from one to the next and of a pixel, and whether the lowest comes first."""
    pieces: list[Any] = getattr(image, "tile", [])
    if len(pieces) != 1 or pieces[0].codec_name != "raw":
        return None
    _, _, start, (colours, step, way) = pieces[0]
    return (start, step, len(colours), way < 0) if colours in _PLAIN_ROWS else None
