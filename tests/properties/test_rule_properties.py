"""What holds for all entries: a fault is found wherever it stands, at its own row, and nobody else's."""

import random
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hzcert import validate
from hzcert.idnumber import check_character
from hzcert.policy import load_policy
from hzcert.table import make_table
from people import holders

POLICY = load_policy("huzhou-2007-35").policy
CITY = POLICY.authority("330500")
AS_OF = date(2007, 9, 15)
PEOPLE = [person for person in holders(130) if person["birth_date"] < "1977"][:120]

# What may be wrong with one entry, and what is found at its row: nothing of it concerns another row.
FAULTS = (
    ({"name": "王?"}, {"HZ210"}),
    ({"name": "沈云川(小)"}, {"HZ210"}),
    ({"sex": "不明"}, {"HZ212"}),
    ({"sex": ""}, {"HZ201"}),
    ({"birth_date": ""}, {"HZ201"}),
    ({"birth_date": "1900-01"}, {"HZ206"}),
    ({"id_number": "33052119700312"}, {"HZ202"}),
    ({"title": "技术能手"}, {"HZ301"}),
    ({"level": "特级"}, {"HZ302"}),
    ({"series": "律师"}, {"HZ304"}),
    ({"region": "余杭区"}, {"HZ306"}),
    ({"case": "更换"}, {"HZ307"}),
    ({"obtained_on": ""}, {"HZ201"}),
    ({"document_no": "文件"}, {"HZ323"}),
    ({"retired_on": "2007-12"}, {"HZ344"}),
    ({"case": "调入确认"}, {"HZ342"}),
    ({"case": "遗失补发"}, {"HZ343"}),
    ({"specialty": "#N/A"}, {"HZ216"}),
    ({"obtained_by": "全国统考"}, {"HZ310"}),
)


def judge(people):
    found = {}
    for finding in validate.check(make_table(people), POLICY, AS_OF, CITY):
        found.setdefault(finding.where.row, set()).add(finding.code.id)
    return found


def wrong_digit(number, place, off_by):
    return number[:place] + str((int(number[place]) + off_by) % 10) + number[place + 1 :]


def test_nothing_is_found_where_nothing_is_wrong():
    assert judge(PEOPLE) == {}


@settings(max_examples=60)
@given(st.dictionaries(st.integers(0, len(PEOPLE) - 1), st.sampled_from(FAULTS), max_size=20))
def test_each_fault_is_found_at_its_own_row_and_nothing_elsewhere(faults):
    people = [dict(person) | dict(faults.get(place, ({},))[0]) for place, person in enumerate(PEOPLE)]
    found = judge(people)
    assert set(found) == {PEOPLE[place]["row"] for place in faults}
    for place, (_, codes) in faults.items():
        assert codes <= found[PEOPLE[place]["row"]]


@settings(max_examples=100)
@given(st.integers(0, len(PEOPLE) - 1), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_of_an_id_number_never_passes(which, place, off_by):
    person = dict(PEOPLE[which])
    person["id_number"] = wrong_digit(person["id_number"], place, off_by)
    assert judge([person]).get(person["row"], set()) & {"HZ203", "HZ204"}


@settings(max_examples=100)
@given(st.integers(0, len(PEOPLE) - 1), st.integers(0, 999), st.dates(date(1930, 1, 1), date(1975, 12, 31)))
def test_a_number_that_is_another_persons_shows_in_sex_or_birth(which, serial, born):
    """The check character holds, and still the entry's own words speak against it, unless both agree."""
    person = dict(PEOPLE[which])
    body = f"330521{born:%Y%m%d}{serial:03}"
    person["id_number"] = body + check_character(body)
    same = person["birth_date"] == born.isoformat() and (person["sex"] == "男") == (serial % 2 == 1)
    assert bool(judge([person]).get(person["row"], set()) & {"HZ205", "HZ206"}) != same


@settings(max_examples=20)
@given(st.randoms(use_true_random=False), st.dictionaries(st.integers(0, 119), st.sampled_from(FAULTS), max_size=20))
def test_the_order_of_the_rows_changes_nothing(shuffle: random.Random, faults):
    people = [dict(person) | dict(faults.get(place, ({},))[0]) for place, person in enumerate(PEOPLE)]
    shuffled = list(people)
    shuffle.shuffle(shuffled)
    assert judge(people) == judge(shuffled)


@pytest.mark.parametrize("seed", range(5))
def test_one_at_a_time_or_all_together(seed):
    chance = random.Random(seed)
    people = [dict(person) | (chance.choice(FAULTS)[0] if chance.random() < 0.3 else {}) for person in PEOPLE]
    alone = {}
    for person in people:
        alone |= judge([person])
    assert judge(people) == alone


def test_every_place_is_the_cell_itself():
    """File, sheet and row as they were read, also where many files have the same rows."""
    people = [dict(person) | {"file": f"{row % 7}.xlsx", "sheet": f"表{row % 3}"} for row, person in enumerate(PEOPLE)]
    for row in range(0, 120, 5):
        people[row]["sex"] = "不明"
    found = validate.check(make_table(people), POLICY, AS_OF, CITY)
    assert {(f.where.file, f.where.sheet, f.where.row) for f in found} == {
        (people[row]["file"], people[row]["sheet"], people[row]["row"]) for row in range(0, 120, 5)
    }
