"""One task over many items: in this process, in local processes, or on a cluster. Results come in the order of the items.

One code path: items travel in chunks, a bounded number of chunks is under way, and a worker that dies costs a retry of what
it had in hand. What an item itself brings about is a result like any other and is never tried again.
"""

import ctypes
import os
import resource
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor
from concurrent.futures import TimeoutError as StillRunning
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from itertools import islice
from multiprocessing import get_context
from typing import Any, Generic, Protocol, TypeVar, cast

from hzcert import __version__
from hzcert.errors import ClusterError, HzcertError, UsageError

Item = TypeVar("Item")
Result = TypeVar("Result")

_LONGEST_END = 5.0  # seconds that killed workers are waited for
_TRIES = 2  # of an item that was alone in hand when its worker died
_MOST_LOST = 8  # items lost one after another: then it is not the items
_MEMORY = 3 << 30  # bytes that a local worker may take
_CHUNK = 8
_CLUSTER_CHUNK = 50  # an empty task costs a cluster 2.4 ms
_CLUSTER_BYTES = 32 << 20  # that travel in one chunk
_CONNECT, _RETURN = 10.0, 30.0  # seconds that a cluster is waited for, and its workers once all are gone
_LOOK = 2.0  # seconds between two looks at whether it still lives
_SAME = (
    "pillow",
    "opencv-python-headless",
    "numpy",
    "simplejpeg",
    "pyvips-binary",
)  # what decides on the bytes that come out


class Progress(Protocol):
    """All the core knows of a progress bar."""

    def advance(self, steps: int = 1) -> None:
        """So many more items are done."""


Watch = Callable[[str, int], AbstractContextManager[Progress]]  # shows the progress of what is named, of so many


class Silent:
    """No bar at all."""

    def advance(self, steps: int = 1) -> None:
        """Nothing to show."""


class Here(Executor):
    """The same interface in this process: for one worker and work of our own, for tests, for debuggers."""

    def submit(self, fn: Callable[..., Result], /, *args: object, **words: object) -> Future[Result]:
        """Run at once."""
        future: Future[Result] = Future()
        try:
            future.set_result(fn(*args, **words))
        except Exception as problem:
            future.set_exception(problem)
        return future


class Local(Executor):
    """So many processes of this machine. When one dies, the others are ended too and all start anew."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._pool = self._open()

    def _open(self) -> ProcessPoolExecutor:
        # Spawned, not forked: OpenCV and Arrow hold threads that a fork would leave half alive.
        return ProcessPoolExecutor(self.workers, get_context("spawn"), _start_worker, (os.getpid(),))

    def submit(self, fn: Callable[..., Result], /, *args: object, **words: object) -> Future[Result]:
        """Give it to the next free process."""
        return self._pool.submit(fn, *args, **words)

    def renew(self) -> None:
        """Start anew after a process has died."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._pool = self._open()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes when they have done what they have in hand."""
        self._pool.shutdown(wait=wait, cancel_futures=cancel_futures)

    def kill(self) -> None:
        """End the processes now."""
        # An interrupt may come while workers are starting: waiting for them could take for ever.
        manager = cast("threading.Thread | None", self._pool._executor_manager_thread)
        for process in list((self._pool._processes or {}).values()):
            process.kill()
        self._pool.shutdown(wait=False, cancel_futures=True)
        if manager is not None:
            # Left to itself it may close its pipe just while the interpreter's exit writes to it: a traceback after ours.
            manager.join(_LONGEST_END)


def start(on: Executor, get_ready: Callable[..., None], /, *given: object) -> None:
    """Have local processes start now and get ready, while this one still does something else."""
    if isinstance(on, Local):
        for _ in range(on.workers):
            on.submit(get_ready, *given)


