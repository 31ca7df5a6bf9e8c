"""hzcert register ...: each command as a script calls it, on each kind of store."""

import json
import shutil
import sqlite3
from contextlib import closing

import pytest

from cli.conftest import run_of_one_county

DAY = ("--as-of", "2007-11-20")


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """A small batch that was run once, to be copied by each test."""
    return run_of_one_county(tmp_path_factory.mktemp("ran"), photos=False)


@pytest.fixture
def entered(hzcert, tmp_path, policy, register_url):
    """A register with people in it who were entered, numbered and printed by the city."""
    from datetime import date

    from hzcert import register
    from people import holder, table

    people = [
        holder(department="德清县样例局"),
        holder(name="王五", birth_date="1971-01-01", row=3),
        holder(name="赵六", birth_date="1972-02-02", title="高级工程师", level="副高", region="市本级", row=4),
        holder(name="钱七", birth_date="1973-03-03", title="助理工程师", level="助理级", row=5),
    ]
    agreed = {line: {"reason": "相符", "document": "湖人专[1999]12号"} for line in range(4)}
    day = date(2007, 11, 20)
    numbers = register.number(table(*people), policy, day, "330500", register_url, agreed=agreed, operator="张三")
    output = register.Output("certificates/中级.pdf", "0" * 64, 1)
    register.remember_printed(dict.fromkeys(numbers.by_line.values(), output), policy, day, "330500", register_url)

    def run(*words, **options):
        more = [part for name, value in options.items() for part in (f"--{name.replace('_', '-')}", value)]
        return hzcert("register", *words, "--register", register_url, "--format", "jsonl", "--show-ids", *DAY, *more)

    run.numbers = [numbers.by_line[0], numbers.by_line[1]]
    run.ids = [person["id_number"] for person in people]
    return run


def codes(ran):
    return [line["code"] for line in ran.lines if line["type"] == "finding"]


def steps(ran):
    return [line["step"] for line in ran.lines if line["type"] == "event"]


def test_a_life_from_printing_to_loss_and_reissue(entered):
    first = entered.numbers[0]
    later = entered("issue", first, received_by="沈云川", on="2007-11-25")
    assert (later.code, codes(later)) == (1, ["HZ602"]), "nobody has received anything tomorrow"
    assert entered("issue", first, received_by="沈云川", on="2007-11-20").code == 0
    again = entered("issue", first, received_by="沈云川", on="2007-11-20")
    assert (again.code, codes(again)) == (0, ["HZ611"])
    other = entered("issue", first, received_by="别人")
    assert (other.code, codes(other)) == (1, ["HZ602"])
    assert entered("lost", first, newspaper="湖州日报", on="2007-11-19", operator="李四").code == 0
    assert entered("reissue", first).code == 0
    assert entered("reissue", first).code == 0, "a second time it is known"
    told = entered("history", entered.ids[0])
    assert steps(told) == ["entered", "reviewed", "reconciled", "numbered", "printed", "issued", "lost", "reissued"]
    lost = next(line for line in told.lines if line.get("step") == "lost")
    assert (lost["operator"], lost["clause"], lost["data"]["newspaper"]) == (
        "李四",
        "湖人专[2007]35号 五.2",
        "湖州日报",
    )
    (file,) = [line for line in told.lines if line["type"] == "certificate"]
    assert [each["standing"] for each in file["numbers"]] == ["revoked", "valid"]
    assert file["certificate_no"][-6:-1] == "00003"
    assert entered("verify").code == 0


def test_a_misprint_keeps_its_number_and_gets_another(entered):
    second = entered.numbers[1]
    assert entered("void", second).code == 2, "a reason is needed"
    assert entered("void", second, reason="照片印歪").code == 0
    assert codes(entered("issue", second)) == ["HZ602"]
    numbered = entered("number", entered.ids[1])
    assert numbered.lines[0]["certificate_no"][-6:-1] == "00003"
    assert codes(entered("number", second)) == ["HZ611"], "it was numbered anew"
    assert entered("verify").code == 0


@pytest.mark.parametrize(
    ("words", "authority", "code"),
    [
        (("issue", "0"), "330521", "HZ601"),
        (("void", "0", "--reason", "x"), "330521", "HZ601"),
        (("number", "3"), "330500", "HZ601"),
        (("number", "3"), "330521", None),
        (("number", "2"), "330500", "HZ601"),
        (("issue", "3"), "330521", "HZ602"),
        (("issue", "330521199001010010"), "330500", "HZ603"),
    ],
)
def test_authorities_of_the_notice(entered, words, authority, code):
    what = entered.ids[int(words[1])] if len(words[1]) == 1 else words[1]
    ran = entered(words[0], what, *words[2:], authority=authority)
    assert codes(ran) == ([code] if code else [])
    assert ran.code == (1 if code else 0)


