"""Reading in a process of its own, bounded in time and memory, of what may bring a reader down."""

import importlib
import pickle
import subprocess
import sys
from contextlib import suppress
from enum import StrEnum
from typing import TYPE_CHECKING, NoReturn

from hzcert.sheets.grid import Grid, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable

_MOST_SECONDS = 120
_MOST_MEMORY = 3 << 30
_START = "import sys; sys.path[:] = sys.argv[2:]; from hzcert.sheets.apart import work; work(sys.argv[1])"
Read = list[Grid] | bytes


class Task(StrEnum):
    """What is done apart: the module, and its function."""

    OLE = "xls.read_ole"
    XLS = "xls.read_xls"
    SPARSE = "sparse.read_sparse"
    ZIPPED = "others.read_zipped"
    HTML = "markup.read_html"
    PAGE = "markup.read_page"


def read_apart(task: Task, *words: object) -> Read:
    """What a task gives, done in another process.

    Raises:
        Unreadable: as the task says, or it took too long, too much memory, or broke down.
    """
    try:
        # Its own words on the screen are no use to anybody: what it found is in what it gives back.
        done = subprocess.run(
            [sys.executable, "-c", _START, task, *sys.path],
            input=pickle.dumps(words),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_MOST_SECONDS,
            check=False,
        )
        result = pickle.loads(done.stdout) if done.returncode == 0 else None
    except (subprocess.TimeoutExpired, pickle.UnpicklingError, EOFError):
        result = None
    if isinstance(result, Unreadable):
        raise result
    if result is None:
        raise Unreadable("已损坏，或大得不像表格：读取没有成功", "请在电子表格程序中打开，另存为 xlsx 后再放入")
    read: Read = result
    return read


def work(task: str) -> NoReturn:
    """The other process: do the task whose words come on standard input, and give back what it found."""
    with suppress(ImportError, ValueError, OSError):  # no such limits on Windows
        resource = importlib.import_module("resource")
        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (_MOST_SECONDS, _MOST_SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    words = pickle.load(sys.stdin.buffer)
    module, name = task.split(".")
    function: Callable[..., Read] = getattr(importlib.import_module(f"hzcert.sheets.{module}"), name)
    try:
        result: Read | Unreadable = function(*words)
    except Unreadable as refusal:
        result = refusal
    pickle.dump(result, sys.stdout.buffer, pickle.HIGHEST_PROTOCOL)
    sys.stdout.buffer.flush()
    sys.exit(0)
