"""Cutting a photo: margins off, upright, and a window of the right shape around the head. Nothing is ever stretched."""

from dataclasses import dataclass, field, replace
from math import ceil, cos, radians, sin

import cv2
import numpy as np
import numpy.typing as npt

from hzcert.imaging.box import Box
from hzcert.imaging.crown import hair_top
from hzcert.imaging.face import HEAD, Faces, find, small_copy, turned
from hzcert.imaging.leaning import lean
from hzcert.imaging.levels import middle
from hzcert.imaging.reading import Source, pixels
from hzcert.imaging.resample import resized
from hzcert.photospec import PhotoSpec

Pixels = npt.NDArray[np.uint8]

_WHOLE = Box(0, 0, 1, 1)


@dataclass(frozen=True, slots=True)
class Portrait:
    """A picture without its margins, turned upright, and the faces in it; lengths in pixels of the file."""

    source: Source
    image: Pixels = field(repr=False)  # perhaps reduced: `width` and `height` are the full ones
    inner: Box  # what the margins leave, in shares of the picture
    width: float
    height: float
    faces: Faces
    head: Box | None = None  # of the main face, crown to chin: what the picture cuts off of it lies outside
    flawed: bool = False  # stray bytes were skipped

    def is_normal(self, spec: PhotoSpec) -> bool:
        """Whether the file has the normal size already, upright and without margins."""
        size = (self.source.width, self.source.height)
        return size == (spec.width, spec.height) and self.inner == _WHOLE and not self.faces.turned


def portrait(source: Source, spec: PhotoSpec, *, trim: bool) -> Portrait:
    """Read the pixels, take margins off where asked to, and find the face.

    Raises:
        InputError: the pixels can't be read.
    """
    image, flawed = pixels(source, spec.width, spec.height)
    small = small_copy(image)
    inner = _WHOLE
    if trim and (rough := margins(small)) != _WHOLE:
        image, inner = _trimmed(source, rough, _size(small), spec)
        small = small_copy(image)
    faces = find(small, spec)
    image, small = turned(image, faces.turned), turned(small, faces.turned)
    width, height = source.width * inner.width, source.height * inner.height
    if faces.turned in (90, 270):
        width, height = height, width
    head = None
    if faces.main:
        searched = _size(small)
        across, down = width / searched[0], height / searched[1]
        head = head_of(faces.main)
        head = replace(head, top=hair_top(small, head)).scaled(across, down)
        marks = tuple((x * across, y * down) for x, y in faces.marks)
        wide, high = _size(image)
        inside = faces.main.within(*searched)
        roll, likeness = lean(image, inside.scaled(wide / searched[0], high / searched[1]))
        box = faces.main.scaled(across, down)
        faces = replace(faces, main=box, marks=marks, roll=roll, likeness=likeness)
    return Portrait(source, image, inner, width, height, faces, head, flawed)


def cut(given: Portrait, spec: PhotoSpec) -> tuple[Pixels, Box]:
    """The photo in its normal form, and the window it was cut from.

    Raises:
        InputError: the pixels can't be read.
    """
    if given.is_normal(spec):
        return given.image, Box(0, 0, spec.width, spec.height)  # so that a second run changes nothing
    box = straight(given, spec) or window(given.width, given.height, given.head, spec)
    image, scale = given.image, len(given.image) / given.height
    if scale < 1 and box.height * scale < spec.height:  # too coarse a reading for so narrow a window
        finer = spec.height / box.height
        image, _ = pixels(given.source, given.source.width * finer, given.source.height * finer)
        image = turned(_inside(image, given.inner), given.faces.turned)
    held = _size(image)
    across, down = held[0] / given.width, held[1] / given.height
    size = (spec.width, spec.height)
    if box.turned and given.faces.main:
        place = _before_turning(box, given.faces.main).scaled(across, down)
        return resized(image, size, place, turned=place.turned), box
    place = _on_pixels(box.scaled(across, down).within(*held), held, size)
    return resized(image, size, place), place.scaled(1 / across, 1 / down)


def straight(given: Portrait, spec: PhotoSpec) -> Box | None:
    """The window in the picture turned until the eyes are level; none where they are, or where no room is left for it."""
    roll, face, head = given.faces.roll, given.faces.main, given.head
    leans = given.faces.likeness >= spec.min_likeness and spec.straighten_from <= abs(roll) <= spec.straighten_to
    if face is None or head is None or not leans:
        return None
    level = window(given.width, given.height, head, spec)
    tall = level.height
    while head.height / tall <= spec.max_head:
        gap = min(spec.head_top * tall, max(tall - head.height, 0))
        wide = tall * spec.width / spec.height
        left = head.centre - wide / 2
        for top in (head.top - gap, *(head.top - gap * share for share in (0.75, 0.5, 1.25, 1.5))):
            box = Box(left, top, left + wide, top + tall, -roll)
            if _lies_within(_before_turning(box, face), given.width, given.height):
                return box
        tall *= 0.98
    return None