def test_a_county_can_not_number_an_intermediate_certificate(entered):
    assert entered("void", entered.numbers[0], reason="错").code == 0
    assert codes(entered("number", entered.ids[0], authority="330521")) == ["HZ601"]


def test_old_certificates_are_collected_and_destroyed_with_a_list(entered, tmp_path):
    out = tmp_path / "销毁清单.xlsx"
    assert codes(entered("destroy", entered.ids[0], out=str(out))) == ["HZ602"], "not collected yet"
    assert not out.exists()
    assert entered("receive", entered.ids[0], entered.ids[1]).code == 0
    ran = entered("destroy", entered.ids[0], entered.ids[1], out=str(out), witness="王五")
    assert ran.code == 0
    before = out.read_bytes()
    again = entered("destroy", entered.ids[0], entered.ids[1], out=str(out), witness="王五")
    assert (again.code, codes(again)) == (0, ["HZ611", "HZ611"])
    assert out.read_bytes() == before
    assert steps(entered("history", entered.ids[0]))[-2:] == ["collected", "destroyed"]


def test_3_5_a_certificate_that_was_destroyed_for_another_is_revoked(entered, tmp_path, policy, register_url):
    from datetime import date

    from hzcert import register
    from people import holder, table

    first, other = entered.numbers
    day = date(2009, 5, 20)
    changed = [
        holder(title="高级工程师", level="副高", region="市本级", old_certificate_no=f" {first.lower()}"),
        # A slip of the pen: the number of somebody else's.
        holder(name="赵六", birth_date="1972-02-02", title="农艺师", level="中级", old_certificate_no=other, row=3),
    ]
    ids = [person["id_number"] for person in changed]
    assert ids[0] == entered.ids[0] and ids[1] == entered.ids[2] != entered.ids[1]
    agreed = {line: {"reason": "相符"} for line in range(2)}
    register.number(table(*changed), policy, day, "330500", register_url, agreed=agreed)
    assert register.revoked(register_url) == []
    for person, title, authority in zip(ids, ("高级工程师", "农艺师"), ("330000", "330500"), strict=True):
        where = ("--title", title, "--as-of", "2009-05-20")
        assert entered("receive", person, *where).code == 0
        out = str(tmp_path / f"{person[-4:]}.xlsx")
        assert entered("destroy", person, *where[2:], authority=authority, out=out).code == 0
    assert {each.number: each.why for each in register.revoked(register_url)} == {first: "destroyed"}
    assert entered("verify").code == 0


def test_a_dry_run_of_each_step_changes_nothing(entered):
    before = entered("verify").lines[0]["head"]
    for words in (
        ("issue", "x"),
        ("receive", "x"),
        ("lost", "x", "--newspaper", "湖州日报", "--on", "2007-11-01"),
        ("void", "x", "--reason", "y"),
    ):
        name, _, *rest = words
        assert entered(name, entered.numbers[0], *rest, "--dry-run").code == 0
    assert entered("verify").lines[0]["head"] == before


def test_several_certificates_of_one_person_must_be_told_apart(entered, policy, register_url):
    from datetime import date

    from hzcert import register
    from people import holder, table

    second = table(holder(title="经济师", series="经济专业人员", specialty="", document_no="湖人专[2000]1号"))
    number = register.number(second, policy, date(2007, 11, 20), "330500", register_url, agreed={0: {"reason": "相符"}})
    register.remember_printed(
        {number.by_line[0]: register.Output("a.pdf", "1" * 64)}, policy, date(2007, 11, 20), "330500", register_url
    )
    assert codes(entered("issue", entered.ids[0])) == ["HZ604"]
    assert entered("issue", entered.ids[0], title="经济师").code == 0
    assert entered("issue", entered.ids[0]).code == 0, "the other one is the only one left"


