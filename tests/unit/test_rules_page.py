"""docs/rules.md is what codes.py, the catalogue and the examples say; ``pytest --update-golden`` writes it anew."""

from pathlib import Path

from hzcert import language, rulebook
from hzcert.codes import CODES
from hzcert.examples import example
from hzcert.findings import brief

PAGE = Path(__file__).parents[2] / "docs" / "rules.md"
CHAPTERS = {
    "1": "Reading 读入", "2": "The person 人员", "3": "The qualification 资格", "4": "Photos 照片",
    "5": "Published documents 公布文件", "6": "The life of a certificate 证书的一生",
    "7": "Register 登记簿", "8": "Print 制证",
}  # fmt: skip
HEAD = """# Every kind of finding

Written by `pytest --update-golden tests/unit/test_rules_page.py` from `hzcert/codes.py`, `hzcert/data/locale/en.toml` and
`hzcert/data/examples.toml`; a test sees that it is current, and others run the examples. `hzcert rules CODE` shows the same with the
words of the clause. A code's meaning never changes.

An error (错误) sets its entry aside, a warning (警告) asks for a look, a note (提示) only tells. A dot … stands for what differs from
one finding to the next.
"""


def in_cell(lines):
    return "<br>".join(line.replace("|", "\\|") for line in lines)


def said(code, spoken):
    language.speak(spoken)
    shown = example(code.id)
    return (
        code.severity.label,
        brief(code.template),
        brief(code.remedy_template),
        *map(in_cell, (shown.wrong, shown.right)),
    )


def page():
    parts = [HEAD]
    for number, chapter in CHAPTERS.items():
        rows = [
            "| code | | clause | finding | what to do | wrong | right |",
            "| --- | --- | --- | --- | --- | --- | --- |",
        ]
        for code in sorted((each for each in CODES.values() if each.id[2] == number), key=lambda each: each.id):
            label, *chinese = said(code, "zh")
            word, *english = said(code, "en")
            cells = [
                zh if zh == en else f"{zh}<br>*{en}*" if place < 2 else en
                for place, (zh, en) in enumerate(zip(chinese, english, strict=True))
            ]
            rows.append(f"| **{code.id}** | {label} {word} | {code.clause} | {' | '.join(cells)} |")
        parts.append(f"## {chapter}\n\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def test_the_page_is_current(request):
    produced = page()
    if request.config.getoption("--update-golden"):
        PAGE.write_text(produced, encoding="utf-8", newline="\n")
    assert produced == PAGE.read_text(encoding="utf-8"), "look, then accept with --update-golden"


def test_each_code_has_its_chapter():
    assert {code[2] for code in CODES} == set(CHAPTERS)


def test_one_rule_is_shown_with_all_that_belongs_to_it(policy):
    shown = dict(rulebook.rule_details(policy, "hz203"))
    assert shown["代码"] == "HZ203"
    assert shown["程度"] == "错误 (退回，改正后再报)"
    assert shown["栏目"] == "身份证号"
    assert shown["依据"].startswith("三.3 ")
    assert shown["错例"] == "身份证号: 330521197003120031"
    assert shown["对例"] == "身份证号: 330521197003120030"
