"""The page that checks codes, as somebody at a counter uses it: opened from a file, without a network."""

import random
from dataclasses import replace
from datetime import date
from importlib.resources import files
from itertools import islice
from pathlib import Path

import base45
import numpy as np
import pytest
from PIL import Image, ImageFilter

from hzcert import keyring, render, seal, verifypage
from hzcert.press import pdf
from people import holders, table

DAY = date(2007, 11, 20)
PHOTO = files("hzcert.data").joinpath("specimen.jpg").read_bytes()
PASSWORD = "样例密码样例密码"


@pytest.fixture(scope="module")
def office(policy, tmp_path_factory):
    """The codes of some people, a picture of one page, and the exported folder."""
    where = tmp_path_factory.mktemp("office")
    keyring.generate(where / "seal", PASSWORD, DAY)
    sealer = seal.Sealer(keyring.open_signer(where / "seal", PASSWORD))
    numbers = {n: f"C2007330500080{n:04}X" for n in range(4)}
    made = render.faces(table(*holders(4)), numbers, policy, dict.fromkeys(numbers, DAY), Path())
    faces = tuple(replace(face, photo=PHOTO) for face in made)
    press = replace(render.open_press(policy, DAY), sealer=sealer)
    render.write_volume(where / "x.pdf", render.Volume("x.pdf", faces), press)
    for dpi in (200, 300):
        for number, page in enumerate(islice(pdf.colours((where / "x.pdf").read_bytes(), dpi), 2)):
            picture = Image.fromarray(page)
            picture.save(where / f"straight-{dpi}-{number}.png")
            askew = picture.rotate(2, Image.Resampling.BICUBIC, expand=True, fillcolor="white")
            blurred = askew.filter(ImageFilter.GaussianBlur(dpi / 300))
            blurred.save(where / f"askew-{dpi}-{number}.png")
            noise = np.random.default_rng(5).normal(0, 12, (blurred.height, blurred.width, 3))
            scan = np.clip(np.asarray(blurred) * 0.85 + 25 + noise, 0, 255).astype(np.uint8)
            Image.fromarray(scan).save(where / f"scan-{dpi}-{number}.jpg", quality=50)
    revoked = {faces[3].certificate_no: "lost", faces[2].certificate_no: "destroyed"}
    for name, content in verifypage.files_of(keyring.keys(where / "seal"), revoked, DAY, "湖州市人事局").items():
        (where / name).write_bytes(content)
    return where, [sealer(face, PHOTO) for face in faces], faces


@pytest.fixture(scope="module")
def page(chromium, office):
    context = chromium.new_context(offline=True, locale="zh-CN")
    opened = context.new_page()
    asked = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto((office[0] / "index.html").as_uri())
    yield opened
    assert all(url.startswith(("file:", "blob:", "data:")) for url in asked), "nothing is fetched"
    context.close()


def status(page, text):
    return page.evaluate("text => window.hzcertCheck(text)", text)


def test_a_pasted_code_is_checked_and_its_facts_shown(page, office):
    _, codes, faces = office
    page.fill("#text", codes[0])
    page.click("#check")
    page.wait_for_selector("#result.genuine")
    shown = page.inner_text("#result")
    for field in ("certificate_no", "name", "title", "specialty"):
        assert faces[0].says(field) in shown
    assert faces[0].says("id_number") not in shown and faces[0].says("id_number")[-4:] in shown


@pytest.mark.parametrize("kind", ["straight-200", "straight-300", "askew-200", "askew-300", "scan-200", "scan-300"])
def test_a_picture_is_read_and_checked(kind, page, office):
    where, _, faces = office
    for number in (0, 1):
        [picture] = where.glob(f"{kind}-{number}.*")
        page.set_input_files("#picture", picture)
        page.wait_for_function(
            "number => document.getElementById('result').innerText.includes(number)", arg=faces[number].certificate_no
        )
        assert page.get_attribute("#result", "class") == "genuine"


def test_a_lost_certificate_is_no_longer_valid(page, office):
    assert status(page, office[1][3])["status"] == "revoked"
    page.fill("#text", office[1][3])
    page.click("#check")
    page.wait_for_selector("#result.revoked")
    assert "遗失" in page.inner_text("#result")