def test_a_list_says_who_received_each(entered, tmp_path):
    path = tmp_path / "签收.csv"
    path.write_text(
        "证书编号,姓名,领取人,领取日期\n"
        + "".join(f"{n},,领取人{i},2007.11.{i + 1}\n" for i, n in enumerate(entered.numbers)),
        encoding="gb18030",
    )
    ran = entered("issue", path, unit="德清县样例局")
    assert (ran.code, ran.summary["counts"]["done"]) == (0, 2)
    (handed,) = [line for line in entered("history", entered.numbers[1]).lines if line.get("step") == "handed"]
    assert handed["data"]["received_by"] == "领取人1" and handed["data"]["on"] == "2007-11-02"
    assert handed["data"]["unit"] == "德清县样例局"
    assert entered("issue", entered.numbers[1], authority="330521").code == 0, "the county hands on what it was given"
    (issued,) = [line for line in entered("history", entered.numbers[1]).lines if line.get("step") == "issued"]
    assert issued["text"].endswith(f"领取日期 {issued['day']}"), "the day of the event where no other is said"


def test_import_find_status_and_export(entered, tmp_path):
    path = tmp_path / "旧系统.csv"
    path.write_text(
        "身份证号,姓名,资格名称,级别,属地,证书编号,发证日期\n"
        "330521196001010017,周八,工程师,中级,德清县,旧字第0001号,1999-03-01\n"
        "330521196001010025,吴九,不存在的资格,中级,德清县,旧字第0002号,1999-03-01\n"
        "330521196001010033,郑十,工程师,中级,德清县,,\n",
        encoding="utf-8",
    )
    ran = entered("import", path)
    assert (ran.code, codes(ran), ran.summary["counts"]["done"]) == (1, ["HZ612", "HZ612"], 1)
    assert codes(entered("import", path)) == ["HZ611", "HZ612", "HZ612"]
    (found,) = [line for line in entered("find", "周八").lines if line["type"] == "certificate"]
    assert (found["certificate_no"], found["state"]) == ("旧字第0001号", "issued")
    assert sum(line["all"] for line in entered("status").lines if line["type"] == "status") == 5
    for ending in ("csv", "xlsx", "parquet", "jsonl"):
        out = tmp_path / f"登记簿.{ending}"
        assert entered("export", out=str(out)).summary["counts"] == {"rows": 5}
        assert out.stat().st_mode & 0o077 == 0
    lines = [json.loads(line) for line in (tmp_path / "登记簿.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {line["certificate_no"] for line in lines} >= {"旧字第0001号", *entered.numbers}
    assert entered("verify").code == 0


def test_a_range_for_a_county(entered, hzcert, tmp_path, register_url):
    out = tmp_path / "号段.json"
    assert entered("number", "--range", "5", "--for", "330521", out=str(out)).code == 0
    county = tmp_path / "county.db"
    whole = json.loads(out.read_text(encoding="utf-8"))
    out.unlink()
    again = entered("number", "--range", "5", "--for", "330521", out=str(out))
    assert (again.code, codes(again)) == (0, ["HZ611"]), "its file was lost: the same range goes in it again"
    assert json.loads(out.read_text(encoding="utf-8")) == whole
    other = entered("number", "--range", "5", "--for", "330521", out=str(tmp_path / "号段2.json"))
    assert other.lines[0]["first"] == whole["last"] + 1
    own = ("--register", county, "--authority", "330521", *DAY)
    taken = hzcert("register", "number", "--take-range", out, *own)
    assert taken.code == 0, taken.err
    again = hzcert("register", "number", "--take-range", out, *own, "--format", "jsonl")
    assert (again.code, codes(again)) == (0, ["HZ611"]), "taken once"
    overlapping = tmp_path / "重叠.json"
    overlapping.write_text(json.dumps(whole | {"last": whole["last"] + 1}), encoding="utf-8")
    assert hzcert("register", "number", "--take-range", overlapping, *own).code == 5
    assert hzcert("register", "number", "--take-range", out, "--register", county, *DAY).code == 2
    numbered = entered("number", entered.ids[3], authority="330521")
    assert numbered.lines[0]["certificate_no"][-6:-1] == "00011", "the ranges are not given here"
    assert entered("verify").code == 0


def test_a_backup_is_a_register_and_can_be_restored(entered, hzcert, tmp_path, register_url):
    target = tmp_path / "备份.db"
    assert entered("backup", target).code == 0
    assert entered("backup", target).code == 2, "nothing is overwritten"
    head = entered("verify").lines[0]["head"]
    assert hzcert("register", "restore", target, "--register", tmp_path / "new.db").code == 0
    ran = hzcert("register", "verify", "--register", tmp_path / "new.db", "--format", "jsonl", "--head", head)
    assert (ran.code, ran.lines[0]["head"]) == (0, head)
    assert hzcert("register", "restore", target, "--register", register_url).code == 5
    assert entered("issue", entered.numbers[0]).code == 0
    ran = hzcert("register", "verify", "--register", tmp_path / "new.db", "--head", entered("verify").lines[0]["head"])
    assert ran.code == 1, "a head that is not in the chain: something is missing at its end"


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE event SET day = '2007-11-21' WHERE seq = 5", "HZ608"),
        ("UPDATE event SET data = replace(data, '德清', '长兴') WHERE seq = 2", "HZ608"),
        ("UPDATE event SET hash = '" + "f" * 64 + "' WHERE seq = 3", "HZ608"),
        ("DELETE FROM event WHERE seq = (SELECT max(seq) FROM event)", "HZ608"),
        ("UPDATE file SET state = 'issued' WHERE id = 1", "HZ609"),
        ("UPDATE file SET name = '另一人' WHERE id = 2", "HZ609"),
        ("UPDATE number SET standing = 'void'", "HZ609"),
        ("UPDATE number SET numbered_on = '2007-01-01'", "HZ609"),
        ("UPDATE counter SET next = next + 1", "HZ609"),
        ("INSERT INTO agreed VALUES ('" + "0" * 64 + "', 2)", "HZ609"),
        ("DELETE FROM number", "HZ609"),
    ],
)
def test_what_was_changed_from_outside_is_found(entered, statement, named, register_url):
    if register_url.startswith("postgresql"):
        import psycopg

        with psycopg.connect(register_url.replace("+psycopg", "")) as book:
            book.execute("ALTER TABLE event DISABLE TRIGGER USER")
            book.execute(statement)
    else:
        with closing(sqlite3.connect(register_url)) as book:
            book.execute("DROP TRIGGER event_no_UPDATE")
            book.execute("DROP TRIGGER event_no_DELETE")
            book.execute(statement)
            book.commit()
    ran = entered("verify")
    assert ran.code == 1
    assert named in codes(ran)


