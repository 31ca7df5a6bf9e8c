"""Certificate numbers: once, in order, without gaps, and the same again."""

import re
import sqlite3
from contextlib import closing
from datetime import date

import pytest

from hzcert import audit, histories, register
from hzcert.asked import Asked
from hzcert.errors import RegisterError, UsageError
from hzcert.findings import Where
from hzcert.store import Stamp, migrations, open_register
from people import holder, holders, table

DAY = date(2007, 11, 20)


EVIDENCE = {"file": "公布.xlsx", "sheet": "", "row": 2, "reason": "公布文号、姓名、资格名称相符"}


def numbering(policy, url):
    """Numbers of entries that agree with the published documents."""

    def run(*people, day=DAY, authority="330500", **words):
        agreed = dict.fromkeys(range(len(people)), EVIDENCE)
        return register.number(table(*people), policy, day, authority, url, agreed=agreed, **words)

    return run


@pytest.fixture
def number(policy, tmp_path):
    return numbering(policy, str(tmp_path / "register.db"))


@pytest.fixture
def number_here(policy, register_url):
    """On each kind of store."""
    return numbering(policy, register_url)


def test_numbers_follow_the_template(number):
    (only,) = number(holder()).by_line.values()
    assert re.fullmatch(r"C20073305000800001[0-9X]", only)
    assert only[-1] == register.check_character(only[:-1])


def test_a_second_run_gives_the_same_numbers(number_here):
    number = number_here
    people = holders(40)
    first = number(*people)
    assert number(*people).by_line == first.by_line
    assert number(*people).new == 0


def test_new_entries_go_on_where_the_last_ended(number_here):
    number = number_here
    people = [each for each in holders(80) if each["level"] == "中级"]
    first, again = number(*people[:10]), number(*people)
    assert set(first.by_line.values()) <= set(again.by_line.values())
    serials = sorted(int(each[-6:-1]) for each in again.by_line.values())
    assert serials == list(range(1, len(people) + 1)), "no gap, no double"


def test_each_year_and_authority_counts_from_one(number):
    assert number(holder()).by_line[0].startswith("C200733050008" + "00001")
    assert number(holder(name="王五", birth_date="1971-01-01"), day=date(2008, 1, 2)).by_line[0][-6:-1] == "00001"
    junior = holder(title="助理工程师", level="助理级")
    assert number(junior, authority="330521").by_line[0].startswith("D2007330521" + "08" + "00001")


def test_only_what_this_authority_makes_gets_a_number(number):
    senior = holder(title="高级工程师", level="副高")
    junior = holder(title="助理工程师", level="助理级")
    city_junior = holder(
        title="助理工程师", level="助理级", region="市本级", specialty="测量", document_no="湖人专[2001]7号"
    )
    assert sorted(number(holder(), senior, junior, city_junior).by_line) == [0, 3]
    assert sorted(number(holder(), senior, junior, city_junior, authority="330521").by_line) == [2]


def test_what_was_never_printed_can_not_be_lost(number):
    number(holder())
    assert [each.code.id for each in number(holder(case="遗失补发")).findings] == ["HZ602"]


def printed(policy, url, *numbers):
    outputs = dict.fromkeys(numbers, register.Output("certificates/中级.pdf", "0" * 64, 1))
    return register.remember_printed(outputs, policy, DAY, "330500", url)


def test_a_reissue_has_a_number_of_its_own_and_the_old_one_is_revoked(number_here, policy, register_url):
    number = number_here
    (first,) = number(holder()).by_line.values()
    assert printed(policy, register_url, first) == 1
    (second,) = number(holder(case="遗失补发", loss_notice="湖州日报2007年11月2日")).by_line.values()
    assert second != first
    assert register.revoked(register_url) == [register.Revoked(first, "revoked")]
    assert [each.code.id for each in number(holder()).findings] == ["HZ605"], "the old one is not printed again"
    again = number(holder(case="遗失补发", loss_notice="湖州日报2007年11月2日"))
    assert list(again.by_line.values()) == [second]
    assert register.known_numbers(table(holder()), policy, register_url) == {}


def test_a_print_is_noted_once_for_each_output(number_here, policy, register_url):
    numbers = number_here(holder()).by_line.values()
    assert printed(policy, register_url, *numbers) == 1
    assert printed(policy, register_url, *numbers) == 0


def test_another_name_on_a_registered_certificate_is_refused(number):
    number(holder())
    again = number(holder(name="王五"))
    assert [finding.code.id for finding in again.findings] == ["HZ701"]
    assert again.by_line == {}


