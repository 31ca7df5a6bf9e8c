"""Commands that are killed (kill -9) at random moments, and what the register must be after each of them.

    python tests/faults/killing.py REGISTER FOLDER KILLS SEED [BATCH]

Loads the program once and forks a child for each command, so that hundreds of kills take seconds. Prints how many children
were killed and how many came to their end; ends in 1 with the reason when something was lost, doubled, skipped or broken.
"""

import os
import random
import signal
import sys
import time
from datetime import date
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1])]

from hzcert import audit, bureau, cli, pipeline, register
from hzcert.policy import load_policy
from hzcert.store import open_register
from people import holder, id_number, table

DAY = date(2007, 11, 20)
POLICY = load_policy("huzhou-2007-35").policy


def person(number):
    birth = f"{1950 + number % 40}-{1 + number // 40 % 12:02}-{1 + number // 480 % 28:02}"
    return holder(name="沈云川", birth_date=birth, id_number=id_number(birth, "男", number % 499), row=number + 2)


def made(url, people):
    agreed = {line: {"reason": "相符"} for line in range(len(people))}
    numbers = register.number(table(*people), POLICY, DAY, "330500", url, agreed=agreed, operator="甲")
    output = register.Output("certificates/中级.pdf", "0" * 64, 1)
    register.remember_printed(dict.fromkeys(numbers.by_line.values(), output), POLICY, DAY, "330500", url)


def commands(url, folder, people, batch):
    """Commands without end, each of a life that goes on: (name, what the child does)."""
    common = ["--register", url, "--as-of", "2007-11-20", "--quiet"]
    other = str(folder / "other.db")
    place = len(people)
    while True:
        some = people[place % len(people)]["id_number"]
        next_one = people[(place + 1) % len(people)]["id_number"]
        place += 2
        yield "number", lambda first=1000 + place: made(url, [person(first + each) for each in range(30)])
        for words in (
            ("issue", some, "--received-by", "甲"),
            ("receive", some),
            ("destroy", some, "--out", str(folder / "销毁清单.xlsx")),
            ("lost", some, "--newspaper", "湖州日报", "--on", "2007-11-01"),
            ("reissue", some),
            ("void", next_one, "--reason", "歪"),
            ("number", next_one),
            ("number", "--range", "3", "--for", "330522"),
            ("merge", other),
            ("import", str(folder / "旧系统.csv")),
            ("backup", str(folder / f"b{place}.db")),
        ):
            yield words[0], lambda words=words: command(["register", *words, *common])
        if batch:
            yield "run", lambda: command(["run", batch, "--workers", "1", *common])


def command(words):
    sys.argv = ["hzcert", *words]
    cli.main()


def child(work):
    """Do it in a process of its own; its exit code says whether it was acknowledged."""
    born = os.fork()
    if born:
        return born
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    code = 0
    try:
        work()
    except SystemExit as ended:
        code = int(ended.code or 0)
    except BaseException:
        code = 99
    os._exit(code)


def check(url, acknowledged, name):
    """The whole register holds, and every acknowledged event is in it."""
    proved = audit.verify(url, POLICY)
    if proved.problems:
        sys.exit(f"after {name}: {[finding.message for finding in proved.problems]}")
    with open_register(url, reading=True) as book:
        for seq, hash_ in acknowledged:
            if book.events([seq])[seq][8] != hash_:
                sys.exit(f"after {name}: acknowledged event {seq} is lost")
        head = book.head()
    return head.seq, head.hash


def main(url, folder, kills, seed, batch=""):
    chance, killed, ended = random.Random(seed), 0, 0
    folder = Path(folder)
    people = [person(number) for number in range(60)]
    made(url, people)
    juniors = [person(number) | {"title": "助理工程师", "level": "助理级"} for number in range(600, 620)]
    agreed = {line: {"reason": "相符"} for line in range(len(juniors))}
    register.number(table(*juniors), POLICY, DAY, "330521", str(folder / "other.db"), agreed=agreed)
    rows = [f"{person(number)['id_number']},周八,工程师,中级,德清县,旧字第{number}号" for number in range(700, 720)]
    (folder / "旧系统.csv").write_text(
        "\n".join(["身份证号,姓名,资格名称,级别,属地,证书编号", *rows]), encoding="utf-8"
    )
    acknowledged = [check(url, [], "start")]
    usual = {}
    for name, work in commands(url, folder, people, batch):
        if killed >= kills:
            break
        started = time.perf_counter()
        born = child(work)
        time.sleep(chance.random() * usual.get(name, 0.05) * 1.2)
        os.kill(born, signal.SIGKILL)
        _, status = os.waitpid(born, 0)
        if os.WIFSIGNALED(status):
            killed += 1
            head = check(url, acknowledged[-5:], name)
            # The next run finishes the work.
            _, again = os.waitpid(child(work), 0)
            if os.WEXITSTATUS(again) not in (0, 1, 2):  # 2: a backup that had come to its end
                sys.exit(f"{name} after a kill ended in {os.WEXITSTATUS(again)}")
        else:
            ended += 1
            usual[name] = time.perf_counter() - started
            if os.WEXITSTATUS(status) not in (0, 1, 2):
                sys.exit(f"{name} ended in {os.WEXITSTATUS(status)}")
        usual[name] = max(usual.get(name, 0.05), 0.02)
        head = check(url, acknowledged[-5:], name)
        acknowledged.append(head)
    print(f"{killed} killed, {ended} came to their end, {acknowledged[-1][0]} events")


if __name__ == "__main__":
    assert bureau and pipeline
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), *sys.argv[5:])
