"""The register's commands (登记业务), from what they are given to what they come to: each a step alone, as in ``steps``."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hzcert import affairs, audit, codes, histories, lives, lookup, merging
from hzcert.affairs import Done
from hzcert.asked import STEP_DAYS, Asked, of_list, of_words
from hzcert.batch import take_in, whole_file
from hzcert.desk import Clerk, File, moment
from hzcert.errors import InputError, RegisterError, UsageError
from hzcert.fields import HEADINGS
from hzcert.findings import Where, in_order
from hzcert.histories import History
from hzcert.language import word
from hzcert.lives import State
from hzcert.outcome import Outcome, Record
from hzcert.policy import Policy
from hzcert.settings import Settings
from hzcert.sheets.writing import ENDINGS, Column, Sheet, write_table, write_workbook
from hzcert.store import back_up, exists, open_register, restore, shown_url

STDIO = Path("-")
Rows = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Shown:
    """A result that has a table for the screen besides."""

    outcome: Outcome
    title: str
    headings: Sequence[str]
    rows: Rows


def clerk(settings: Settings) -> Clerk:
    """Who does it."""
    return Clerk(settings.as_of, settings.authority.code, settings.operator)


# --- steps with certificates ----------------------------------------------------------------------------------------


def step(
    command: str,
    kind: str,
    asked: Sequence[Asked],
    said: Mapping[str, str],
    settings: Settings,
    *,
    dry_run: bool,
    own: Sequence[str] = (),
) -> Outcome:
    """Take one step with every certificate that is asked about; what a list's row says of its own goes before ``said``."""
    if not asked:
        raise InputError("没有指明证书", "请写身份证号、证书编号、名单文件或批次文件夹")

    def say(each: Asked, file: File) -> dict[str, object]:
        words = {name: each.said.get(name) or said.get(name, "") for name in (*said, *own)}
        if "on" in words and (own_day := each.said.get(STEP_DAYS.get(kind, ""))):
            words["on"] = own_day
        return {name: word for name, word in words.items() if word}

    who, at = clerk(settings), moment()
    done = affairs.carry_out(kind, asked, say, settings.policy, who, settings.register, moment=at, dry_run=dry_run)
    return _outcome(command, asked, done)


def _outcome(command: str, asked: Sequence[Asked], done: Done, outputs: Sequence[str] = ()) -> Outcome:
    already = sum(finding.code.id == "HZ611" for finding in done.findings)
    counts = {"read": len(asked), "done": len(done.records), "already": already}
    counts["set_aside"] = len(asked) - len(done.records) - already
    return Outcome(command, counts, in_order(done.findings), done.records, outputs)


def destroy(
    asked: Sequence[Asked], out: Path, said: Mapping[str, str], settings: Settings, *, dry_run: bool
) -> Outcome:
    """Destroy old certificates that were collected (三.5): first the list to sign, then the events that name it."""
    if out.suffix.lower() != ".xlsx":
        raise UsageError(f"不能写成 {out}：只能写 .xlsx 文件", "请改用这个后缀")
    policy, who, url, at = settings.policy, clerk(settings), settings.register, moment()

    def say(_: Asked, file: File) -> dict[str, object]:
        return {"list": out.name, **{name: word for name, word in said.items() if word}}

    planned = affairs.carry_out("destroyed", asked, say, policy, who, url, moment=at, dry_run=True)
    if not planned.files or dry_run:
        return _outcome("register destroy", asked, planned)
    with open_register(url, reading=True) as book:
        entries = lookup.entries(book, [file["id"] for file in planned.files])
    sheet = destruction_list(planned.files, entries, said.get("witness", ""), settings)
    with whole_file(out) as path:
        write_workbook(path, [sheet], settings.as_of)
    digest = take_in(out, out.parent).sha256

    def say_list(each: Asked, file: File) -> dict[str, object]:
        return say(each, file) | {"sha256": digest}

    done = affairs.carry_out("destroyed", asked, say_list, policy, who, url, moment=at)
    return _outcome("register destroy", asked, done, [str(out)])