@pytest.mark.parametrize(
    "again",
    [
        pytest.param({"title": "小学一级教师"}, id="资格名称换一种写法"),
        pytest.param({"specialty": "计算机(软件)"}, id="括号半角"),
        pytest.param({"specialty": "计算机 （软件）"}, id="多一个空格"),
    ],
)
def test_a_certificate_spelt_otherwise_is_the_same(number, again):
    first = {
        "title": "一级教师",
        "series": "小学教师",
        "level": "助理级",
        "region": "市本级",
        "specialty": "计算机（软件）",
    }
    assert number(holder(**first)).by_line == number(holder(**first | again)).by_line


def test_one_documents_title_under_another_specialty_is_refused(number):
    number(holder(specialty=""))
    assert [finding.code.id for finding in number(holder(specialty="建筑施工")).findings] == ["HZ702"]


def test_a_later_run_keeps_the_day_of_the_number(number):
    number(holder())
    assert number(holder(), day=date(2008, 3, 1)).given_on == {0: DAY}


def test_entries_are_remembered_as_they_were_reconciled(tmp_path):
    url = str(tmp_path / "register.db")
    register.remember_reconciled(table(holder()), DAY, url)
    register.remember_reconciled(table(holder()), DAY, url)
    assert register.unreconciled(table(holder()), url) == []
    changed = register.unreconciled(table(holder(), holder(title="经济师")), url)
    assert [finding.code.id for finding in changed] == ["HZ508"]


