"""The examples of rules: there is one for each code, and those of lists find just what they say."""

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from hzcert import ingest, language, validate
from hzcert.batch import take_in
from hzcert.codes import CODES
from hzcert.examples import example, given
from hzcert.fields import HEADINGS
from people import holder

RUN = [code for code, said in given().items() if "wrong_text" not in said]


def sheet_of(entries):
    """A clerk's sheet of entries that have nothing wrong but what is said."""
    people = [holder(**entry) for entry in entries]
    names = [name for name in HEADINGS if any(name in person for person in people)]
    return [[HEADINGS[name] for name in names], *([person.get(name, "") for name in names] for person in people)]


def codes_of(said, side, folder, policy):
    entries = said.get(side, [])
    rows = said.get(f"{side}_sheet") or sheet_of(entries if isinstance(entries, list) else [entries])
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    path = folder / f"{side}.xlsx"
    book.save(path)
    day = said.get("as_of", date(2007, 9, 15))
    read = ingest.read_list([take_in(path, folder)], ingest.HOLDERS, policy, day)
    authority = policy.authority(said.get("authority", "330500"))
    return {finding.code.id for finding in [*read.findings, *validate.check(read.table, policy, day, authority)]}


def test_each_code_has_an_example():
    assert set(CODES) <= set(given())


@pytest.mark.parametrize("code", CODES)
def test_each_example_can_be_shown_in_both_languages(code):
    for spoken in ("zh", "en"):
        language.speak(spoken)
        shown = example(code)
        assert all(shown.wrong) and all(shown.right) and shown.wrong != shown.right


@pytest.mark.parametrize("code", [code for code in RUN if code in CODES])
def test_the_wrong_one_gives_the_finding_and_the_right_one_does_not(code, policy, tmp_path: Path):
    said = given()[code]
    assert code in codes_of(said, "wrong", tmp_path, policy)
    assert code not in codes_of(said, "right", tmp_path, policy)


def test_most_examples_run():
    assert len(RUN) >= 60
