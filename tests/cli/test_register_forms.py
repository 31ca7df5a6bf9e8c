"""Every command of the register, for one ID number, for one list and for a batch, in each --format; results alone on standard output."""

import csv
import json
import shutil

import pytest

from cli.conftest import run_of_one_county

DAY = ("--as-of", "2007-11-20", "--operator", "张三")
# What each is asked about in turn: {what} is an ID number, a list or a batch folder.
ABOUT = (
    ("receive", "{what}"),
    ("issue", "{what}", "--received-by", "本人"),
    ("destroy", "{what}", "--out", "{folder}/销毁清单.xlsx"),
    ("lost", "{what}", "--newspaper", "湖州日报", "--on", "2007-11-01"),
    ("reissue", "{what}"),
    ("void", "{what}", "--reason", "照片印歪"),
    ("number", "{what}"),
    ("transfer", "{what}", "--document", "湖人专[2007]88号"),
    ("history", "{what}"),
)
# And those that are asked about the whole register.
WHOLE = (
    ("import", "{folder}/旧系统.csv"),
    ("number", "--range", "3", "--for", "330522", "--out", "{folder}/号段.json"),
    ("find", "安吉"),
    ("status",),
    ("export", "--out", "{folder}/登记簿.csv"),
    ("verify",),
    ("backup", "{folder}/备份.db"),
    ("restore", "{folder}/备份.db", "--register", "{folder}/另一本.db"),
    ("merge", "{folder}/县.db"),
)
REFUSED = ("transfer",)  # nobody here comes from elsewhere


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """A small batch that was run once."""
    return run_of_one_county(tmp_path_factory.mktemp("ran"), "--workers", "1")


@pytest.fixture
def batch(ran, tmp_path):
    return shutil.copytree(ran, tmp_path / "批次")


def asked(kind, batch, hzcert):
    """An ID number, a list or the batch folder: certificates that this batch has numbered."""
    if kind == "a batch":
        return str(batch)
    found = hzcert("register", "find", "安吉", "--register", batch / "register.db", "--format", "json", "--show-ids")
    held = [item for item in json.loads(found.out)["items"] if item["certificate_no"]]
    ids = [item["id_number"] for item in held]
    if kind == "an ID number":
        return ids[0]
    path = batch / "名单.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out).writerows([("姓名", "身份证号"), *((item["name"], item["id_number"]) for item in held[:3])])
    return str(path)


def result(ran, form):
    """The summary, out of whichever form; of text, that something is said."""
    if form == "text":
        assert ran.out.strip()
        return None
    if form == "json":
        said = json.loads(ran.out)
        assert set(said) == {"items", "summary"}
        return said["summary"]
    assert [line["type"] for line in ran.lines].count("summary") == 1
    return ran.summary


@pytest.mark.parametrize("form", ["text", "json", "jsonl"])
@pytest.mark.parametrize("kind", ["an ID number", "a list", "a batch"])
def test_each_command_about_certificates(hzcert, batch, tmp_path, kind, form):
    what = asked(kind, batch, hzcert)
    for words in ABOUT:
        filled = [word.format(what=what, folder=tmp_path) for word in words]
        ran = hzcert("register", *filled, "--register", batch / "register.db", "--format", form, *DAY)
        assert ran.code in (0, 1), (words, ran.err)
        assert "Traceback" not in ran.err
        summary = result(ran, form)
        if summary:
            assert (summary["command"], summary["exit"]) == (f"register {words[0]}", ran.code)
            done = [value for value in summary["counts"].values() if isinstance(value, int)]
            assert words[0] in REFUSED or any(done), (words, summary)


@pytest.mark.parametrize("form", ["text", "json", "jsonl"])
def test_each_command_about_the_register(hzcert, batch, tmp_path, form):
    (tmp_path / "旧系统.csv").write_text(
        "身份证号,姓名,资格名称,级别,属地,证书编号\n330521197003120030,周八,工程师,中级,德清县,旧字第1号\n",
        encoding="utf-8",
    )
    taken = ("import", tmp_path / "旧系统.csv", "--register", tmp_path / "县.db")
    assert hzcert("register", *taken, "--authority", "330523", *DAY).code == 0
    for words in WHOLE:
        filled = [word.format(folder=tmp_path) for word in words]
        register = [] if "--register" in filled else ["--register", batch / "register.db"]
        ran = hzcert("register", *filled, *register, "--format", form, *DAY)
        assert ran.code == 0, (words, ran.out, ran.err)
        summary = result(ran, form)
        assert summary is None or summary["command"] == f"register {words[0]}"


@pytest.mark.parametrize("form", ["text", "json", "jsonl"])
def test_each_command_about_packages(hzcert, batch, tmp_path, form):
    register = ("--register", batch / "register.db")
    for kind, authority in (("city", "330523"), ("unit", "330500")):
        ran = hzcert("pack", kind, batch, "--out", tmp_path / kind, "--authority", authority, "--format", form, *DAY)
        assert ran.code in (0, 1), (kind, ran.out, ran.err)
        summary = result(ran, form)
        assert summary is None or (summary["command"], summary["exit"]) == (f"pack {kind}", ran.code)
        assert len(list((tmp_path / kind).glob("*.zip"))) == 1
    (package,) = (tmp_path / "city").glob("*.zip")
    ran = hzcert("unpack", package, *register, "--authority", "330500", "--format", form, *DAY)
    assert ran.code == 0, (ran.out, ran.err)
    summary = result(ran, form)
    assert summary is None or (summary["command"], summary["exit"]) == ("unpack", 0)


@pytest.mark.parametrize("words", [("find", "安吉"), ("status",)])
def test_in_a_pipe_no_table_is_cut_or_broken(hzcert, batch, words, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    ran = hzcert("register", *words, "--register", batch / "register.db", *DAY)
    assert ran.code == 0
    assert "…" not in ran.out
    heads = next(line for line in ran.out.splitlines() if line.startswith("┃"))
    wanted = {"find": ("姓名", "身份证号", "工作单位", "状态"), "status": ("级别", "期限", "剩余天数", "旧证已销毁")}
    assert all(word in heads for word in wanted[words[0]]), heads


@pytest.mark.parametrize(("words", "said"), [(("find", "安吉"), "fee assessed"), (("status",), "days left")])
def test_in_english_states_and_headings_are_english(hzcert, batch, words, said):
    ran = hzcert("register", *words, "--register", batch / "register.db", "--lang", "en", *DAY)
    heads = next(line for line in ran.out.splitlines() if line.startswith("┃"))
    assert not any("\u4e00" <= each <= "\u9fff" for each in heads), heads
    assert said in ran.out
