"""What holds for every photo: the window lies in the picture, twice is once, one number a person, no byte too many."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from PIL import Image

from hzcert import imaging, photos
from hzcert.batch import Input
from hzcert.findings import Where, errors
from hzcert.imaging import Measure, fit
from hzcert.imaging.box import Box
from hzcert.policy import load_policy
from people import id_number
from samples.portraits import portrait

SPEC = load_policy("huzhou-2007-35").policy.photo_spec(date(2007, 6, 1))
SHEN = id_number("1970-03-12", "男")

shares = st.floats(0, 1)
sides = st.integers(24, 6000)


@st.composite
def pictures_with_heads(draw: st.DrawFn) -> tuple[int, int, Box]:
    """A picture's width and height, and a head that lies in it."""
    width, height = draw(sides), draw(sides)
    tall = draw(st.floats(0.02, 1)) * height
    wide = min(0.7 * tall, width)
    left, top = draw(shares) * (width - wide), draw(shares) * (height - tall)
    return width, height, Box(left, top, left + wide, top + tall)


@given(pictures_with_heads())
def test_the_window_lies_in_the_picture_and_has_the_right_shape(given_: tuple[int, int, Box]):
    width, height, head = given_
    for box in (fit.window(width, height, head, SPEC), fit.window(width, height, None, SPEC)):
        assert min(box.left, box.top) >= -1e-6
        assert box.right <= width + 1e-6 and box.bottom <= height + 1e-6
        assert box.height / box.width == pytest.approx(SPEC.height / SPEC.width)


@given(pictures_with_heads())
def test_the_window_holds_the_head_where_a_window_can(given_: tuple[int, int, Box]):
    width, height, head = given_
    box = fit.window(width, height, head, SPEC)
    assert box.left <= head.centre <= box.right
    assume(head.height <= min(height, width * SPEC.height / SPEC.width))
    assert box.top <= head.top + 1e-6 and head.bottom <= box.bottom + 1e-6


@given(pictures_with_heads(), st.floats(0.1, 10))
def test_the_window_does_not_depend_on_the_resolution(given_: tuple[int, int, Box], finer: float):
    width, height, head = given_
    box = fit.window(width, height, head, SPEC).scaled(finer, finer)
    again = fit.window(width * finer, height * finer, head.scaled(finer, finer), SPEC)
    assert again.edges == pytest.approx(box.edges, rel=1e-6, abs=1e-6 * max(width, height) * finer)


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.floats(1, 90), st.integers(1, 40))
def test_no_picture_is_written_over_the_limit(seed: int, spread: float, grain: int):
    noise = np.random.default_rng(seed).normal(128, spread, (420 // grain + 1, 280 // grain + 1, 3))
    image = Image.fromarray(noise.clip(0, 255).astype(np.uint8)).resize((280, 420), Image.Resampling.NEAREST)
    assert len(imaging.encode(np.asarray(image), SPEC)) <= SPEC.target_bytes


@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(
    seed=st.integers(0, 500),
    size=st.tuples(st.integers(220, 560), st.integers(300, 560)),
    head=st.floats(0.35, 0.8),
    aside=st.floats(-0.2, 0.2),
    kind=st.sampled_from(["jpg", "png", "webp"]),
)
def test_normalising_twice_changes_nothing_more(
    seed: int, size: tuple[int, int], head: float, aside: float, kind: str, tmp_path: Path
):
    path = tmp_path / f"{SHEN}.{kind}"
    portrait(seed, *size, head=head, aside=aside).save(path, quality=95)
    first = photos.normalise_one(photos.PhotoJob(path, path.name, 0, SHEN, SPEC, check=False))
    assume(first.jpeg is not None)
    assert first.jpeg is not None
    path.write_bytes(first.jpeg)
    again = photos.normalise_one(photos.PhotoJob(path, path.name, 0, SHEN, SPEC, check=False))
    assert (again.status, again.jpeg, again.width, again.height) == ("ok", first.jpeg, 280, 420)


@settings(max_examples=10, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 500), orientation=st.integers(1, 8))
def test_how_the_camera_was_held_changes_nothing(seed: int, orientation: int, tmp_path: Path):
    turn = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Pillow's numbers; 6 and 8 undo one another
    upright = portrait(seed, 320, 480)
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = upright.transpose(Image.Transpose(turn[orientation])) if orientation > 1 else upright
    for name, image, words in (("a.png", stored, {"exif": exif}), ("b.png", upright, {})):
        image.save(tmp_path / name, **words)
    one, other = (
        photos.normalise_one(photos.PhotoJob(tmp_path / name, name, 0, SHEN, SPEC, check=False))
        for name in ("a.png", "b.png")
    )
    assert one.jpeg == other.jpeg is not None


# --- judging ------------------------------------------------------------------------------------------------------

measures = st.builds(
    Measure,
    width=st.integers(1, 8000),
    height=st.integers(1, 8000),
    format=st.sampled_from(["JPEG", "PNG", "TIFF"]),
    bytes=st.integers(1, 10**8),
    dpi=st.integers(0, 1200),
    faces=st.integers(0, 5),
    score=shares,
    turned=st.sampled_from([0, 90, 180, 270]),
    head=st.floats(0, 2),
    off_centre=st.floats(0, 1),
    white=shares,
    colour=st.floats(0, 80),
    tones=st.floats(0, 40),
    sharpness=st.floats(0, 2),
    contrast=st.floats(0, 128),
    dark=shares,
    bright=shares,
)


@given(measures, st.booleans())
def test_each_rule_speaks_once_and_in_whole_sentences(measure: Measure, received: bool):
    found = list(photos.judge(measure, SPEC, Where(f"{SHEN}.jpg"), received=received))
    assert len({finding.code.id for finding in found}) == len(found)
    assert not any("{" in finding.message or not finding.remedy for finding in found)
    if not measure.faces:
        assert {finding.code.id for finding in found}.isdisjoint({"HZ410", "HZ411", "HZ412", "HZ418", "HZ423"})


@given(measures, st.booleans(), shares, st.floats(0, 1))
def test_a_whiter_sharper_photo_is_never_worse(measure: Measure, received: bool, white: float, sharper: float):
    where = Where(f"{SHEN}.jpg")
    better = replace(measure, white=max(measure.white, white), sharpness=measure.sharpness + sharper)
    before = {f.code.id for f in errors(photos.judge(measure, SPEC, where, received=received))}
    assert {f.code.id for f in errors(photos.judge(better, SPEC, where, received=received))} <= before


# --- names --------------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.text(max_size=30), st.sampled_from("abc")), max_size=8), st.booleans())
def test_any_names_give_a_job_each(names: list[tuple[str, str]], check: bool):
    inputs = [Input(Path("x"), name, 1, picture) for name, picture in names]
    made = photos.jobs(inputs, SPEC, check=check)
    assert [job.shown for job in made] == [name for name, _ in names]
    assert all(job.id_number or job.known for job in made)


words = st.text(st.characters(categories=["Lo", "Lu", "Zs", "Pd"], exclude_characters="XxOo/\\ＸｘＯｏХх"), max_size=12)


@given(words, words, st.integers(0, 498), st.dates(date(1930, 1, 1), date(1989, 12, 31)))
def test_the_number_is_found_wherever_it_stands_in_the_name(before: str, after: str, serial: int, born: date):
    number = id_number(born.isoformat(), "女", serial)
    (job,) = photos.jobs([Input(Path("x"), f"{before}{number}{after}.jpg", 1, "a")], SPEC, check=False)
    assert (job.id_number, job.known) == (number, ())
