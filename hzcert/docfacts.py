"""What a published document says of itself and of all its people (公布文件): number, day, committee, titles, how many they are."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hzcert import dates, documents
from hzcert.headings import PROVISIONAL_WORDS
from hzcert.policy import Policy

PROVISIONAL = "公示名单"  # the remark of every row of such a list: a person may still be struck off
_LONGEST_TITLE = 16

_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2}
_FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰０１２３４５６７８９", "一二三四五六七八九十百0123456789")
_SHORT = {"廿": "二十", "卅": "三十", "卌": "四十"}
NUMERAL = r"[0-9０-９零〇○一二三四五六七八九十百两壹贰叁肆伍陆柒捌玖拾佰廿卅卌]+"
_COUNT = re.compile(rf"(?:等|共有?|计|以下|下列)\s*(?:同志)?\s*(?P<count>{NUMERAL})\s*(?:个|名|位)?(?:人|名|位|同志)")
_COMMITTEE = re.compile(r"经(?P<committee>[^，。；,;：:]{4,40}?(?:评审委员会|评委会|考核小组))")
_YEAR_SIGN = "0-9０-９〇○◯零OoＯｏ一二三四五六七八九"
DAY = rf"[{_YEAR_SIGN}]{{4}}\s*年\s*[0-9０-９一二三四五六七八九十元]{{1,3}}\s*月\s*(?:[0-9０-９一二三四五六七八九十廿卅]{{1,3}}\s*日)?"
_SHORT_DAY = r"(?:19|20)\d\d(?P<mark>[-./．])\d{1,2}(?P=mark)\d{1,2}"
_PASSED = re.compile(rf"(?P<day>{DAY})[^。；]{{0,12}}?(?:评审|审定|考试|会议)[^。；]{{0,6}}(?:通过|合格|审定)")
# Below the text or under the office's name, with 印发 on the last line of all.
_SIGNED = re.compile(
    rf"(?:[^，。；：:]{{3,30}}[局厅委会室院办部]\s+)?(?P<day>{DAY}|{_SHORT_DAY})\s*(?P<printed>印发?)?"
)
_TITLE = re.compile(
    r"(?:具有|取得|获得|确认|授予|评为|聘任)(?P<titles>[^，。；：:]{2,60}?)(?:专业技术)?(?:职务)?(?:任职)?资格"
)


@dataclass(frozen=True, slots=True)
class Named:
    """A title as a document names it, and its level where the name says."""

    name: str
    level: str


@dataclass(frozen=True)
class Facts:
    """What a document says of itself and of all the people in it."""

    document_no: str = ""
    document_date: str = ""
    titles: tuple[Named, ...] = ()
    level: str = ""
    committee: str = ""
    obtained_on: str = ""
    counts: tuple[int, ...] = ()
    provisional: bool = False


def numeral(text: str) -> int:
    """A number in digits or in Chinese, up to 999; 0 for what is none.

    >>> numeral("12"), numeral("十二"), numeral("一百零五"), numeral("二十"), numeral("１３"), numeral("叁拾"), numeral("廿三")
    (12, 12, 105, 20, 13, 30, 23)
    """
    text = text.translate(_FORMAL)
    for sign, words in _SHORT.items():
        text = text.replace(sign, words)
    if text.isdigit():
        return int(text)
    hundreds, mark, rest = text.partition("百")
    total = _DIGITS.get(hundreds, 1) * 100 if mark else 0
    rest = rest if mark else hundreds
    tens, mark, ones = rest.strip("零〇").partition("十")
    if mark:
        return total + _DIGITS.get(tens, 1) * 10 + _DIGITS.get(ones, 0)
    return total + _DIGITS.get(tens, 0)


def counts_in(text: str) -> tuple[int, ...]:
    """Every total that a text gives of its people (等N人).

    >>> counts_in("李云等三人"), counts_in("等 23 位同志"), counts_in("共叁拾人"), counts_in("等100余人")
    ((3,), (23,), (30,), ())
    """
    return tuple(numeral(match["count"]) for match in _COUNT.finditer(text))


def signed(line: str) -> str:
    """The day of a line that says nothing else, but who signs; empty where it says more."""
    match = _SIGNED.fullmatch(line.strip())
    return (dates.read(re.sub(r"\s", "", match["day"])) or "") if match else ""


def facts_of(lines: Sequence[str], policy: Policy) -> Facts:
    """What the words of a document say of all the people in it."""
    text = "\n".join(lines)
    alone = [number for line in lines if documents.is_number(number := documents.tidy(line.strip()))]
    told = [(day, "印" in line) for line in lines if (day := signed(line))]
    # What was signed one day may have been printed on another.
    days = [day for day, printed in told if not printed] or [day for day, _ in told]
    passed = _PASSED.search(text)
    committee = _COMMITTEE.search(text)
    committee_words = re.sub(rf"{DAY}$", "", committee["committee"]) if committee else ""
    # Whoever passes it, is not what is passed: a title inside the committee's name is none.
    found = [title for match in _TITLE.finditer(text) for title in titles_in(match["titles"], policy)]
    if not found:
        head = "\n".join(line for line in lines[:12] if re.search("名单|人员|资格|职称", line))
        found = titles_in(head, policy)
    level = re.search("正高|副高|高级|中级|初级|助理级|员级", " ".join(lines[:12]))
    return Facts(
        alone[0] if alone else documents.find_in(text),
        days[-1] if days else "",
        tuple(dict.fromkeys(found)),
        level[0] if level and not found else "",
        committee_words,
        (dates.read(passed["day"]) or "") if passed else "",
        counts_in(text),
        PROVISIONAL_WORDS.search(text) is not None,
    )


def titles_in(words: str, policy: Policy) -> list[Named]:
    """The titles that some words name, the longest spelling first; 中学一级教师、小学高级教师 are two."""
    found: dict[str, Named] = {}
    for part in re.split(r"[、，,和及与；;\n]|等[0-9一二三四五六七八九十百]+[人名位]", words):
        plain = re.sub(r"\s+", "", part)
        if named := next(_named(plain, policy), None):
            found.setdefault(named.name, named)
    return list(found.values())


def _named(plain: str, policy: Policy) -> Iterator[Named]:
    for start in range(len(plain)):
        for end in range(min(len(plain), start + _LONGEST_TITLE), start + 1, -1):
            if known := policy.title_table.find(plain[start:end]):
                levels = {title.level for title in known}
                # 高级教师 may be two: then it stays as it is written, and the row's own words decide.
                yield Named(
                    known[0].name if len(known) == 1 else plain[start:end], levels.pop() if len(levels) == 1 else ""
                )
                return
