"""A rectangle in a picture."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels, fractions of pixels allowed; the origin is the picture's upper left corner.

    ``turned``: by how many degrees clockwise the picture is turned, about the middle of the face, before it is seen.
    """

    left: float
    top: float
    right: float
    bottom: float
    turned: float = 0.0

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.bottom - self.top

    @property
    def centre(self) -> float:
        """The middle between left and right."""
        return (self.left + self.right) / 2

    @property
    def level(self) -> float:
        """The middle between top and bottom."""
        return (self.top + self.bottom) / 2

    @property
    def area(self) -> float:
        """Width times height."""
        return self.width * self.height

    @property
    def edges(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom, as Pillow takes them."""
        return self.left, self.top, self.right, self.bottom

    def scaled(self, across: float, down: float) -> "Box":
        """The same rectangle in a picture so many times as wide and as high."""
        return Box(self.left * across, self.top * down, self.right * across, self.bottom * down, self.turned)

    def seen_from(self, other: "Box") -> "Box":
        """The same rectangle with the origin in another one's corner."""
        return Box(self.left - other.left, self.top - other.top, self.right - other.left, self.bottom - other.top)

    def within(self, width: float, height: float) -> "Box":
        """The part that lies in a picture of this size."""
        return Box(max(self.left, 0), max(self.top, 0), min(self.right, width), min(self.bottom, height))
