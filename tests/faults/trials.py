"""Every command that writes, broken off at any moment, with a full disk at any write, or on a disk that may only be read.

    python tests/faults/trials.py FAULT TRIALS FOLDER [SERVER] [COMMAND...]

FAULT is one or several, with commas between: kill, room (no file may grow beyond so many bytes), disk (a disk of so many blocks) or readonly. For each command a
world is made in which it has something to do; each trial starts from a copy of that world. After each, the register is proved,
what was acknowledged is in it, the message is no traceback; then the command runs again and must come to what it comes to unbroken:
the same events, the same files byte for byte. SERVER is the URL of a PostgreSQL server, or ``postgres`` for one of its own: the register then lies there.

Kills go on until so many have hit: ``trials.py kill 300 /dev/shm/trials`` kills each command 300 times, in half an hour to an hour.
"""

import contextlib
import csv
import hashlib
import importlib
import json
import os
import pkgutil
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
import traceback
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1])]

import hzcert
import postgres
from hzcert import audit
from hzcert.fields import HEADINGS
from hzcert.policy import load_policy
from hzcert.store import open_register
from people import QUALIFICATIONS, holder

POLICY = load_policy("huzhou-2007-35").policy
PHOTOS = sorted((Path(__file__).parents[2] / "samples" / "huzhou-2007" / "photos").glob("*.jpg"))
ENDED = (0, 1)
CITY, COUNTY, OTHER, PROVINCE = (("--authority", code) for code in ("330500", "330521", "330522", "330000"))
MEN = ("沈云川", "沈禾田", "沈竹安")


@dataclass(frozen=True)
class Trial:
    """A command, and what was done before it in its world; words with braces are filled in."""

    name: str
    before: tuple[tuple[str, ...], ...]
    words: tuple[str, ...]
    fresh: bool = False  # nothing was run before
    again: tuple[int, ...] = ENDED  # what the next run may end in
    on: str = "{register}"


def person(place, number, **said):
    return holder(
        name=MEN[place % 3],
        birth_date=f"19{60 + number % 20}-0{1 + number // 20}-12",
        old_certificate_no=f"旧{number:05}",
        **QUALIFICATIONS[place],
        **said,
    )


def batch(folder, people):
    for part in ("holders", "published", "photos"):
        (folder / part).mkdir(parents=True)
    for part in ("holders", "published"):
        with (folder / part / "名单.csv").open("w", encoding="utf-8-sig", newline="") as out:
            lines = csv.writer(out)
            lines.writerow(HEADINGS.values())
            lines.writerows([each.get(name, "") for name in HEADINGS] for each in people)
    for each, photo in zip(people, PHOTOS, strict=False):
        shutil.copy(photo, folder / "photos" / f"{each['id_number']}.jpg")


CITYS = [person(0, 1), person(0, 2), person(1, 3), person(3, 4)]
COUNTYS, OTHERS = [person(2, 6), person(2, 7)], [person(2, 8), person(2, 9)]
ONE, TWO, SENIOR, _ = (each["id_number"] for each in CITYS)
RECEIVED = ("register", "receive", ONE, TWO, *CITY)
ISSUED = ("register", "issue", ONE, TWO, "--received-by", "本人", *CITY)
LOST = ("register", "lost", ONE, "--newspaper", "湖州日报", "--on", "2007-11-01", *CITY)
SENT = ("pack", "province", "{folder}/市", "--out", "{folder}/报省", *CITY)
VOID = ("register", "void", TWO, "--reason", "照片印歪", *CITY)
TRIALS = (
    Trial("run", (), ("run", "{folder}/市", "--workers", "1", *CITY), fresh=True),
    Trial("reconcile", (), ("reconcile", "{folder}/市/holders", "{folder}/市/published", "--out", "{folder}/核对.xlsx", *CITY), fresh=True),
    Trial("print", (), ("print", "{folder}/市/out/holders.xlsx", "--photos", "{folder}/市/out/photos", "--out", "{folder}/证书", *CITY)),
    Trial("roster", (), ("roster", "build", "{folder}/市/out/holders.xlsx", "--out", "{folder}/花名册", *CITY)),
    Trial("import", (), ("register", "import", "{folder}/旧系统.csv", *CITY)),
    Trial("issue", (), ISSUED),
    Trial("receive", (), RECEIVED),
    Trial("arrive", (SENT,), ("register", "receive", SENIOR, "--new", *CITY)),
    Trial("destroy", (RECEIVED,), ("register", "destroy", ONE, TWO, "--out", "{folder}/销毁清单.xlsx", *CITY)),
    Trial("lost", (ISSUED,), LOST),
    Trial("reissue", (ISSUED, LOST), ("register", "reissue", ONE, *CITY)),
    Trial("transfer", (), ("register", "transfer", SENIOR, "--document", "湖人专[2007]88号", *CITY)),
    Trial("void", (), VOID),
    Trial("number", (VOID,), ("register", "number", TWO, *CITY)),
    Trial("range", (), ("register", "number", "--range", "3", "--for", "330522", "--out", "{folder}/号段2.json", *CITY)),
    Trial("take-range", (), ("register", "number", "--take-range", "{folder}/号段.json", *OTHER), on="{folder}/county.db"),
    Trial("backup", (), ("register", "backup", "{folder}/备份2.db", *CITY), again=(0, 2)),  # 2: it is there already
    Trial("restore", (), ("register", "restore", "{folder}/备份.db", *CITY), again=(0, 5), on="{empty}"),  # 5: likewise
    Trial("merge", (), ("register", "merge", "{folder}/other.db", *CITY)),
    Trial("export", (), ("register", "export", "--out", "{folder}/登记簿.xlsx", *CITY)),
    Trial("pack province", (), ("pack", "province", "{folder}/市", "--out", "{folder}/移交2", *CITY)),
    Trial("sign", (("pack", "unit", "{folder}/市", *CITY),), ("register", "issue", ONE, TWO, "--signed-by", "本人", *CITY)),
    Trial("pack city", (), ("pack", "city", "{folder}/县", *COUNTY)),
    Trial("pack unit", (), ("pack", "unit", "{folder}/市", *CITY)),
    Trial("unpack", (), ("unpack", "{package}", "--out", "{folder}/收到", *PROVINCE), on="{folder}/province.db"),
)  # fmt: skip


