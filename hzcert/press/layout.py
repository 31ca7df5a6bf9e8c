"""How pages come to lie on paper (拼版): several on a sheet, both sides, and moved to where a printer wants them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from hzcert.press.design import Design, Sheet

Sides = Literal["front", "back", "duplex", "stacked"]
_POINTS = 72 / 25.4
_AWAY = 0.5  # mm between the page's corner and its cut mark


@dataclass(frozen=True, slots=True)
class Printer:
    """What sets right how a printer is off: mm to the right and down, and scale, from the sheet's top-left corner."""

    x: float = 0
    y: float = 0
    scale_x: float = 1
    scale_y: float = 1

    def moved(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the design is drawn.

        >>> Printer(1.5, -2.0, 0.995, 0.995).moved(100, 50)
        (101.0, 47.75)
        """
        return x * self.scale_x + self.x, y * self.scale_y + self.y

    def matrix(self, height: float) -> str:
        """The same as PDF says it, of a sheet so many points high; empty for nothing to move."""
        if self == Printer():
            return ""
        up = height * (1 - self.scale_y) - self.y * _POINTS
        return f"{self.scale_x:.6f} 0 0 {self.scale_y:.6f} {self.x * _POINTS:.4f} {up:.4f}"


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a page lies on the sheet: its top-left corner in mm, and its scale."""

    x: float
    y: float
    scale: float
    placed: bool

    def matrix(self, design: Design, paper_height: float) -> str:
        """The page's place as PDF says it."""
        up = paper_height - self.y - design.page[1] * self.scale
        return f"{self.scale:.6f} 0 0 {self.scale:.6f} {self.x * _POINTS:.3f} {up * _POINTS:.3f}"


@dataclass(frozen=True, slots=True)
class Layout:
    """Which sides are printed, in which order, and for which printer.

    ``duplex`` is front and back by turns, for a printer that turns the sheet around its long or short upright edge;
    ``stacked`` all fronts and then all backs, for one that does not.
    """

    sides: Sides = "front"
    printer: Printer = field(default_factory=Printer)

    def paper(self, design: Design) -> tuple[float, float]:
        """Width and height of the sheet in mm."""
        return design.sheet.page if design.sheet else design.page

    def slots(self, design: Design, *, back: bool = False) -> list[Slot]:
        """Where pages lie on a sheet, row by row; on the back each behind its front."""
        if design.sheet is None:
            return [Slot(0, 0, 1, placed=False)]
        return list(_slots(design, design.sheet, back))

    def sheet_of(self, place: int, design: Design) -> int:
        """The page of the file on which the certificate at a place (from 0) has its front, or its only printed side."""
        sheet = place // len(self.slots(design))
        return 2 * sheet + 1 if self.sides == "duplex" else sheet + 1

    def cut_marks(self, design: Design) -> list[tuple[float, float, float, float]]:
        """Lines at the corners of every page, in mm of the sheet."""
        sheet = design.sheet
        if sheet is None or not sheet.cut_marks:
            return []
        return [line for slot in self.slots(design) for line in _corners(slot, design, sheet)]


def _slots(design: Design, sheet: Sheet, back: bool) -> Iterator[Slot]:
    width, height = (length * sheet.scale for length in design.page)
    left = (sheet.page[0] - sheet.columns * width - (sheet.columns - 1) * sheet.gap[0]) / 2
    top = (sheet.page[1] - sheet.rows * height - (sheet.rows - 1) * sheet.gap[1]) / 2
    for row in range(sheet.rows):
        for column in range(sheet.columns):
            place = sheet.columns - 1 - column if back else column
            x, y = left + place * (width + sheet.gap[0]), top + row * (height + sheet.gap[1])
            yield Slot(x, y, sheet.scale, placed=True)


def _corners(slot: Slot, design: Design, sheet: Sheet) -> Iterator[tuple[float, float, float, float]]:
    """Two lines away from each corner, no longer than half of the room to the next page."""
    width, height = (length * slot.scale for length in design.page)
    for x, outwards in ((slot.x, -1), (slot.x + width, 1)):
        for y, downwards in ((slot.y, -1), (slot.y + height, 1)):
            edge_x = x < width if outwards < 0 else x > sheet.page[0] - width
            edge_y = y < height if downwards < 0 else y > sheet.page[1] - height
            long_x = sheet.cut_marks if edge_x else min(sheet.cut_marks, sheet.gap[0] / 2)
            long_y = sheet.cut_marks if edge_y else min(sheet.cut_marks, sheet.gap[1] / 2)
            if long_x > _AWAY:
                yield x + outwards * _AWAY, y, x + outwards * long_x, y
            if long_y > _AWAY:
                yield x, y + downwards * _AWAY, x, y + downwards * long_y
