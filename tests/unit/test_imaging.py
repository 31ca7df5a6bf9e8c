"""The imaging room: any kind of picture file becomes upright sRGB pixels, framed, measured and written."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image, ImageChops, ImageCms, ImageDraw, ImageFilter, ImageStat

from hzcert import codes, imaging, shots
from hzcert.errors import InputError
from hzcert.imaging import face, fit, reading, writing
from hzcert.imaging.background import background
from hzcert.imaging.box import Box
from hzcert.imaging.crown import hair_top
from hzcert.imaging.sharpness import sharpness
from hzcert.policy import PhotoSpec, Policy
from samples.portraits import portrait

WHOLE = Box(0, 0, 1, 1)
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,  # how a camera stores what must be turned by 270 to stand upright
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.fixture
def spec(policy: Policy) -> PhotoSpec:
    return policy.photo_spec(date(2007, 6, 1))


def read(path: Path, spec: PhotoSpec, *, least: tuple[int, int] = (100_000, 100_000)) -> Image.Image:
    """The upright pixels of a file, reduced where a JPEG is larger than needed."""
    return shown(imaging.load(path, spec), *least)


def shown(source: imaging.Source, *least: float) -> Image.Image:
    return Image.fromarray(reading.pixels(source, *least)[0])


def written(path: Path, image: Image.Image, **words: Any) -> Path:
    image.save(path, **words)
    return path


def small(image: Image.Image) -> np.ndarray[Any, Any]:
    return face.small_copy(np.asarray(image))


def jpeg_of(image: Image.Image) -> bytes:
    kept = BytesIO()
    image.save(kept, "JPEG", quality=92)
    return kept.getvalue()


def given_of(image: Image.Image, spec: PhotoSpec) -> imaging.Portrait:
    return imaging.portrait(imaging.parse(jpeg_of(image), spec), spec, trim=True)


def judged(image: Image.Image, spec: PhotoSpec) -> shots.PhotoResult:
    data = jpeg_of(image)
    return shots.normalise_one(shots.PhotoJob(Path("a.jpg"), "a.jpg", len(data), "", spec, check=False, data=data))


def difference(one: Image.Image, other: Image.Image) -> float:
    """Mean of what two pictures differ by, in levels."""
    return float(np.mean(ImageStat.Stat(ImageChops.difference(one, other)).mean))


def framed(image: Image.Image, folder: Path, spec: PhotoSpec, **words: Any) -> imaging.Measure:
    """The numbers of the photo that is cut from a picture."""
    given = imaging.portrait(imaging.load(written(folder / "a.png", image), spec), spec, trim=True)
    return imaging.measure(given, *imaging.cut(given, spec))


# --- reading ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.png", "a.bmp", "a.tif", "b.webp"])
def test_lossless_kinds_give_the_same_pixels(name: str, tmp_path: Path, spec: PhotoSpec):
    image = portrait(1, 90, 130)
    path = written(tmp_path / name, image, **({"lossless": True} if name == "b.webp" else {}))
    assert read(path, spec).tobytes() == image.tobytes()


@pytest.mark.parametrize(("name", "format"), [("a.jpg", "JPEG"), ("a.png", "PNG"), ("a.gif", "GIF"), ("a.tif", "TIFF")])
def test_the_kind_is_told_by_content(name: str, format: str, tmp_path: Path, spec: PhotoSpec):
    path = written(tmp_path / name, portrait(1, 90, 130))
    assert imaging.load(path.rename(tmp_path / "photo.dat"), spec).format == format


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["jpg", "png", "tif", "webp"])
def test_a_camera_that_was_held_aside(kind: str, orientation: int, tmp_path: Path, spec: PhotoSpec):
    upright = portrait(2, 400, 600)
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = upright.transpose(TURNS[orientation]) if orientation > 1 else upright
    source = imaging.load(written(tmp_path / f"a.{kind}", stored, exif=exif), spec)
    assert (source.width, source.height) == (400, 600)
    for least in ((400, 600), (100, 150)):
        image = shown(source, *least)
        assert image.width < image.height
        assert difference(image, upright.resize(image.size, Image.Resampling.LANCZOS)) < 4


def test_a_jpeg_is_read_no_larger_than_needed(tmp_path: Path, spec: PhotoSpec):
    path = written(tmp_path / "a.jpg", portrait(3, 240, 360).resize((1207, 1803)))
    assert read(path, spec, least=(280, 420)).size == (1207 // 4, 1803 // 4)
    assert read(path, spec, least=(302, 451)).size == (1207 // 2, 1803 // 2)
    assert read(path, spec, least=(1000, 1000)).size == (1207, 1803)


def test_a_reduced_jpeg_is_not_shifted(tmp_path: Path, spec: PhotoSpec):
    # 2007 is 250.875 times 8: a row and a column of the reduced picture stand for less than a pixel.
    image = portrait(4, 500, 750).resize((2007, 3007))
    reduced = read(written(tmp_path / "a.jpg", image, quality=95), spec, least=(250, 375))
    exact = image.resize(reduced.size, Image.Resampling.BOX, box=(0, 0, reduced.width * 8, reduced.height * 8))
    assert difference(reduced, exact) < 1.0


def test_sixteen_bits_are_scaled_not_clipped(tmp_path: Path, spec: PhotoSpec):
    levels = np.full((60, 40), 126 * 257, dtype=np.uint16)
    for name in ("a.png", "a.tif"):
        path = written(tmp_path / name, Image.fromarray(levels))
        assert read(path, spec).getpixel((5, 5)) == (126, 126, 126)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_is_white(mode: str, tmp_path: Path, spec: PhotoSpec):
    image = Image.new("RGBA", (40, 60), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (10, 10, 20, 20))
    image = image.quantize(4) if mode == "P" else image.convert(mode)
    pixels = read(written(tmp_path / "a.png", image), spec)
    assert (pixels.getpixel((0, 0)), pixels.getpixel((15, 15))) == ((255, 255, 255), (0, 0, 0))


def test_print_colours_come_back(tmp_path: Path, spec: PhotoSpec):
    image = portrait(5, 200, 300)
    pixels = read(written(tmp_path / "a.jpg", image.convert("CMYK"), quality=95), spec)
    assert difference(pixels, image) < 4


def test_a_colour_profile_is_applied(tmp_path: Path, spec: PhotoSpec):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    other = profile.replace("sRGB".encode("utf-16-be"), "test".encode("utf-16-be"))
    other = other.replace(b"rXYZ", b"?").replace(b"gXYZ", b"rXYZ").replace(b"?", b"gXYZ")  # its red is our green
    image = Image.new("RGB", (64, 64), (200, 30, 30))
    red, green, _ = read(written(tmp_path / "a.png", image, icc_profile=other), spec).getpixel((9, 9))
    assert green > 190 > 40 > red
    same = read(written(tmp_path / "b.png", image, icc_profile=profile), spec)
    assert same.getpixel((9, 9)) == (200, 30, 30)


def test_what_a_file_says_of_itself_stays_behind(tmp_path: Path, spec: PhotoSpec):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    path = written(tmp_path / "a.jpg", portrait(1, 280, 420), comment=b"name", icc_profile=profile, dpi=(300, 300))
    assert imaging.load(path, spec).dpi == 300
    image = read(path, spec)
    data = imaging.encode(np.asarray(image), spec)
    assert b"name" not in data and b"ICC_PROFILE" not in data


# --- faces --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(280, 420), (413, 579)])
def test_every_drawn_person_has_one_upright_face(size: tuple[int, int], spec: PhotoSpec):
    found = [face.find(small(portrait(seed, *size)), spec) for seed in range(8)]
    assert {(faces.count, faces.turned) for faces in found} == {(1, 0)}
    assert min(faces.score for faces in found) >= 0.9


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_lost_rotation_is_found_by_the_face(degrees: int, tmp_path: Path, spec: PhotoSpec):
    upright = portrait(6, 600, 900)
    lying = upright.rotate(degrees, expand=True)  # against the clock, so that it takes as many degrees back
    numbers = framed(lying, tmp_path, spec)
    assert (numbers.faces, numbers.turned, numbers.width, numbers.height) == (1, degrees, 600, 900)
    assert numbers.head == pytest.approx(framed(upright, tmp_path, spec).head, abs=0.01)


@pytest.mark.parametrize(("score", "looks"), [(0.89, 4), (0.905, 2), (0.92, 1)])
def test_a_picture_is_turned_only_where_its_face_may_lie(
    score: float, looks: int, spec: PhotoSpec, monkeypatch: pytest.MonkeyPatch
):
    seen: list[tuple[int, ...]] = []

    def detect(image: np.ndarray[Any, Any]) -> list[face._Seen]:
        seen.append(image.shape)
        return [face._Seen(Box(10, 10, 60, 80), score, ())]

    monkeypatch.setattr(face, "_detect", detect)
    assert face.find(np.zeros((240, 160, 3), np.uint8), spec).turned == 0
    assert (len(seen), (160, 240, 3) in seen) == (looks, looks == 4)


@pytest.mark.parametrize(
    "image",
    [
        pytest.param(lambda: Image.new("RGB", (280, 420), "white"), id="white"),
        pytest.param(lambda: Image.effect_noise((280, 420), 90).convert("RGB"), id="noise"),
        pytest.param(lambda: Image.radial_gradient("L").convert("RGB"), id="disc"),
    ],
)
def test_no_face_is_seen_where_there_is_none(image: Callable[[], Image.Image], spec: PhotoSpec):
    assert face.find(small(image()), spec) == face.Faces()


def test_a_second_face_counts_from_a_tenth_of_the_first(spec: PhotoSpec):
    image = portrait(7, 900, 900, head=0.5, aside=-0.2)
    image.paste(portrait(8, 300, 600, head=0.45), (600, 100))
    assert face.find(small(image), spec).count == 2
    assert face.find(small(image), replace(spec, second_face=0.9)).count == 1


# --- margins ------------------------------------------------------------------------------------------------------


def on_a_lid(photo: Image.Image, colour: tuple[int, int, int], *, at: tuple[int, int] = (260, 180)) -> Image.Image:
    scan = Image.new("RGB", (900, 1000), colour)
    scan.paste(photo, at)
    return ImageChops.add(scan, Image.effect_noise(scan.size, 6).convert("RGB"), offset=-128)


@pytest.mark.parametrize("colour", [(128, 128, 128), (20, 20, 24), (190, 192, 188), (150, 110, 70)])
@pytest.mark.parametrize("at", [(260, 180), (0, 0), (480, 380)])
def test_margins_of_a_scan_are_cut_off(
    colour: tuple[int, int, int], at: tuple[int, int], tmp_path: Path, spec: PhotoSpec
):
    numbers = framed(on_a_lid(portrait(9, 420, 620), colour, at=at), tmp_path, spec)
    assert (numbers.width, numbers.height) == (pytest.approx(420, abs=10), pytest.approx(620, abs=10))
    assert numbers.width <= 421 and numbers.height <= 621
    assert numbers.white > 0.95


@pytest.mark.parametrize("degrees", [-3, -1, 2])
def test_margins_of_a_photo_that_lies_askew(degrees: int, tmp_path: Path, spec: PhotoSpec):
    lid = (110, 112, 114)
    photo = portrait(10, 420, 620).rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=lid)
    assert framed(on_a_lid(photo, lid), tmp_path, spec).white > 0.95


@pytest.mark.parametrize("degrees", [-2.5, 2.5])
def test_a_margin_askew_is_left_out_beside_hair_of_its_colour(degrees: float):
    photo = Image.new("RGB", (120, 180), (250, 250, 250))
    pen = ImageDraw.Draw(photo)
    pen.rectangle((0, 90, 119, 179), fill=(20, 20, 20))  # from edge to edge
    pen.ellipse((35, 30, 85, 120), fill=(210, 170, 150))
    lid = Image.new("RGB", (200, 270), (20, 20, 20))
    turned = photo.convert("RGBA").rotate(degrees, Image.Resampling.BICUBIC, expand=True)
    lid.paste(turned, (40, 45), turned)
    inner = fit.margins(np.asarray(lid)).scaled(*lid.size)
    upper = np.asarray(lid)[round(inner.top) : 120, round(inner.left) : round(inner.right)]
    assert (upper[:, [0, -1]] > 200).all()


def test_a_margin_all_around_is_left_out_beside_long_dark_hair():
    photo = Image.new("RGB", (120, 180), (250, 250, 250))
    pen = ImageDraw.Draw(photo)
    pen.rectangle((0, 60, 119, 179), fill=(60, 60, 60))  # two thirds of both sides, nearly as dark
    pen.ellipse((35, 30, 85, 120), fill=(210, 170, 150))
    lid = Image.new("RGB", (200, 270), (20, 20, 20))
    lid.paste(photo, (40, 45))
    assert fit.margins(np.asarray(lid)).scaled(*lid.size).edges == pytest.approx((40, 45, 160, 225), abs=2)


@pytest.mark.parametrize(
    "background", [(255, 255, 255), (225, 225, 225), (200, 200, 200), (120, 120, 120), (67, 142, 219), (10, 10, 10)]
)
def test_a_plain_background_is_no_margin(background: tuple[int, int, int]):
    for seed in range(4):
        photo = portrait(seed, 280, 420, background=background, head=0.45, top=0.2)
        assert fit.margins(small(photo)) == WHOLE


def test_a_background_that_fades_is_no_margin():
    fading = Image.linear_gradient("L").resize((280, 840)).crop((0, 200, 280, 620)).convert("RGB")
    photo = ImageChops.multiply(portrait(3, 280, 420, head=0.4, top=0.35), fading)
    assert fit.margins(small(photo)) == WHOLE


def test_dark_clothes_along_the_lower_edge_are_no_margin():
    photo = portrait(3, 280, 420)
    ImageDraw.Draw(photo).rectangle((0, 330, 280, 420), fill=(20, 24, 34))
    assert fit.margins(small(photo)) == WHOLE


@pytest.mark.parametrize("image", [Image.new("RGB", (256, 200), "grey"), Image.new("RGB", (4, 4), "grey")])
def test_nothing_but_margin_is_a_picture_of_its_own(image: Image.Image):
    assert fit.margins(np.asarray(image)) == WHOLE


# --- the window ---------------------------------------------------------------------------------------------------


def head(centre: float, crown: float, chin: float) -> Box:
    half = (chin - crown) * 0.35
    return Box(centre - half, crown, centre + half, chin)


def test_a_photo_of_about_the_right_shape_stays_whole(spec: PhotoSpec):
    assert fit.window(600, 900, head(300, 90, 600), spec) == Box(0, 0, 600, 900)
    assert fit.window(300, 420, head(160, 40, 270), spec) == Box(20, 0, 300, 420)  # 7:5, the head a little aside


def test_elsewhere_the_head_gets_its_size_and_place(spec: PhotoSpec):
    box = fit.window(4000, 3000, head(2000, 800, 1430), spec)
    assert (box.height, box.width) == (pytest.approx(1000), pytest.approx(1000 * 280 / 420))
    assert (box.centre, box.top) == (2000, pytest.approx(800 - 70))


def test_a_head_near_the_side_is_cut_closer(spec: PhotoSpec):
    box = fit.window(4000, 3000, head(310, 800, 1430), spec)
    assert box.left == 0
    assert abs(box.centre - 310) <= spec.max_off_centre * box.width
    assert 630 / box.height <= spec.max_head


def test_without_a_face_the_middle_is_cut(spec: PhotoSpec):
    assert fit.window(900, 600, None, spec) == Box(250, 0, 650, 600)
    assert fit.window(600, 1200, None, spec) == Box(0, 150, 600, 1050)


def test_a_small_head_in_a_large_picture_stays_sharp(tmp_path: Path, spec: PhotoSpec):
    image = portrait(11, 2400, 3200, head=0.2, top=0.4, noise=0)
    given = imaging.portrait(imaging.load(written(tmp_path / "a.jpg", image, quality=95), spec), spec, trim=True)
    assert given.image.shape[1] < 1200  # read small at first, then again as large as the window asks for
    cut, box = imaging.cut(given, spec)
    photo = Image.fromarray(cut)
    exact = image.resize(photo.size, Image.Resampling.LANCZOS, box=box.edges)
    assert difference(photo, exact) < 0.6


def test_hair_that_stands_high_is_not_cut_off(spec: PhotoSpec):
    image = portrait(3, 900, 1200, head=0.35, top=0.35)
    ImageDraw.Draw(image).rectangle(
        (370, 330, 530, 440), fill=(46, 30, 22)
    )  # from 90 pixels above the crown down into the hair
    small_one = small(image)
    scale = small_one.shape[0] / image.height
    found = face.find(small_one, spec).main
    assert found is not None
    head = fit.head_of(found)
    assert hair_top(small_one, head) == pytest.approx(330 * scale, abs=1)
    cut, box = imaging.cut(given_of(image, spec), spec)
    assert box.top < 330 and cut[:3].min() > 200
    numbers = imaging.measure(given_of(image, spec), cut, box)
    assert numbers.hair == pytest.approx((head.top - 330 * scale) / scale / box.height, abs=0.01)
    ImageDraw.Draw(image).rectangle((0, 0, 120, 120), fill=(90, 110, 80))  # something in a corner hides no wall
    ImageDraw.Draw(image).rectangle((780, 0, 900, 120), fill=(90, 110, 80))
    assert hair_top(small(image), head) == pytest.approx(330 * scale, abs=1)
    grey = np.array(image)
    grey[(grey > 240).all(axis=2)] = 150
    assert hair_top(small(Image.fromarray(grey)), head) == head.top  # before a wall that is not white nothing is known


@pytest.mark.parametrize("seed", [1, 2, 5, 8])
@pytest.mark.parametrize(
    ("cropped", "word"),
    [
        pytest.param(lambda box: (0.0, 0.0, 1.0, box.bottom - 0.12 * box.height), "下巴", id="chin"),
        pytest.param(lambda box: (box.left + 0.25 * box.width, 0.0, 1.0, 1.0), "侧边", id="cheek"),
        pytest.param(lambda box: (0.0, box.top + 0.15 * box.height, 1.0, 1.0), "头顶", id="crown"),
    ],
)
def test_a_head_that_an_edge_cuts_off_is_refused(
    seed: int, cropped: Callable[[Box], tuple[float, float, float, float]], word: str, spec: PhotoSpec
):
    image = portrait(seed, 900, 1200, head=0.5, top=0.15)
    head = given_of(image, spec).head
    assert head is not None
    whole = judged(image, spec)
    assert [finding.code.id for finding in whole.findings] == []
    box = head.scaled(1 / image.width, 1 / image.height)
    left, top, right, bottom = cropped(box)
    part = image.crop(
        (round(left * image.width), round(top * image.height), round(right * image.width), round(bottom * image.height))
    )
    told = [finding for finding in judged(part, spec).findings if finding.code == codes.PHOTO_CUT_OFF]
    assert [word in finding.message for finding in told] == [True]


# --- measuring ----------------------------------------------------------------------------------------------------


def test_nothing_wrong_is_measured_on_drawn_people(tmp_path: Path, spec: PhotoSpec):
    for seed in range(6):
        numbers = framed(portrait(seed, 400, 600), tmp_path, spec)
        assert numbers.white > 0.99
        assert numbers.colour > 2 * spec.min_colour and numbers.tones > spec.min_tones
        assert numbers.sharpness > spec.good_sharpness
        assert numbers.off_centre < 0.04


@pytest.mark.parametrize("share", [0.5, 0.6, 0.7])
def test_the_head_is_measured_from_crown_to_chin(share: float, tmp_path: Path, spec: PhotoSpec):
    numbers = framed(portrait(12, 400, 600, head=share, top=0.1), tmp_path, spec)
    assert numbers.head == pytest.approx(share, abs=0.05)


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda face: cv2.GaussianBlur(face, (0, 0), 3), id="out of focus"),
        pytest.param(lambda face: cv2.blur(face, (13, 1)), id="camera moved sideways"),
        pytest.param(lambda face: cv2.blur(face, (1, 13)), id="camera moved down"),
    ],
)
def test_grain_makes_no_face_sharp_and_low_contrast_none_blurred(spoil: Callable[[Any], Any], spec: PhotoSpec):
    grain = np.random.default_rng(1).normal(0, 6, (210, 160))
    for seed in range(4):
        face = np.asarray(portrait(seed, 280, 420).convert("L"))[90:300, 60:220]

        def grainy(seen: Any) -> Any:
            return (seen + grain).clip(0, 255).astype(np.uint8)

        assert sharpness(grainy(spoil(face))) < spec.min_sharpness
        for good in (face, grainy(face), (face * 0.5 + 60).astype(np.uint8)):
            assert sharpness(good) > spec.good_sharpness


@pytest.mark.parametrize("angle", [0.0, 5.0])
def test_a_face_in_squares_is_not_sharp(angle: float, spec: PhotoSpec):
    def turned(image: Image.Image) -> Any:
        return np.asarray(image.convert("L").rotate(-angle, Image.Resampling.BICUBIC))[90:300, 60:220]

    for seed in range(4):
        image = portrait(seed, 280, 420)
        few = image.resize((56, 84), Image.Resampling.BOX).resize((280, 420), Image.Resampling.NEAREST)
        assert sharpness(turned(few), angle) < spec.min_sharpness
        assert sharpness(turned(image), angle) > spec.good_sharpness


def test_shadow_blur_and_drained_colour_show(tmp_path: Path, spec: PhotoSpec):
    image = portrait(13, 400, 600)
    plain = framed(image, tmp_path, spec)
    shadow = image.copy()
    shadow.paste((150, 150, 150), (0, 0, 90, 300))
    assert framed(shadow, tmp_path, spec).white < plain.white - 0.3
    assert framed(image.filter(ImageFilter.GaussianBlur(4)), tmp_path, spec).sharpness < spec.min_sharpness
    assert framed(image.convert("L").convert("RGB"), tmp_path, spec).colour == 0
    sepia = Image.merge("RGB", [image.convert("L").point(lambda v, k=k: round(v * k)) for k in (1.0, 0.9, 0.72)])
    assert framed(sepia, tmp_path, spec).tones < spec.min_tones


def test_bad_light_shows(tmp_path: Path, spec: PhotoSpec):
    image = portrait(13, 400, 600)
    dark = framed(image.point(lambda v: v // 5), tmp_path, spec)
    assert dark.dark > spec.max_dark or dark.contrast < spec.min_contrast
    assert framed(image.point(lambda v: min(v + 110, 255)), tmp_path, spec).bright > spec.max_bright
    assert framed(image.point(lambda v: 150 + v // 4), tmp_path, spec).contrast < spec.min_contrast


def test_the_background_is_seen_beside_and_above_the_head_only(tmp_path: Path, spec: PhotoSpec):
    image = portrait(14, 280, 420)
    ImageDraw.Draw(image).rectangle((0, 340, 280, 420), fill=(20, 60, 120))
    ImageDraw.Draw(image).rectangle((120, 0, 160, 20), fill=(20, 60, 120))
    assert framed(image, tmp_path, spec).white == 1.0


def before(wall: Callable[[ImageDraw.ImageDraw], None]) -> tuple[float, float, float]:
    """White share, shade and things behind a person whose chin is at 300 of 420, with this in front of a white wall."""
    image = Image.new("RGB", (280, 420), (248, 248, 248))
    wall(ImageDraw.Draw(image))
    return background(np.asarray(image), Box(70, 90, 210, 300))


def test_wide_hair_is_no_background(spec: PhotoSpec):
    white, shade, things = before(lambda draw: draw.ellipse((-30, 25, 310, 500), fill=(60, 40, 30)))
    assert white > 0.98 and shade <= spec.max_shade and things == 0
    white, _, things = before(lambda draw: draw.ellipse((30, 25, 310, 500), fill=(190, 120, 60)))  # on one side, fair
    assert white > 0.98 and things == 0
    # Curls that begin at once, and end above the shoulders: the first row of them is no step, yet they reach to the face.
    _, _, things = before(lambda draw: draw.rectangle((10, 80, 270, 200), fill=(60, 40, 30)))
    assert things == 0


@pytest.mark.parametrize(
    "wall",
    [
        pytest.param(lambda draw: draw.rectangle((0, 130, 280, 420), fill=(110, 80, 60)), id="a board"),
        pytest.param(lambda draw: draw.polygon([(0, 140), (280, 120), (280, 420), (0, 420)], fill=(70, 90, 60)), id="hills"),
        pytest.param(lambda draw: draw.rectangle((0, 0, 140, 420), fill=(120, 160, 200)), id="a wall half blue"),
        pytest.param(lambda draw: draw.ellipse((-30, 25, 310, 500), fill=(190, 190, 190)), id="shade about the head"),
    ],
)  # fmt: skip
def test_what_begins_at_once_or_is_no_hair_is_background(wall: Callable[[ImageDraw.ImageDraw], None], spec: PhotoSpec):
    white, _, _ = before(wall)
    assert white < spec.min_white


@pytest.mark.parametrize(
    "wall",
    [
        pytest.param(lambda draw: draw.rectangle((0, 40, 45, 110), fill=(80, 110, 140)), id="a picture on the wall"),
        pytest.param(lambda draw: draw.polygon([(0, 150), (60, 170), (0, 200)], fill=(150, 170, 140)), id="a twig"),
        pytest.param(lambda draw: draw.rectangle((0, 250, 280, 420), fill=(190, 170, 140)), id="the back of a chair"),
        pytest.param(lambda draw: draw.rectangle((200, 262, 280, 420), fill=(30, 30, 40)), id="a desk at one side"),
    ],
)  # fmt: skip
def test_things_beside_the_person_show(wall: Callable[[ImageDraw.ImageDraw], None], spec: PhotoSpec):
    white, _, things = before(wall)
    assert white >= spec.min_white and things > spec.max_things


def test_a_frame_shows_though_the_head_was_set_upright(spec: PhotoSpec):
    image = portrait(4, 600, 900, head=0.5, top=0.15).rotate(4, Image.Resampling.BICUBIC, fillcolor="white")
    ImageDraw.Draw(image).rectangle((15, 15, 585, 885), outline=(20, 20, 20), width=6)
    assert {"HZ435", "HZ428"} <= {finding.code.id for finding in judged(image, spec).findings}


@pytest.mark.parametrize("seed", [1, 3, 6])
@pytest.mark.parametrize("colour", [(232, 234, 236), (150, 195, 222), (150, 200, 184), (36, 36, 40)])
def test_a_mask_over_the_mouth_shows(seed: int, colour: tuple[int, int, int], spec: PhotoSpec):
    image = portrait(seed, 400, 600)
    assert "HZ445" not in {finding.code.id for finding in judged(image, spec).findings}
    corners = [(116, 294), (200, 276), (284, 294), (256, 396), (200, 414), (144, 396)]
    ImageDraw.Draw(image).polygon(corners, fill=colour)
    assert "HZ445" in {finding.code.id for finding in judged(image, spec).findings}


def test_a_beard_is_no_mask(spec: PhotoSpec):
    image = portrait(3, 400, 600)
    dice = np.random.default_rng(5)
    hairs = Image.fromarray(dice.integers(20, 120, (600, 400), dtype=np.uint8)).filter(ImageFilter.GaussianBlur(1.2))
    beard = ImageChops.multiply(image, Image.merge("RGB", [hairs.point(lambda level: min(level * 2, 255))] * 3))
    place = Image.new("L", image.size, 0)
    ImageDraw.Draw(place).polygon([(116, 300), (284, 300), (260, 400), (200, 416), (140, 400)], fill=255)
    assert "HZ445" not in {finding.code.id for finding in judged(Image.composite(beard, image, place), spec).findings}


def test_a_shoulder_that_is_level_is_no_thing(spec: PhotoSpec):
    image = Image.new("RGB", (280, 420), "white")
    pen = ImageDraw.Draw(image)
    pen.ellipse((90, 90, 190, 300), fill=(200, 160, 130))
    pen.rectangle((0, 264, 280, 420), fill=(140, 130, 100))
    for row in range(8):  # it rises towards the neck
        pen.rectangle((14 + 2 * row, 263 - row, 266 - 2 * row, 264), fill=(140, 130, 100))
    assert background(np.asarray(image), Box(90, 130, 190, 300))[2] <= spec.max_things


def test_a_board_that_wide_hair_reaches_over_is_a_thing(spec: PhotoSpec):
    image = Image.new("RGB", (280, 420), "white")
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle((16, 90, 264, 460), 60, fill=(40, 28, 24))
    hair = background(np.asarray(image), Box(90, 130, 190, 280))
    pen.rectangle((0, 190, 15, 420), fill=(120, 84, 60))
    pen.rectangle((265, 190, 280, 420), fill=(120, 84, 60))
    board = background(np.asarray(image), Box(90, 130, 190, 280))
    assert hair[2] <= spec.max_things < board[2]


@pytest.mark.parametrize("seed", [2, 4, 9])
@pytest.mark.parametrize("old", [False, True])
def test_a_shadow_beside_the_head_shows(seed: int, old: bool, tmp_path: Path, spec: PhotoSpec):
    image = portrait(seed, 400, 600, old=old)
    assert framed(image, tmp_path, spec).shadow < spec.max_shadow  # grey hair is none
    person = np.array(image.convert("L")) < 225
    cast = np.roll(person, (12, 45), axis=(0, 1)) & ~person
    cast[:, :45] = False
    dark = cv2.GaussianBlur(cast.astype(np.float32), (0, 0), 4)[:, :, None]
    shaded = np.where(person[:, :, None], image, np.asarray(image) * (1 - 0.3 * dark)).astype(np.uint8)
    assert framed(Image.fromarray(shaded), tmp_path, spec).shadow > spec.max_shadow


def test_shoulders_are_no_things():
    for shoulders in (
        [(0, 300), (60, 270), (90, 262), (190, 262), (220, 270), (280, 300), (280, 420), (0, 420)],
        [(0, 292), (280, 292), (280, 420), (0, 420)],  # level, but as low as the chin
    ):
        _, _, things = before(lambda draw, outline=shoulders: draw.polygon(outline, fill=(30, 40, 90)))
        assert things == 0


# --- writing ------------------------------------------------------------------------------------------------------


def quality_tables(data: bytes) -> object:
    with Image.open(BytesIO(data)) as image:
        return image.quantization


def at_best(image: Image.Image, target: int) -> bytes:
    """The best that there is, found by trying all."""

    def at(quality: int, colour: str) -> bytes:
        out = BytesIO()
        image.save(out, "JPEG", quality=quality, subsampling=colour, dpi=(200, 200))
        return out.getvalue()

    tried = [
        *((quality, "4:4:4") for quality in range(95, 89, -1)),
        *((quality, "4:2:0") for quality in range(95, 0, -1)),
    ]
    return next(data for data in (at(*each) for each in tried) if len(data) <= target)


@pytest.mark.parametrize("target", [50_000, 30_000, 12_000])
@pytest.mark.parametrize("noise", [6, 24, 48])
def test_a_photo_is_written_at_the_highest_quality_that_fits(noise: int, target: int, spec: PhotoSpec):
    image = portrait(15, 280, 420, noise=noise)
    data = imaging.encode(np.asarray(image), replace(spec, target_bytes=target))
    assert data == at_best(image, target)
    assert data == imaging.encode(np.asarray(image), replace(spec, target_bytes=target))


def test_most_photos_take_one_encoding(spec: PhotoSpec, monkeypatch: pytest.MonkeyPatch):
    taken = []
    real = writing._jpeg
    monkeypatch.setattr(writing, "_jpeg", lambda *given: taken.append(given[1:3]) or real(*given))
    for seed in range(6):
        imaging.encode(np.asarray(portrait(seed, 280, 420)), spec)
    assert taken == [(95, "4:4:4")] * 6


@pytest.mark.parametrize("noise", [20, 60, 120, 255])
def test_a_noisy_picture_is_written_as_well_as_fits(noise: int, spec: PhotoSpec):
    image = portrait(15, 280, 420, noise=noise)
    data = imaging.encode(np.asarray(image), spec)
    assert 0.85 * spec.target_bytes < len(data) <= spec.target_bytes or noise == 20


@pytest.mark.parametrize("target", [40_000, 20_000, 10_000])
def test_an_office_may_want_smaller_files(target: int, spec: PhotoSpec):
    image = portrait(15, 280, 420, noise=60)
    assert len(imaging.encode(np.asarray(image), replace(spec, target_bytes=target))) <= target


# --- what telephones and old programs write -------------------------------------------------------------------------


def test_a_telephones_heic_is_read(spec: PhotoSpec):
    source = imaging.load(Path(__file__).with_name("phone.heic"), spec)
    assert (source.format, source.width, source.height) == ("HEIF", 320, 480)
    assert difference(shown(source, 320, 480), portrait(5, 320, 480)) < 6


def test_avif_is_read(tmp_path: Path, spec: PhotoSpec):
    path = written(tmp_path / "a.avif", portrait(5, 320, 480), quality=90)
    assert imaging.load(path, spec).format == "AVIF"
    assert difference(read(path, spec), portrait(5, 320, 480)) < 6


def test_inks_without_adobes_marker_are_not_upside_down(tmp_path: Path, spec: PhotoSpec):
    image = portrait(5, 200, 300)
    data = written(tmp_path / "a.jpg", image.convert("CMYK"), quality=95).read_bytes()
    inverted = Image.eval(image.convert("CMYK"), lambda level: 255 - level)
    plain = written(tmp_path / "b.jpg", inverted, quality=95).read_bytes()
    at = plain.index(b"\xff\xee")
    (tmp_path / "b.jpg").write_bytes(plain[:at] + plain[at + 2 + int.from_bytes(plain[at + 2 : at + 4]) :])
    assert b"Adobe" in data and b"Adobe" not in (tmp_path / "b.jpg").read_bytes()
    assert difference(read(tmp_path / "a.jpg", spec), image) < 4
    assert difference(read(tmp_path / "b.jpg", spec), image) < 4


@pytest.mark.parametrize("size", [(280, 420), (600, 900), (1800, 2700)])
def test_colours_that_shift_across_a_photo_are_damage(size: tuple[int, int], tmp_path: Path, spec: PhotoSpec):
    image = portrait(5, 600, 900).resize(size)
    assert not framed(image, tmp_path, spec).torn
    shifted, lower = image.copy(), image.crop((0, size[1] // 2, *size))
    less_red = [max(level - 60, 0) for level in range(256)]
    shifted.paste(lower.point([*less_red, *range(256), *range(256)]), (0, size[1] // 2))
    assert torn(written(tmp_path / "torn.jpg", shifted, quality=92), spec) == 2


def test_clothes_that_reach_from_side_to_side_are_no_damage(tmp_path: Path, spec: PhotoSpec):
    dress = np.asarray(portrait(5, 600, 900)).copy()
    stripes = np.linspace(10, 230, 600, dtype=np.uint8)
    for x in range(600):
        dress[600 + abs(x - 300) // 8 :, x] = stripes[x]  # as shoulders fall
    assert not torn(written(tmp_path / "dress.jpg", Image.fromarray(dress), quality=92), spec)


def test_a_striped_shirt_is_no_damage(tmp_path: Path, spec: PhotoSpec):
    image = portrait(5, 600, 900)
    pen = ImageDraw.Draw(image)
    for top, colour in ((640, (220, 60, 120)), (720, (40, 120, 220)), (800, (220, 60, 120))):
        pen.polygon([(0, top + 8), (300, top), (600, top + 8), (600, 900), (0, 900)], fill=colour)
    image = image.filter(ImageFilter.GaussianBlur(1.2))  # as a lens sees it
    assert not torn(written(tmp_path / "shirt.jpg", image, quality=92), spec)


def test_damage_below_which_a_white_wall_stays_white_is_told(tmp_path: Path, spec: PhotoSpec):
    image = portrait(5, 600, 900)
    lower = (0, 448, 600, 900)
    image.paste(image.crop(lower).point([min(level + 40, 255) for level in range(256)] * 3), lower)
    assert torn(written(tmp_path / "torn.jpg", image, quality=92), spec)


def test_the_lines_of_a_form_are_no_damage(tmp_path: Path, spec: PhotoSpec):
    form = Image.new("RGB", (1200, 1600), (250, 250, 248))
    pen = ImageDraw.Draw(form)
    for y in range(120, 1500, 90):
        pen.line((60, y, 1140, y), fill=(40, 40, 40), width=3)
    form.paste(portrait(5, 280, 420), (840, 130))
    assert not torn(written(tmp_path / "form.jpg", form, quality=92), spec)


def torn(path: Path, spec: PhotoSpec) -> int:
    given = imaging.portrait(imaging.load(path, spec), spec, trim=True)
    return imaging.measure(given, *imaging.cut(given, spec)).torn


def damaged_by_a_bit(seed: int) -> list[bytes]:
    """JPEGs of a drawn person in each of which one bit of the pixels is wrong, and one sees it."""
    dice = np.random.default_rng(seed)
    file = BytesIO()
    portrait(seed, 400, 600).save(file, "JPEG", quality=88)
    whole = file.getvalue()
    right = np.asarray(Image.open(file), dtype=np.int16)
    found = []
    for at in dice.integers(whole.rindex(b"\xff\xda") + 14, len(whole) - 2, 12):
        damaged = bytearray(whole)
        damaged[at] ^= 1 << dice.integers(8)
        shown = np.asarray(cv2.imdecode(np.frombuffer(damaged, np.uint8), cv2.IMREAD_COLOR_RGB), dtype=np.int16)
        if (np.abs(shown - right).max(axis=2) > 24).mean() > 0.03:
            found.append(bytes(damaged))
    return found


def test_of_single_bits_that_are_wrong_most_are_told(tmp_path: Path, spec: PhotoSpec):
    def is_told(data: bytes) -> bool:
        (tmp_path / "damaged.jpg").write_bytes(data)
        try:
            return bool(torn(tmp_path / "damaged.jpg", spec))
        except InputError:
            return True

    told = [is_told(data) for seed in range(6) for data in damaged_by_a_bit(seed)]
    assert len(told) > 20 and sum(told) > 0.7 * len(told)
