"""Both languages: everything that is said in Chinese has its English, with the same gaps."""

import ast
import itertools
import re
import string
from pathlib import Path

import pytest
import typer

import hzcert
from hzcert import cli, language
from hzcert.codes import CODES
from hzcert.errors import HzcertError
from hzcert.table import HEADINGS

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


def alternatives(node):
    """All texts that an expression can become, each gap as a mark; what it takes from elsewhere is a gap."""
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.IfExp):
        return [*alternatives(node.body), *alternatives(node.orelse)]
    if isinstance(node, ast.JoinedStr):
        return ["".join(parts) for parts in itertools.product(*map(alternatives, node.values))]
    if isinstance(node, ast.FormattedValue):
        return alternatives(node.value)
    return [f"<{node.lineno}.{node.col_offset}>"]


def raised():
    """Every text that the code gives to an error: where, and what it says."""
    for path in sorted(Path(hzcert.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ERRORS:
                for text in itertools.chain.from_iterable(map(alternatives, node.args)):
                    if HAN.search(text):
                        yield pytest.param(text, id=f"{path.name}:{node.lineno} {text[:20]}")


@pytest.mark.parametrize("text", list(raised()))
def test_every_error_that_the_code_raises_has_its_english(text, english):
    said = language.sentence(text)
    assert not HAN.search(said.replace("三", ""))
    assert sorted(re.findall(r"<\d+\.\d+>", said)) == sorted(re.findall(r"<\d+\.\d+>", text))


def help_texts(command):
    yield from (text for text in (command.help, command.epilog) if text)
    yield from (each.help for each in command.params if each.help)
    for each in getattr(command, "commands", {}).values():
        yield from help_texts(each)


def test_all_help_has_its_english(english):
    for text in help_texts(typer.main.get_command(cli.app)):
        said = language.help_text(text)
        assert said in language.catalogue().help.values() or said == text.replace("例：", "Example: "), text


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
