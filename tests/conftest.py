"""What all tests share: the notice's policy, a day in its time, and golden files accepted with ``--update-golden``."""

import itertools
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import postgres
from hzcert import language
from hzcert.policy import Authority, Policy, load_policy

GOLDEN = Path(__file__).parent / "golden"

# The same examples each time, whatever the machine's speed: whether a change may land is no matter of chance.
# ``pytest --hypothesis-profile=search`` looks for new ones.
settings.register_profile("repeatable", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("search", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=1000)
settings.load_profile("repeatable")


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


@pytest.fixture(scope="session")
def _server() -> Iterator[str | postgres.NoServer]:
    """A PostgreSQL server for the tests of this process, started when the first of them wants it; or why there is none."""
    try:
        with postgres.server() as url:
            yield url
    except postgres.NoServer as reason:
        yield reason


_NUMBERS = itertools.count(1)


@pytest.fixture
def database(_server: str | postgres.NoServer) -> str:
    """The URL of an empty database on a PostgreSQL server."""
    psycopg = pytest.importorskip("psycopg")
    if isinstance(_server, postgres.NoServer):
        pytest.skip(str(_server))
    name = f"hz_{next(_NUMBERS)}"
    with psycopg.connect(_server.replace("+psycopg", "") + "postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return _server + name


@pytest.fixture(params=["sqlite", "postgres"])
def register_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A register with nothing in it, on each kind of store."""
    if request.param == "postgres":
        return str(request.getfixturevalue("database"))
    return str(tmp_path / "register.db")
