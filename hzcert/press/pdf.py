"""Reading certificates back from PDF: how a page looks, what it says, which photos stand on it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pypdfium2
import pypdfium2.raw

from hzcert.errors import InputError

_DPI = 300
_MOST_PIXELS = 60_000_000


@dataclass(frozen=True, slots=True)
class Read:
    """One page: grey pixels, its text, the JPEGs on it byte for byte."""

    grey: npt.NDArray[np.uint8]
    text: str
    photos: tuple[bytes, ...]


def pages(content: bytes, name: str) -> Iterator[Read]:
    """The pages of a document, one after another.

    Raises:
        InputError: it can't be read.
    """
    try:
        document = pypdfium2.PdfDocument(content)
        try:
            for number in range(len(document)):
                yield _read(document[number])
        finally:
            document.close()
    except pypdfium2.PdfiumError as cause:
        raise InputError(f"{name} 不能读取：PDF 已损坏或有密码", "请检查文件") from cause


def _read(page: pypdfium2.PdfPage) -> Read:
    width, height = page.get_size()
    scale = min(_DPI / 72, (_MOST_PIXELS / max(width * height, 1)) ** 0.5)
    bitmap = page.render(scale=scale, grayscale=True)
    grey = np.array(bitmap.to_numpy()).reshape(bitmap.height, bitmap.width)
    bitmap.close()
    words = page.get_textpage()
    text = words.get_text_bounded()
    words.close()
    images = page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE])
    jpegs = (bytes(image.get_data(decode_simple=False)) for image in images if "DCTDecode" in image.get_filters())
    return Read(grey, text, tuple(jpegs))


def colours(content: bytes, dpi: int) -> Iterator[npt.NDArray[np.uint8]]:
    """How the pages of a document of our own look: red, green and blue."""
    document = pypdfium2.PdfDocument(content)
    for number in range(len(document)):
        bitmap = document[number].render(scale=dpi / 72, rev_byteorder=True)
        yield np.array(bitmap.to_numpy())
        bitmap.close()
    document.close()