def _before_turning(box: Box, face: Box) -> Box:
    """A window in the picture turned about the middle of the face: where its middle lies in the picture as it is."""
    tilt = radians(box.turned)
    x, y = box.centre - face.centre, box.level - face.level
    across = face.centre + cos(tilt) * x + sin(tilt) * y - box.centre
    down = face.level - sin(tilt) * x + cos(tilt) * y - box.level
    return Box(box.left + across, box.top + down, box.right + across, box.bottom + down, box.turned)


def _lies_within(box: Box, width: float, height: float) -> bool:
    """Whether all four corners of a window that is turned about its own middle lie in the picture."""
    tilt = radians(box.turned)
    for x, y in ((-1, -1), (-1, 1), (1, -1), (1, 1)):
        across, down = x * box.width / 2, y * box.height / 2
        left, top = cos(tilt) * across + sin(tilt) * down, cos(tilt) * down - sin(tilt) * across
        if not (0 <= box.centre + left <= width and 0 <= box.level + top <= height):
            return False
    return True


def _on_pixels(box: Box, within: tuple[int, int], size: tuple[int, int]) -> Box:
    """The nearest box on whole pixels, if there is one of the same shape; else the box itself."""
    high, wide = round(box.height), round(box.height * size[0] / size[1])
    if abs(wide / high * size[1] / size[0] - 1) > _STRETCH or wide > within[0] or high > within[1]:
        return box
    left = min(max(round(box.left), 0), within[0] - wide)
    top = min(max(round(box.top), 0), within[1] - high)
    return Box(left, top, left + wide, top + high)


_STRETCH = 0.002  # no eye sees it: half a pixel of the width


def whole(given: Portrait, spec: PhotoSpec) -> tuple[Pixels, Box]:
    """All of a picture at the normal height, to be measured like a cut photo, and its window."""
    scale = spec.height / max(given.width, given.height)
    size = (max(round(given.width * scale), 1), max(round(given.height * scale), 1))
    return resized(given.image, size, Box(0, 0, *_size(given.image))), Box(0, 0, given.width, given.height)


def head_of(face: Box) -> Box:
    """The head of a face: from the crown of the skull, which the box of a face does not reach, to the chin."""
    return Box(face.left, face.bottom - HEAD * face.height, face.right, face.bottom)


def window(width: float, height: float, head: Box | None, spec: PhotoSpec) -> Box:
    """The part of a picture to cut out: the wanted shape, inside the picture, the head well placed where it can be.

    All of a picture that already has about the right shape and a head of a fitting size; else as much as gives the
    head the size wanted.
    """
    largest = min(height, width * spec.height / spec.width)
    if head is None:
        return _placed(width, height, largest, Box(width / 2, height / 2, width / 2, height / 2), 0.5, spec)
    if spec.min_ratio <= height / width <= spec.max_ratio:
        whole = _placed(width, height, largest, head, spec.head_top, spec)
        sized = spec.min_head <= head.height / whole.height <= spec.max_head
        low = head.top - whole.top > spec.max_gap * whole.height
        if sized and not low and abs(head.centre - whole.centre) <= spec.max_off_centre * whole.width:
            return whole
    # A head near the side wants a narrower window to be in its middle, yet never closer than the largest head.
    beside = min(head.centre, width - head.centre) / (0.5 - spec.max_off_centre / 2) * spec.height / spec.width
    tall = min(largest, head.height / spec.head_height, max(beside, head.height / spec.max_head))
    return _placed(width, height, tall, head, spec.head_top, spec)


def _placed(width: float, height: float, tall: float, head: Box, above: float, spec: PhotoSpec) -> Box:
    """A window so tall, the head in its middle with this share of it above, pushed inside the picture."""
    wide = min(tall * spec.width / spec.height, width)
    left = min(max(head.centre - wide / 2, 0), width - wide)
    gap = min(above * tall, max(tall - head.height, 0))  # the chin comes before the gap
    top = min(max(head.top - gap, 0), height - tall)
    return Box(left, top, left + wide, top + tall)


def _trimmed(source: Source, rough: Box, seen: tuple[int, int], spec: PhotoSpec) -> tuple[Pixels, Box]:
    """The picture without its margins, and what they leave: found on a small copy, then once more from nearby."""
    across, down = 4 / seen[0], 4 / seen[1]  # enough of the margin to be seen as one
    near = Box(rough.left - across, rough.top - down, rough.right + across, rough.bottom + down).within(1, 1)
    image = _inside(pixels(source, spec.width / rough.width, spec.height / rough.height)[0], near)
    fine = margins(small_copy(image))
    if fine == _WHOLE:
        fine = rough.seen_from(near).scaled(1 / near.width, 1 / near.height)
    return _inside(image, fine), fine.scaled(near.width, near.height).seen_from(Box(-near.left, -near.top, 0, 0))


