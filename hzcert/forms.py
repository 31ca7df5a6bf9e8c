"""Blank lists for clerks to fill in (空表): the holders of an office, and a published document typed over."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from hzcert.batch import whole_file
from hzcert.policy import Policy
from hzcert.sheets.writing import Column, Sheet, write_workbook
from hzcert.table import HEADINGS
from hzcert.titles import LEVELS

_READY = 200  # lines; whoever needs more copies the last one down

_WIDTHS: Mapping[str, int] = {
    "id_number": 20, "employer": 24, "department": 16, "title": 16, "committee": 22, "document_no": 18,
    "old_certificate_no": 16, "transfer_confirmed_no": 16, "loss_notice": 20, "phone": 14, "remark": 16,
}  # fmt: skip

_HINTS: Mapping[str, str] = {
    "id_number": "照身份证填写 18 位号码。本列已设为文本，请勿改为数字，否则末三位会丢失。",
    "name": "照身份证填写，字间不留空格。",
    "birth_date": "如 1970-10 或 1970-10-05，不要写成 1970.1。",
    "department": "统一上报的主管部门；没有的不填。",
    "title": "照原证书填写规范的名称，如 工程师、高级教师（中学）。",
    "obtained_by": "如 评审、考试、初定、确认。",
    "obtained_on": "公布文件所定的取得时间，如 1998-12 或 1998-12-03。",
    "document_no": "如 湖人专[2005]99号。",
    "retired_on": "未离退休的不填；离退休的请填到日。",
    "transfer_confirmed_no": "调入确认的必填：附件3 的确认文号。",
    "loss_notice": "遗失补发的必填：报纸名称和刊登日期。",
}


def holders_sheet(policy: Policy, as_of: date) -> Sheet:
    """The blank list of holders (人员信息表): canonical headings, lists to choose from, one line a certificate (三.1)."""
    usual = policy.entry.default_case.on(as_of).value
    compulsory = policy.entry.required[usual].on(as_of).value
    options: Mapping[str, tuple[str, ...]] = {
        "sex": ("男", "女"),
        "region": tuple(policy.regions),
        "level": LEVELS,
        "case": policy.entry.cases.on(as_of).value,
    }
    hints = {**_HINTS, "case": f"不填即为{usual}。"}
    return Sheet(
        "人员信息表",
        tuple(
            Column(
                heading,
                _WIDTHS.get(key, 11),
                compulsory=key in compulsory,
                options=options.get(key, ()),
                hint=hints.get(key, ""),
            )
            for key, heading in HEADINGS.items()
        ),
        [],
        title=f"{policy.city}专业技术资格证书人员信息表",
        above=("一份证书填一行；红色栏目必填；选中一格可见填写要求。",),
        ready=_READY,
    )


def published_sheet() -> Sheet:
    """The blank list for a published document (公布文件) that is on paper: its number and date above, a line a person (三.4)."""
    return Sheet(
        "公布名单",
        (
            Column("序号", 12, "count"),
            Column("姓名", 22),
            Column("工作单位", 40),
            Column("专业", 20),
            Column("资格名称", 20),
            Column("级别", 10, options=LEVELS),
            Column("备注", 20),
        ),
        [],
        title="公布名单",
        above=(("公布文号：", ""), ("公布日期：", "")),
        ready=_READY,
    )


def blank_list(path: Path, policy: Policy, as_of: date) -> None:
    """Write the blank list of holders.

    Raises:
        OutputError: it can't be written.
    """
    with whole_file(path) as temporary:
        write_workbook(temporary, [holders_sheet(policy, as_of)], as_of)


def blank_published(path: Path, as_of: date) -> None:
    """Write the blank published list.

    Raises:
        OutputError: it can't be written.
    """
    with whole_file(path) as temporary:
        write_workbook(temporary, [published_sheet()], as_of)
