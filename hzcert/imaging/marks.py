"""What does not belong on a portrait, and how it can be told (photos only of the normal height): frames, specks, red eyes.

Each gives a number; what is too much is for the policy to say. How far each can be trusted: docs/photos.md.
"""

import cv2
import numpy as np
import numpy.typing as npt

from hzcert.imaging.box import Box

Pixels = npt.NDArray[np.uint8]

# Frames: a straight line along nearly all of a side, near it.
_NEAR_EDGE = 0.06  # of the side
_JUMP = 24  # levels across the line
_ALONG = 0.92  # of the side
SMALLEST = 32  # pixels: a narrower picture has no frame to speak of, no date, and no row of blocks that is to be seen

# Specks on a white background: staples, holes, dirt, writing. Seen down to the shoulders.
_SPECK_DOWN = 0.55  # of the height
_NOT_WHITE = 185  # least of the three channels
_HEAD_SHAPE = ((0.05, 0.3), (0.3, 0.55))  # how far down it is how wide, to either side, by height and width of the face
_LONGEST = 0.6  # of the part that is looked at
_JOINING = np.ones((5, 5), np.uint8)
_SPECK_PIXELS = 8  # of the picture at half its size: less is dust or noise

# Seals across a lower corner: strokes thinner than 10 pixels, redder than what is beside them.
_SEAL_DOWN, _SEAL_WIDE = 0.62, 0.3  # of the height, of the width
_SEAL_RED = 40  # levels above green and blue
_SEAL_CR, _SEAL_LEAST = 155, 0.03  # a quick look: so red, on so much of the corner


def framed(luma: Pixels) -> int:
    """Along how many of the four sides a line runs."""
    if min(luma.shape) < SMALLEST:
        return 0
    return sum(_line_along(view) for view in (luma, luma[::-1], luma.T, luma.T[::-1]))


def _line_along(grey: Pixels) -> bool:
    """Whether a line runs along the first rows. It may lie askew by a pixel or two."""
    reach = max(round(_NEAR_EDGE * len(grey)), 4)
    rows = np.ascontiguousarray(grey[: reach + 3])
    return float(_jumping(rows[3:], rows[:-3], _JUMP).max()) >= _ALONG


def _jumping(below: Pixels, above: Pixels, levels: int) -> npt.NDArray[np.float64]:
    """What share of each row is brighter by more than so many levels than another row, or darker, whichever is more; by channels."""
    shares = []
    for apart in (cv2.subtract(below, above), cv2.subtract(above, below)):  # what is below nought is nought
        _, far = cv2.threshold(apart, levels, 1, cv2.THRESH_BINARY)
        shares.append(np.asarray(cv2.reduce(far, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S)) / far.shape[1])
    return np.asarray(np.maximum(*shares).squeeze(axis=1))


def sealed(rgb: Pixels, small: Pixels) -> float:
    """The share of thin red strokes in a lower corner: a seal that was set across the edge of the photo (骑缝章).

    ``small``: its ``coarse`` copy, by which most photos are known to have nothing so red there.
    """
    (high, wide, _), (rows, columns, _) = rgb.shape, small.shape
    top, side = round(_SEAL_DOWN * high), round(_SEAL_WIDE * wide)
    above, beside = round(_SEAL_DOWN * rows), round(_SEAL_WIDE * columns)
    most = 0.0
    for corner, seen in ((np.s_[top:, :side], np.s_[above:, :beside]), (np.s_[top:, -side:], np.s_[above:, -beside:])):
        reddish = small[seen][:, :, 1] >= _SEAL_CR
        if min(high, wide) < SMALLEST or np.count_nonzero(reddish) < _SEAL_LEAST * reddish.size:
            continue
        halved = cv2.resize(rgb[corner], None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        red, green, blue = cv2.split(halved)
        strokes = cv2.morphologyEx(cv2.subtract(red, cv2.max(green, blue)), cv2.MORPH_TOPHAT, _JOINING)
        most = max(most, np.count_nonzero(np.asarray(strokes) >= _SEAL_RED) / strokes.size)
    return most


def specks(rgb: Pixels, head: Box) -> float:
    """The share of the picture that is covered by things that stand alone on its background, away from the person."""
    high, wide = rgb.shape[0] // 2, rgb.shape[1] // 2
    if min(high, wide) < 8:
        return 0.0
    small = cv2.resize(rgb[: high * 2, : wide * 2], (wide, high), interpolation=cv2.INTER_AREA)
    red, green, blue = cv2.split(small)
    _, filled = cv2.threshold(cv2.min(cv2.min(red, green), blue), _NOT_WHITE - 1, 1, cv2.THRESH_BINARY_INV)
    # What is on the head or below it is of the person, however bright it is; and so is hair that stands off a little.
    for down, reach in _HEAD_SHAPE:
        left, right = head.centre - reach * head.width, head.centre + reach * head.width
        own = Box(left, head.top + down * head.height, right, head.bottom).scaled(0.5, 0.5).within(wide, high)
        filled[round(own.top) : round(own.bottom), round(own.left) : round(own.right)] = 1
    filled[min(max(round(head.bottom / 2), 0), high) :] = 1
    filled = filled[: round(_SPECK_DOWN * high)]
    joined = cv2.dilate(filled, _JOINING)
    if cv2.connectedComponents(joined, connectivity=8)[0] < 3:  # the person alone, which a count tells sooner
        return 0.0
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    person = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    alone = (labels != person) & (np.asarray(filled) > 0)
    sizes = np.bincount(labels[alone], minlength=count)
    # What runs along most of a side is a frame, and no speck.
    small_enough = (stats[:, cv2.CC_STAT_WIDTH] < _LONGEST * wide) & (
        stats[:, cv2.CC_STAT_HEIGHT] < _LONGEST * len(filled)
    )
    return float(sizes[(sizes >= _SPECK_PIXELS) & small_enough].sum() / (high * wide))


_FLASH_RED, _FLASH_TIMES = 120, 2.5  # least red, and so many times green and blue; warm light on brown eyes has less


def red_eyes(rgb: Pixels, eyes: tuple[tuple[float, float], tuple[float, float]]) -> float:
    """The share of flash red around the middle of the eyes; of both the greater."""
    (left, level), (right, other) = eyes
    reach = 0.13 * max(abs(right - left), 1.0)
    shares = []
    for x, y in ((left, level), (right, other)):
        box = Box(x - reach, y - reach, x + reach, y + reach).within(rgb.shape[1], rgb.shape[0])
        part = rgb[round(box.top) : round(box.bottom), round(box.left) : round(box.right)].astype(np.int16)
        if part.size:
            red, most = part[:, :, 0], np.maximum(part[:, :, 1], part[:, :, 2])
            shares.append(np.count_nonzero((red > _FLASH_RED) & (red > _FLASH_TIMES * most)) / red.size)
    return float(max(shares, default=0.0))