class Cluster(Executor):
    """The workers of a Dask scheduler. Files are read here and travel with their jobs: no disk need be shared."""

    def __init__(self, client: Any, address: str) -> None:
        self.address = address
        self._client = client
        # Tasks that look alike must still each run; Dask would share one result between them.
        self._executor = client.get_executor(pure=False)

    @property
    def workers(self) -> int:
        """How many tasks it can run at once."""
        return sum(each["nthreads"] for each in self._client.scheduler_info(n_workers=-1)["workers"].values())

    def submit(self, fn: Callable[..., Result], /, *args: object, **words: object) -> Future[Result]:
        """Give it to the scheduler."""
        return cast("Future[Result]", self._executor.submit(fn, *args, **words))

    def wait(self, future: Future[Result]) -> Result:
        """A result, waited for while there is hope.

        Raises:
            ClusterError: the scheduler is gone, or all workers are and none comes back.
        """
        gone_since: float | None = None
        while True:
            try:
                return future.result(_LOOK)
            except StillRunning:
                if self._client.status != "running":
                    raise ClusterError(f"与集群 {self.address} 的连接断了", _LIVES) from None
                gone_since = None if self.workers else gone_since or time.monotonic()
                if gone_since is not None and time.monotonic() - gone_since > _RETURN:
                    raise ClusterError(f"集群 {self.address} 的工作节点都不见了", _LIVES) from None
            except (CancelledError, OSError) as cause:
                raise ClusterError(f"与集群 {self.address} 的连接断了", _LIVES) from cause


_LIVES = "请检查调度器和工作节点；已完成的部分保留，再运行即接着做"


def executor(workers: int, cluster: str | None = None, *, apart: bool = False) -> AbstractContextManager[Executor]:
    """Open an executor of so many local processes, one being this process; or of a Dask scheduler's workers.

    ``apart``: even a single worker is a process of its own, since what strangers send may hang it or end it.
    """
    if cluster:
        return _on_cluster(cluster)
    return _here() if workers <= 1 and not apart else _local(workers)


@contextmanager
def _here() -> Iterator[Executor]:
    yield Here()


@contextmanager
def _local(workers: int) -> Iterator[Executor]:
    pool = Local(workers)
    try:
        yield pool
    except BaseException:
        pool.kill()
        raise
    pool.shutdown()


@contextmanager
def _on_cluster(address: str) -> Iterator[Executor]:
    """Connect to a Dask scheduler, and see that its workers run what we run.

    Raises:
        UsageError: no such address can be.
        ClusterError: it can't be reached, has no workers, or they run something else.
    """
    if not address.startswith(("tcp://", "tls://")):
        raise UsageError(f"集群地址“{address}”不对", "请写成 tcp://主机:8786 或 tls://主机:8786 的形式")
    try:
        import distributed
    except ImportError as cause:
        raise ClusterError("没有安装 distributed，不能使用集群", "请运行 pip install 'hzcert[cluster]'") from cause
    connect: Any = distributed.Client
    try:
        client = connect(address, timeout=_CONNECT, set_as_default=False)
    except (OSError, ValueError) as cause:
        raise ClusterError(f"连不上集群 {address}", "请检查地址，以及调度器是否在运行") from cause
    try:
        _ready(client, address)
        yield Cluster(client, address)
    finally:
        with suppress(Exception):  # a scheduler that is gone can't be taken leave of
            client.close(timeout=_LONGEST_END)


def _ready(client: Any, address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=_CONNECT)
        theirs = client.run(_versions)
    except (OSError, StillRunning, TimeoutError) as cause:
        raise ClusterError(f"集群 {address} 没有工作节点", "请先启动 dask worker") from cause
    except Exception as cause:  # what a worker without hzcert raises is Dask's own affair
        raise ClusterError(
            f"集群 {address} 的工作节点不能运行 hzcert", "请在每个工作节点上安装同一版本的 hzcert"
        ) from cause
    ours = _versions()
    if other := next((each for each in theirs.values() if each != ours), None):
        odd = "、".join(
            f"{name} {other.get(name)}（这里是 {ours[name]}）" for name in ours if other.get(name) != ours[name]
        )
        raise ClusterError(
            f"集群 {address} 的工作节点装的版本不同：{odd}", "请在每个工作节点上安装同样的版本，否则写出的字节会不同"
        )


