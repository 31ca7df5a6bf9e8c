"""Work that is broken off leaves nothing running: neither workers nor the thread that manages them."""

import threading

import pytest

from hzcert import work


def test_nothing_runs_on_after_a_failure():
    before = set(threading.enumerate())
    with pytest.raises(OSError, match="full"), work.executor(2) as on:
        assert next(work.run_all(len, ["one", "two"] * 40, on, work.Silent())) == 3
        raise OSError("full")
    assert set(threading.enumerate()) <= before
