"""Paper and proof from the command line: print once, print again for a reason, proofs, printers, keys, checks."""

import json
import sqlite3

import pikepdf
import pypdf
import pytest

DAY = ("--as-of", "2007-11-20")
PASSWORD = ("--seal-password", "样例密码样例密码")
QUIET = ("--format", "jsonl")


@pytest.fixture
def printing(hzcert, small, tmp_path):
    """The small batch run once, and ``print`` on its results."""
    assert hzcert("run", small).code == 0

    def print_(*options, out="pdf"):
        return hzcert(
            "print", small / "out" / "holders.xlsx", "--photos", small / "out" / "photos", "--out", tmp_path / out,
            "--register", small / "register.db", *DAY, *options, *QUIET,
        )  # fmt: skip

    return print_


def events(batch, kind):
    with sqlite3.connect(batch / "register.db") as book:
        return [json.loads(said) for (said,) in book.execute("SELECT data FROM event WHERE kind = ?", (kind,))]


def pages(folder):
    return {path.name: len(pypdf.PdfReader(path).pages) for path in sorted(folder.iterdir())}


def test_what_was_printed_is_printed_again_for_a_reason_only(printing, small, tmp_path):
    first = printing()
    count = first.summary["counts"]["certificates"]
    assert first.code == 0 and count > 0
    again = printing()
    assert (again.code, again.summary["counts"]["certificates"]) == (1, 0)
    assert {line["code"] for line in again.lines if line.get("severity") == "error"} == {"HZ803"}
    reprinted = printing("--reprint", "卡纸，原件已销毁", out="again")
    assert (reprinted.code, reprinted.summary["counts"]["certificates"]) == (0, count)
    assert reprinted.summary["counts"]["new_numbers"] == 0
    reasons = [said.get("reason") for said in events(small, "printed")]
    assert reasons.count("卡纸，原件已销毁") == count


def test_a_proof_takes_no_number_and_is_no_print(hzcert, small, tmp_path, printing):
    before = len(events(small, "printed"))
    ran = printing("--design", "a4-proof")
    assert ran.code == 0 and ran.summary["counts"]["new_numbers"] == 0
    assert len(events(small, "printed")) == before
    for path in (tmp_path / "pdf").iterdir():
        assert "校样" in pypdf.PdfReader(path).pages[0].extract_text()
    assert printing("--mark", "void", out="void").code == 0
    for path in (tmp_path / "void").iterdir():
        assert "作废" in pypdf.PdfReader(path).pages[0].extract_text()


def test_files_by_unit_holder_or_one(printing, tmp_path):
    count = printing(out="level").summary["counts"]["certificates"]
    printing("--reprint", "试", "--files", "holder", out="holder")
    assert set(pages(tmp_path / "holder").values()) == {1} and len(pages(tmp_path / "holder")) == count
    printing("--reprint", "试", "--files", "one", out="one")
    assert pages(tmp_path / "one") == {"证书-全部-001.pdf": count}
    printing("--reprint", "试", "--files", "unit", "--split", "2", out="unit")
    assert sum(pages(tmp_path / "unit").values()) == count and max(pages(tmp_path / "unit").values()) <= 2
    printing("--reprint", "试", "--sides", "duplex", out="duplex")
    assert sum(pages(tmp_path / "duplex").values()) == 2 * count


def test_several_workers_write_the_same_bytes(printing, tmp_path, monkeypatch):
    from hzcert import paper

    printing("--workers", "1", "--split", "3")
    monkeypatch.setattr(paper, "_WORTH_A_WORKER", 1)
    printing("--workers", "2", "--split", "3", "--reprint", "试", out="two")
    one, two = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("pdf", "two"))
    assert one == two