def test_events_that_a_full_disk_refuses_while_the_next_are_made_take_nothing(number, policy, tmp_path):
    number(holder(birth_date="1950-01-12"))
    people = [holder(specialty=f"专业{place}", document_no=f"湖人专[1998]{place + 1}号") for place in range(1_350)]
    with sqlite3.connect(tmp_path / "register.db") as driver:
        driver.execute(
            "CREATE TRIGGER no_room BEFORE INSERT ON event WHEN NEW.seq = 4000 "
            "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        )
    with pytest.raises(RegisterError) as refused:
        number(*people)
    assert "磁盘已满" in refused.value.remedy
    with sqlite3.connect(tmp_path / "register.db") as driver:
        assert driver.execute("SELECT (SELECT count(*) FROM event), seq, files FROM head").fetchone() == (5, 5, 1)
        driver.execute("DROP TRIGGER no_room")
    numbers = number(*people)
    assert numbers.new == len(people)
    assert audit.verify(str(tmp_path / "register.db"), policy).problems == ()


def test_a_dry_run_shows_numbers_and_takes_none(number, tmp_path):
    shown = number(holder(), dry_run=True)
    assert not (tmp_path / "register.db").exists()
    assert number(holder()).by_line == shown.by_line
    more = [holder(), holder(name="王五", birth_date="1971-01-01", row=3)]
    shown = number(*more, dry_run=True)
    assert number(*more).by_line == shown.by_line


def test_a_run_that_fails_keeps_nothing(register_url):
    with open_register(register_url) as book:
        before = book.head()
    with pytest.raises(ZeroDivisionError), open_register(register_url) as book:
        book.append([(0, "agreed", "{}", None)], Stamp("2007-11-20", "2007-11-20T00:00:00Z", "", ""))
        1 / 0  # noqa: B018
    with open_register(register_url) as book:
        assert book.head() == before


def test_one_number_can_not_be_given_twice(tmp_path, number):
    number(holder())
    with sqlite3.connect(tmp_path / "register.db") as book, pytest.raises(sqlite3.IntegrityError):
        book.execute("INSERT INTO number SELECT * FROM number")
    book.close()


@pytest.mark.parametrize("statement", ["UPDATE event SET day = ''", "DELETE FROM event"])
def test_events_are_only_ever_added(register_url, number_here, statement):
    number_here(holder())
    with pytest.raises(RegisterError, match="only ever added"), open_register(register_url) as book:
        book._connection.exec_driver_sql(statement)


def test_the_register_is_private(number, tmp_path):
    number(holder())
    assert (tmp_path / "register.db").stat().st_mode & 0o077 == 0


def test_what_is_no_register_is_refused(tmp_path):
    path = tmp_path / "register.db"
    path.write_text("this is no database, and it is long enough to tell" * 20)
    with pytest.raises(RegisterError), open_register(str(path)):
        pass
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as book:
        book.execute("CREATE TABLE something (a)")
    book.close()
    with pytest.raises(RegisterError, match="不是 hzcert 的登记簿"), open_register(str(other)):
        pass


def test_a_newer_register_is_refused(number, tmp_path):
    number(holder())
    with sqlite3.connect(tmp_path / "register.db") as book:
        book.execute("UPDATE meta SET value = '99' WHERE key = 'schema'")
    book.close()
    with pytest.raises(RegisterError, match="更新的 hzcert"):
        number(holder())


def test_a_register_that_may_only_be_read_serves_a_dry_run(number, tmp_path):
    number(holder())
    (tmp_path / "register.db").chmod(0o400)
    assert number(holder(), dry_run=True).new == 0


def test_a_locked_register_is_said_to_be_locked(number, tmp_path, monkeypatch):
    monkeypatch.setattr("hzcert.store.opening._WAIT_SECONDS", 0.1)
    number(holder())
    other = sqlite3.connect(tmp_path / "register.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(RegisterError, match="正被另一个任务占用"):
        number(holder())
    other.close()


def test_other_databases_are_refused_clearly(tmp_path):
    with pytest.raises(UsageError, match="不能使用"), open_register("mysql://localhost/hz"):
        pass


def test_a_server_that_is_not_there_is_said_to_be_so():
    pytest.importorskip("psycopg")
    with pytest.raises(RegisterError, match="不能使用") as said, open_register("postgresql://hz:secret@127.0.0.1:9/hz"):
        pass
    assert "secret" not in said.value.message


DECIDED = {
    "key": "k", "decision": "是此人", "who": "李云", "why": "查过原评审表", "file": "decisions.xlsx",
    "published": {"file": "公布.xlsx", "sheet": "", "row": 2, "document": "湖人专[1999]12号"},
}  # fmt: skip


def decision_on(person):
    return DECIDED | {name: person[name] for name in ("id_number", "name", "title", "document_no")}


def told(person, url):
    ((story,), _) = histories.history([Asked(Where("x"), person["id_number"])], url)
    return [event.text for event in story.events if event.kind == "decided"]


def test_what_was_decided_on_an_entry_stands_in_its_history_once(number_here, register_url):
    first, other = holders(2)
    number_here(first, other, decided=[decision_on(first)])
    number_here(first, other, decided=[decision_on(first)])
    said = "是此人；认定人 李云；理由：查过原评审表；公布文件 湖人专[1999]12号；对照 公布.xlsx 第2行；认定表 decisions.xlsx"
    assert (told(first, register_url), told(other, register_url)) == ([said], [])


def test_what_was_decided_before_an_entry_had_a_certificate_stands_in_its_history(policy, register_url):
    """三.4: reconciled by a command of its own, numbered later from the table."""
    first, other = holders(2)
    register.remember_decisions([decision_on(first)], policy, DAY, "330500", register_url)
    register.remember_reconciled(table(first, other), DAY, register_url, policy=policy, authority="330500")
    for _ in range(2):
        register.number(table(first, other), policy, DAY, "330500", register_url)
    assert (len(told(first, register_url)), told(other, register_url)) == (1, [])


def test_what_is_made_again_says_so(number_here, policy, register_url):
    person = holder()
    (only,) = number_here(person).by_line.values()
    for digest in ("1", "1", "2"):
        register.remember_printed({only: register.Output("a.pdf", digest * 64, 1)}, policy, DAY, "330500", register_url)
    ((story,), _) = histories.history([Asked(Where("x"), person["id_number"])], register_url)
    printed = [event.data for event in story.events if event.kind == "printed"]
    assert [(each.get("run"), each.get("reason")) for each in printed] == [(None, None), (2, register.AGAIN)]


def test_the_same_entries_are_the_same_bytes_in_the_chain_as_ever(policy, register_url, monkeypatch):
    """The hash is what the first version of this chain made: a register that was written then goes on as it began."""
    monkeypatch.setattr("hzcert.numbering.moment", lambda: "2007-11-20T08:00:00Z")
    monkeypatch.setattr(migrations, "now", lambda: "2007-11-20T08:00:00Z")
    monkeypatch.setattr(migrations.secrets, "token_hex", lambda _: "0" * 16)
    odd = '他说“行”"\\/；\t两行\n\x1f\x7f\u2028𠮷'
    people = [*holders(40, remark=odd), holder(name=odd, birth_date="1961-02-03", file=odd, sheet=odd, row=7)]
    agreed = dict.fromkeys(range(len(people)), EVIDENCE | {"reason": odd})
    for day in (DAY, date(2007, 11, 21)):
        register.number(
            table(*people),
            policy,
            day,
            "330500",
            register_url,
            operator="甲",
            agreed=agreed,
            fees={1: {"amount": "0.00"}},
        )
        people[3] |= {"employer": "湖州市另一单位"}
    with open_register(register_url, reading=True) as book:
        assert book.head().seq == 153
        assert book.head().hash == "0d219ddbc6eceaf0487e9cf16421acae434b37c2943dc24960112501a24c17e8"


def test_an_index_of_later_days_is_made_when_a_register_is_next_written_to(number, tmp_path):
    number(holder())
    path = tmp_path / "register.db"
    with closing(sqlite3.connect(path)) as book:
        book.execute("DROP INDEX file_of_row")
    assert [finding.code.id for finding in number(holder(birth_date="1971-01-01", row=3)).findings] == ["HZ504"]
    with closing(sqlite3.connect(path)) as book:
        assert book.execute("SELECT count(*) FROM sqlite_master WHERE name = 'file_of_row'").fetchone() == (1,)
    assert not list(tmp_path.glob("*.bak")), "it is the same form"
