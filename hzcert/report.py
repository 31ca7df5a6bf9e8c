"""The report of a batch (批次报告): what came, what became of it and why, as one page of HTML to read, print and keep."""

import json
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np

from hzcert.batch import MANIFEST, take_in
from hzcert.codes import CODES
from hzcert.errors import InputError
from hzcert.findings import Severity, brief, mask
from hzcert.language import ENGLISH, sentence, spoken, word
from hzcert.listing import NO_DEPARTMENT
from hzcert.outcome import Record, label
from hzcert.table import Mask, Table

NAME, FINDINGS = "report.html", "findings.jsonl"
MOST = 500  # findings told one by one: more than anybody reads on one page
_SHOWN = ("entries", "photos", "reconciliation", "fees", "rosters", "certificates", "ingest")
_CSS = """
body { font: 15px/1.6 "Noto Sans SC", "Microsoft YaHei", "PingFang SC", sans-serif; color: #1d2329; background: #fff;
  max-width: 64rem; margin: 2rem auto; padding: 0 1.5rem }
h1 { font-size: 1.6rem; margin: 0 } h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem }
p { margin: .3rem 0 } .quiet { color: #5b6670 } .loud { background: #fdecea; border-left: 4px solid #b3261e; padding: .6rem 1rem }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: .8rem; margin-top: 1rem }
.cards section { border: 1px solid #d8dee3; border-radius: 6px; padding: .7rem 1rem; break-inside: avoid }
.cards h3 { margin: 0 0 .2rem; font-size: .95rem; color: #5b6670; font-weight: 500 }
dl { display: grid; grid-template-columns: 1fr auto; margin: 0 } dd { margin: 0; text-align: right }
dd, td.number, th.number { font-variant-numeric: tabular-nums; text-align: right; white-space: nowrap }
table { border-collapse: collapse; width: 100%; line-height: 1.45 } thead { display: table-header-group }
th { text-align: left; font-weight: 500; color: #5b6670; border-bottom: 2px solid #d8dee3 }
th, td { padding: .3rem .9rem .3rem 0; vertical-align: top; overflow-wrap: break-word }
td.long { overflow-wrap: anywhere } th, td.code { white-space: nowrap }
td { border-bottom: 1px solid #eceff1 } tr { break-inside: avoid }
.error { color: #b3261e } .warning { color: #8a5800 } .info { color: #2a5d86 }
meter { width: 7rem } summary { cursor: pointer } a { color: #1f5f99 }
@page { size: A4 landscape; margin: 12mm }
@media print { body { margin: 0; padding: 0; max-width: none; font-size: 9pt } h2 { break-after: avoid } a { color: inherit; text-decoration: none } }
"""


def units(entries: Table, accepted: Mask) -> list[dict[str, object]]:
    """How many entries each submitting unit (填报单位) handed in, and how many were accepted; in order of the names."""
    given = (np.asarray(entries.column(name), dtype=object) for name in ("department", "employer"))
    names = [str(department or employer or NO_DEPARTMENT) for department, employer in zip(*given, strict=True)]
    read = Counter(names)
    passed = Counter(name for name, good in zip(names, accepted.tolist(), strict=True) if good)
    return [{"unit": name, "read": read[name], "accepted": passed[name]} for name in sorted(read)]


def of_results(results: Path) -> bytes:
    """The report of a batch that was run, from what lies in its out folder.

    Raises:
        InputError: the run has not ended, or its list of findings was changed since.
    """
    try:
        about = json.loads((results / MANIFEST).read_text(encoding="utf-8"))
        listed = {each["path"]: each["sha256"] for each in about["outputs"]}
        if take_in(results / FINDINGS, results).sha256 != listed[FINDINGS]:
            raise InputError(f"{results / FINDINGS} 在办理之后被改动过", "请再运行一次 hzcert run")
        with (results / FINDINGS).open(encoding="utf-8") as lines:
            return page(about, map(json.loads, lines), listed)
    except (OSError, ValueError, KeyError, TypeError) as cause:
        raise InputError(f"{results} 里没有办理完的结果", "请先 hzcert run") from cause