def destruction_list(
    files: Sequence[File], entries: Mapping[int, Mapping[str, str]], witness: str, settings: Settings
) -> Sheet:
    """销毁清单: the old certificates that are destroyed together, with room for signatures (三.5)."""
    columns = (
        Column("序号", 5, "count"), Column("姓名", 9, centred=True), Column("身份证号", 21, centred=True, one_line=True),
        Column("工作单位", 22), Column("资格名称", 18), Column("级别", 7, centred=True), Column("旧证书编号", 18, one_line=True),
        Column("新证书编号", 22, centred=True, one_line=True), Column("备注", 9),
    )  # fmt: skip
    ordered = sorted(files, key=lambda file: (file["department"], file["employer"], file["name"], file["id"]))
    rows = [
        (place, file["name"], file["id_number"], file["employer"], file["title"], file["level"],
         entries.get(file["id"], {}).get("old_certificate_no", ""), file["number"], "")
        for place, file in enumerate(ordered, 1)
    ]  # fmt: skip
    day = settings.as_of
    return Sheet(
        "销毁清单",
        columns,
        rows,
        title="旧专业技术资格证书销毁清单",
        above=(
            f"销毁机关：{settings.authority.name}　　日期：{day.year}年{day.month}月{day.day}日　　共 {len(rows)} 本",
        ),
        below=(
            f"监销人：{witness or '＿＿＿＿＿＿'}　　经办人：{settings.operator or '＿＿＿＿＿＿'}　　批准人：＿＿＿＿＿＿",
            "监销人签字：＿＿＿＿＿＿　　经办人签字：＿＿＿＿＿＿　　批准人签字（盖章）：＿＿＿＿＿＿　　日期：＿＿＿＿年＿＿月＿＿日",
            f"依据：{settings.policy.document_no} 三.5，由 {settings.authority.name} 按换证权限组织销毁。",
        ),
    )


def hand_range(count: int, holder: str, out: Path | None, settings: Settings, *, dry_run: bool) -> Outcome:
    """Hand a range of numbers to a county; the file is what it takes to its own register."""
    file = out.name if out is not None else ""
    said, again = affairs.hand_range(
        holder, count, settings.policy, clerk(settings), settings.register, moment=moment(), file=file, dry_run=dry_run
    )
    found = [codes.ALREADY_DONE.at(Where(file), step=lives.label("range_handed"))] if again else []
    if out is not None and not dry_run:
        with whole_file(out) as path:
            path.write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    outputs = [] if out is None or dry_run else [str(out)]
    look = f"号段 {said['scope']}：{said['first']} 至 {said['last']}，交 {said['name']}"
    return Outcome("register number", {"numbers": count}, found, [said], outputs, look=look)


def take_range(path: Path, settings: Settings) -> Outcome:
    """Take a range of numbers that was handed over in a file."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        where, first, last = str(said["scope"]), int(said["first"]), int(said["last"])
    except OSError as cause:
        raise InputError(f"不能读取 {path}：{cause.strerror}", "请检查路径和权限") from cause
    except (ValueError, KeyError, TypeError) as cause:
        raise InputError(f"{path} 不是号段文件", "请用上级 hzcert register number --range 写出的文件") from cause
    if not 1 <= first <= last:
        raise InputError(f"{path} 不是号段文件", "请用上级 hzcert register number --range 写出的文件")
    taken, again = affairs.take_range(
        where, first, last, settings.policy, clerk(settings), settings.register, moment=moment()
    )
    found = [codes.ALREADY_DONE.at(Where(path.name), step=lives.label("range_taken"))] if again else []
    return Outcome("register number", {"numbers": last - first + 1}, found, [taken])


def take_over(tables: Sequence[Path], settings: Settings, *, dry_run: bool) -> Outcome:
    """Import the certificates of an older system's tables."""
    rows: list[Asked] = []
    for path in tables:
        if not path.is_file():
            raise InputError(f"找不到 {path}", "请检查路径")
        rows += of_list(path, settings.password)
    done = affairs.take_over(
        rows, settings.policy, clerk(settings), settings.register, moment=moment(), dry_run=dry_run
    )
    return _outcome("register import", rows, done)


