"""The language of a run: --lang, then HZCERT_LANG, then batch.toml, then the locale, and Chinese when in doubt."""

import re

import pytest

HAN = re.compile(r"[\u3400-\u9fff]")


@pytest.fixture
def one_fault(tmp_path):
    path = tmp_path / "名单.csv"
    path.write_text("姓名,身份证号,资格名称,性别\n沈云川,330521197003120031,工程师,不详\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        ([], {}, "性别只能是男或女"),
        ([], {"LANG": "C.UTF-8"}, "性别只能是男或女"),
        ([], {"LANG": "en_US.UTF-8"}, "The sex can only be 男 or 女"),
        ([], {"LANG": "en_US.UTF-8", "HZCERT_LANG": "zh"}, "性别只能是男或女"),
        (["--lang", "en"], {"HZCERT_LANG": "zh"}, "The sex can only be 男 or 女"),
        (["--lang=zh"], {"LANG": "en_US.UTF-8"}, "性别只能是男或女"),
    ],
)
def test_findings_are_in_the_language_asked_for(hzcert, monkeypatch, one_fault, arguments, environment, said):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    ran = hzcert("validate", one_fault, "--format", "jsonl", *arguments)
    assert {line["message"] for line in ran.lines if line.get("code") == "HZ212"} == {said}


def test_batch_toml_chooses_where_nobody_else_does(hzcert, small):
    with (small / "batch.toml").open("a", encoding="utf-8") as file:
        file.write('lang = "en"\n')
    assert "Results are in" in hzcert("run", small).out
    assert "结果在" in hzcert("run", small, "--lang", "zh").out


def test_errors_and_help_speak_english_too(hzcert):
    ran = hzcert("validate", "/nowhere", "--lang", "en")
    assert (ran.code, ran.err) == (3, "error: no such file: /nowhere\n  → check the path\n")
    ran = hzcert("validate", "--lang", "en", "--help")
    assert ran.code == 0
    assert not HAN.search(ran.out)
    assert hzcert("validate", "/nowhere").err == "错误：找不到 /nowhere\n  → 请检查路径\n"


def test_a_run_counts_in_the_language_spoken(hzcert, small):
    result = hzcert("run", small, "--lang", "zh").out.partition("项目")[2].partition("结果在")[0]
    assert "导入" in result and not re.search("[a-z]", result)
    result = hzcert("run", small, "--lang", "en").out.partition("item")[2].partition("Results")[0]
    assert "ingest" in result and not HAN.search(result)


def test_a_language_that_is_not_spoken_is_a_mistake_of_usage(hzcert):
    assert hzcert("rules", "HZ203", "--lang", "fr").code == 2


def test_what_is_printed_for_the_office_is_chinese_in_either_language(hzcert, messy, tmp_path):
    hzcert("run", messy, "--out", tmp_path / "zh" / "out")
    hzcert("run", messy, "--out", tmp_path / "en" / "out", "--lang", "en")
    written = {
        lang: {
            path.relative_to(tmp_path / lang): path.read_bytes()
            for path in (tmp_path / lang).rglob("*")
            if path.is_file()
        }
        for lang in ("zh", "en")
    }
    assert written["zh"].keys() == written["en"].keys()
    differ = {path.name for path, content in written["zh"].items() if content != written["en"][path]}
    assert differ == {"findings.xlsx", "findings.jsonl", "report.html", "manifest.json"}


def test_every_message_of_the_messy_batch_is_english_but_for_the_data(hzcert, messy):
    found = [
        line for line in hzcert("run", messy, "--lang", "en", "--format", "jsonl").lines if line["type"] == "finding"
    ]
    ours = re.compile("填报|公布为|[^“]没有|照片|文件(?![.])|错误|应为|至多|应有|第[0-9]+行")
    assert [line["message"] for line in found if ours.search(line["message"])] == []