def test_merging_a_countys_register(entered, hzcert, tmp_path, policy, register_url):
    from datetime import date

    from hzcert import register
    from people import holder, table

    county, day = str(tmp_path / "德清.db"), date(2007, 11, 21)
    junior = holder(name="孙一", birth_date="1980-01-01", title="助理工程师", level="助理级")
    same = holder(department="德清县样例局")  # whom the city has as well, word for word
    other = holder(name="王五", birth_date="1971-01-01", employer="另一个单位")
    agreed = {line: {"reason": "相符"} for line in range(3)}
    register.number(table(junior, same, other), policy, day, "330521", county, agreed=agreed, operator="县里")
    merged = entered("merge", county)
    assert codes(merged) == ["HZ607"], "what differs is shown, and nothing overwritten"
    counts = merged.summary["counts"]
    assert (counts["new"], counts["set_aside"]) == (1, 1)
    assert codes(entered("merge", county)) == ["HZ607"]
    assert entered("merge", county).summary["counts"]["new"] == 0
    (event,) = [line for line in entered("history", junior["id_number"]).lines if line.get("step") == "numbered"]
    assert (event["authority"], event["operator"], event["day"]) == ("330521", "县里", "2007-11-21")
    assert (
        hzcert("register", "issue", junior["id_number"], "--register", county, "--authority", "330521", *DAY).code == 1
    )
    assert entered("verify").code == 0
    register.number(
        table(holder(name="孙二", birth_date="1981-01-01", title="助理工程师", level="助理级")),
        policy, day, "330521", county, agreed={0: {"reason": "相符"}},
    )  # fmt: skip
    assert entered("merge", county).summary["counts"]["new"] == 1
    assert entered("verify").code == 0
    (file,) = [line for line in entered("history", entered.ids[1]).lines if line["type"] == "certificate"]
    assert file["employer"] == "德清县样例水利设计所"


def test_a_batch_names_its_own_register(hzcert, ran, tmp_path):
    batch = shutil.copytree(ran, tmp_path / "batch")
    told = hzcert("register", "history", batch, "--format", "jsonl")
    assert told.code == 0
    status = hzcert("register", "status", "--register", batch / "register.db", "--format", "jsonl")
    assert status.code == 0
    assert hzcert("register", "status", "--register", tmp_path / "none.db").code == 5
    assert not (tmp_path / "none.db").exists()


def test_ids_are_masked_on_the_screen(entered, hzcert, register_url):
    for words in (("history", entered.ids[0]), ("find", "沈云川"), ("issue", entered.ids[0], "--dry-run")):
        for form in ("text", "json"):
            ran = hzcert("register", *words, "--register", register_url, "--format", form, *DAY)
            assert entered.ids[0] not in ran.out + ran.err