# --- what the register says -----------------------------------------------------------------------------------------


def _there(settings: Settings) -> str:
    """The register, which must be there.

    Raises:
        RegisterError: it is not.
    """
    if not exists(settings.register):
        raise RegisterError(f"找不到登记簿 {shown_url(settings.register)}", "请用 --register 指明")
    return settings.register


def history(asked: Sequence[Asked], settings: Settings) -> tuple[Outcome, list[History]]:
    """What happened to certificates."""
    stories, found = histories.history(asked, _there(settings))
    records: list[Record] = []
    for story in stories:
        file = story.file
        records.append(
            _shown_file(file)
            | {"type": "certificate", "numbers": [
                {"number": row["number"], "standing": row["standing"], "numbered_on": row["numbered_on"]}
                for row in story.numbers
            ]}
        )  # fmt: skip
        records += [
            {
                "type": "event", "certificate": file["id"], "seq": event.seq, "day": event.day, "at": event.at, "step": event.kind,
                "what": event.label, "text": event.text, "clause": clause_of(event.kind, settings.policy),
                "operator": event.operator, "authority": event.authority, "data": event.data, "hash": event.hash,
            }
            for event in story.events
        ]  # fmt: skip
    counts = {"certificates": len(stories), "events": sum(len(story.events) for story in stories)}
    return Outcome("register history", counts, in_order(found), records), stories


def clause_of(kind: str, policy: Policy) -> str:
    """The clause on which a step rests, with the document it stands in."""
    clause = lives.STEPS[kind].clause if kind in lives.STEPS else ""
    return f"{policy.document_no} {clause}".strip() if clause else ""


def told(story: History, settings: Settings) -> tuple[str, list[str]]:
    """A history as a file note: its heading, and a line an event."""
    file, names = story.file, {each.code: each.name for each in settings.policy.authorities}
    named = (file["name"], file["id_number"], file["title"], file["specialty"], file["number"], _stands(file))
    lines = []
    for event in story.events:
        what = word("：").join(filter(None, (word(event.label), event.text)))
        clause = clause_of(event.kind, settings.policy)
        who = " ".join(filter(None, (names.get(event.authority, event.authority), event.operator)))
        when = word("第 {seq} 号事件，记于 {at}").format(seq=event.seq, at=event.at)
        lines.append(f"{event.day} {what}（{word('，').join(filter(None, (clause, who, when)))}）")
    old = [f"{row['number']} {word(_STANDING[row['standing']])}" for row in story.numbers if row["standing"] != "valid"]
    if old:
        lines.append(word("曾用编号：{numbers}").format(numbers=word("、").join(old)))
    return "　".join(filter(None, named)), lines


def _stands(file: File) -> str:
    """Where a certificate stands, in the language spoken."""
    return word("，").join(map(word, histories.stands(file).split("，")))


def _shown_file(file: File) -> dict[str, Any]:
    names = (
        "id", "id_number", "name", "title", "specialty", "level", "region", "employer", "department", "case", "document_no", "state",
    )  # fmt: skip
    return {name: file[name] for name in names} | {
        "certificate_no": file["number"] or None,
        "stands": histories.stands(file),
    }


