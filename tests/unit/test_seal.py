"""Codes that prove a certificate: what they say and keep to themselves, that any change shows, that they are read off paper."""

import io
import json
import pickle
import random
from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path

import base45
import cbor2
import numpy as np
import pytest
from PIL import Image, ImageFilter

from hzcert import keyring, render, seal, verifypage
from hzcert.errors import InputError, OutputError, UsageError
from hzcert.findings import mask
from hzcert.press import pdf
from hzcert.seal import Status
from people import holders, table

DAY = date(2007, 11, 20)
PASSWORD = "样例密码样例密码"
PHOTO = files("hzcert.data").joinpath("specimen.jpg").read_bytes()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    where = tmp_path_factory.mktemp("seal")
    keyring.generate(where, PASSWORD, DAY)
    return where


@pytest.fixture(scope="module")
def signer(folder):
    return keyring.open_signer(folder, PASSWORD)


@pytest.fixture(scope="module")
def sealer(signer):
    return seal.Sealer(signer)


@pytest.fixture(scope="module")
def trust(folder):
    return seal.Trust({key.kid: key.public for key in keyring.keys(folder)}, {})


@pytest.fixture(scope="module")
def faces(policy):
    made = holders(6)
    numbers = {n: f"C2007330500080{n:04}X" for n in range(len(made))}
    people = render.faces(table(*made), numbers, policy, dict.fromkeys(numbers, DAY), Path())
    return [replace(face, photo=PHOTO) for face in people]


@pytest.fixture(scope="module")
def code(sealer, faces):
    return sealer(faces[0], PHOTO)


@pytest.fixture(scope="module")
def printed(policy, sealer, faces, tmp_path_factory):
    press = replace(render.open_press(policy, DAY), sealer=sealer)
    path = tmp_path_factory.mktemp("pdf") / "证书.pdf"
    render.write_volume(path, render.Volume(path.name, tuple(faces[:3])), press)
    return path


# --- what it says ----------------------------------------------------------------------------------------------------
def test_a_code_says_the_essential_facts(code, trust, faces):
    checked = trust.check(code)
    assert checked.status is Status.GENUINE
    assert checked.facts.record() == {
        "issuer": "湖州市人事局", "issued_on": "2007-11-20", "certificate_no": "C20073305000800000X", "name": "沈云川",
        "last_four": faces[0].says("id_number")[-4:], "title": "工程师", "specialty": "水利水电工程", "obtained_on": "1998-12-03",
    }  # fmt: skip
    assert checked.facts.photo_digest == seal.photo_digest(PHOTO)


def test_it_is_a_cose_sign1_with_cwt_claims_under_integer_keys(code):
    message = cbor2.loads(base45.b45decode(code.removeprefix("HZ1:")))
    assert message.tag == 18
    protected, unprotected, payload, signature = message.value
    assert cbor2.loads(protected)[1] == -7 and unprotected == {} and len(signature) == 64
    claims = cbor2.loads(payload)
    assert claims[1] == "湖州市人事局" and claims[6] == 1195516800
    assert all(isinstance(key, int) for key in (*claims, *claims[-65537]))


def test_it_is_short_enough_for_version_11(code):
    from hzcert.press.code import encode

    assert len(base45.b45decode(code[4:])) <= 241
    assert encode(code).size == 61


def test_the_id_number_is_nowhere_in_it(code, faces, signer):
    payload = base45.b45decode(code[4:])
    number = faces[0].says("id_number")
    assert number.encode() not in payload and number[:14].encode() not in payload
    facts = seal._facts(cbor2.loads(payload).value[2])
    assert facts.id_digest == signer.digest(f"{facts.certificate_no}\n{number}")
    assert facts.id_digest != signer.digest(number), "two certificates of one person can't be told by it"


def test_the_office_alone_proves_the_whole_number(code, trust, signer, faces):
    number = faces[0].says("id_number")
    assert replace(trust, signer=signer, id_number=number).check(code).id_number is True
    other = replace(trust, signer=signer, id_number=number[:-1] + "0").check(code)
    assert other.id_number is False and [f.code.id for f in other.findings()] == ["HZ815"]
    assert trust.check(code).id_number is None


def test_the_same_certificate_is_the_same_code(code, sealer, faces):
    assert sealer(faces[0], PHOTO) == code == pickle.loads(pickle.dumps(sealer))(faces[0], PHOTO)
    assert sealer(faces[0], PHOTO + b"x") != code