class Store:
    """Where registers lie: each world's own, copied with it."""

    def __init__(self, server):
        self.server = server
        if server:
            import psycopg

            self._driver = psycopg.connect(server.replace("+psycopg", "") + "postgres", autocommit=True)

    def name(self, folder, kind="reg"):
        return f"{kind}_{hashlib.sha256(str(folder).encode()).hexdigest()[:12]}"

    def url(self, folder, kind="reg"):
        return self.server + self.name(folder, kind) if self.server else str(folder / f"{kind}.db")

    def _drop(self, name):
        self._driver.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def is_empty(self, url):
        """Whether there is no register at all yet: a first run was killed before it had made one."""
        if "://" not in url:
            return not Path(url).exists()
        import psycopg

        with psycopg.connect(url.replace("+psycopg", "")) as connection:
            return connection.execute("SELECT to_regclass('meta')").fetchone() == (None,)

    def make(self, folder):
        for kind in ("reg", "empty") if self.server else ():
            self._drop(self.name(folder, kind))
            self._driver.execute(f"CREATE DATABASE {self.name(folder, kind)}")

    def copy(self, source, target):
        for kind in ("reg", "empty") if self.server else ():
            self._drop(self.name(target, kind))
            self._driver.execute(f"CREATE DATABASE {self.name(target, kind)} TEMPLATE {self.name(source, kind)}")

    def drop(self, folder):
        for kind in ("reg", "empty") if self.server else ():
            self._drop(self.name(folder, kind))


def child(words, before=lambda: None):
    """A command in a process of its own; its id, and where what it says can be read."""
    reading, writing = os.pipe()
    born = os.fork()
    if born:
        os.close(writing)
        return born, reading
    code = 99
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.dup2(writing, 2)
        before()
        sys.argv = ["hzcert", *words, "--as-of", "2007-11-20", "--operator", "甲", "--quiet"]
        importlib.import_module("hzcert.cli").main()
    except SystemExit as ended:
        code = int(ended.code or 0)
    except BaseException:
        os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(code)


def finished(born, reading):
    """Its exit code (less than nothing: the signal that ended it) and what it said."""
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read().decode(errors="replace")
    _, status = os.waitpid(born, 0)
    return os.waitstatus_to_exitcode(status), said