def test_a_printer_is_calibrated_and_printed_on(hzcert, printing, tmp_path):
    ran = hzcert("print", "calibrate", "--out", tmp_path / "grid.pdf", *DAY)
    assert ran.code == 0
    text = pypdf.PdfReader(tmp_path / "grid.pdf").pages[0].extract_text()
    assert "校准" in text and "170" in text
    # A printer that shifts by 1.5 and -2.0 mm and shrinks to 0.995: so the crosses came out here.
    readings = [
        f"{name}={x * 0.995 + 1.5:.2f},{y * 0.995 - 2.0:.2f}"
        for name, (x, y) in {"A": (15, 15), "B": (161, 15), "C": (15, 110), "D": (161, 110)}.items()
    ]
    printers = tmp_path / "printers.toml"
    ran = hzcert(
        "print", "calibrate", "--printer", "HP4250/纸盒2", "--printers", printers, *DAY, *QUIET,
        *(word for reading in readings for word in ("--reading", reading)),
    )  # fmt: skip
    found = next(line for line in ran.lines if line["type"] == "printer")
    for x, y in ((0, 0), (176, 125), (20, 100)):
        drawn = x * found["scale_x"] + found["x_mm"], y * found["scale_y"] + found["y_mm"]
        printed = drawn[0] * 0.995 + 1.5, drawn[1] * 0.995 - 2.0
        assert printed == pytest.approx((x, y), abs=0.1)
    assert printing("--printer", "HP4250/纸盒2", "--printers", printers).code == 0
    refused = printing("--printer", "别的", "--printers", printers, "--reprint", "试")
    assert refused.code == 2 and "别的" in refused.err


@pytest.mark.parametrize(
    "options",
    [
        ("--reading", "A=1,2"),
        ("--reading", "A=1"),
        ("--printer", "x", "--reading", "A=15,15"),
        ("--printer", "x", "--reading", "A=15,15", "--reading", "D=100,110"),
        ("--printer", "x", "--reading", "A=15,15", "--reading", "B=161,15", "--reading", "C=17,110", "--reading", "D=161,110"),
        ("--printer", "../x", "--reading", "A=15,15", "--reading", "D=161,110"),
    ],
    ids=["没有打印机", "读数不全", "读数不够", "相差太多", "互相不合", "名称不对"],
)  # fmt: skip
def test_readings_that_can_not_be_are_refused(options, hzcert, tmp_path):
    ran = hzcert("print", "calibrate", "--printers", tmp_path / "p.toml", *options, *DAY)
    assert ran.code == 2 and not (tmp_path / "p.toml").exists()


def test_keys_print_check_and_page(hzcert, printing, small, tmp_path):
    register = ("--register", small / "register.db")
    assert hzcert("seal", "keygen", *register, *PASSWORD, *DAY).code == 0
    refused = printing()
    assert refused.code == 2 and "HZCERT_SEAL_PASSWORD" in refused.err, (
        "a key without its password is never passed over"
    )
    ran = printing(*PASSWORD)
    counts = ran.summary["counts"]
    assert counts["sealed"] == counts["certificates"] > 0
    files = sorted((tmp_path / "pdf").iterdir())
    checked = hzcert("verify", *files, *register, *DAY, *QUIET)
    assert (checked.code, checked.summary["counts"]["genuine"]) == (0, counts["certificates"])
    assert hzcert("seal", "export", tmp_path / "verify", *register, *DAY).code == 0
    assert (tmp_path / "verify" / "index.html").stat().st_size > 1_000_000
    elsewhere = hzcert(
        "verify", *files, "--keys", tmp_path / "verify", "--register", tmp_path / "none.db", *DAY, *QUIET
    )
    assert elsewhere.code == 0
    other = hzcert("seal", "keygen", "--seal", tmp_path / "other", *PASSWORD, *DAY)
    assert other.code == 0
    unknown = hzcert("verify", *files, "--keys", tmp_path / "other", *register, *DAY, *QUIET)
    assert unknown.code == 1 and unknown.summary["counts"]["unknown_key"] == counts["certificates"]


def test_a_lost_certificate_is_no_longer_good(hzcert, printing, small, tmp_path):
    register = ("--register", small / "register.db")
    hzcert("seal", "keygen", *register, *PASSWORD, *DAY)
    printed = printing(*PASSWORD, "--files", "holder")
    number = next(line["certificate_no"] for line in printed.lines if line["type"] == "certificate")
    (tmp_path / "verify").mkdir()
    hzcert("seal", "export", tmp_path / "verify", *register, *DAY)
    gone = json.loads((tmp_path / "verify" / "revoked.json").read_text(encoding="utf-8"))
    (tmp_path / "verify" / "revoked.json").write_text(
        json.dumps(gone | {"revoked": {number: "lost"}}), encoding="utf-8"
    )
    path = tmp_path / "pdf" / f"证书-{number}.pdf"
    ran = hzcert("verify", path, "--keys", tmp_path / "verify", "--register", tmp_path / "none.db", *DAY, *QUIET)
    assert ran.code == 1 and [line["code"] for line in ran.lines if line["type"] == "finding"] == ["HZ813"]


