"""Drawn portraits (照片) of people who never were: the same seed, the same picture. Pillow alone.

Every length below is a share of the head's height, from crown to chin; ``_Pen`` turns it into pixels.
"""

import random
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Colour = tuple[int, int, int]

WHITE: Colour = (255, 255, 255)
_FINE = 2  # drawn twice as large, then reduced: smooth edges

_SKINS = ((236, 198, 166), (226, 182, 146), (230, 188, 156), (240, 206, 178), (222, 176, 140))
_HAIRS = ((24, 20, 20), (38, 28, 24), (52, 36, 28), (30, 30, 36))
_GREY_HAIRS = ((120, 118, 118), (150, 148, 146), (92, 90, 92))
_CLOTHES = ((30, 50, 96), (120, 34, 46), (52, 88, 70), (70, 62, 110), (96, 70, 44), (28, 96, 120), (140, 84, 40))
_TIES = ((150, 30, 40), (36, 70, 140), (90, 40, 90), (180, 140, 50))


@dataclass(frozen=True)
class Look:
    """What tells one person from another; widths as shares of the head's height."""

    woman: bool
    skin: Colour
    hair: Colour
    clothes: Colour
    tie: Colour
    style: str  # of the hair: short, parted, receding, bob, long, tied
    glasses: bool
    face: float
    eye: float
    apart: float
    nose: float
    mouth: float
    brow: int
    light: int  # -1: from the left, 1: from the right


