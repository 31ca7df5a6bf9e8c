"""三.4: a batch that is let pass without any published list says so on all that comes of it."""

import json
import shutil

import openpyxl
from pypdf import PdfReader

SAID = "没有与公布文件核对"


def says(book):
    """The sheets of a workbook that do not say it."""
    return [
        sheet.title
        for sheet in openpyxl.load_workbook(book)
        if not any(SAID in str(cell.value) for row in sheet for cell in row)
    ]


def test_without_a_published_list_nobody_is_accepted_unless_it_is_said_and_then_every_output_says_so(hzcert, small):
    shutil.rmtree(small / "published")
    ran = hzcert("run", small, "--format", "jsonl")
    assert (ran.code, ran.summary["counts"]["entries"]["accepted"]) == (1, 0)
    ran = hzcert("run", small, "--without-published", "--format", "jsonl")
    assert ran.summary["counts"]["reconciliation"]["without_published"] is True
    out = small / "out"
    assert json.loads((out / "manifest.json").read_text(encoding="utf-8"))["counts"]["reconciliation"][
        "without_published"
    ]
    assert {book.name: says(book) for book in out.rglob("*.xlsx") if says(book)} == {}
    for line in ran.lines:
        assert line.get("without_published") or line["type"] in ("finding", "photo", "summary"), line
    rosters = [PdfReader(path).pages[0].extract_text() for path in (out / "rosters").glob("*.pdf")]
    assert rosters and all(SAID in text for text in rosters)
    for path in (out / "certificates").glob("*.pdf"):
        book = PdfReader(path)
        assert SAID in book.metadata.subject and all(SAID in page.extract_text() for page in book.pages)


def test_what_is_printed_later_says_it_too(hzcert, small):
    published = small / "published"
    shutil.rmtree(published)
    hzcert("run", small, "--without-published", "--as-of", "2007-11-20", "--authority", "330523")
    common = ("--as-of", "2007-11-20", "--authority", "330523", "--register", small / "register.db")
    ran = hzcert(
        "print", small / "out" / "holders.xlsx", "--photos", small / "out" / "photos", "--out", small / "证书", *common
    )
    pages = [page for path in (small / "证书").glob("*.pdf") for page in PdfReader(path).pages]
    assert ran.code == 0 and pages and all(SAID in page.extract_text() for page in pages)
    hzcert("roster", "build", small / "out" / "holders.xlsx", "--out", small / "花名册", *common)
    assert {book.name: says(book) for book in (small / "花名册").rglob("*.xlsx") if says(book)} == {}


def test_a_reconciliation_that_comes_later_takes_its_place(hzcert, small):
    published = shutil.copytree(small / "published", small / "later")
    shutil.rmtree(small / "published")
    common = ("--as-of", "2007-11-20", "--authority", "330523")
    hzcert("run", small, "--without-published", *common)
    told = hzcert("register", "history", small, "--format", "jsonl", "--register", small / "register.db").lines
    passed = [(line["what"], line["text"]) for line in told if line.get("step") == "reconciled"]
    assert passed and set(passed) == {(f"{SAID}（--without-published）", "")}, "nobody is said to have agreed"
    shutil.copytree(published, small / "published")
    ran = hzcert("run", small, *common, "--format", "jsonl")
    assert ran.summary["counts"]["entries"]["accepted"] > 0
    pages = [page for path in (small / "out" / "certificates").glob("*.pdf") for page in PdfReader(path).pages]
    assert pages and not any(SAID in page.extract_text() for page in pages)
    register = ("--register", small / "register.db")
    hzcert("roster", "build", small / "out" / "holders.xlsx", "--out", small / "花名册", *common, *register)
    books = list((small / "花名册").rglob("*.xlsx"))
    assert books and all(says(book) for book in books)
    assert hzcert("register", "verify", *register).code == 0


def test_the_register_knows_the_batch_and_nothing_of_it_is_handed_over(hzcert, small):
    shutil.rmtree(small / "published")
    common = ("--as-of", "2007-11-20", "--authority", "330523", "--register", small / "register.db")
    accepted = hzcert("run", small, "--without-published", *common, "--format", "jsonl").summary["counts"]["entries"][
        "accepted"
    ]
    received = hzcert("register", "receive", small, *common, "--format", "jsonl")
    assert received.summary["counts"]["done"] == accepted > 0
    refused = hzcert("pack", "unit", small, *common)
    assert refused.code == 3 and SAID in refused.err and not (small / "移交").exists()
