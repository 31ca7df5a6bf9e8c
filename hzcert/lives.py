"""The life of a certificate (证书的一生): what may happen to it, what may follow what, and where it stands then.

One line a kind of event. ``moves`` says from which state to which; a state that is not there refuses the step.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntFlag, StrEnum
from functools import cache
from typing import Literal


class State(StrEnum):
    """Where a certificate stands."""

    NEW = ""
    ENTERED = "entered"
    RECONCILED = "reconciled"
    NUMBERED = "numbered"
    PRINTED = "printed"
    SENT = "sent"
    ARRIVED = "arrived"
    HANDED = "handed"
    ISSUED = "issued"
    LOST = "lost"
    VOID = "void"


STATES: Mapping[State, str] = {
    State.NEW: "未登记", State.ENTERED: "已录入", State.RECONCILED: "已核对", State.NUMBERED: "已编号",
    State.PRINTED: "已制证", State.SENT: "已报省", State.ARRIVED: "省证已到", State.HANDED: "已交单位",
    State.ISSUED: "已发放", State.LOST: "已遗失", State.VOID: "已作废",
}  # fmt: skip


class Mark(IntFlag):
    """What has been done besides, wherever the certificate stands."""

    REVIEWED = 1
    CONFIRMED = 2
    ROSTERED = 4
    FILED = 8
    COLLECTED = 16
    DESTROYED = 32
    ASSESSED = 64


MARKS: Mapping[Mark, str] = {
    Mark.REVIEWED: "已审核", Mark.CONFIRMED: "调入已确认", Mark.ROSTERED: "已列入花名册", Mark.FILED: "已备案",
    Mark.COLLECTED: "旧证已收回", Mark.DESTROYED: "旧证已销毁", Mark.ASSESSED: "已计费",
}  # fmt: skip

Who = Literal["any", "makes", "reissues", "hands_out", "destroys", "confirms", "sends", "files", "collects"]

CHANGING_HANDS = ("issued", "handed", "signed")  # steps on the day of the event, if no other is said
OF_THE_OLD = ("collected", "destroyed")  # steps with the old certificate, which has a number of its own
_NO_MARK = Mark(0)


@dataclass(frozen=True, slots=True)
class Step:
    """One kind of event: what it is called, when it may happen, what it changes, whose it is, under which clause."""

    label: str
    clause: str
    moves: Mapping[State, State]
    who: Who = "any"
    needs: Mark = _NO_MARK
    unless: Mark = _NO_MARK  # it happens once
    sets: Mark = _NO_MARK
    clears: Mark = _NO_MARK


def _stay(*states: State) -> dict[State, State]:
    return {state: state for state in states}


_S = State
_MADE = (_S.NUMBERED, _S.PRINTED, _S.HANDED, _S.ISSUED)
_ALIVE = (_S.ENTERED, _S.RECONCILED, *_MADE, _S.SENT, _S.ARRIVED)
_ANY = (*_ALIVE, _S.LOST, _S.VOID)

STEPS: Mapping[str, Step] = {
    "entered": Step("录入信息", "三.3", {_S.NEW: _S.ENTERED}),
    "imported": Step("从旧系统导入", "三.3", {_S.NEW: _S.ISSUED}),
    "amended": Step(
        "更正信息", "三.3", _stay(*_ANY) | {_S.RECONCILED: _S.ENTERED}, clears=Mark.REVIEWED | Mark.ASSESSED
    ),
    "reviewed": Step("审核盖章", "三.2", _stay(*_ANY), unless=Mark.REVIEWED, sets=Mark.REVIEWED),
    "decided": Step("经办人认定", "三.4", _stay(*_ANY)),
    "reconciled": Step("与公布文件核对相符", "三.4", _stay(*_ANY) | {_S.ENTERED: _S.RECONCILED}),
    "assessed": Step("核定收费", "四", _stay(*_ANY), unless=Mark.ASSESSED, sets=Mark.ASSESSED),
    "transferred": Step(
        "调入确认", "五.1", _stay(_S.ENTERED, _S.RECONCILED), "confirms", unless=Mark.CONFIRMED, sets=Mark.CONFIRMED
    ),
    "numbered": Step(
        "编号", "三.4", {_S.RECONCILED: _S.NUMBERED, _S.VOID: _S.NUMBERED}, "makes", needs=Mark.REVIEWED
    ),
    "printed": Step("打印证书", "三.4", _stay(*_MADE) | {_S.NUMBERED: _S.PRINTED}, "makes"),
    "rostered": Step("列入花名册", "三.4", _stay(_S.RECONCILED, *_MADE, _S.SENT, _S.ARRIVED), sets=Mark.ROSTERED),
    "sent": Step(
        "报送省人事厅", "三.4", {_S.RECONCILED: _S.SENT, _S.LOST: _S.LOST}, "sends", needs=Mark.ROSTERED
    ),
    "arrived": Step("收到省人事厅制发的证书", "三.5", {_S.SENT: _S.ARRIVED, _S.NUMBERED: _S.ARRIVED}, "sends"),
    "filed": Step(
        "花名册报市备案", "三.4", _stay(*_MADE), "files", needs=Mark.ROSTERED, unless=Mark.FILED, sets=Mark.FILED
    ),
    "handed": Step("成批交单位", "三.5", {_S.PRINTED: _S.HANDED, _S.ARRIVED: _S.HANDED}, "hands_out"),
    "signed": Step("单位签收", "三.5", _stay(_S.HANDED), "hands_out"),  # by whom, of what went to the unit before
    "issued": Step(
        "发给持证人", "三.5", {_S.PRINTED: _S.ISSUED, _S.ARRIVED: _S.ISSUED, _S.HANDED: _S.ISSUED}, "hands_out"
    ),
    "collected": Step(
        "收回旧证书", "三.5", _stay(*_ALIVE), "collects", unless=Mark.COLLECTED, sets=Mark.COLLECTED
    ),
    "destroyed": Step(
        "销毁旧证书", "三.5", _stay(*_ANY), "destroys",
        needs=Mark.COLLECTED, unless=Mark.DESTROYED, sets=Mark.DESTROYED,
    ),
    "lost": Step("登报声明遗失", "五.2", {_S.PRINTED: _S.LOST, _S.HANDED: _S.LOST, _S.ISSUED: _S.LOST}, "collects"),
    "reissued": Step("补发", "五.2", {_S.LOST: _S.NUMBERED}, "reissues"),
    "voided": Step(
        "作废（打印有误）", "三.4",
        {_S.NUMBERED: _S.VOID, _S.PRINTED: _S.VOID, _S.HANDED: _S.VOID, _S.ISSUED: _S.VOID}, "makes",
    ),
    # An earlier form of the register, or another office's, taken over.
    "migrated": Step("由旧版登记簿转入", "三.4", {_S.NEW: _S.NUMBERED, _S.NUMBERED: _S.NUMBERED}),
}  # fmt: skip

# Events of the register itself and of no certificate.
OF_REGISTER: Mapping[str, str] = {
    "created": "建立登记簿",
    "agreed": "与公布文件核对相符（未登记的填报）",
    "decided": "经办人对有疑问的核对作出认定",
    "range_handed": "号段交给县区",
    "range_taken": "领取号段",
    "merged": "并入另一登记簿",
    "restored": "由备份恢复",
    "packed": "打包移交",
    "unpacked": "收到移交",
}

# Events that give a number, and what becomes of the number that stood before.
NUMBERING = ("numbered", "reissued", "imported", "migrated", "arrived")
REVOKING: Mapping[str, str] = {"voided": "void", "reissued": "revoked", "migrated": "revoked"}


UNHELD = "没有与公布文件核对（--without-published）"  # why an entry was let pass although no list was there


def label(kind: str) -> str:
    """What a kind of event is called."""
    return STEPS[kind].label if kind in STEPS else OF_REGISTER.get(kind, kind)


@cache
def follow(kind: str, state: str, marks: int) -> tuple[str, str, int]:
    """Why a step can't follow (empty where it can), and where the certificate stands after it.

    >>> follow("issued", "numbered", 0)[0]
    '现在已编号，要在已制证、省证已到、已交单位之后'
    >>> follow("issued", "printed", 5)
    ('', 'issued', 5)
    """
    step, now, done = STEPS[kind], State(state), Mark(marks)
    if now not in step.moves:
        wanted = "、".join(STATES[each] for each in step.moves)
        return f"现在{STATES[now]}，要在{wanted}之后", state, marks
    if missing := step.needs & ~done:
        return f"现在{STATES[now]}，还没有{'、'.join(MARKS[mark] for mark in missing)}", state, marks
    if twice := step.unless & done:
        return "、".join(MARKS[mark] for mark in twice), state, marks
    return "", str(step.moves[now]), int((done & ~step.clears) | step.sets)
