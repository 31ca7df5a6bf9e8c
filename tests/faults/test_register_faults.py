"""The register under kill -9, many processes, full and read-only disks, and power loss: nothing acknowledged is lost."""

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

import postgres
from hzcert import audit, register
from hzcert.errors import RegisterError
from hzcert.store import Stamp, open_register
from people import holder, id_number, table

HERE = Path(__file__).parent
# All that is promised takes minutes: HZCERT_FAULTS=all. By default the same is done in the small.
ALL = os.environ.get("HZCERT_FAULTS") == "all"
KILLS = 300 if ALL else 4
DAY = date(2007, 11, 20)
STAMP = Stamp("2007-11-20", "2007-11-20T00:00:00Z", "甲", "330500")


def python(*words, **options):
    return subprocess.run([sys.executable, *map(str, words)], capture_output=True, text=True, check=False, **options)


def test_kill_9_at_random_moments(register_url, tmp_path):
    ran = python(HERE / "killing.py", register_url, tmp_path, KILLS, 7)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.startswith(f"{KILLS} killed")


NUMBERING = """
import sys
sys.path[:0] = [sys.argv[1]]
from datetime import date
from hzcert import register
from hzcert.policy import load_policy
from people import holder, table
from hzcert.idnumber import check_character
policy, url, own, size, parts = load_policy("huzhou-2007-35").policy, sys.argv[2], *map(int, sys.argv[3:])
for part in range(parts):
    people = []
    for number in range(size):
        place = (own * parts + part) * size + number
        body = f"33{place:012}001"
        people.append(holder(id_number=body + check_character(body), row=number + 2))
    agreed = {line: {"reason": "相符"} for line in range(size)}
    numbers = register.number(table(*people), policy, date(2007, 11, 20), "330500", url, agreed=agreed)
    print("\\n".join(numbers.by_line.values()))
"""


