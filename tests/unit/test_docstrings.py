"""What the docstrings show by example comes out as they say."""

import doctest
import importlib
import pkgutil

import pytest

import hzcert

MODULES = [each.name for each in pkgutil.walk_packages(hzcert.__path__, "hzcert.")]


@pytest.mark.parametrize("name", MODULES)
def test_examples_come_out_as_shown(name: str) -> None:
    failed, _ = doctest.testmod(importlib.import_module(name))
    assert failed == 0


def test_there_are_examples() -> None:
    found = (doctest.DocTestFinder(exclude_empty=True).find(importlib.import_module(name)) for name in MODULES)
    assert sum(bool(test.examples) for tests in found for test in tests) > 50
