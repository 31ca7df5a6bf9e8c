"""What all tests share: the policy of the notice, and golden files that are accepted with ``--update-golden``."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hzcert.policy import Policy, load_policy

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="accept what is produced now as the golden files")


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load_policy("huzhou-2007-35").policy


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    def check(name: str, produced: str) -> None:
        path = GOLDEN / name
        if request.config.getoption("--update-golden"):
            path.write_text(produced, encoding="utf-8", newline="\n")
        assert produced == path.read_text(encoding="utf-8"), f"{name} differs; look, then accept with --update-golden"

    return check
