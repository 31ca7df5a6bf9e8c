"""Photo files (照片文件) of every kind that offices receive, made from drawn portraits."""

import io

from PIL import Image, ImageDraw, ImageFilter, ImageFont
from portraits import WHITE, portrait

_EXIF_ORIENTATION = 0x0112


def jpeg(image: Image.Image, quality: int = 82, dpi: int = 0, **options: object) -> bytes:
    """A baseline JPEG; ``dpi`` 0: none given."""
    given = {"dpi": (dpi, dpi)} if dpi else {}
    return encoded(image, "JPEG", quality=quality, **given, **options)


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    """A picture file of any kind that Pillow writes."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def phone(image: Image.Image) -> bytes:
    """As a telephone stores it: lying on its side, with EXIF orientation 6 to say so."""
    exif = Image.Exif()
    exif[_EXIF_ORIENTATION] = 6
    return jpeg(image.transpose(Image.Transpose.ROTATE_90), 60, exif=exif)


def scan_with_margin(image: Image.Image, margin: int = 24) -> bytes:
    """A scan with the grey of the scanner's lid around it."""
    lid = Image.new("RGB", (image.width + 2 * margin, image.height + 2 * margin), (168, 168, 168))
    lid.paste(image, (margin, margin))
    return jpeg(lid, dpi=200)


def cmyk(image: Image.Image) -> bytes:
    """A JPEG in printers' inks, as a photo shop hands it over."""
    return jpeg(image.convert("CMYK"))


def grey(image: Image.Image) -> bytes:
    """A black-and-white photo."""
    return jpeg(image.convert("L").convert("RGB"))


def blurred(image: Image.Image, radius: float) -> bytes:
    """Out of focus by so many pixels."""
    return jpeg(image.filter(ImageFilter.GaussianBlur(radius)))


def overexposed(image: Image.Image, gain: float) -> bytes:
    """Too much light."""
    return jpeg(image.point(lambda level: min(255, round(level * gain))))


def shadowed(image: Image.Image, share: float) -> bytes:
    """A soft shadow on the wall, from the right edge down; ``share`` of the height stays white."""
    veil = Image.new("L", image.size, 0)
    pen = ImageDraw.Draw(veil)
    pen.rectangle((image.width * 0.8, image.height * share, image.width, image.height), fill=255)
    veil = veil.filter(ImageFilter.GaussianBlur(6))
    white = Image.eval(image.convert("L"), lambda level: 255 if level > 244 else 0)
    wall = Image.composite(Image.new("RGB", image.size, (196, 196, 196)), image, veil)
    return jpeg(Image.composite(wall, image, white))


def with_child(seed: int, width: int, height: int) -> bytes:
    """A person with a child in front."""
    image = portrait(seed, width, height)
    child = portrait(seed + 500, width, height, head=0.26, top=0.66, aside=0.13, woman=False, noise=0)
    mask = child.convert("L").point(lambda level: 255 if level < 250 else 0).filter(ImageFilter.MaxFilter(3))
    image.paste(child, (0, 0), mask)
    return jpeg(image)


def two_pages(image: Image.Image) -> bytes:
    """A TIFF as a scanner writes it: the photo, and the back of it."""
    back = Image.new("RGB", image.size, WHITE)
    return encoded(image, "TIFF", compression="jpeg", save_all=True, append_images=[back], dpi=(200, 200))


def leaning(image: Image.Image, degrees: float) -> bytes:
    """The whole picture turned by some degrees, on white."""
    return jpeg(image.rotate(-degrees, Image.Resampling.BICUBIC, fillcolor=WHITE))


