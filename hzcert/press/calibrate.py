"""How a printer is off (校准): a grid to print, and what follows from where its crosses came out."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from pydantic import Field, ValidationError
from reportlab.pdfgen.canvas import Canvas

from hzcert.errors import InputError, UsageError
from hzcert.figures import Strict, describe
from hzcert.press import archive
from hzcert.press.fonts import Fonts
from hzcert.press.idfont import font_of, register
from hzcert.press.layout import Printer
from hzcert.press.page import POINTS

PRINTERS = "printers.toml"
_INSET = 15.0  # mm of the crosses from the edges
_READING = re.compile(r"([A-D])=(\d+(?:\.\d+)?)[,，](\d+(?:\.\d+)?)", re.IGNORECASE)
_NAME = re.compile(r"[\w\u3400-\u9fff][\w\u3400-\u9fff .+-]*(/[\w\u3400-\u9fff .+-]+)?")
_MOST_OFF, _MOST_SCALE, _MOST_DIFFERENCE = 20.0, 0.05, 0.5
_ROUND = 4


class Profile(Strict):
    """A printer's tray as it stands in the file: what to add and to multiply by."""

    x_mm: float = Field(ge=-_MOST_OFF * 2, le=_MOST_OFF * 2)
    y_mm: float = Field(ge=-_MOST_OFF * 2, le=_MOST_OFF * 2)
    scale_x: float = Field(default=1, gt=0.8, lt=1.25)
    scale_y: float = Field(default=1, gt=0.8, lt=1.25)
    measured_on: str = ""

    @property
    def printer(self) -> Printer:
        """As pages are moved by it."""
        return Printer(self.x_mm, self.y_mm, self.scale_x, self.scale_y)


def crosses(paper: tuple[float, float]) -> dict[str, tuple[float, float]]:
    """The crosses of the grid sheet, from its top-left corner in mm.

    >>> crosses((176, 125))["D"]
    (161.0, 110.0)
    """
    right, bottom = paper[0] - _INSET, paper[1] - _INSET
    return {"A": (_INSET, _INSET), "B": (right, _INSET), "C": (_INSET, bottom), "D": (right, bottom)}


def read_readings(texts: Iterable[str]) -> dict[str, tuple[float, float]]:
    """Readings as they are typed: ``A=16.6,12.9``, mm from the paper's left and upper edge.

    Raises:
        UsageError: one is none.
    """
    readings = {}
    for text in texts:
        match = _READING.fullmatch(text.replace(" ", "").replace("＝", "="))
        if match is None:
            raise UsageError(f"读数“{text}”不对", "请写成 A=16.6,12.9：十字 A 到纸左边和上边的毫米数")
        readings[match[1].upper()] = float(match[2]), float(match[3])
    return readings


def profile(readings: Mapping[str, tuple[float, float]], paper: tuple[float, float], day: str) -> Profile:
    """What sets a printer right whose crosses came out there: offset and scale both ways, by least squares.

    Raises:
        UsageError: too few readings, or they don't agree with each other or with any printer.
    """
    if not ({"A", "D"} <= set(readings) or {"B", "C"} <= set(readings)):
        raise UsageError("读数不够", "至少要量对角的两个十字：A 和 D，或 B 和 C；最好四个都量")
    meant = crosses(paper)
    off, scale = [], []
    for axis in (0, 1):
        wanted = np.array([meant[name][axis] for name in sorted(readings)])
        found = np.array([readings[name][axis] for name in sorted(readings)])
        slope, start = np.polyfit(wanted, found, 1)
        if abs(start) > _MOST_OFF or abs(slope - 1) > _MOST_SCALE:
            raise UsageError("读数与校准页相差太多", "请检查纸张大小和方向，以及打印时是否选了“实际大小”")
        if np.abs(slope * wanted + start - found).max() > _MOST_DIFFERENCE:
            raise UsageError("几个读数互相不合", "请重新量一遍，或检查进纸是否歪斜")
        scale.append(round(1 / float(slope), 6))
        off.append(round(-float(start) / float(slope), _ROUND))
    return Profile(x_mm=off[0], y_mm=off[1], scale_x=scale[0], scale_y=scale[1], measured_on=day)