@dataclass(frozen=True)
class _Pen:
    """Draws in shares of the head's height, from the middle of the crown."""

    draw: ImageDraw.ImageDraw
    x: float
    y: float
    head: float

    def box(self, left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
        return (
            self.x + left * self.head,
            self.y + top * self.head,
            self.x + right * self.head,
            self.y + bottom * self.head,
        )

    def ellipse(self, middle: float, level: float, half_width: float, half_height: float, colour: Colour) -> None:
        box = self.box(middle - half_width, level - half_height, middle + half_width, level + half_height)
        self.draw.ellipse(box, fill=colour)

    def ring(self, middle: float, level: float, half_width: float, half_height: float, colour: Colour) -> None:
        box = self.box(middle - half_width, level - half_height, middle + half_width, level + half_height)
        self.draw.ellipse(box, outline=colour, width=max(2, round(0.007 * self.head)))

    def polygon(self, points: list[tuple[float, float]], colour: Colour) -> None:
        self.draw.polygon([(self.x + x * self.head, self.y + y * self.head) for x, y in points], fill=colour)

    def line(self, points: list[tuple[float, float]], colour: Colour, width: float) -> None:
        places = [(self.x + x * self.head, self.y + y * self.head) for x, y in points]
        self.draw.line(places, fill=colour, width=max(1, round(width * self.head)), joint="curve")

    def arc(self, box: tuple[float, float, float, float], start: int, end: int, colour: Colour, width: float) -> None:
        self.draw.arc(self.box(*box), start, end, fill=colour, width=max(1, round(width * self.head)))


def portrait(
    seed: int,
    width: int,
    height: int,
    *,
    background: Colour = WHITE,
    head: float = 0.58,
    top: float = 0.10,
    aside: float = 0.0,
    woman: bool | None = None,
    old: bool = False,
    noise: int = 6,
) -> Image.Image:
    """A bare-headed person from the front, RGB: ``head``, ``top`` and ``aside`` are shares of the picture's height.

    ``head`` is the height from crown to chin, ``top`` the gap above it, ``aside`` how far right of the middle.
    """
    look = look_of(seed, woman=woman, old=old)
    canvas = Image.new("RGB", (width * _FINE, height * _FINE), background)
    tall = height * _FINE
    pen = _Pen(ImageDraw.Draw(canvas), canvas.width / 2 + aside * tall, top * tall, head * tall)
    _draw_body(pen, look)
    _draw_head(pen, look)
    canvas = _shade(canvas, pen, look)
    _draw_eyes(pen_on(canvas, pen), look)
    _draw_features(pen_on(canvas, pen), look)
    small = canvas.resize((width, height), Image.Resampling.LANCZOS)
    return _grain(small.filter(ImageFilter.GaussianBlur(0.3)), seed, noise)


def look_of(seed: int, *, woman: bool | None = None, old: bool = False) -> Look:
    """How the person of a seed looks."""
    dice = random.Random(f"portrait {seed}")
    chosen = dice.random() < 0.5
    woman = chosen if woman is None else woman
    return Look(
        woman=woman,
        skin=dice.choice(_SKINS),
        hair=dice.choice(_GREY_HAIRS if old else _HAIRS),
        clothes=dice.choice(_CLOTHES),
        tie=dice.choice(_TIES),
        style=dice.choice(("bob", "long", "tied") if woman else ("short", "parted", "receding" if old else "short")),
        glasses=dice.random() < 0.25,
        face=dice.uniform(0.325, 0.365),
        eye=dice.uniform(0.068, 0.080),
        apart=dice.uniform(0.160, 0.172),
        nose=dice.uniform(0.056, 0.068),
        mouth=dice.uniform(0.095, 0.125),
        brow=dice.randrange(3),
        light=dice.choice((-1, 1)),
    )


def pen_on(canvas: Image.Image, pen: _Pen) -> _Pen:
    """The same pen on another canvas."""
    return _Pen(ImageDraw.Draw(canvas), pen.x, pen.y, pen.head)


def _mix(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _draw_body(pen: _Pen, look: Look) -> None:
    """Shoulders, clothes, neck, and the hair that falls behind them."""
    if look.style == "long":
        pen.ellipse(0, 0.60, look.face + 0.08, 0.58, look.hair)
    if look.style == "bob":
        pen.ellipse(0, 0.48, look.face + 0.07, 0.46, look.hair)
    pen.ellipse(0, 1.75, 0.80, 0.66, look.clothes)
    dark = _mix(look.clothes, (0, 0, 0), 0.3)
    shade = _mix(look.skin, (110, 60, 40), 0.28)
    pen.polygon([(-0.17, 0.80), (0.17, 0.80), (0.20, 1.16), (0.0, 1.26), (-0.20, 1.16)], shade)
    if look.woman:
        pen.polygon([(-0.21, 1.12), (0.21, 1.12), (0.0, 1.34)], shade)
        pen.line([(-0.22, 1.10), (0.0, 1.36), (0.22, 1.10)], dark, 0.035)
        return
    pen.polygon([(-0.24, 1.06), (0.0, 1.22), (0.24, 1.06), (0.16, 1.60), (-0.16, 1.60)], (244, 244, 248))
    pen.polygon([(-0.05, 1.20), (0.05, 1.20), (0.08, 1.60), (-0.08, 1.60)], look.tie)
    for side in (-1, 1):
        pen.polygon([(side * 0.27, 1.08), (side * 0.36, 1.14), (side * 0.10, 1.62), (side * 0.06, 1.60)], dark)


def _draw_head(pen: _Pen, look: Look) -> None:
    """Hair behind, ears, face, and the hair that falls over it."""
    half = look.face
    pen.ellipse(0, 0.36, half + 0.035, 0.36, look.hair)
    ear = _mix(look.skin, (150, 80, 60), 0.22)
    if look.style not in ("bob", "long"):
        for side in (-1, 1):
            pen.ellipse(side * (half + 0.005), 0.56, 0.045, 0.095, ear)
    pen.ellipse(0, 0.54, half, 0.44, look.skin)
    pen.ellipse(0, 0.73, half * 0.82, 0.27, look.skin)
    hairline = {"receding": 0.17, "parted": 0.27, "short": 0.25, "tied": 0.25}.get(look.style, 0.25)
    reach = half - 0.03 if look.style == "receding" else half + 0.02
    box = (-reach, 0.0, reach, hairline * 2)
    pen.draw.chord(pen.box(*box), 180, 360, fill=look.hair)
    if look.style == "parted":
        pen.polygon([(-half - 0.01, 0.26), (-half + 0.02, 0.44), (-0.10, 0.26)], look.hair)
        pen.polygon([(-0.14, 0.20), (half + 0.01, 0.20), (half + 0.01, 0.40), (half - 0.04, 0.30)], look.hair)
    if look.style in ("bob", "long"):
        for side in (-1, 1):
            pen.ellipse(side * (half + 0.015), 0.52, 0.05, 0.32, look.hair)
        pen.polygon([(-half, 0.24), (-half + 0.01, 0.42), (0.05, 0.20), (half - 0.01, 0.42), (half, 0.24)], look.hair)
    if look.style == "short":
        for side in (-1, 1):
            pen.polygon(
                [(side * (half + 0.02), 0.24), (side * (half + 0.01), 0.47), (side * (half - 0.05), 0.26)], look.hair
            )


def _shade(canvas: Image.Image, pen: _Pen, look: Look) -> Image.Image:
    """Light from one side, and a blush, both soft; the background stays as it is."""
    veil = Image.new("RGB", canvas.size, WHITE)
    soft = pen_on(veil, pen)
    side = -look.light
    for step in range(4):
        soft.ellipse(side * (look.face - 0.03 * step), 0.60, 0.10 - 0.02 * step, 0.34, (238 - 8 * step,) * 3)
    soft.ellipse(0, 1.00, 0.20, 0.07, (205, 190, 185))
    for cheek in (-1, 1):
        soft.ellipse(cheek * 0.19, 0.70, 0.09, 0.07, (252, 226, 220))
    soft.ellipse(0, 0.36, 0.22, 0.08, (255, 252, 248))
    veil = veil.filter(ImageFilter.GaussianBlur(0.035 * pen.head))
    # Shade only what is drawn: multiplying would grey the white behind the ears.
    drawn = ImageChops.difference(canvas, Image.new("RGB", canvas.size, canvas.getpixel((0, 0)))).convert("L")
    return Image.composite(ImageChops.multiply(canvas, veil), canvas, drawn.point(lambda level: 255 if level else 0))


def _draw_eyes(pen: _Pen, look: Look) -> None:
    """Whites, irises, lids, brows, and glasses where they are worn."""
    lid = _mix(look.skin, (40, 20, 20), 0.75)
    for side in (-1, 1):
        middle = side * look.apart
        pen.ellipse(middle, 0.515, look.eye + 0.012, 0.046, _mix(look.skin, (120, 60, 40), 0.40))
        pen.ellipse(middle, 0.52, look.eye, 0.034, (246, 244, 242))
        pen.ellipse(middle, 0.52, 0.034, 0.034, (52, 32, 24))
        pen.ellipse(middle, 0.52, 0.016, 0.016, (8, 6, 6))
        pen.ellipse(middle + 0.010, 0.508, 0.008, 0.008, (255, 255, 255))
        pen.arc((middle - look.eye - 0.008, 0.474, middle + look.eye + 0.008, 0.570), 195, 345, lid, 0.016)
        outer, inner = side * (look.apart + look.eye + 0.02), side * (look.apart - look.eye)
        bow = (0.404, 0.400, 0.396)[look.brow]
        brow = _mix(look.hair, look.skin, 0.35 if look.woman else 0.15)
        pen.line([(inner, 0.430), (middle, bow), (outer, 0.436)], brow, 0.018 if look.woman else 0.028)
    if look.glasses:
        frame = _mix(look.skin, (48, 40, 44), 0.3)
        for side in (-1, 1):
            pen.ring(side * look.apart, 0.535, 0.112, 0.085, frame)
            pen.line([(side * (look.apart + 0.112), 0.515), (side * look.face, 0.50)], frame, 0.008)
        pen.line([(-look.apart + 0.110, 0.525), (look.apart - 0.110, 0.525)], frame, 0.008)


def _draw_features(pen: _Pen, look: Look) -> None:
    """Nose and lips."""
    dark = _mix(look.skin, (120, 60, 40), 0.45)
    pen.line([(look.light * 0.020, 0.54), (look.light * 0.032, 0.64)], _mix(look.skin, dark, 0.15), 0.012)
    pen.arc((-look.nose, 0.64, look.nose, 0.705), 20, 160, dark, 0.014)
    for side in (-1, 1):
        pen.ellipse(side * look.nose * 0.6, 0.692, 0.016, 0.010, _mix(dark, (40, 20, 16), 0.5))
    lips = _mix(look.skin, (176, 44, 52), 0.62 if look.woman else 0.40)
    half = look.mouth
    pen.polygon([(-half, 0.806), (-0.03, 0.782), (0.0, 0.790), (0.03, 0.782), (half, 0.806)], lips)
    pen.draw.chord(pen.box(-half * 0.9, 0.770, half * 0.9, 0.846), 0, 180, fill=_mix(lips, WHITE, 0.12))
    pen.line([(-half, 0.806), (0.0, 0.812), (half, 0.806)], _mix(lips, (50, 10, 16), 0.7), 0.010)
    pen.arc((-0.07, 0.84, 0.07, 0.885), 30, 150, _mix(look.skin, dark, 0.5), 0.010)


def _grain(image: Image.Image, seed: int, noise: int) -> Image.Image:
    """The grain of a camera or a scanner, even over ``noise`` levels; half of it is lost where the picture is white."""
    if not noise:
        return image
    dice = random.Random(f"grain {seed}")
    grain = Image.frombytes("L", image.size, dice.randbytes(image.width * image.height))
    even = grain.point(lambda level: level * noise // 256)
    veil = Image.merge("RGB", (even, even, even))
    return ImageChops.subtract(image, veil, offset=noise // 2)
