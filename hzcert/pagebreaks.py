"""Where the pages of a long table end (分页), on whatever paper: rows by their heights, in points."""

from collections.abc import Sequence

_TOGETHER = 3  # rows of a group, or beside the signatures, that stay together


def page_breaks(heights: Sequence[float], starts: Sequence[int], room: float, foot: float) -> list[int]:
    """Before which rows a page ends: a group that fits on one is not parted, and the signatures don't stand alone.

    >>> page_breaks([20.0] * 12, [0, 5], 165, 20)
    [5]
    >>> page_breaks([20.0] * 12, [0], 165, 20)
    [8]
    """
    firsts = list(starts) or [0]
    breaks: list[int] = []
    begin, used = 0, sum(heights[: firsts[0]])
    for start, end in zip(firsts, [*firsts[1:], len(heights)], strict=True):
        size, least = sum(heights[start:end]), sum(heights[start : min(start + _TOGETHER, end)])
        if used and used + (size if size <= room else least) > room:
            breaks.append(start)
            begin, used = start, 0.0
        at = start
        while used + sum(heights[at:end]) > room:
            cut = at
            while used + heights[cut] <= room:
                used += heights[cut]
                cut += 1
            # Below the last group stands the total: of three rows one would be an entry, alone with sums and signatures.
            cut = max(at + 1, min(cut, end - _TOGETHER - (end == len(heights))))
            breaks.append(cut)
            begin, at, used = cut, cut, 0.0
        used += sum(heights[at:end])
    if used + foot > room and len(heights) - begin > 1:
        breaks.append(max(begin + 1, len(heights) - _TOGETHER - 1))
    return breaks
