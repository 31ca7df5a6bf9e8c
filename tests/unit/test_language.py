"""Both languages: everything that is said in Chinese has its English, with the same gaps."""

import ast
import itertools
import re
import string
from datetime import date
from functools import partial
from pathlib import Path

import pytest
import typer

import hzcert
from hzcert import bureau, cli, fees, figures, idnumber, language, lines, names
from hzcert.codes import CODES
from hzcert.errors import HzcertError
from hzcert.fields import HEADINGS
from hzcert.sheets import kinds, xls
from hzcert.sheets.grid import Unreadable
from people import holder, table

HAN = re.compile(r"[\u3400-\u9fff]")
ERRORS = {each.__name__ for each in (HzcertError, *HzcertError.__subclasses__())}


@pytest.fixture
def english():
    language.speak("en")


def gaps(template):
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("code", CODES.values(), ids=CODES)
def test_each_code_is_said_in_both_languages_with_the_same_gaps(code):
    english = language.catalogue().codes[code.id]
    assert english.says and english.remedy and code.says and code.remedy
    assert gaps(english.says) == gaps(code.says)
    assert gaps(english.remedy) == gaps(code.remedy)


def test_each_heading_has_an_english_name():
    assert set(HEADINGS.values()) <= set(language.catalogue().words)


def alternatives(node, named):
    """All texts that an expression can become, each gap as a mark; what it takes from elsewhere is a gap."""
    inner = partial(alternatives, named=named)
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.IfExp):
        return [*inner(node.body), *inner(node.orelse)]
    if isinstance(node, ast.BoolOp):
        return list(itertools.chain.from_iterable(map(inner, node.values)))
    if isinstance(node, ast.JoinedStr):
        return ["".join(parts) for parts in itertools.product(*map(inner, node.values))]
    if isinstance(node, ast.FormattedValue):
        return inner(node.value)
    if isinstance(node, ast.Name) and node.id in named:
        return [named[node.id]]
    return [f"<{node.lineno}.{node.col_offset}>"]