def found(ran, *, code):
    return [line for line in ran.lines if line["type"] == "finding" and line["code"] == code]


def test_certificates_without_a_code_are_said_to_be_once(hzcert, small, printing, tmp_path):
    again = hzcert("run", small, *QUIET)
    printed = printing()
    for ran in (again, printed):
        (said,) = found(ran, code="HZ805")
        assert said["severity"] == "info" and "seal keygen" in said["remedy"]
        assert str(sum(line["type"] == "certificate" for line in ran.lines)) in said["message"]
    assert not found(printing("--mark", "proof", out="proofs"), code="HZ805"), "a proof has none anyway"
    register = ("--register", small / "register.db")
    hzcert("seal", "keygen", *register, *PASSWORD, *DAY)
    assert not found(printing(*PASSWORD, "--reprint", "有了密钥", out="again"), code="HZ805")


def test_certificates_without_a_code_do_not_speak_of_one(hzcert, printing, small, tmp_path):
    def says(out, *options):
        assert printing(*options, "--reprint", "试", out=out).code == 0
        texts = ["".join(pypdf.PdfReader(path).pages[0].extract_text().split()) for path in (tmp_path / out).iterdir()]
        assert texts
        return {"验证码" in text for text in texts}

    assert says("front") == {False}
    assert says("back", "--sides", "back") == {False}
    assert says("proofs", "--design", "a4-proof") == {False}
    hzcert("seal", "keygen", "--register", small / "register.db", *PASSWORD, *DAY)
    assert says("sealed", *PASSWORD) == {True}
    assert says("sealed-back", "--sides", "back") == {True}, "whose fronts carry it"


def test_a_leaked_key_is_withdrawn(hzcert, printing, small, tmp_path):
    register, withdraw = ("--register", small / "register.db"), ("seal", "withdraw")
    hzcert("seal", "keygen", *register, *PASSWORD, *DAY)
    assert printing(*PASSWORD).code == 0
    files = sorted((tmp_path / "pdf").iterdir())
    (key,) = (line for line in hzcert("seal", "keys", *register, *QUIET).lines if line["type"] == "key")
    assert key["standing"] == "active"
    name = key["kid"]
    assert hzcert(*withdraw, name, *register, *DAY).code == 2, "it must be said why"
    assert hzcert(*withdraw, "ffff", "--reason", "泄露", *register, *DAY).code == 2
    assert hzcert(*withdraw, name, "--reason", "泄露", *register, "--dry-run", *DAY).code == 0
    assert hzcert("verify", files[0], *register, *DAY).code == 0, "a dry run withdraws nothing"
    assert hzcert(*withdraw, name[:6], "--reason", "密码泄露", *register, "--as-of", "2007-12-01").code == 0
    assert hzcert(*withdraw, name, "--reason", "密码泄露", *register, *DAY).code == 2, "once"
    refused = printing(*PASSWORD, "--reprint", "换密钥", out="refused")
    assert refused.code == 2 and "keygen" in refused.err and not (tmp_path / "refused").exists()
    assert hzcert("seal", "export", tmp_path / "verify", *register, *DAY).code == 0
    for keys in (small / "seal", tmp_path / "verify"):
        ran = hzcert("verify", files[0], "--keys", keys, *register, *DAY, *QUIET)
        assert ran.code == 1 and ran.summary["counts"]["genuine"] == 0 < ran.summary["counts"]["withdrawn_key"]
        said = found(ran, code="HZ816")[1]
        assert "2007-12-01" in said["message"] and said["page"] == 2 and said["row"] is None
        assert "密码泄露" not in ran.out, "why is the office's own affair"
    english = hzcert("verify", files[0], *register, *DAY, "--lang", "en")
    assert "withdrawn on 2007-12-01" in english.out and "page 2: withdrawn key" in english.out
    assert "withdrawn 2007-12-01" in hzcert("seal", "keys", *register, "--lang", "en").out
    assert hzcert("seal", "keygen", *register, *PASSWORD, *DAY).code == 0
    assert printing(*PASSWORD, "--reprint", "换密钥", out="new").code == 0
    new = sorted((tmp_path / "new").iterdir())
    assert hzcert("verify", *new, *register, *DAY).code == 0
    standings = [line["standing"] for line in hzcert("seal", "keys", *register, *QUIET).lines if line["type"] == "key"]
    assert standings == ["withdrawn", "active"]
    told = hzcert("seal", "keys", *register)
    assert "密码泄露" in told.out + told.err


