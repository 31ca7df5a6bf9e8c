"""What holds for every text that the press sets: nothing lost, nothing outside its box, every sign found again."""

import io

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from hzcert.press.fonts import SHIPPED, Face, open_face
from hzcert.press.idfont import register
from hzcert.press.setting import break_lines, fit

CLOSING, OPENING = "，。、）》」", "（《「"
HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)
# Units and names as they come: Han, brackets around Han, numbers, dotted names.
PIECES = st.one_of(
    HAN,
    HAN.map(lambda sign: f"（{sign}）"),
    HAN.map(lambda sign: f"{sign}，"),
    st.integers(0, 9999).map(str),
    st.just("·"),
)
TEXTS = st.lists(PIECES, min_size=1, max_size=60).map("".join)


def width(text: str) -> float:
    """Half an em for Latin letters and digits, one for all else: near enough to any face."""
    return sum(0.5 if sign.isascii() else 1.0 for sign in text)


@given(
    st.lists(st.one_of(PIECES, st.sampled_from([" ", "John ", "Smith"])), max_size=60).map("".join), st.floats(1, 40)
)
def test_only_spaces_are_lost_and_no_line_is_too_wide(text, measure):
    lines = break_lines(text, width, measure)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(width(line) <= measure for line in lines)


@given(TEXTS.map(lambda text: text.replace("·", "")), st.floats(8, 40))
def test_no_line_begins_with_what_closes_or_ends_with_what_opens(text, measure):
    lines = break_lines(text, width, measure)
    assert not [line for line in lines[1:] if line[0] in CLOSING]
    assert not [line for line in lines[:-1] if line[-1] in OPENING]


@given(st.lists(st.lists(HAN, min_size=1, max_size=6).map("".join), min_size=2, max_size=4), st.floats(8, 12))
def test_a_dotted_name_breaks_only_after_its_dots(parts, measure):
    assert all(line.endswith("·") for line in break_lines("·".join(parts), width, measure)[:-1])


@given(TEXTS, st.floats(20, 200), st.floats(8, 40), st.floats(6, 12), st.floats(0.4, 1), st.integers(1, 4))
def test_a_setting_stays_in_its_box_and_none_means_that_there_is_none(text, across, down, largest, share, lines):
    smallest = largest * share
    setting = fit(text, width, (across, down), (largest, smallest), lines)
    if setting is None:
        at_least = break_lines(text, width, across / smallest)
        assert len(at_least) > lines or smallest * (1 + 1.2 * (len(at_least) - 1)) > down
        return
    assert "".join(setting.lines) == text
    assert smallest <= setting.size <= largest and len(setting.lines) <= lines
    assert setting.height <= down + 1e-6
    assert all(width(line) * setting.size <= across + 1e-6 for line in setting.lines)


@given(TEXTS, st.floats(20, 200), st.integers(1, 4))
def test_more_room_never_makes_a_text_smaller_than_it_must_be(text, across, lines):
    narrow, wide = (fit(text, width, (room, 40), (10, 6), lines) for room in (across, across * 2))
    if narrow is not None:
        assert wide is not None
        assert wide.size >= 0.85 * narrow.size


@pytest.fixture(scope="module")
def face() -> Face:
    return open_face(SHIPPED["serif"])


@pytest.fixture(scope="module")
def han(face) -> list[str]:
    """Every Han sign of the face: radicals, the BMP and beyond."""
    blocks = (range(0x2E80, 0x3000), range(0x3400, 0xA000), range(0x20000, 0x32400))
    return sorted(sign for sign in face.signs if any(ord(sign) in block for block in blocks))


@settings(max_examples=40)
@given(data=st.data())
def test_every_han_sign_of_a_face_is_drawn_and_found_again(face, han, data):
    text = "".join(data.draw(st.lists(st.sampled_from(han), min_size=1, max_size=30)))
    written, name = io.BytesIO(), register(face)
    canvas = Canvas(written, invariant=1, initialFontName=name)
    canvas.setFont(name, 12)
    canvas.drawString(50, 50, text)
    canvas.save()
    assert pypdf.PdfReader(written).pages[0].extract_text().rstrip("\n") == text