class Bench:
    """A folder of worlds, and what each command comes to in them."""

    def __init__(self, root, server):
        self.root, self.store = root, Store(server)
        self.ran = root / "ran"

    def words(self, folder, trial_words):
        package = next(iter(sorted((folder / "移交").glob("*.zip"))), "")
        return [word.format(folder=folder, package=package) for word in trial_words]

    def register(self, trial, folder):
        empty = self.store.url(folder, "empty")
        return trial.on.format(folder=folder, register=self.store.url(folder), empty=empty)

    def do(self, folder, words, url=None, before=lambda: None):
        return child([*self.words(folder, words), "--register", url or self.store.url(folder)], before)

    def must(self, folder, words, url=None):
        code, said = finished(*self.do(folder, words, url))
        if code not in ENDED:
            sys.exit(f"{words}: {code}\n{said}")

    def prepare(self):
        """The world in which a city's and a county's batch have been run, and the one before it."""
        fresh = self.root / "fresh"
        batch(fresh / "市", CITYS)
        batch(fresh / "县", COUNTYS)
        batch(fresh / "乡", OTHERS)
        rows = [f"{person(0, 30 + n)['id_number']},周八,工程师,中级,德清县,旧字第{n}号" for n in range(40)]
        head = "身份证号,姓名,资格名称,级别,属地,证书编号"
        (fresh / "旧系统.csv").write_text("\n".join([head, *rows]), encoding="utf-8")
        self.store.make(fresh)
        self.copy(fresh, self.ran)
        there = self.ran
        self.must(there, ("run", "{folder}/市", "--workers", "1", *CITY))
        self.must(there, ("run", "{folder}/县", "--workers", "1", *COUNTY))
        # Others are numbered in a register of the county's own, out of a range that this one hands it.
        county, numbering = str(there / "other.db"), ("register", "number")
        self.must(there, (*numbering, "--range", "5", "--for", "330521", "--out", "{folder}/县号段.json", *CITY))
        self.must(there, (*numbering, "--take-range", "{folder}/县号段.json", *COUNTY), county)
        self.must(there, ("run", "{folder}/乡", "--workers", "1", *COUNTY), county)
        self.must(
            there, ("register", "number", "--range", "5", "--for", "330522", "--out", "{folder}/号段.json", *CITY)
        )
        self.must(there, ("register", "backup", "{folder}/备份.db", *CITY))
        aside = self.root / "aside"
        self.copy(there, aside)
        self.must(aside, ("pack", "province", "{folder}/市", "--out", "{folder}/移交", *CITY))
        shutil.copytree(aside / "移交", there / "移交")
        self.store.drop(aside)

    def copy(self, source, target):
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target)
        self.store.copy(source, target)

    def state(self, trial, folder, acknowledged=None):
        """What the register says, proved; and every file but registers, by its hash."""
        url = self.register(trial, folder)
        if self.store.is_empty(url):
            return Counter(), self.files(folder), None
        proved = audit.verify(url, POLICY)
        if proved.problems:
            raise AssertionError([finding.message for finding in proved.problems])
        with open_register(url, reading=True) as book:
            if acknowledged and (
                not book.events([acknowledged[0]])
                or book.events([acknowledged[0]])[acknowledged[0]][8] != acknowledged[1]
            ):
                raise AssertionError("what was acknowledged is lost")
            said = Counter(
                (line[1], line[2], line[3], line[5], line[6], line[7])
                for line in book.each_event()
                if line[2] not in ("created", "merged")
            )
            head = book.head()
        return said, self.files(folder), (head.seq, head.hash)

    def files(self, folder):
        """Every file by its hash; a backup by the head of its chain, since its bytes are the database's affair."""
        found = {
            str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in folder.rglob("*")
            if path.is_file() and ".db" not in path.name and not path.name.startswith(".hzcert-")
        }  # fmt: skip
        for path in folder.glob("备份*.db"):
            with open_register(str(path), reading=True) as book:
                found[path.name] = book.head().hash
        return found

    def try_all(self, faults, count, names, seed):
        chance = random.Random(seed)
        for trial in TRIALS:
            if not names or trial.name in names:
                yield from self.try_one(trial, faults, count, chance)

    def try_one(self, trial, faults, count, chance):
        world, place = self.root / "world", self.root / "trial"
        self.copy(self.root / "fresh" if trial.fresh else self.ran, world)
        for words in trial.before:
            self.must(world, words)
        start = self.state(trial, world)
        self.copy(world, place)
        began = time.perf_counter()
        code, said = finished(*self.do(place, trial.words, self.register(trial, place)))
        usual = time.perf_counter() - began
        if code not in ENDED:
            sys.exit(f"{trial.name} unbroken: {code}\n{said}")
        whole = self.state(trial, place)
        if whole[:2] == start[:2]:
            sys.exit(f"{trial.name}: unbroken it does nothing, so nothing can be lost")
        for fault in faults:
            results = self.broken(trial, fault, 1 if fault == "readonly" else count, chance, usual, start, whole)
            if fault in ("room", "disk") and not results.keys() & {"4", "5"}:
                sys.exit(f"{trial.name}, {fault}: never refused, so no room was ever too small")
            yield f"{fault} {trial.name}: {', '.join(f'{what} {times}' for what, times in sorted(results.items()))}"
        self.store.drop(place)
        self.store.drop(world)

    def broken(self, trial, fault, count, chance, usual, start, whole):
        """So many trials of a command, each from the same world; how often it ended how."""
        world, place, results = self.root / "world", self.root / "trial", Counter()
        turn = 0
        while (results["killed"] if fault == "kill" else turn) < count:
            if turn > 20 * count:
                sys.exit(f"{trial.name}: it ends before it can be killed: {dict(results)}")
            self.copy(world, place)
            with FAULTS[fault](self, place, turn / max(count - 1, 1), whole) as (before, after):
                born, reading = self.do(place, trial.words, self.register(trial, place), before)
                if fault == "kill":
                    time.sleep(chance.random() * usual)
                    os.kill(born, signal.SIGKILL)
                code, said = finished(born, reading)
                after()
                turn += 1
                results["killed" if code == -9 else str(code)] += 1
                why = f"{trial.name}, {fault} {turn} of {count}, ended in {code}: {said}"
                try:
                    if code not in (-9, 0, 1, 4, 5) or (code != -9 and "Traceback" in said):
                        raise AssertionError("no clear error")
                    now = self.state(trial, place, start[2])
                    if code in ENDED and (now[0], now[1]) != (whole[0], whole[1]):
                        raise AssertionError(f"acknowledged, but not whole: {_differences(now, whole)}")
                except AssertionError as cause:
                    sys.exit(f"{why}\n{cause}")
            began = time.perf_counter()
            code, said = finished(*self.do(place, trial.words, self.register(trial, place)))
            # The moments stay spread over the whole command, however busy the machine is.
            usual = 0.9 * usual + 0.1 * (time.perf_counter() - began)
            end = self.state(trial, place, start[2])
            if code not in {*ENDED, *trial.again} or (end[0], end[1]) != (whole[0], whole[1]):
                sys.exit(f"{why}\nthe next run ended in {code}: {said}\n{_differences(end, whole)}")
        return results