def test_pages_are_called_pages(hzcert, printing, small, tmp_path):
    register = ("--register", small / "register.db")
    hzcert("seal", "keygen", *register, *PASSWORD, *DAY)
    printing(*PASSWORD)
    hzcert("seal", "keygen", "--seal", tmp_path / "other", *PASSWORD, *DAY)
    file = min((tmp_path / "pdf").iterdir())
    ran = hzcert("verify", file, "--keys", tmp_path / "other", *register, *DAY)
    assert "第2页" in ran.out + ran.err and "行" not in (ran.out + ran.err).replace("执行", "").replace("运行", "")
    english = hzcert("verify", file, "--keys", tmp_path / "other", *register, *DAY, "--lang", "en")
    assert "page 2" in english.out + english.err


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (("seal", "keygen"), 2),
        (("seal", "withdraw", "abcd", "--reason", "x"), 2),
        (("seal", "keygen", "--seal-password", "short"), 2),
        (("seal", "export", "x"), 3),
        (("verify", "none.pdf"), 3),
        (("design", "check", "none"), 3),
    ],
)
def test_what_can_not_be_is_said_without_a_traceback(command, code, hzcert, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ran = hzcert(*command, *DAY)
    assert ran.code == code and "Traceback" not in ran.err


def test_designs_are_checked_and_tried(hzcert, tmp_path):
    for name in ("zhejiang-booklet", "zhejiang-overprint", "a4-proof"):
        assert hzcert("design", "check", name, *DAY, *QUIET).summary["counts"]["problems"] == 0
    ran = hzcert("design", "preview", "zhejiang-overprint", "--out", tmp_path, *DAY, *QUIET)
    assert ran.code == 0 and ran.summary["counts"] == {"certificates": 4, "files": 5}
    assert (tmp_path / "zhejiang-overprint-4.png").read_bytes().startswith(b"\x89PNG")


def test_electronic_copies_are_signed(printing, tmp_path):
    p12 = tmp_path / "office.p12"
    p12.write_bytes(office_certificate(b"secret"))
    ran = printing("--sign-pdf", p12, "--sign-password", "secret", "--files", "holder")
    assert ran.code == 0
    from pyhanko.pdf_utils.reader import PdfFileReader

    for path in list((tmp_path / "pdf").iterdir())[:2]:
        with path.open("rb") as opened:
            [signature] = PdfFileReader(opened).embedded_signatures
            assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
            signature.compute_integrity_info()
            assert signature.summarise_integrity_info()["coverage"].name == "ENTIRE_FILE"
        with pikepdf.open(path) as document:
            assert document.Root.AcroForm
    wrong = printing("--sign-pdf", p12, "--sign-password", "wrong", "--reprint", "试")
    assert wrong.code == 2 and "密码" in wrong.err
    missing = printing("--sign-pdf", tmp_path / "none.p12", "--reprint", "试")
    assert missing.code == 3


def office_certificate(password):
    """A certificate that signs itself, of an office that does not exist."""
    from datetime import UTC, datetime

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "样例市人事局")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2007, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2090, 1, 1, tzinfo=UTC))
        .add_extension(x509.KeyUsage(True, True, *[False] * 7), critical=True)
        .sign(key, hashes.SHA256())
    )
    return pkcs12.serialize_key_and_certificates(b"office", key, made, None, BestAvailableEncryption(password))


def test_two_words_name_a_command_beside_one(hzcert):
    assert "校准页" in hzcert("print", "calibrate", "--help").out
    assert "HOLDERS" in hzcert("print", "--help").out
