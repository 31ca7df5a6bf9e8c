"""Pictures that clerks paste into their sheets (表内照片): whose each is, and how they go on as photos.

Another's face on a certificate is worse than none: a picture that may be another's is nobody's, and said.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pandas as pd

from hzcert import codes, idnumber
from hzcert.batch import Input, whole_file
from hzcert.findings import Finding, Where
from hzcert.parts import Part
from hzcert.sheets.grid import Grid, Place, letter

_PHOTO_BOX = re.compile(r"照片|相片|免冠")
_NUMBER = re.compile(r"[0-9]{17}[0-9X]")  # what may become part of a path
_ENDINGS = {b"\x89PNG": ".png", b"BM": ".bmp", b"GIF8": ".gif", b"II*\x00": ".tif", b"MM\x00*": ".tif"}


@dataclass(frozen=True)
class Picture:
    """A picture pasted beside an entry or into a form's photo box: the ID number it belongs to, where it was, its bytes."""

    id_number: str
    shown: str
    data: bytes


def of_sheet(
    grid: Grid, part: Part, numbers: Sequence[str], *, is_form: bool
) -> tuple[list[Picture], list[Finding], int]:
    """The pictures of a sheet that are surely somebody's, what is to be said of the others, and how many there are."""
    if not grid.pictures:
        return [], [], 0
    places = _on_form(grid) if is_form else _in_rows(grid, part)
    valid = idnumber.right(pd.Series(list(numbers), dtype="str"))
    mine: list[Picture] = []
    found: list[Finding] = []
    for line, cells in sorted(places.items()):
        where = Where(grid.file, grid.name or None, cells[0][0] + 1, letter(cells[0][1]))
        if len(cells) > 1:
            found.append(codes.PICTURE_UNUSED.at(where, why=f"有 {len(cells)} 张图片，不能分辨哪张是本人的照片"))
        elif not valid[line]:
            found.append(codes.PICTURE_UNUSED.at(where, why="身份证号不正确，不知道是谁的照片"))
        else:
            shown = f"{grid.file} [{grid.name}] {where.cell}/{numbers[line]}"
            mine.append(Picture(numbers[line], shown, grid.pictures[cells[0]]))
    used = {cell for cells in places.values() for cell in cells}
    if loose := [f"{letter(place)}{row + 1}" for row, place in sorted(grid.pictures) if (row, place) not in used]:
        sheet = Where(grid.file, grid.name or None)
        found.append(codes.PICTURE_LOOSE.at(sheet, count=len(loose), cells="、".join(loose)))
    return mine, found, len(grid.pictures)


def _in_rows(grid: Grid, part: Part) -> Mapping[int, list[Place]]:
    """By position of the entry, the pictures on its row.

    One on the row above the first entry tells that all may hang a row too high: then none is anybody's.
    """
    position = {number - 1: line for line, number in enumerate(part.rows)}
    if not position or any(row == min(position) - 1 for row, _ in grid.pictures):
        return {}
    places: dict[int, list[Place]] = {}
    for row, place in sorted(grid.pictures):
        if row in position:
            places.setdefault(position[row], []).append((row, place))
    return places


def _on_form(grid: Grid) -> Mapping[int, list[Place]]:
    """The picture in the photo box; without a box, or with nothing in it, every picture of the form."""
    boxes = [
        next((area for area in grid.merged if area[:2] == (row, place)), (row, place, row, place))
        for row, cells in enumerate(grid.rows)
        for place, cell in enumerate(cells)
        if isinstance(cell, str) and _PHOTO_BOX.search(cell) and len(cell) < 40
    ]
    inside = [
        (row, place)
        for row, place in sorted(grid.pictures)
        if any(top <= row <= bottom and left <= place <= right for top, left, bottom, right in boxes)
    ]
    return {0: inside or sorted(grid.pictures)}


def as_photos(pictures: Iterable[Picture], folder: Path) -> list[Input]:
    """The pictures as photos received, each in a file of its own below a folder; the same one of the same person once."""
    made: dict[tuple[str, str], Input] = {}
    for picture in pictures:
        digest = sha256(picture.data).hexdigest()
        if (picture.id_number, digest) not in made:
            path = folder / f"{len(made)}{ending(picture.data)}"
            path.write_bytes(picture.data)
            shown = f"{picture.shown}{ending(picture.data)}"
            made[picture.id_number, digest] = Input(path, shown, len(picture.data), digest)
    return list(made.values())


def save(pictures: Iterable[Picture], folder: Path) -> list[Path]:
    """Write each picture as it was pasted, named by ID number (三.3); what stands there already is left.

    Raises:
        OutputError: one can't be written.
    """
    return list(dict.fromkeys(_saved(pictures, folder)))


def _saved(pictures: Iterable[Picture], folder: Path) -> Iterator[Path]:
    for picture in pictures:
        if not _NUMBER.fullmatch(picture.id_number):
            continue
        for further in range(1, 1000):
            name = picture.id_number + (f"-{further}" if further > 1 else "")
            path = folder / f"{name}{ending(picture.data)}"
            if not path.exists():
                with whole_file(path) as temporary:
                    temporary.write_bytes(picture.data)
            if path.read_bytes() == picture.data:
                yield path
                break


def ending(data: bytes) -> str:
    """The ending that goes with what a picture is; a JPEG's for what is not known."""
    return next((name for start, name in _ENDINGS.items() if data.startswith(start)), ".jpg")