def _versions() -> dict[str, str]:
    """What this process runs, as far as it decides on results."""
    return {"hzcert": __version__} | {name: version(name) for name in _SAME}


# --- in a worker ---------------------------------------------------------------------------------------------------

_deadlines: dict[int, float] = {}  # of the item in hand, by thread


def _start_worker(parent: int) -> None:
    """Leave interrupts to the parent, end when it is gone or an item takes too long, and keep within bounds."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    keep_memory()
    with suppress(OSError, ValueError):
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        within = _MEMORY if hard == resource.RLIM_INFINITY else min(_MEMORY, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (within, hard))

    _watch(lambda: os.getppid() != parent)


def _watch(orphaned: Callable[[], bool]) -> None:
    """From now on, end this process when an item takes too long, or nobody waits for it any more."""

    def watch() -> None:
        while not orphaned() and time.monotonic() < min([*_deadlines.values()], default=float("inf")):
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def keep_memory() -> None:
    """Have what is freed kept for the next item: a few hundred pages given back and taken anew cost a tenth of a photo's time."""
    with suppress(AttributeError, OSError):  # where the system's library has no such knob, it goes without
        libc = ctypes.CDLL(None)
        libc.mallopt(_TRIM_THRESHOLD, _KEPT)
        libc.mallopt(_MMAP_THRESHOLD, _KEPT // 4)


_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # glibc's names for them, malloc.h
_KEPT = 32 << 20  # bytes


def _many(task: Callable[[Item], Result], items: Sequence[Item], seconds: float) -> list[Result]:
    """The task on each item of a chunk; each may take so many seconds (0: as long as it likes)."""
    thread = threading.get_ident()
    done = []
    try:
        for item in items:
            if seconds:
                _deadlines[thread] = time.monotonic() + seconds
            done.append(task(item))
    finally:
        _deadlines.pop(thread, None)
    return done


def _many_there(task: Callable[[Item], Result], items: Sequence[Item], seconds: float) -> list[Result]:
    """The same in a cluster's worker, which is ended over a hanging item only where a nanny starts it anew."""
    if seconds:
        _watch_there()
    return _many(task, items, seconds)


@cache
def _watch_there() -> None:
    import distributed

    worker: Any = distributed.get_worker()
    if worker.nanny is not None:
        _watch(lambda: False)


# --- in the parent -------------------------------------------------------------------------------------------------


@dataclass
class _Chunk(Generic[Item, Result]):
    """Items that travel together, and what is to come of them."""

    items: list[Item]
    future: Future[list[Result]]


def run_all(
    task: Callable[[Item], Result],
    items: Iterable[Item],
    on: Executor,
    progress: Progress,
    in_flight: int = 64,
    *,
    lost: Callable[[Item], Result] | None = None,
    weigh: Callable[[Item], int] | None = None,
    seconds: float = 0,
    together: int = 0,
) -> Iterator[Result]:
    """The task's results in input order, with a bounded number of items under way.

    Args:
        task: a module's function, which travels by its name.
        items: what it is to be given, one after another.
        on: where it runs.
        progress: is told of every result.
        in_flight: how many items may be under way in this process.
        lost: the result for an item whose worker died each time; without it that is an error.
        weigh: how many bytes of an item travel.
        seconds: how long a worker may take for one item before it is ended; 0: no limit. There is none in this process.
        together: how many items travel together; 0: as suits small ones. Large ones go alone, or one worker gets them all.
    """
    if isinstance(on, Local):
        size, most = _CHUNK, 2 * on.workers + 1
    elif isinstance(on, Cluster):
        size, most = _CLUSTER_CHUNK, 2 * on.workers + 2
    else:
        size, most = 1, 1 if isinstance(on, Here) else in_flight  # what is done at once is handed over at once
    size = together or size
    waiting: deque[_Chunk[Item, Result]] = deque()
    run = _Run(task, on, lost, seconds)
    for chunk in _chunks(items, size, weigh if isinstance(on, Cluster) else None):
        waiting.append(_Chunk(chunk, run.submit(chunk)))
        if len(waiting) >= most:
            yield from _told(run.finish(waiting), progress)
    while waiting:
        yield from _told(run.finish(waiting), progress)


def _told(results: Iterable[Result], progress: Progress) -> Iterator[Result]:
    for result in results:
        yield result
        progress.advance()


def _chunks(items: Iterable[Item], size: int, weigh: Callable[[Item], int] | None) -> Iterator[list[Item]]:
    """Items in chunks of so many; of fewer where they would weigh too much."""
    source = iter(items)
    if weigh is None:
        while chunk := list(islice(source, size)):
            yield chunk
        return
    held: list[Item] = []
    weight = 0
    for item in source:
        held.append(item)
        weight += weigh(item)
        if len(held) >= size or weight >= _CLUSTER_BYTES:
            yield held
            held, weight = [], 0
    if held:
        yield held


class _Run(Generic[Item, Result]):
    """One run of a task, and what it does when workers die."""

    def __init__(
        self, task: Callable[[Item], Result], on: Executor, lost: Callable[[Item], Result] | None, seconds: float
    ) -> None:
        self._task, self._on, self._lost, self._seconds = task, on, lost, seconds
        self._lost_in_a_row = 0

    def submit(self, items: list[Item]) -> Future[list[Result]]:
        try:
            if isinstance(self._on, Cluster):
                return self._on.submit(_many_there, self._task, items, self._seconds)
            return self._on.submit(_many, self._task, items, self._seconds)
        except BrokenExecutor as problem:  # it is found out later, with those that were under way
            broken: Future[list[Result]] = Future()
            broken.set_exception(problem)
            return broken

    def finish(self, waiting: deque[_Chunk[Item, Result]]) -> list[Result]:
        """The results of the first chunk."""
        first = waiting.popleft()
        try:
            done = self._result(first.future)
        except Exception as problem:
            if not _worker_died(problem):
                raise
            return self._recover(first, waiting)
        self._lost_in_a_row = 0
        return done

    def _result(self, future: Future[list[Result]]) -> list[Result]:
        return self._on.wait(future) if isinstance(self._on, Cluster) else future.result()

    def _recover(self, first: _Chunk[Item, Result], waiting: deque[_Chunk[Item, Result]]) -> list[Result]:
        """Try again what was under way, one item at a time: so it shows which of them it was."""
        self._renew()
        done = [result for item in first.items for result in self._alone(item)]
        for chunk in waiting:
            if not chunk.future.done() or chunk.future.cancelled() or _worker_died(chunk.future.exception()):
                chunk.future = self.submit(chunk.items)
        return done

    def _alone(self, item: Item) -> list[Result]:
        tries = _TRIES if isinstance(self._on, Local) else 1  # a cluster has tried on several workers by then
        for tried in range(1, tries + 1):
            try:
                done = self._result(self.submit([item]))
            except Exception as problem:
                if not _worker_died(problem):
                    raise
                self._renew()
                if tried == tries:
                    return [self._given_up(item, problem)]
            else:
                self._lost_in_a_row = 0
                return done
        return []

    def _given_up(self, item: Item, problem: BaseException) -> Result:
        self._lost_in_a_row += 1
        if self._lost is None or self._lost_in_a_row > _MOST_LOST:
            raise HzcertError("工作进程一再中断", "可能是内存不足：请减少 --workers 再试") from problem
        return self._lost(item)

    def _renew(self) -> None:
        if isinstance(self._on, Local):
            self._on.renew()


def _worker_died(problem: BaseException | None) -> bool:
    """Whether this came of a worker's end, and not of its task."""
    return isinstance(problem, BrokenExecutor) or type(problem).__name__ == "KilledWorker"