def texts_given(calls):
    """The texts that the code gives to calls: by the name that is called, what makes sentences of its arguments."""
    for path in sorted(Path(hzcert.__file__).parent.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        named = {
            each.targets[0].id: each.value.value
            for each in tree.body
            if isinstance(each, ast.Assign)
            and isinstance(each.targets[0], ast.Name)
            and isinstance(each.value, ast.Constant)
            and isinstance(each.value.value, str)
        }
        for node in ast.walk(tree):
            name = isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name not in calls:
                continue
            given = [*node.args, *(keyword.value for keyword in node.keywords)]
            texts = [(place, text) for place, each in enumerate(given) for text in alternatives(each, named)]
            for place, text in texts:
                if HAN.search(text):
                    yield pytest.param(calls[name](text, place), id=f"{path.name}:{node.lineno} {text[:20]}")


def as_it_stands(text, place):
    return text


def of_a_file(text, place):
    """What is said of a file that can't be read: the reason follows its name, the remedy stands alone."""
    return text if place else f"<0.0> {text}"


def is_in_english(said, text):
    marks = r"<\d+\.\d+>"
    assert not HAN.search(said.replace("三", ""))
    assert sorted(re.findall(marks, said)) == sorted(re.findall(marks, text))


RAISED = dict.fromkeys(ERRORS, as_it_stands) | {
    "Unreadable": of_a_file,
    "no_table": lambda text, place: f"<0.0> 不是表格，而是 {text}",
}


@pytest.mark.parametrize("text", list(texts_given(RAISED)))
def test_every_error_that_the_code_raises_has_its_english(text, english):
    is_in_english(language.sentence(text), text)


def test_what_to_do_about_an_unreadable_file_has_its_english(english):
    assert not HAN.search(language.sentence(Unreadable("").remedy))


@pytest.mark.parametrize("text", list(texts_given({"at": as_it_stands})))
def test_what_the_code_puts_into_the_gaps_of_findings_has_its_english(text, english):
    is_in_english(language.words(text), text)


@pytest.mark.parametrize("retired_on", ["", "2006-12", "2007-04-30", "2007-05-01", "2007-04", "去年", "2008-01"])
def test_each_reason_for_a_fee_has_its_english(retired_on, english, policy):
    fee = fees.assess(table(holder(retired_on=retired_on)), policy, date(2007, 11, 20))[0]
    assert HAN.search(fee.reason)
    assert not HAN.search(re.sub(r"\d+[年月日]|去年", "", language.words(fee.reason))), language.words(fee.reason)


def test_each_heading_of_the_registers_tables_has_its_english():
    tree = ast.parse(Path(bureau.__file__).read_text(encoding="utf-8"))
    headings = [
        each.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and any(ast.unparse(target) == "headings" for target in node.targets)
        for each in ast.walk(node.value)
        if isinstance(each, ast.Constant) and HAN.search(str(each.value))
    ]
    assert len(headings) > 10 and set(headings) <= set(language.catalogue().words)


NO_TABLES = (kinds._NO_TABLE, kinds._ZIPPED, kinds._OPEN_DOCUMENT, kinds._OTHER_TEXT, xls._OLE_KINDS)


@pytest.mark.parametrize(
    "text",
    [
        *itertools.chain.from_iterable(each.values() for each in NO_TABLES),
        *lines.Cut,
        *(reason for reason, _ in names._name_steps()),
        *idnumber.reasons("'０O1x"),
        "；".join(lines.Cut),
        "、".join(idnumber.reasons("'０O1x")),
        *(
            f"{key} {says.format(expected='1', pattern='2', ge='3')}"
            for key in ("fee.amount", "phases.第1个.deadline", "phases.第1个")
            for says in figures._WRONG.values()
            if "{error}" not in says  # words of its own
        ),
    ],
)
def test_what_tables_put_into_gaps_has_its_english(text, english):
    assert not HAN.search(language.words(text))


def help_texts(command):
    yield from (text for text in (command.help, command.epilog) if text)
    yield from (each.help for each in command.params if each.help)
    for each in getattr(command, "commands", {}).values():
        yield from help_texts(each)


def test_all_help_has_its_english(english):
    for text in help_texts(typer.main.get_command(cli.app)):
        said = language.help_text(text)
        assert said in language.catalogue().help.values() or said == f"Example: {text.removeprefix('例：')}", text


@pytest.mark.parametrize("table", ["sentences", "phrases", "help", "words"])
def test_the_catalogue_keeps_the_gaps(table):
    import tomllib
    from importlib.resources import files

    raw = tomllib.loads(files("hzcert.data").joinpath("locale", "en.toml").read_text(encoding="utf-8"))
    for chinese, said in raw[table].items():
        assert said
        assert gaps(chinese) == gaps(said), chinese


@pytest.mark.parametrize(
    ("chinese", "said"),
    [
        ("身份证号", "ID number"),
        ("工作单位填报为“甲厂”，公布为“（空）”", "employer is “甲厂” here and “(empty)” as published"),
        (
            "工作单位填报为“甲”，公布为“乙”；专业填报为“丙”，公布为“丁”",
            "employer is “甲” here and “乙” as published; specialty is “丙” here and “丁” as published",
        ),
        ("公布文号、姓名、资格名称、专业相符", "document number, name, title, specialty agree"),
        ("反差 9.1，应有 20.0；过暗部分 60%，至多 40%", "contrast 9.1, should be 20.0; too dark 60%, at most 40%"),
        ("名单.xlsx [甲] 第7行", "名单.xlsx [甲] row 7"),
        ("a.xlsx [甲] 第7行 甲厂；a.xlsx [甲] 第8行 乙厂", "a.xlsx [甲] row 7 甲厂; a.xlsx [甲] row 8 乙厂"),
        ("4至6、9等", "4 to 6, 9 and more"),
        ("1998-01、1998-10", "1998-01, 1998-10"),
        ("有隐藏的列：A 至 C、E", "there are hidden columns: A to C, E"),
        (
            "；可能是 330521197003120030（照片 甲.jpg）、330521197003120057（名单 乙.xls [表] B7 沈云川）等 4 个",
            "; it may be one of 4: 330521197003120030 (photo 甲.jpg), 330521197003120057 (list 乙.xls [表] B7 沈云川)",
        ),
        ("；可能是 330521197003120030（照片 甲.jpg）", "; it may be 330521197003120030 (photo 甲.jpg)"),
        ("甲至乙公司、丙", "甲至乙公司、丙"),
        ("图书、资料专业人员", "图书、资料专业人员"),
        ("德清县样例水利设计所", "德清县样例水利设计所"),
    ],
)
def test_what_fills_a_gap_is_english_as_far_as_it_is_ours(chinese, said, english):
    assert language.words(chinese) == said


@pytest.mark.parametrize(
    ("environment", "spoken"),
    [
        ({}, "zh"),
        ({"LANG": "C"}, "zh"),
        ({"LANG": "C.UTF-8", "LC_ALL": "POSIX"}, "zh"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "zh"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_GB"}, "en"),
    ],
)
def test_chinese_is_spoken_unless_the_locale_is_english(environment, spoken):
    assert language.preferred(environment) == spoken
