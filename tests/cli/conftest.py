"""The commands as a script sees them: arguments in, exit code, standard output and standard error out."""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from hzcert import cli

SAMPLES = Path(__file__).parents[2] / "samples"


@dataclass
class Ran:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def lines(self):
        """Its JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def summary(self):
        """Its summary, the last line."""
        return self.lines[-1]


@pytest.fixture
def hzcert(monkeypatch, capfd):
    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["hzcert", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capfd.readouterr()
        return Ran(ended.value.code or 0, out, err)

    return run


def copy_of(sample, folder):
    """A sample batch to work on, without what an earlier run left in it."""
    return shutil.copytree(SAMPLES / sample, folder / sample, ignore=shutil.ignore_patterns("out", "register.db*"))


def run_of_one_county(folder, *options, photos=True):
    """A batch of 安吉县's people alone, run once in a process of its own, for tests to share or to copy."""
    batch = copy_of("huzhou-2007", folder)
    for path in (batch / "holders").iterdir():
        if path.name != "安吉县.csv":
            path.unlink()
    if not photos:
        shutil.rmtree(batch / "photos")
        (batch / "photos").mkdir()
    who = ("--as-of", "2007-11-20", "--operator", "张三")
    command = [sys.executable, "-m", "hzcert", "run", str(batch), "--quiet", *who, *options]
    subprocess.run(command, check=False, capture_output=True)
    return batch


@pytest.fixture
def clean(tmp_path):
    return copy_of("huzhou-2007", tmp_path)


@pytest.fixture
def messy(tmp_path):
    return copy_of("messy", tmp_path)


@pytest.fixture
def small(clean):
    """The clean batch with the first workbook only, for what needs no 153 holders."""
    keep = "安吉县.csv"
    for path in (clean / "holders").iterdir():
        if path.name != keep:
            path.unlink()
    text = (clean / "holders" / keep).read_bytes().decode("gb18030")
    for path in (clean / "photos").iterdir():
        number = path.stem.upper()
        if number not in text:
            path.unlink()
    return clean
