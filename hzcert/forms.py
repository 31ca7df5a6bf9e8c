"""Blank forms and lists for clerks to fill in (空表): annexes 1 to 4, the holders of an office, a published document typed over."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from hzcert import annexes
from hzcert.annexes import Blanks
from hzcert.batch import whole_file
from hzcert.errors import OutputError
from hzcert.policy import Policy
from hzcert.sheets.formpage import write_form
from hzcert.sheets.writing import write_workbook

HOLDERS_LIST, PUBLISHED_LIST = "人员信息表.xlsx", "公布名单.xlsx"


def write_blanks(folder: Path, policy: Policy, as_of: date) -> list[Path]:
    """Write every blank; one that stands there already, filled in or changed, is never written over.

    Raises:
        OutputError: another file has the name of a blank, or it can't be written.
    """
    blanks = Blanks(policy, as_of)
    with TemporaryDirectory() as nowhere:
        made: dict[Path, bytes] = {}
        for name, write in _BLANKS.items():
            write(Path(nowhere) / name, blanks)
            made[folder / name] = (Path(nowhere) / name).read_bytes()
    try:
        if taken := [path.name for path, blank in made.items() if path.exists() and path.read_bytes() != blank]:
            raise OutputError(
                f"{folder} 里已有同名而内容不同的文件：{'、'.join(taken)}", "可能已经填写；请移走，或换一个文件夹"
            )
    except OSError as cause:
        raise OutputError(f"不能读取 {folder}：{cause.strerror}", "请检查路径和权限") from cause
    for path, blank in made.items():
        with whole_file(path) as temporary:
            temporary.write_bytes(blank)
    return list(made)


def _information(path: Path, blanks: Blanks, *, senior: bool) -> None:
    write_form(path, annexes.information_form(blanks, senior=senior), [blanks.lists()], blanks.as_of)


def _transfer(path: Path, blanks: Blanks) -> None:
    write_form(path, annexes.transfer_form(blanks), [], blanks.as_of)


_BLANKS: Mapping[str, Callable[[Path, Blanks], None]] = {
    "附件1-高级人员情况信息表.xlsx": lambda path, blanks: _information(path, blanks, senior=True),
    "附件2-中初级人员情况信息表.xlsx": lambda path, blanks: _information(path, blanks, senior=False),
    "附件3-调入人员资格审定表.xlsx": _transfer,
    "附件4-证书持有人员花名册.xlsx": lambda path, blanks: write_workbook(
        path, [annexes.roster_list(blanks), blanks.lists()], blanks.as_of
    ),
    HOLDERS_LIST: lambda path, blanks: write_workbook(
        path, [annexes.holders_list(blanks), blanks.lists()], blanks.as_of
    ),
    PUBLISHED_LIST: lambda path, blanks: write_workbook(path, [annexes.published_list()], blanks.as_of),
}
