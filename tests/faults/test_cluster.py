"""A real Dask scheduler and two worker processes on loopback: the same bytes come out, whoever dies on the way."""

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from hzcert import photos, work
from hzcert.batch import inventory
from hzcert.errors import ClusterError, UsageError
from hzcert.policy import Policy
from people import id_number
from samples.portraits import portrait

needs_distributed = pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None,
    reason="distributed is not installed (pip install 'hzcert[cluster]')",
)
FEW = 140  # photos: three chunks and a rest


def patiently(holds: Callable[[], object], what: str) -> None:
    for _ in range(600):
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError(f"{what} did not come about")


@dataclass
class Running:
    """A scheduler and its workers, each a process of its own."""

    folder: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, part: str, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.dask_{part}", *arguments]
        environment = os.environ | {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1", "OMP_NUM_THREADS": "1"}
        log = (self.folder / f"{part}{len(self.processes)}.log").open("wb")
        self.processes.append(subprocess.Popen(command, stdout=log, stderr=log, env=environment))
        log.close()
        return self.processes[-1]

    @property
    def file(self) -> Path:
        return self.folder / "scheduler.json"

    @property
    def address(self) -> str:
        return str(json.loads(self.file.read_text())["address"])

    def worker(self, *, nanny: bool = False) -> subprocess.Popen[bytes]:
        local = str(self.folder / f"space{len(self.processes)}")
        return self.start(
            "worker", self.address, *([] if nanny else ["--no-nanny"]), "--nthreads", "1", "--host", "127.0.0.1",
            "--no-dashboard", "--local-directory", local,
        )  # fmt: skip

    def end(self) -> None:
        for process in reversed(self.processes):
            process.terminate()  # a nanny takes its worker along, if it is asked
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Running]:
    (tmp_path / "cluster").mkdir()
    running = Running(tmp_path / "cluster")
    try:
        running.start(
            "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(running.file)
        )
        patiently(running.file.exists, "a scheduler")
        yield running
    finally:
        running.end()


@pytest.fixture
def received(tmp_path: Path) -> Path:
    folder = tmp_path / "received"
    folder.mkdir()
    looks = [portrait(seed, 320, 480) for seed in range(12)]
    for number in range(FEW):  # the same few people again and again, each time in a file of its own
        name = f"{id_number('1970-03-12', '男', number)}.jpg"
        looks[number % 12].save(folder / name, quality=90, comment=f"{number}")
    return folder


class Watched:
    """Ends a process once so many photos are done."""

    def __init__(self, at: int, victim: subprocess.Popen[bytes] | None) -> None:
        self.steps, self._at, self._victim = 0, at, victim

    def advance(self, steps: int = 1) -> None:
        self.steps += steps
        if self._victim is not None and self.steps >= self._at:
            self._victim.send_signal(signal.SIGKILL)
            self._victim.wait()
            self._victim = None


@needs_distributed
def test_a_worker_killed_on_the_way_changes_nothing(cluster: Running, received: Path, policy: Policy):
    spec = policy.photo_spec(date(2007, 6, 1))
    here: dict[str, bytes] = {}
    expected = photos.normalise(inventory(received, received), spec, work.Here(), work.Silent(), here.__setitem__)
    victim, _ = cluster.worker(), cluster.worker()
    there: dict[str, bytes] = {}
    watched = Watched(1, victim)
    with work.executor(1, cluster.address) as on:
        assert isinstance(on, work.Cluster)
        patiently(lambda: on.workers == 2, "two workers")
        results = photos.normalise(inventory(received, received), spec, on, watched, there.__setitem__)
        assert on.workers == 1
    assert results == expected
    assert there == here
    assert len(here) == FEW
    assert watched.steps == FEW


@needs_distributed
def test_an_item_that_hangs_on_a_cluster_is_given_up(cluster: Running):
    cluster.worker(nanny=True)
    with work.executor(1, cluster.address) as on:
        items = [0.0, 600.0, 0.0]
        done = list(work.run_all(time.sleep, items, on, work.Silent(), lost=lambda _item: "lost", seconds=1))
    assert done == [None, "lost", None]


@needs_distributed
def test_a_cluster_without_workers_is_told(cluster: Running, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(work, "_CONNECT", 2.0)
    with pytest.raises(ClusterError, match="没有工作节点") as told, work.executor(1, cluster.address):
        raise AssertionError("it has no workers")
    assert told.value.exit_code == 6


@needs_distributed
def test_a_cluster_that_loses_all_its_workers_is_told(
    cluster: Running, received: Path, policy: Policy, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(work, "_RETURN", 1.0)
    monkeypatch.setattr(work, "_LOOK", 0.5)
    only = cluster.worker()
    spec = policy.photo_spec(date(2007, 6, 1))
    with pytest.raises(ClusterError, match="都不见了"), work.executor(1, cluster.address) as on:
        photos.normalise(inventory(received, received), spec, on, Watched(1, only), lambda _number, _jpeg: None)


@needs_distributed
def test_a_scheduler_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(work, "_CONNECT", 1.0)
    with pytest.raises(ClusterError, match="连不上"), work.executor(1, "tcp://127.0.0.1:9"):
        raise AssertionError("nobody is there")


@pytest.mark.parametrize("address", ["http://localhost:8786", "localhost", "tcp//x"])
def test_what_is_no_address_is_a_mistake_of_usage(address: str):
    with pytest.raises(UsageError, match="集群地址"), work.executor(1, address):
        raise AssertionError("no such address")