def test_a_reissue_of_the_province_comes_and_is_handed_out(entered, policy, register_url):
    """五.2: a senior's reissue is numbered by the province; what comes must be what was reissued."""
    from datetime import date

    from hzcert import affairs, register
    from hzcert.asked import Asked
    from hzcert.desk import Clerk
    from hzcert.findings import Where
    from people import holder, table

    day, senior = date(2007, 11, 20), entered.ids[2]
    entry = table(
        holder(name="赵六", birth_date="1972-02-02", title="高级工程师", level="副高", region="市本级", row=4)
    )
    output = register.Output("rosters/高级.xlsx", "1" * 64, 1)
    assert register.remember_rostered(entry, {0: output}, policy, day, "330500", register_url) == 1
    affairs.carry_out(
        "sent", [Asked(Where("x"), senior)], lambda *_: {"package": "移交-1"}, policy, Clerk(day, "330500", "张三"),
        register_url, moment=register.moment(),
    )  # fmt: skip
    assert entered("receive", senior, "--new", number="B20073300000810001").code == 0
    assert entered("issue", "B20073300000810001", received_by="赵六").code == 0
    assert entered("lost", senior, newspaper="湖州日报", on="2007-11-01").code == 0
    assert codes(entered("reissue", senior, number="B20073300000810001")) == ["HZ606"], (
        "the number that was lost is not given again"
    )
    assert entered("reissue", senior, number="B20083300000810002").code == 0
    assert codes(entered("issue", senior, received_by="赵六")) == ["HZ602"], "it has not come yet"
    assert codes(entered("receive", senior, "--new", number="B20083300000810003")) == ["HZ602"], (
        "another number than was reissued"
    )
    assert entered("receive", senior, "--new", number="B20083300000810002").code == 0
    assert codes(entered("receive", senior, "--new", number="B20083300000810002")) == ["HZ611"]
    assert entered("issue", senior, received_by="赵六").code == 0
    assert codes(entered("receive", senior, "--new", number="B20083300000810003")) == ["HZ602"], "nor has another since"
    assert entered("verify").code == 0
    numbers = entered("history", senior).lines[0]["numbers"]
    assert {each["number"]: each["standing"] for each in numbers} == {
        "B20073300000810001": "revoked",
        "B20083300000810002": "valid",
    }


def test_collecting_and_destroying_name_the_old_certificate(entered, tmp_path):
    assert entered("receive", entered.ids[0]).code == 0
    assert entered("destroy", entered.ids[0], out=str(tmp_path / "销毁清单.xlsx")).code == 0
    told = [line["text"] for line in entered("history", entered.ids[0]).lines if line.get("step") in ("collected", "destroyed")]  # fmt: skip
    assert len(told) == 2 and all(text.startswith("旧证 旧00001；新证 ") for text in told)


def test_a_loss_needs_its_newspaper_and_its_own_day(entered, tmp_path):
    """五.2: the day on which somebody signed for a certificate is not the day of a loss notice."""
    first = entered.numbers[0]
    assert entered("lost", first, newspaper="湖州日报").code == 2
    signed = tmp_path / "发放清单.csv"
    signed.write_text(f"证书编号,领取人,领取日期\n{first},沈云川,2007.11.2\n", encoding="utf-8")
    assert codes(entered("lost", signed, newspaper="湖州日报")) == ["HZ602"]
    notices = tmp_path / "遗失.csv"
    notices.write_text(f"证书编号,报纸,刊登日期,领取日期\n{first},湖州日报,2007年11月3日,2007.11.2\n", encoding="utf-8")
    assert entered("lost", notices).code == 0
    (told,) = [line["text"] for line in entered("history", first).lines if line.get("step") == "lost"]
    assert "刊登于 湖州日报；刊登日期 2007-11-03" in told


def test_a_number_of_an_older_system_can_be_asked_for(entered, tmp_path):
    old = tmp_path / "旧系统.csv"
    old.write_text(
        "身份证号,姓名,资格名称,级别,属地,证书编号\n330521196001010017,周八,工程师,中级,德清县,旧字第0001号\n",
        encoding="utf-8",
    )
    assert entered("import", old).code == 0
    assert entered("history", "旧字第0001号").lines[0]["name"] == "周八"
    assert codes(entered("issue", "旧字第0002号")) == ["HZ603"]
    assert entered("issue", "33052119600101001").code == 2, "an ID number that was mistyped"