def framed(image: Image.Image) -> bytes:
    """A black line along the edges."""
    edge = image.width * 0.02
    ImageDraw.Draw(image).rectangle(
        (edge, edge, image.width - edge, image.height - edge), outline=(0, 0, 0), width=max(image.width // 100, 2)
    )
    return jpeg(image)


def dated(image: Image.Image) -> bytes:
    """The day in a camera's orange, burnt in."""
    font = ImageFont.load_default(size=image.height // 28)
    ImageDraw.Draw(image).text((image.width * 0.55, image.height * 0.93), "2007 5 18", fill=(255, 140, 20), font=font)
    return jpeg(image)


def stapled(image: Image.Image) -> bytes:
    """A staple in the upper corner."""
    wide, high = image.size
    staple = (wide * 0.03, high * 0.03, wide * 0.25, high * 0.04)
    ImageDraw.Draw(image).line(staple, fill=(90, 90, 95), width=max(wide // 80, 4))
    return jpeg(image)


def capped(image: Image.Image) -> bytes:
    """A red cap over the hair."""
    wide, high = image.size
    ImageDraw.Draw(image).ellipse((wide * 0.22, high * 0.05, wide * 0.78, high * 0.33), fill=(200, 20, 30))
    return jpeg(image)


def flashed(image: Image.Image) -> bytes:
    """Red pupils: the dark middle of each eye of a drawn person, made red."""
    red = Image.new("RGB", image.size, (210, 30, 30))
    pupils = Image.new("L", image.size, 0)
    pen = ImageDraw.Draw(pupils)
    for x in (0.39, 0.61):
        reach = image.width * 0.03
        middle = (image.width * x, image.height * 0.395)
        pen.ellipse((middle[0] - reach, middle[1] - reach, middle[0] + reach, middle[1] + reach), fill=255)
    image.paste(red, mask=pupils)
    return jpeg(image)


def shaded(image: Image.Image) -> bytes:
    """Dark glasses over the eyes of a drawn person."""
    wide, high = image.size
    pen = ImageDraw.Draw(image)
    for x in (0.39, 0.61):
        pen.ellipse((wide * (x - 0.1), high * 0.35, wide * (x + 0.1), high * 0.46), fill=(34, 32, 34))
    pen.line((wide * 0.42, high * 0.39, wide * 0.58, high * 0.39), fill=(34, 32, 34), width=max(wide // 60, 2))
    return jpeg(image)


def masked(image: Image.Image) -> bytes:
    """A mask over mouth and nose of a drawn person."""
    wide, high = image.size
    corners = ((0.29, 0.49), (0.5, 0.46), (0.71, 0.49), (0.64, 0.66), (0.5, 0.69), (0.36, 0.66))
    ImageDraw.Draw(image).polygon([(wide * x, high * y) for x, y in corners], fill=(168, 204, 222))
    return jpeg(image)


def torn(image: Image.Image) -> bytes:
    """As a damaged file is read: from a line on all of it is too green."""
    lower = (0, image.height // 2, image.width, image.height)
    less_red = [max(level - 60, 0) for level in range(256)]
    image.paste(image.crop(lower).point([*less_red, *range(256), *range(256)]), lower)
    return jpeg(image)


def dressed(image: Image.Image) -> bytes:
    """A dress with a level edge, nearly from side to side, that grows lighter."""
    left, top, right = image.width // 8, image.height * 2 // 3, image.width * 7 // 8
    shades = Image.linear_gradient("L").rotate(90).resize((right - left, image.height - top))
    image.paste(shades.point(lambda level: 10 + level * 220 // 255).convert("RGB"), (left, top))
    return jpeg(image)


def house(width: int, height: int) -> bytes:
    """A house on white, and nobody in sight."""
    image = Image.new("RGB", (width, height), WHITE)
    pen = ImageDraw.Draw(image)
    pen.rectangle((width * 0.2, height * 0.5, width * 0.8, height * 0.9), fill=(196, 92, 60))
    pen.polygon(
        [(width * 0.12, height * 0.5), (width * 0.5, height * 0.25), (width * 0.88, height * 0.5)], fill=(70, 70, 90)
    )
    pen.rectangle((width * 0.44, height * 0.66, width * 0.56, height * 0.9), fill=(60, 40, 30))
    pen.rectangle((width * 0.27, height * 0.58, width * 0.37, height * 0.68), fill=(150, 200, 230))
    return jpeg(image)
