"""What all tests share: the notice's policy, a day in its time, and golden files accepted with ``--update-golden``."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from hzcert import language
from hzcert.policy import Authority, Policy, load_policy

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="accept what is produced now as the golden files")


@pytest.fixture(autouse=True)
def _chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever this machine's locale is: a test that wants English says so."""
    for name in ("HZCERT_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    language.speak(language.CHINESE)


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load_policy("huzhou-2007-35").policy


@pytest.fixture
def as_of() -> date:
    return date(2007, 9, 15)


@pytest.fixture
def city(policy: Policy) -> Authority:
    return policy.authority("330500")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    def check(name: str, produced: str) -> None:
        path = GOLDEN / name
        if request.config.getoption("--update-golden"):
            path.write_text(produced, encoding="utf-8", newline="\n")
        assert produced == path.read_text(encoding="utf-8"), f"{name} differs; look, then accept with --update-golden"

    return check