def _differences(one, other):
    events = [str(each)[:200] for each in ((one[0] - other[0]) + (other[0] - one[0])).elements()]
    files = sorted(name for name in {*one[1], *other[1]} if one[1].get(name) != other[1].get(name))
    return json.dumps({"events": events[:6], "files": files[:12]}, ensure_ascii=False)


# --- faults: what the child does first, and what is put right before the register is proved -------------------------


@contextlib.contextmanager
def kill(*_):
    yield (lambda: None), (lambda: None)


@contextlib.contextmanager
def room(bench, folder, share, whole):
    """No file may grow beyond so many bytes, from none at all to the largest that the command writes."""
    most = max([path.stat().st_size for path in folder.rglob("*") if path.is_file()] + [400_000])
    bytes_ = int(most * share**2)

    def before():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_, bytes_))

    yield before, (lambda: None)


class NoDisk(Exception):
    """No disk can be mounted here."""


@contextlib.contextmanager
def disk(bench, folder, share, whole, options="rw"):
    """The world on a disk of its own, with so many blocks left: from none to more than the command needs."""
    kept = folder.with_name("kept")
    shutil.rmtree(kept, ignore_errors=True)
    folder.rename(kept)
    folder.mkdir()
    blocks = int(400 * share**2)
    mount = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", folder]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        raise NoDisk
    try:
        shutil.copytree(kept, folder, dirs_exist_ok=True)
        free = os.statvfs(folder)
        used = (free.f_blocks - free.f_bfree) * free.f_frsize // 4096
        subprocess.run(["mount", "-o", f"remount,{options},size={(used + blocks) * 4}k", folder], check=True)
        yield (lambda: None), (lambda: subprocess.run(["mount", "-o", "remount,rw,size=64m", folder], check=True))
        shutil.rmtree(kept)
        shutil.copytree(folder, kept)
    finally:
        subprocess.run(["umount", folder], check=True)
        folder.rmdir()
        if kept.exists():
            kept.rename(folder)


@contextlib.contextmanager
def readonly(bench, folder, share, whole):
    with disk(bench, folder, 1, whole, "ro") as steps:
        yield steps


FAULTS = {"kill": kill, "room": room, "disk": disk, "readonly": readonly}


def preload():
    """Load what the commands load, so that a child has only its work to do."""
    for module in pkgutil.walk_packages(hzcert.__path__, "hzcert."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    for name in ("cv2", "openpyxl", "rapidfuzz", "reportlab.pdfgen.canvas", "pyarrow.parquet", "xlsxwriter"):
        importlib.import_module(name)


def main(faults, count, folder, *rest):
    with contextlib.ExitStack() as later:
        given = next((word for word in rest if "://" in word or word == "postgres"), "")
        server = later.enter_context(postgres.server()) if given == "postgres" else given
        names = [word for word in rest if word != given]
        preload()
        bench = Bench(Path(folder), server)
        bench.prepare()
        try:
            for told in bench.try_all(faults.split(","), int(count), names, 7):
                print(told, flush=True)
        except NoDisk:
            sys.exit("no disk can be mounted here")


if __name__ == "__main__":
    main(*sys.argv[1:])
