"""One task over many items: in this process, or in local processes. Results come in the order of the items."""

import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Protocol, TypeVar, cast

Item = TypeVar("Item")
Result = TypeVar("Result")

_LONGEST_END = 5.0  # seconds that killed workers are waited for


class Progress(Protocol):
    """All the core knows of a progress bar."""

    def advance(self, steps: int = 1) -> None:
        """So many more items are done."""


class Silent:
    """No bar at all."""

    def advance(self, steps: int = 1) -> None:
        """Nothing to show."""


class Here(Executor):
    """The same interface in this process: for one worker, for tests, for debuggers."""

    def submit(self, fn: Callable[..., Result], /, *args: object, **words: object) -> Future[Result]:
        """Run at once."""
        future: Future[Result] = Future()
        try:
            future.set_result(fn(*args, **words))
        except Exception as problem:
            future.set_exception(problem)
        return future


@contextmanager
def executor(workers: int) -> Iterator[Executor]:
    """Open an executor of so many local processes; one worker is this process."""
    if workers <= 1:
        yield Here()
        return
    # Spawned, not forked: OpenCV and Arrow hold threads that a fork would leave half alive.
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _start_worker, (os.getpid(),))
    try:
        yield pool
    except BaseException:
        # An interrupt may come while workers are starting: waiting for them could take for ever.
        manager = cast("threading.Thread | None", pool._executor_manager_thread)
        for process in list((pool._processes or {}).values()):
            process.kill()
        pool.shutdown(wait=False, cancel_futures=True)
        if manager is not None:
            # Left to itself it may close its pipe just while the interpreter's exit writes to it: a traceback after ours.
            manager.join(_LONGEST_END)
        raise
    pool.shutdown()


def _start_worker(parent: int) -> None:
    """Leave interrupts to the parent, and end when it is gone, however it went."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def run_all(
    task: Callable[[Item], Result], items: Iterable[Item], on: Executor, progress: Progress, in_flight: int = 64
) -> Iterator[Result]:
    """The task's results in input order, with a bounded number of items under way."""
    waiting: deque[Future[Result]] = deque()
    for item in items:
        waiting.append(on.submit(task, item))
        if len(waiting) >= in_flight:
            yield waiting.popleft().result()
            progress.advance()
    while waiting:
        yield waiting.popleft().result()
        progress.advance()