def load_printers(path: Path) -> dict[str, Profile]:
    """The printers of a file, by name and tray; none where there is no file.

    Raises:
        UsageError: it is no TOML, or breaks the model.
        InputError: it can't be read.
    """
    if not path.exists():
        return {}
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        return {name: Profile.model_validate(entry) for name, entry in given.items()}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as cause:
        raise UsageError(f"{path} 不是正确的 TOML：{cause}", "请改正后再试") from cause
    except ValidationError as cause:
        raise UsageError(f"{path} 有误：{describe(cause)}", "请改正后再试；写法见 docs/certificates.md") from cause
    except OSError as cause:
        raise InputError(f"不能读取 {path}：{cause.strerror}", "请检查路径和权限") from cause


def printers_text(printers: Mapping[str, Profile]) -> str:
    """A file of printers, as it is written.

    Raises:
        UsageError: a name that can't be.
    """
    lines = [
        "# 打印机校准：印出的位置 = 位置 × scale + 偏移，从纸的左上角量起，单位毫米。由 hzcert print calibrate 写出。\n"
    ]
    for name, each in sorted(printers.items()):
        if not _NAME.fullmatch(name):
            raise UsageError(f"打印机名称“{name}”不对", "请用字母、汉字、数字；纸盒写在斜杠后，如 HP4250/纸盒2")
        lines.append(f'["{name}"]\nx_mm = {each.x_mm}\ny_mm = {each.y_mm}\nscale_x = {each.scale_x}')
        lines.append(f'scale_y = {each.scale_y}\nmeasured_on = "{each.measured_on}"\n')
    return "\n".join(lines)


def write_grid(path: Path, paper: tuple[float, float], fonts: Fonts, chain: str, about: archive.About) -> None:
    """The grid sheet: a line every 5 mm, every tenth with its number, four crosses to measure."""
    face = fonts.faces(chain)[0]
    name = register(face)
    width, height = paper
    size = (width * POINTS, height * POINTS)
    canvas = Canvas(str(path), size, pageCompression=1, invariant=1, initialFontName=name, lang="zh-CN")
    archive.describe(canvas, about)
    font = font_of(face)

    def up(y: float) -> float:
        return (height - y) * POINTS

    def say(x: float, y: float, points: float, text: str) -> None:
        codes = font.codes(text, canvas._doc)
        resource = font.getSubsetInternalName(0, canvas._doc)
        canvas.addLiteral(f"BT {resource} {points} Tf 1 0 0 1 {x * POINTS:.2f} {up(y):.2f} Tm <{codes}> Tj ET")

    for step in range(1, int(max(width, height) // 5) + 1):
        canvas.setStrokeGray(0.55 if step % 2 == 0 else 0.85)
        canvas.setLineWidth(0.15)
        at = 5.0 * step
        if at < width:
            canvas.line(at * POINTS, 0, at * POINTS, size[1])
        if at < height:
            canvas.line(0, up(at), size[0], up(at))
    for ten in range(10, int(width), 10):
        say(ten + 0.4, 4.4, 5, str(ten))
    for ten in range(10, int(height), 10):
        say(0.6, ten - 0.5, 5, str(ten))
    canvas.setStrokeGray(0)
    canvas.setLineWidth(0.4)
    for letter, (x, y) in crosses(paper).items():
        canvas.line((x - 5) * POINTS, up(y), (x + 5) * POINTS, up(y))
        canvas.line(x * POINTS, up(y - 5), x * POINTS, up(y + 5))
        say(x + 1, y - 1, 12, letter)
    middle = height / 2
    for number, text in enumerate(_WORDS):
        canvas.setFillGray(1)
        canvas.rect(24 * POINTS, up(middle - 8 + 6 * number + 1.6), (face.width(text) * 9 + 8), 5 * POINTS, 0, 1)
        canvas.setFillGray(0)
        say(25, middle - 8 + 6 * number, 9, text)
    archive.end_page(canvas)
    canvas.save()


_WORDS = (
    "打印机校准：打印时选“实际大小”，用要装证书的那个纸盒。",
    "量出十字 A、B、C、D 的中心到纸的左边和上边各多少毫米（读到 0.1），再运行：",
    "hzcert print calibrate --printer 名称/纸盒 --reading A=15.0,15.0 --reading B=…",
)
