"""Workers that die, hang or are killed: what they had in hand is tried again, and the run goes on."""

import os
import signal
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from hzcert import work
from hzcert.errors import HzcertError


def dies_at_7(item: int) -> int:
    if item == 7:
        os.kill(os.getpid(), signal.SIGKILL)
    return item * item


def dies_once(item: tuple[int, str]) -> int:
    number, mark = item
    if number == 11 and not Path(mark).exists():
        Path(mark).touch()
        os._exit(9)
    return number


def hangs_at_3(item: int) -> int:
    if item == 3:
        time.sleep(600)
    return item


def always_dies(item: int) -> int:
    os._exit(1)


def fails(item: int) -> int:
    raise ValueError(f"item {item}")


def square(item: int) -> int:
    return item * item


def leave_name(folder: Path) -> None:
    (folder / str(os.getpid())).touch()


class Counted:
    steps = 0

    def advance(self, steps: int = 1) -> None:
        self.steps += steps


def test_an_item_that_kills_its_worker_is_given_up_and_no_other_is():
    bar = Counted()
    with work.executor(2) as on:
        done = list(work.run_all(dies_at_7, range(40), on, bar, lost=lambda item: -item))
    assert done == [number * number if number != 7 else -7 for number in range(40)]
    assert bar.steps == 40


def test_a_worker_that_dies_for_no_reason_of_the_item_costs_a_retry(tmp_path: Path):
    items = [(number, str(tmp_path / "died")) for number in range(30)]
    with work.executor(2) as on:
        done = list(work.run_all(dies_once, items, on, work.Silent(), lost=lambda item: -1))
    assert done == list(range(30))
    assert (tmp_path / "died").exists()


@pytest.mark.parametrize("workers", [1, 2])
def test_an_item_that_takes_too_long_is_given_up(workers: int):
    with work.executor(workers, apart=True) as on:
        done = list(work.run_all(hangs_at_3, range(6), on, work.Silent(), lost=lambda item: -item, seconds=1))
    assert done == [0, 1, 2, -3, 4, 5]


def test_workers_that_die_on_everything_end_the_run():
    with pytest.raises(HzcertError, match="一再中断"), work.executor(2) as on:
        list(work.run_all(always_dies, range(10_000), on, work.Silent()))


def test_what_an_item_itself_brings_about_is_not_tried_again():
    with pytest.raises(ValueError, match="item 0"), work.executor(2) as on:
        list(work.run_all(fails, range(3), on, work.Silent(), lost=lambda item: -1))


def test_workers_start_while_their_work_is_being_found_out(tmp_path: Path):
    with work.executor(2) as on:
        work.start(on, leave_name, tmp_path)
        deadline = time.monotonic() + 60
        while len(list(tmp_path.iterdir())) < 1 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert {path.name for path in tmp_path.iterdir()} - {str(os.getpid())}
        assert list(work.run_all(square, range(3), on, work.Silent())) == [0, 1, 4]


def test_no_more_is_asked_for_than_is_under_way():
    asked = count()

    def items() -> Iterator[int]:
        for number in range(1000):
            next(asked)
            yield number

    with work.executor(2) as on:
        results = work.run_all(abs, items(), on, work.Silent())
        assert [next(results) for _ in range(20)] == list(range(20))
        assert next(asked) <= 20 + (2 * 2 + 2) * 8
        results.close()


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_the_order_of_the_items(workers: int):
    with work.executor(workers) as on:
        assert list(work.run_all(abs, range(-50, 0), on, work.Silent())) == list(range(50, 0, -1))
