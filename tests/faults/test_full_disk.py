"""A disk that is full or may not be written: exit 4, one message, and what was whole stays whole."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLE = Path(__file__).parents[2] / "samples" / "huzhou-2007"


@pytest.fixture
def small_disk(tmp_path):
    """A disk of so few kilobytes, taken away at the end."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = []

    def mount(options):
        made = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", disk], capture_output=True, check=False)
        if made.returncode:
            pytest.skip(f"no disk can be mounted here: {made.stderr.decode().strip()}")
        mounted.append(disk)
        return disk

    yield mount
    for each in mounted:
        subprocess.run(["umount", each], check=True)


def run(*arguments, user=None):
    command = [sys.executable, "-m", "hzcert", "run", str(SAMPLE), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, user=user)


@pytest.mark.parametrize("kilobytes", [64, 1200, 2600])
def test_no_space_left(small_disk, tmp_path, kilobytes):
    disk = small_disk(f"size={kilobytes}k")
    ran = run("--out", disk / "out", "--register", tmp_path / "register.db")
    assert ran.returncode == 4
    assert "No space left" in ran.stderr
    assert "Traceback" not in ran.stderr
    left = [path.name for path in (disk / "out").rglob("*") if path.is_file()]
    assert "manifest.json" not in left
    assert all(not name.startswith(".hzcert-") or name == ".hzcert-journal" for name in left), "nothing half-written"
    for photo in (disk / "out").glob("photos/*.jpg"):
        assert photo.read_bytes().endswith(b"\xff\xd9")


def test_no_space_for_the_register(small_disk, tmp_path):
    disk = small_disk("size=16k")
    ran = run("--out", tmp_path / "out", "--register", disk / "register.db")
    assert ran.returncode == 5
    assert "Traceback" not in ran.stderr


def test_a_disk_that_may_only_be_read(small_disk, tmp_path):
    disk = small_disk("ro")
    ran = run("--out", disk / "out", "--register", tmp_path / "register.db")
    assert ran.returncode == 4
    assert "只读" in ran.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may run as somebody else")
def test_somebody_without_permission(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    code = f"import os, sys; os.setuid(65534); sys.argv = ['hzcert', 'run', {str(SAMPLE)!r}, '--out', {str(closed / 'out')!r}]; from hzcert.cli import main; main()"  # fmt: skip
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    if "ModuleNotFoundError" in ran.stderr or "PermissionError: [Errno 13] Permission denied: '/root" in ran.stderr:
        pytest.skip("nobody may not even start Python here")
    assert ran.returncode == 4, ran.stderr
    assert "权限" in ran.stderr