def margins(small: Pixels) -> Box:
    """What the grey, black or coloured margins of a scan leave, in shares of the picture; all of it if there are none.

    A margin is of one colour, not white, and ends in straight edges: a person before a grey wall has none.
    """
    high, wide, _ = small.shape
    if min(high, wide) < 16:
        return _WHOLE
    colour = _border_colour(small)
    if colour is None or colour.min() >= _WHITE:
        return _WHOLE
    apart = np.abs(small.astype(np.int16) - colour)
    distance = np.maximum(np.maximum(apart[:, :, 0], apart[:, :, 1]), apart[:, :, 2])
    empty = distance <= _TOLERANCE
    top, bottom = _reach(empty)
    left, right = _reach(empty[top:bottom].T)
    # Below alone there is no margin: dark clothes often fill the lower edge.
    if top == 0 and left == 0 and right == wide:
        return _WHOLE
    # Nor does an even upper edge alone tell hair in a margin from the clothes of somebody upside down.
    above = _CLOTHES if left == 0 and right == wide else _HAIR
    top, bottom = _straightened(empty[:, left:right], top, bottom, (above, _CLOTHES))
    left, right = _straightened(empty[top:bottom].T, left, right, (_HAIR, _HAIR))
    # The pixels on the edge are half margin.
    top, left = top + (top > 0), left + (left > 0)
    bottom, right = bottom - (bottom < high), right - (right < wide)
    inside = distance[top:bottom, left:right]
    if inside.size < _SMALLEST * distance.size:
        return _WHOLE
    # A margin ends abruptly and in straight edges. Clothes may be of its colour, so the lower edge is left out; and so is the
    # lower half of the sides, where hair and clothes run into a margin all around.
    around = top > 0 and left > 0 and right < wide
    own = inside <= 2 * _TOLERANCE
    upper, half = own[0], len(own) // 2 if around else len(own)
    if min(np.concatenate([upper, own[:end, 0], own[:end, -1]]).mean() for end in (half, len(own))) > _STRAIGHT:
        return _WHOLE
    return Box(left / wide, top / high, right / wide, bottom / high)


_WHITE = 215  # as in the measure of the background
_TOLERANCE = 24  # levels by which one colour varies in a scan
_SMALLEST = 0.01  # of the picture
_STRAIGHT = 0.25  # share of the margin's colour along the edges of what is left
_TILT = 0.05  # of a side: how far a photo may lie askew
_EDGE = 0.1  # the same, along one edge
# How far the share of what is of its colour may vary from line to line: of hair, and of clothes, which is not at all.
_HAIR, _CLOTHES = 0.02, -1.0


def _border_colour(small: Pixels) -> npt.NDArray[np.int16] | None:
    """The colour of the most even side, where one is even."""
    sides = [side.reshape(-1, 3) for side in (small[:2], small[-2:], small[:, :2], small[:, -2:])]
    colours = [middle(side) for side in sides]
    shares = [
        cv2.countNonZero(cv2.inRange(side[None], np.ceil(colour - _TOLERANCE), np.floor(colour + _TOLERANCE)))
        / len(side)
        for side, colour in zip(sides, colours, strict=True)
    ]
    best = int(np.argmax(shares))
    return colours[best].astype(np.int16) if shares[best] >= 0.95 else None


def _reach(empty: npt.NDArray[np.bool_]) -> tuple[int, int]:
    """The first line that holds more than dust, and the one after the last such."""
    filled = np.flatnonzero(empty.mean(axis=1) < 0.97)
    return (int(filled[0]), int(filled[-1]) + 1) if filled.size else (0, len(empty))


def _straightened(empty: npt.NDArray[np.bool_], first: int, end: int, varies: tuple[float, float]) -> tuple[int, int]:
    """The same lines without those at the margins that are still part margin, since the photo lay askew.

    ``varies``: by what the share of its colour may vary where hair or clothes run into the first margin, and into the last.
    """
    share = empty.mean(axis=1).tolist()
    steps = ceil(_TILT * len(share))
    if first > 0:
        first = _past_margin(share, range(first, min(first + steps, end)), varies[0])
    if end < len(share):
        end = _past_margin(share, range(end - 1, max(end - 1 - steps, first), -1), varies[1]) + 1
    return first, end


def _past_margin(share: list[float], lines: range, varies: float) -> int:
    """The first of these lines that holds next to nothing of the margin's colour, or hardly more than any: hair may be of it."""
    least = max(_EDGE, min((share[line] for line in lines), default=0.0) + varies)
    return next((line for line in lines if share[line] <= least), lines.start)


def _inside(image: Pixels, inner: Box) -> Pixels:
    if inner == _WHOLE:
        return image
    left, top, right, bottom = inner.scaled(*_size(image)).edges
    return np.ascontiguousarray(
        image[ceil(top) : max(int(bottom), ceil(top) + 1), ceil(left) : max(int(right), ceil(left) + 1)]
    )


def _size(image: Pixels) -> tuple[int, int]:
    """Width and height."""
    return image.shape[1], image.shape[0]
