"""Any picture as grey pixels, for what is read from it and not kept."""

import warnings
from io import BytesIO

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from hzcert.errors import InputError

_MOST_PIXELS = 120_000_000  # an A3 sheet at 600 dots an inch


def grey(content: bytes) -> npt.NDArray[np.uint8]:
    """The pixels of a picture, upright; what is transparent is white.

    Raises:
        InputError: it is no picture, damaged, or larger than any scan.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(BytesIO(content), formats=("JPEG", "PNG", "TIFF", "BMP", "WEBP", "GIF")) as picture:
                if picture.width * picture.height > _MOST_PIXELS:
                    raise InputError("图片太大", "请用 200 至 300 dpi 重新扫描")
                upright = ImageOps.exif_transpose(picture)
                if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
                    shown = upright.convert("RGBA")
                    upright = Image.alpha_composite(Image.new("RGBA", shown.size, "white"), shown)
                return np.asarray(upright.convert("L"))
    except InputError:
        raise
    except Exception as cause:  # whatever a damaged file does to a decoder
        raise InputError("不是图片、PDF 或验证码文本，或文件已损坏", "请给出证书的 PDF、扫描件或照片") from cause


def png(pixels: npt.NDArray[np.uint8], dpi: int) -> bytes:
    """Pixels as a PNG that knows its resolution."""
    written = BytesIO()
    Image.fromarray(pixels).save(written, "PNG", dpi=(dpi, dpi), optimize=False)
    return written.getvalue()