def find(text: str, settings: Settings) -> Shown:
    """Certificates by a part of a name, a number, an ID number or a unit."""
    files = lookup.find(text.strip(), _there(settings))
    records = [_shown_file(file) | {"type": "certificate"} for file in files]
    headings = ("姓名", "身份证号", "资格名称", "专业", "工作单位", "证书编号", "状态")
    rows = [
        (file["name"], file["id_number"], file["title"], file["specialty"], file["employer"], file["number"], _stands(file))
        for file in files
    ]  # fmt: skip
    return Shown(Outcome("register find", {"certificates": len(files)}, (), records), "证书", headings, rows)


def status(settings: Settings) -> Shown:
    """How many certificates stand where, by level, region and phase (二)."""
    lines = histories.status(settings.policy, settings.as_of, _there(settings))
    states = [state for state in State if state and any(line[str(state)] for line in lines)]
    headings = (
        "级别",
        "属地",
        "换证阶段",
        "期限",
        "剩余天数",
        *(lives.STATES[state] for state in states),
        "旧证已销毁",
        "合计",
    )
    rows = [
        tuple(
            "" if line[name] is None else str(line[name])
            for name in ("level", "region", "phase", "deadline", "days_left", *map(str, states), "old_destroyed", "all")
        )
        for line in lines
    ]
    counts = {
        "certificates": sum(int(str(line["all"])) for line in lines),
        "open": sum(int(str(line["open"])) for line in lines),
    }
    return Shown(Outcome("register status", counts, (), lines), "登记情况", headings, rows)


EXPORTED: Mapping[str, str] = {
    **HEADINGS, "certificate_no": "证书编号", "standing": "编号状态", "numbered_on": "发证日期", "state": "状态", "stands": "办理情况",
}  # fmt: skip
EVENTS: Mapping[str, str] = {
    "seq": "序号", "certificate": "案卷", "step": "事项", "day": "日期", "at": "时间", "operator": "经办人", "authority": "机关",
    "data": "内容", "hash": "散列值",
}  # fmt: skip


def export(out: Path, settings: Settings, *, events: bool, dry_run: bool) -> Outcome:
    """All certificates, a line for each number that was given, or all events: CSV, TSV, xlsx, Parquet or JSON lines."""
    url = _there(settings)
    headings = EVENTS if events else EXPORTED
    if out != STDIO and out.suffix.lower() not in (*ENDINGS, ".jsonl"):
        kinds = "、".join((*ENDINGS, ".jsonl"))
        raise UsageError(f"不能写成 {out}：只能写 {kinds} 文件", "请改用这些后缀之一")
    count = [0]
    rows = _events(url, count) if events else _certificates(url, count)
    if out == STDIO:
        listed = list(rows)
        return Outcome("register export", {"rows": count[0]}, table=(list(headings.values()), listed))
    if dry_run:
        count[0] = sum(1 for _ in rows)
        return Outcome("register export", {"rows": count[0]})
    with whole_file(out) as path:
        if out.suffix.lower() == ".jsonl":
            with path.open("w", encoding="utf-8") as lines:
                for row in rows:
                    lines.write(json.dumps(dict(zip(headings, row, strict=True)), ensure_ascii=False) + "\n")
        else:
            write_table(path, headings, rows, settings.as_of, "登记簿")
    return Outcome("register export", {"rows": count[0]}, outputs=[str(out)])


def _certificates(url: str, count: list[int]) -> Iterator[list[object]]:
    with open_register(url, reading=True) as book:
        waiting: list[File] = []
        for file in book.each_file():
            waiting.append(dict(file))
            if len(waiting) == 5_000:
                yield from _with_numbers(book, waiting, count)
                waiting = []
        yield from _with_numbers(book, waiting, count)


def _with_numbers(book: Any, files: Sequence[File], count: list[int]) -> Iterator[list[object]]:
    ids = [file["id"] for file in files]
    entries = lookup.entries(book, ids)
    numbers: dict[int, list[Mapping[str, Any]]] = {}
    for row in book.numbers_of(ids):
        numbers.setdefault(row["file"], []).append(row)
    for file in files:
        said = entries.get(file["id"], {})
        none: Mapping[str, Any] = {"number": "", "standing": "", "numbered_on": ""}
        for row in numbers.get(file["id"], [none]):
            count[0] += 1
            rest = {
                "certificate_no": row["number"], "standing": _STANDING.get(row["standing"], ""), "numbered_on": row["numbered_on"],
                "state": lives.STATES[State(file["state"])], "stands": histories.stands(file),
            }  # fmt: skip
            yield [said.get(name, "") or rest.get(name, "") for name in EXPORTED]


