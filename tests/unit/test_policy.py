"""A policy file that is wrong is refused with the key that is; it is never guessed what was meant."""

from importlib.resources import files

import pytest

from hzcert.errors import UsageError
from hzcert.settings import Options, settle

SHIPPED = files("hzcert.data").joinpath("policies/huzhou-2007-35.toml").read_text(encoding="utf-8")


def load(tmp_path, *changes):
    text = SHIPPED
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    return settle(Options(policy=str(tmp_path / "own.toml")))


def test_the_shipped_policy_copied_is_good(tmp_path):
    assert load(tmp_path).policy_name == str(tmp_path / "own.toml")


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("{letter}{year}{area}{series}{serial:05}", "{foo}{serial:05}", "foo"),
        ("{letter}{year}{area}{series}{serial:05}", "{letter}{serial:05", "certificate.number"),
        ("{letter}{year}{area}{series}{serial:05}", "{letter}{year}", "serial"),
        ("{city}{level}专业技术资格证书持有人员花名册", "{foo}{level}", "roster.title"),
        ('value = ["id_number", "name", "sex"', 'value = ["foo", "id_number", "name", "sex"', "foo"),
        ('"换发" = "document_no"', '"换发" = "foo"', "foo"),
        ("value = 1000, clause", "value = 0, clause", "pages_per_volume"),
        ("least = 60, lead = 15", "least = 60, leads = 15", "lead"),
        ('kind = "city"', 'kind = "county"', "市级机关"),
        ('value = "10.00"', 'value = "-5"', "fee.amount"),
        (
            'label = "可接受的出入", values = [{ since = 2007-04-01, value = ["employer:folded"',
            'label = "可接受的出入", values = [{ since = 2007-04-01, value = ["foo"',
            "foo",
        ),
        ('value = 280, clause = "三.3"', 'value = 280, clause = "九"', "九"),
        ("min_ratio", "min_ration", "min_ration"),
        (
            'label = "成品宽", values = [',
            'label = "成品宽", values = [{ since = 2008-01-01, value = 1, clause = "三.3" }, ',
            "in order",
        ),
    ],
)
def test_what_is_wrong_is_named(tmp_path, old, new, word):
    with pytest.raises(UsageError) as refused:
        load(tmp_path, (old, new))
    assert word in refused.value.message