def test_a_destroyed_certificate_is_no_longer_valid(page, office):
    page.fill("#text", office[1][2])
    page.click("#check")
    page.wait_for_selector("#result.revoked")
    assert "销毁" in page.inner_text("#result")


def test_a_leaked_key_proves_nothing(chromium, office, tmp_path):
    where, codes, faces = office
    (key,) = keyring.keys(where / "seal")
    gone = replace(key, withdrawn="2008-03-02", reason="密码泄露")
    made = verifypage.files_of([gone], {}, DAY, "湖州市人事局")
    (tmp_path / "index.html").write_bytes(made["index.html"])
    assert "密码泄露".encode() not in made["index.html"] + made["keys.json"]
    opened = chromium.new_page(locale="zh-CN")
    opened.goto((tmp_path / "index.html").as_uri())
    opened.fill("#text", codes[0])
    opened.click("#check")
    opened.wait_for_selector("#result.withdrawn")
    shown = opened.inner_text("#result")
    assert "不可信" in shown and "2008-03-02" in shown and faces[0].certificate_no in shown
    assert status(opened, codes[0])["status"] == "withdrawn"
    opened.close()


def film(picture, path, width=1280, height=720):
    """A film of a picture held before a camera, in the one form that Chromium takes for a camera's."""
    canvas = Image.new("L", (width, height), 200)
    share = min(width / picture.width, height / picture.height) * 0.9
    held = picture.convert("L").resize((round(picture.width * share), round(picture.height * share)))
    canvas.paste(held, ((width - held.width) // 2, (height - held.height) // 2))
    frame = b"FRAME\n" + canvas.tobytes() + b"\x80" * (width * height // 2)
    path.write_bytes(f"YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420mpeg2\n".encode() + frame * 3)


@pytest.mark.parametrize("kind", ["straight-300-0", "askew-300-1"])
def test_a_certificate_held_before_the_camera_is_checked(kind, launch, office, tmp_path):
    where, _, faces = office
    picture = Image.open(where / f"{kind}.png")
    # As somebody holds it: the lower half of the right page, where the code is, fills the view.
    film(picture.crop((picture.width // 2, picture.height // 2, picture.width, picture.height)), tmp_path / "x.y4m")
    browser = launch(
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={tmp_path / 'x.y4m'}",
    )
    opened = browser.new_context(offline=True, locale="zh-CN").new_page()
    opened.goto((where / "index.html").as_uri())
    opened.click("#camera")
    opened.wait_for_selector("#result.genuine")
    assert faces[int(kind[-1])].certificate_no in opened.inner_text("#result")
    assert not opened.is_visible("#video"), "the camera goes off by itself"
    assert opened.evaluate("document.getElementById('video').srcObject.active") is False
    browser.close()


def test_without_a_camera_that_is_said(page):
    page.click("#camera")
    page.wait_for_selector("#result.nocamera")
    assert "摄像头" in page.inner_text("#result")


def test_no_single_bit_can_be_changed(page, office):
    code = office[1][0]
    message, chance = base45.b45decode(code[4:]), random.Random(2)
    changed = []
    for place in chance.sample(range(len(message) * 8), 1000):
        bits = bytearray(message)
        bits[place // 8] ^= 1 << place % 8
        changed.append("HZ1:" + base45.b45encode(bytes(bits)).decode())
    found = page.evaluate(
        "async texts => (await Promise.all(texts.map(window.hzcertCheck))).map(each => each.status)", changed
    )
    assert len(found) == 1000 and not {"genuine", "revoked"} & set(found)


def test_somebody_elses_code_is_not_known(page, office, tmp_path):
    keyring.generate(tmp_path, PASSWORD, DAY)
    theirs = seal.Sealer(keyring.open_signer(tmp_path, PASSWORD))(office[2][0], PHOTO)
    assert status(page, theirs)["status"] == "unknown"


@pytest.mark.parametrize("text", ["", "HZ1:", "你好", "HZ1:6BF", "HZ1:GGW", "https://example.org"])
def test_what_is_no_code_is_refused(text, page):
    assert status(page, text)["status"] == "altered"


def test_the_page_speaks_english_too(page):
    page.click("#language")
    assert "Check a certificate" in page.inner_text("h1")
    assert page.get_attribute("html", "lang") == "en"
    page.click("#language")
    assert "验证" in page.inner_text("h1")