def test_eight_processes_number_entries_at_once(register_url, tmp_path, policy):
    script = tmp_path / "number.py"
    script.write_text(NUMBERING, encoding="utf-8")
    size, parts = (500, 5) if ALL else (50, 3)
    command = [sys.executable, script, HERE.parent, register_url]
    running = [
        subprocess.Popen(
            [*command, str(own), str(size), str(parts)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for own in range(8)
    ]
    said = [each.communicate() for each in running]
    assert [each.returncode for each in running] == [0] * 8, said
    numbers = [number for out, _ in said for number in out.split()]
    assert len(numbers) == len(set(numbers)) == 8 * size * parts
    serials = sorted(int(number[13:-1]) for number in numbers)
    assert serials == list(range(1, 8 * size * parts + 1)), "no gap, no double"
    assert audit.verify(register_url, policy).problems == ()


@pytest.fixture
def filled(tmp_path, policy):
    path = tmp_path / "register.db"
    agreed = {line: {"reason": "相符"} for line in range(50)}
    people = [holder(id_number=id_number("1970-01-01", "男", number), row=number + 2) for number in range(50)]
    register.number(table(*people), policy, DAY, "330500", str(path), agreed=agreed)
    return path


def test_a_log_cut_short_loses_nothing_that_was_acknowledged(filled, policy, tmp_path):
    """Power fails while the log is being written: whatever part of the last write is there, what came before holds."""
    chance = random.Random(11)
    keeper = sqlite3.connect(filled, isolation_level=None)  # so that the log is not taken into the main file
    keeper.execute("SELECT count(*) FROM event").fetchone()
    log = filled.with_name("register.db-wal")
    with open_register(str(filled)) as book:
        book.append([(0, "restored", "{}", None)] * 40, STAMP)
    acknowledged, synced = _events(filled), log.stat().st_size
    with open_register(str(filled)) as book:
        book.append([(0, "restored", "{}", None)] * 400, STAMP)
    whole, size = _events(filled), log.stat().st_size
    assert size > synced
    for place in [synced, size, *(chance.randrange(synced, size) for _ in range(20))]:
        copy = tmp_path / f"cut-{place}" / "register.db"
        copy.parent.mkdir(exist_ok=True)
        shutil.copy(filled, copy)
        copy.with_name("register.db-wal").write_bytes(log.read_bytes()[:place])
        with open_register(str(copy)) as book:
            assert book.head().seq in (acknowledged, whole)
        assert audit.verify(str(copy), policy).problems == ()
        assert _events(copy) >= acknowledged
    keeper.close()


def _events(path):
    with closing(sqlite3.connect(path)) as book:
        return book.execute("SELECT seq FROM head").fetchone()[0]


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace, which kills between write and fsync, is not here")
@pytest.mark.parametrize("call", [1, 2, 3])
def test_killed_between_write_and_fsync(filled, policy, call):
    before = _events(filled)
    words = [
        "register",
        "number",
        "--range",
        "3",
        "--for",
        "330522",
        "--register",
        str(filled),
        "--as-of",
        "2007-11-20",
    ]
    inject = f"inject=fsync,fdatasync:signal=KILL:when={call}"
    trace = ["strace", "-f", "-qq", "-o", os.devnull, "-e", "trace=fsync,fdatasync", "-e", inject]
    ran = subprocess.run([*trace, sys.executable, "-m", "hzcert", *words], capture_output=True, text=True, check=False)
    if "ptrace" in ran.stderr:
        pytest.skip("nothing may be traced here")
    assert audit.verify(str(filled), policy).problems == ()
    after = _events(filled)
    assert after >= before
    assert ran.returncode != 0 or after > before, "what was acknowledged is there"


@pytest.mark.parametrize("room", [0, 4_096, 20_000, 60_000, 120_000, 400_000] if ALL else [0, 120_000])
def test_no_room_at_any_write(filled, policy, room):
    """The system refuses each file to grow further: one message, exit 5, and the register as it was."""
    before = _events(filled)
    script = (
        "import resource, signal, sys, os; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({room}, {room})); "
        "sys.argv = ['hzcert', 'register', 'import', *sys.argv[1:]]; from hzcert.cli import main; main()"
    )
    rows = [f"{id_number('1960-01-01', '男', n)},周八,工程师,中级,德清县,旧字第{n}号" for n in range(400)]
    old = filled.with_name("旧.csv")
    old.write_text("\n".join(["身份证号,姓名,资格名称,级别,属地,证书编号", *rows]), encoding="utf-8")
    ran = python("-B", "-c", script, old, "--register", filled)
    assert "Traceback" not in ran.stderr
    assert ran.returncode in (0, 5), ran.stderr
    after = _events(filled)
    assert after == before + (400 if ran.returncode == 0 else 0)
    assert audit.verify(str(filled), policy).problems == ()


@pytest.mark.parametrize("left", [0, 100, 1_000] if ALL else [100])
def test_no_room_on_the_disk_of_the_server(policy, left):
    """So many kilobytes are left to the server: one message, exit 5, nothing half-done; with room again the same command ends."""
    psycopg = pytest.importorskip("psycopg")
    disk = Path(tempfile.mkdtemp(prefix="hz-disk-"))  # a short path: a server's socket lies in it
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=160m", "tmpfs", disk], capture_output=True).returncode:
        disk.rmdir()
        pytest.skip("no disk can be mounted here")
    disk.chmod(0o755)
    ballast, old = disk / "ballast", disk / "旧.csv"
    try:
        rows = [f"{id_number('1960-01-01', '男', n)},周八,工程师,中级,德清县,旧字第{n}号" for n in range(499)]
        rows += [f"{id_number('1961-01-01', '女', n)},吴九,工程师,中级,德清县,旧字第{1000 + n}号" for n in range(499)]
        old.write_text("\n".join(["身份证号,姓名,资格名称,级别,属地,证书编号", *rows]), encoding="utf-8")
        with postgres.server(disk) as url:
            words = ["-m", "hzcert", "register", "import", old, "--register", url + "postgres"]
            with open_register(url + "postgres") as book:
                before = book.head()
            with psycopg.connect(url.replace("+psycopg", "") + "postgres", autocommit=True) as connection:
                connection.execute("CHECKPOINT")
            free = os.statvfs(disk)
            with ballast.open("wb") as out:
                for _ in range(free.f_bfree * free.f_frsize // 1024 - left):
                    out.write(b"0" * 1024)
            full = python(*words)
            assert (full.returncode, "Traceback" in full.stderr) == (5, False), full.stderr
            ballast.unlink()
            with open_register(url + "postgres", reading=True) as book:
                assert book.head() == before
            assert python(*words).returncode == 0
            done = audit.verify(url + "postgres", policy)
            assert (done.problems, done.numbers) == ((), len(rows))
    except postgres.NoServer as reason:
        pytest.skip(str(reason))
    finally:
        subprocess.run(["umount", disk], check=True)
        disk.rmdir()


def test_a_register_that_may_only_be_read(filled):
    if os.geteuid() == 0:
        pytest.skip("root may write everything")
    filled.chmod(0o400)
    with pytest.raises(RegisterError), open_register(str(filled)) as book:
        book.append([(0, "restored", "{}", None)], STAMP)


def test_a_read_only_disk_serves_questions(filled, policy, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", disk], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("no disk can be mounted here")
    try:
        shutil.copy(filled, disk / "register.db")
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        path = str(disk / "register.db")
        assert audit.verify(path, policy).problems == ()
        ran = python("-m", "hzcert", "register", "number", "--range", "3", "--for", "330522", "--register", path)
        assert (ran.returncode, "Traceback" in ran.stderr) == (5, False), ran.stderr
    finally:
        subprocess.run(["umount", disk], check=True)