# --- what was changed ------------------------------------------------------------------------------------------------
def test_no_single_bit_can_be_changed(code, trust):
    message, chance = base45.b45decode(code[4:]), random.Random(1)
    places = chance.sample(range(len(message) * 8), 1000)
    for place in places:
        changed = bytearray(message)
        changed[place // 8] ^= 1 << place % 8
        assert trust.check("HZ1:" + base45.b45encode(bytes(changed)).decode()).status is not Status.GENUINE
    for place in chance.sample(range(len(code) * 7), 1000):
        text = bytearray(code.encode())
        text[place // 7] ^= 1 << place % 7
        assert trust.check(text.decode()).status is not Status.GENUINE


@pytest.mark.parametrize(
    "text", ["", "HZ1:", "HZ1:@@@", "HZ1:" + "A" * 9999, "https://example.org/", "HZ1:6BF", "HZ1:GGW"]
)
def test_what_is_no_code_is_refused(text, trust):
    assert trust.check(text).status is Status.ALTERED


@pytest.mark.parametrize("value", [1, [], [1, 2, 3, 4], cbor2.CBORTag(18, [b"", {}, b"", b""]), cbor2.CBORTag(17, 0)])
def test_other_cbor_is_refused(value, trust):
    assert trust.check("HZ1:" + base45.b45encode(cbor2.dumps(value)).decode()).status is Status.ALTERED


def test_somebody_elses_key_is_not_known(faces, trust, tmp_path):
    keyring.generate(tmp_path, PASSWORD, DAY)
    theirs = seal.Sealer(keyring.open_signer(tmp_path, PASSWORD))(faces[0], PHOTO)
    assert trust.check(theirs).status is Status.UNKNOWN_KEY


@pytest.mark.parametrize(("state", "said"), [("lost", "遗失"), ("void", "作废"), ("destroyed", "销毁")])
def test_a_revoked_certificate_is_said_to_be(state, said, code, trust):
    checked = replace(trust, revoked={"C20073305000800000X": state}).check(code)
    assert checked.status is Status.REVOKED and said in checked.why
    assert [finding.code.id for finding in checked.findings()] == ["HZ813"]


# --- keys ------------------------------------------------------------------------------------------------------------
def test_keys_are_rotated_and_earlier_ones_stay_known(faces, tmp_path):
    first = keyring.generate(tmp_path, PASSWORD, DAY)
    old = seal.Sealer(keyring.open_signer(tmp_path, PASSWORD))(faces[0], PHOTO)
    second = keyring.generate(tmp_path, PASSWORD, date(2008, 1, 1))
    signer = keyring.open_signer(tmp_path, PASSWORD)
    assert signer.kid == second.kid != first.kid
    trust = seal.Trust({key.kid: key.public for key in keyring.keys(tmp_path)}, {}, signer, faces[0].says("id_number"))
    assert trust.check(old).status is Status.GENUINE
    assert trust.check(old).id_number is True, "one secret for all of an office's keys"


def test_no_key_is_named_like_an_id_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    kid, drawn = keyring._kid, []

    def named(public):
        name = bytes.fromhex("101621198111491e") if not drawn else kid(public)  # which would be masked
        drawn.append(name)
        return name

    monkeypatch.setattr(keyring, "_kid", named)
    made = keyring.generate(tmp_path, PASSWORD, DAY)
    assert mask(made.kid.hex()) == made.kid.hex() and mask(drawn[0].hex()) != drawn[0].hex()


def test_private_keys_lie_encrypted_and_private(folder):
    for path in folder.glob("*.key.pem"):
        assert b"ENCRYPTED PRIVATE KEY" in path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0
    assert len(list(folder.glob("*.key.pem"))) == 2


@pytest.mark.parametrize("password", ["wrong password", ""])
def test_a_wrong_password_is_said(password, folder):
    with pytest.raises(UsageError, match="密码不对"):
        keyring.open_signer(folder, password)
    with pytest.raises(UsageError):
        keyring.generate(folder, password, DAY)


def test_no_key_is_written_over_and_a_damaged_folder_is_said(folder, tmp_path):
    with pytest.raises(OutputError, match="不覆盖"):
        keyring._write(next(folder.glob("*.key.pem")), b"")
    with pytest.raises(InputError, match="keygen"):
        try:
            keyring.open_signer(tmp_path, PASSWORD)
        except InputError as error:
            raise InputError(error.remedy, "") from error
    (tmp_path / "keys.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputError):
        keyring.keys(tmp_path)
    assert keyring.keys(tmp_path / "none") == []


def test_a_public_key_under_another_name_is_refused(folder, tmp_path):
    (key,) = keyring.keys(folder)
    listed = {"keys": [{"kid": "00" * 8, "since": "2007-01-01", "public": key.public}]}
    (tmp_path / "keys.json").write_text(json.dumps(listed), encoding="utf-8")
    with pytest.raises(InputError):
        keyring.keys(tmp_path)


def test_nothing_secret_is_shown_of_a_signer(signer):
    assert "private" not in repr(signer) and "secret" not in repr(signer)


# --- off paper -------------------------------------------------------------------------------------------------------
def seen(path, dpi):
    return [Image.fromarray(page) for page in pdf.colours(path.read_bytes(), dpi)]


def scanned(picture, dpi):
    """As an office's scanner has it: slightly blurred, noisy, and a JPEG."""
    pixels = np.asarray(picture.filter(ImageFilter.GaussianBlur(dpi / 400))).astype(np.float32)
    noise = np.random.default_rng(5).normal(0, 12, pixels.shape)
    written = io.BytesIO()
    Image.fromarray(np.clip(pixels * 0.85 + 25 + noise, 0, 255).astype(np.uint8)).save(written, "JPEG", quality=50)
    return Image.open(written)


def png(picture):
    written = io.BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()


@pytest.mark.parametrize("dpi", [200, 300])
@pytest.mark.parametrize("how", ["straight", "askew", "blurred", "scanned"])
def test_codes_are_read_from_pictures(dpi, how, printed, trust, faces):
    for picture, face in zip(seen(printed, dpi)[:3], faces, strict=False):
        if how != "straight":
            picture = picture.rotate(2, Image.Resampling.BICUBIC, expand=True, fillcolor="white")
        if how == "blurred":
            picture = picture.filter(ImageFilter.GaussianBlur(dpi / 300))
        if how == "scanned":
            picture = scanned(picture, dpi)
        [text] = seal.read_picture(png(picture))
        assert trust.check(text).facts.certificate_no == face.certificate_no


def test_a_pdf_is_held_against_its_codes(printed, trust):
    checked = seal.check_file(printed, "证书.pdf", trust)
    assert [each.status for each in checked] == [Status.GENUINE] * 3
    assert [each.page for each in checked] == [1, 2, 3]


@pytest.mark.parametrize("what", ["name", "photo"])
def test_a_page_that_says_otherwise_than_its_code_is_altered(what, policy, sealer, faces, trust, tmp_path):
    honest = faces[0]
    forged = replace(honest, texts=honest.texts | {"name": "王水清"}) if what == "name" else honest
    other = Image.new("RGB", (280, 420), "white")
    written = io.BytesIO()
    other.save(written, "JPEG")
    forged = replace(forged, photo=written.getvalue()) if what == "photo" else forged
    press = replace(render.open_press(policy, DAY), sealer=lambda *_: sealer(honest, PHOTO))
    render.write_volume(tmp_path / "x.pdf", render.Volume("x.pdf", (forged,)), press)
    [checked] = seal.check_file(tmp_path / "x.pdf", "x.pdf", trust)
    assert checked.status is Status.ALTERED
    assert {"name": "姓名", "photo": "照片"}[what] in checked.why


def test_texts_of_codes_are_read_from_a_file(code, trust, tmp_path):
    (tmp_path / "codes.txt").write_text(f"{code}\r\n{code}X\n", encoding="utf-8", newline="")
    checked = seal.check_file(tmp_path / "codes.txt", "codes.txt", trust)
    assert [each.status for each in checked] == [Status.GENUINE, Status.ALTERED]


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 damaged", b"GIF89a"], ids=["空", "PDF", "GIF"])
def test_a_file_that_is_nothing_is_refused(content, trust, tmp_path):
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(InputError):
        seal.check_file(tmp_path / "x", "x", trust)


def test_a_picture_without_a_code_is_unreadable(trust, tmp_path):
    Image.fromarray(np.full((600, 400), 255, np.uint8)).save(tmp_path / "x.png")
    [checked] = seal.check_file(tmp_path / "x.png", "x.png", trust)
    assert [finding.code.id for finding in checked.findings()] == ["HZ814"]


# --- the folder that checks ------------------------------------------------------------------------------------------
def test_the_folder_holds_keys_and_numbers_and_nobody(folder, faces):
    made = verifypage.files_of(keyring.keys(folder), {"C1": "lost"}, DAY, "湖州市</script>人事局")
    assert set(made) == {"index.html", "keys.json", "revoked.json", "LICENSES.txt"}
    assert json.loads(made["revoked.json"]) == {"as_of": "2007-11-20", "revoked": {"C1": "lost"}}
    page = made["index.html"].decode()
    assert "湖州市</script>" not in page and page.count("</script>") == 3
    for face in faces:
        assert face.says("id_number") not in page
    assert "https://" not in page.partition("<script>")[0]