_STANDING = {"valid": "有效", "void": "作废", "revoked": "注销"}


def _events(url: str, count: list[int]) -> Iterator[list[object]]:
    with open_register(url, reading=True) as book:
        for seq, file, kind, day, at, operator, authority, data, hash_ in book.each_event():
            count[0] += 1
            yield [str(seq), str(file), kind, day, at, operator, authority, data, hash_]


def verify(head: str, settings: Settings) -> Outcome:
    """Prove the chain, and all that is derived from it."""
    proved = audit.verify(_there(settings), settings.policy, head.strip().lower())
    counts = {"events": proved.events, "certificates": proved.files, "numbers": proved.numbers}
    record = {
        "type": "register",
        "events": proved.events,
        "head": proved.head,
        "ranges": list(proved.ranges),
        "proved": not proved.problems,
    }
    look = "" if proved.problems else f"登记簿完整：{proved.events} 个事件，末尾散列值 {proved.head}"
    return Outcome("register verify", counts, proved.problems, [record], look=look)


# --- copies ---------------------------------------------------------------------------------------------------------


def backup(target: Path, settings: Settings, *, dry_run: bool) -> Outcome:
    """Copy the register into a file, whole or not at all, and prove the copy."""
    url = _there(settings)
    if target.exists():
        raise UsageError(f"{target} 已经存在", "请换一个名称；备份不覆盖任何文件")
    if dry_run:
        return Outcome("register backup", {"events": 0})
    with whole_file(target) as path:
        events = back_up(url, path)
        proved = audit.verify(str(path), settings.policy)
    record = {"type": "backup", "events": events, "head": proved.head, "sha256": take_in(target, target.parent).sha256}
    return Outcome(
        "register backup",
        {"events": events},
        proved.problems,
        [record],
        [str(target)],
        look=f"末尾散列值 {proved.head}",
    )


def bring_back(source: Path, settings: Settings, *, dry_run: bool) -> Outcome:
    """Restore a backup into a register that has nothing in it; a backup that can't be proved is refused."""
    if not source.is_file():
        raise InputError(f"找不到 {source}", "请检查路径")
    proved = audit.verify(str(source), settings.policy)
    if proved.problems:
        return Outcome("register restore", {"events": proved.events}, proved.problems)
    if dry_run:
        return Outcome("register restore", {"events": proved.events})
    return Outcome(
        "register restore", {"events": restore(source, settings.register)}, outputs=[shown_url(settings.register)]
    )


def merge(source: Path, settings: Settings, *, dry_run: bool) -> Outcome:
    """Merge another register into this one."""
    merged = merging.merge(
        source, settings.policy, clerk(settings), settings.register, moment=moment(), dry_run=dry_run
    )
    counts = {
        "new": merged.new, "gone_on": merged.gone_on, "same": merged.same, "events": merged.events,
        "set_aside": len(merged.findings),
    }  # fmt: skip
    return Outcome("register merge", counts, merged.findings)


def asked_of(words: Sequence[str], settings: Settings, **said: str) -> list[Asked]:
    """What arguments name; options that narrow it down hold for persons and numbers given alone."""
    return of_words(words, settings.password, **{name: word for name, word in said.items() if word})


def register_of(words: Sequence[str], given: str | None) -> Path | None:
    """The batch folder among the arguments whose register is meant, where none is named."""
    if given is not None:
        return None
    return next((Path(word) for word in words if word.strip() and Path(word).is_dir()), None)