def page(about: Mapping[str, Any], found: Iterable[Record], outputs: Iterable[str]) -> bytes:
    """The report as a page that needs nothing else.

    Args:
        about: the manifest's content: version, policy, authority, as_of, counts, units and inputs.
        found: findings as records of the contract, ID numbers as they are to be shown.
        outputs: paths of what was written, seen from the page; photos are left out.
    """
    html = ET.Element("html", lang="en" if spoken() == ENGLISH else "zh-CN")
    head = ET.SubElement(html, "head")
    ET.SubElement(head, "meta", charset="utf-8")
    ET.SubElement(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    ET.SubElement(head, "title").text = word("批次报告")
    ET.SubElement(head, "style").text = _CSS
    body = ET.SubElement(html, "body")
    _heading(body, about)
    _cards(body, about["counts"])
    _units(body, about["units"])
    number, first, errors = _tallied(found)
    _kinds(body, number, first)
    _errors(body, errors, sum(number[code] for code, each in first.items() if each["severity"] == Severity.ERROR))
    _files(body, sorted(set(outputs) - {NAME}), about["inputs"])
    ET.indent(html)
    written: bytes = ET.tostring(html, encoding="utf-8", method="html")
    return b"<!DOCTYPE html>\n" + written + b"\n"


def _add(parent: ET.Element, tag: str, text: object = "", kind: str = "", **said: str) -> ET.Element:
    element = ET.SubElement(parent, tag, {**({"class": kind} if kind else {}), **said})
    element.text = "".join(sign if sign.isprintable() else "\ufffd" for sign in str(text))
    return element


def _heading(body: ET.Element, about: Mapping[str, Any]) -> None:
    _add(body, "h1", word("批次报告"))
    facts = {
        "办理日期": about["as_of"],
        "办理机关": about["authority"],
        "政策": f"{about['policy']['name']} ({about['policy']['sha256'][:12]})",
        "版本": f"hzcert {about['version']}",
    }
    _add(body, "p", " · ".join(f"{word(fact)} {value}" for fact, value in facts.items()), "quiet")
    if about["counts"]["reconciliation"].get("without_published"):
        _add(body, "p", sentence("没有与公布文件核对"), "loud")


def _cards(body: ET.Element, counts: Mapping[str, Mapping[str, object]]) -> None:
    """The counts of each stage; those of the entries add up, and it is said how."""
    entries = counts["entries"]
    sum_ = "{read} = {accepted} + {set_aside}".format_map(entries)
    _add(body, "p", f"{word('读入')} = {word('接受')} + {word('退回')}: {sum_}")
    cards = _add(body, "div", kind="cards")
    for stage in _SHOWN:
        card = _add(cards, "section")
        _add(card, "h3", label(stage))
        listed = _add(card, "dl")
        for count, number in counts[stage].items():
            if number is not True:
                _add(listed, "dt", label(count))
                _add(listed, "dd", f"{number:,}" if isinstance(number, int) else number)


def _table(body: ET.Element, *columns: str) -> ET.Element:
    """A table with these headings; a heading that begins with # stands over numbers."""
    table = _add(body, "table")
    row = _add(_add(table, "thead"), "tr")
    for column in columns:
        _add(row, "th", word(column.removeprefix("#")), "number" if column.startswith("#") else "")
    return _add(table, "tbody")


def _units(body: ET.Element, counted: Sequence[Mapping[str, Any]]) -> None:
    _add(body, "h2", word("按单位"))
    rows = _table(body, "单位", "#读入", "#接受", "#退回", "接受的份额")
    for each in counted:
        row = _add(rows, "tr")
        _add(row, "td", mask(word(each["unit"])))
        for number in (each["read"], each["accepted"], each["read"] - each["accepted"]):
            _add(row, "td", f"{number:,}", "number")
        share = str(each["accepted"])
        _add(
            _add(row, "td"),
            "meter",
            f"{each['accepted'] / each['read']:.0%}",
            min="0",
            max=str(each["read"]),
            value=share,
        )


def _tallied(found: Iterable[Record]) -> tuple[Counter[str], dict[str, Record], list[Record]]:
    """How many findings each code has, the first of each, and the first errors; none of the others is kept."""
    number, first, errors = Counter[str](), dict[str, Record](), list[Record]()
    for each in found:
        code = str(each["code"])
        number[code] += 1
        first.setdefault(code, each)
        if each["severity"] == Severity.ERROR and len(errors) < MOST:
            errors.append(each)
    return number, first, errors


def _kinds(body: ET.Element, number: Mapping[str, int], first: Mapping[str, Record]) -> None:
    """What was found, by its kind: what it means, what to do, on which clause."""
    _add(body, "h2", word("按问题"))
    rows = _table(body, "代码", "程度", "问题", "怎么办", "依据", "#条数")
    for severity in Severity:
        for code in sorted(code for code, each in first.items() if each["severity"] == severity):
            row = _add(rows, "tr")
            known = CODES.get(code)  # an office's own rules say what they say
            said = (known.template, known.remedy_template) if known else (first[code]["message"], first[code]["remedy"])
            _add(row, "td", code, "code")
            _add(row, "td", severity.label, f"code {severity}")
            for text in (*map(brief, map(str, said)), first[code]["clause"]):
                _add(row, "td", text)
            _add(row, "td", f"{number[code]:,}", "number")


def _errors(body: ET.Element, errors: Sequence[Record], number: int) -> None:
    """Why entries were set aside, one by one; not more than anybody reads."""
    if not errors:
        return
    _add(body, "h2", word("退回的原因"))
    listed = _add(body, "details", **({"open": "open"} if number <= MOST // 10 else {}))
    _add(listed, "summary", sentence(f"{number} 条错误"))
    rows = _table(listed, "代码", "文件", "单元格", "内容", "问题", "怎么办")
    for each in errors:
        row = _add(rows, "tr")
        _add(row, "td", each["code"], "code")
        _add(row, "td", " / ".join(str(each[part]) for part in ("file", "sheet") if each[part]))
        _add(row, "td", f"{each['column'] or ''}{each['row'] or ''}")
        for part in ("value", "message", "remedy"):
            _add(row, "td", each[part], "long")
    if number > len(errors):
        _add(listed, "p", sentence(f"这里只列前 {MOST} 条，全部见 findings.xlsx"))


def _files(body: ET.Element, outputs: Iterable[str], inputs: Sequence[Mapping[str, Any]]) -> None:
    _add(body, "h2", word("结果文件"))
    listed = _add(body, "ul")
    for path in outputs:
        if not path.startswith("photos/"):
            _add(_add(listed, "li"), "a", mask(path), href=quote(path))
    _add(body, "h2", word("收到的文件"))
    rows = _table(body, "文件", "#字节", "SHA-256")
    for each in [each for each in inputs if not each["path"].startswith("photos/")][:MOST]:
        row = _add(rows, "tr")
        _add(row, "td", mask(each["path"]))
        _add(row, "td", f"{each['size']:,}", "number")
        _add(row, "td", each["sha256"][:16])
    _add(body, "p", sentence("照片不一一列出；每个文件完整的校验值在 manifest.json"), "quiet")
