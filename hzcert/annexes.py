"""The notice's annexes (附件) as this toolkit lays them out: titles word for word, what goes where, who signs (三.1, 三.2).

The notice names the annexes and shows none: their boxes are ours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from hzcert.fields import HEADINGS, TRANSFER_IN
from hzcert.policy import Policy
from hzcert.sheets.formpage import Box, Page
from hzcert.sheets.writing import Column, Sheet
from hzcert.titles import LEVELS

OPTIONS_TITLE = "资格名称一览（供选择，不填写）"
ANNEX_3 = "调入专业技术人员资格审定表"
PHOTO_BOX = "贴照片处\n\n近期免冠白底\n二寸彩色照片"

_OPTIONS_SHEET = "资格名称一览"
_OPTIONS_FIRST = 3  # the row of the first one, as the spreadsheet shows it
_PLACES = {"title": "A", "series": "B"}  # the columns of that sheet

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
_PHOTO_LINES = (("name", "sex"), ("former_name", "birth_date"), ("id_number",), ("employer",), ("department", "region"))
_LINES = (
    ("series", "level"), ("title", "specialty"), ("obtained_by", "obtained_on"), ("committee",),
    ("document_no", "document_date"), ("old_certificate_no", "case"), ("retired_on", "phone"),
    ("transfer_confirmed_no", "loss_notice"), ("remark",),
)  # fmt: skip
_WIDTHS = (14, 28, 14, 28, 22)  # label, value, label, value, photo
_LAST = len(_WIDTHS) - 1
_NOTES = (
    "填表说明：",
    "1．一份证书填一份表，由本人填写；每张工作表只填一人。红色栏目必填，选中一格可见填写要求或选项。",
    "2．姓名、性别、出生年月、身份证号照身份证填写；身份证号按文本填写，不要改成数字格式。",
    "3．资格名称、专业、级别、取得时间、评审组织、公布文号照原证书和公布文件填写，不得自行改动。",
    "4．照片为近期免冠白底二寸彩色照片，可插入贴照片处；电子照片以身份证号做文件名，JPG 格式，50K 以内。",
    "5．{case}",
)
_CASES = "业务类型不填即为{usual}；调入的须填调入确认文号（附件3），遗失的须填登报的遗失声明。"
_SIGNED = "（盖章）　　　　　　　　　　年　　月　　日　"


@dataclass(frozen=True)
class Blanks:
    """What blanks offer and ask for under one policy on one day."""

    policy: Policy
    as_of: date

    @property
    def usual(self) -> str:
        """The case (业务类型) where none is filled in."""
        return self.policy.entry.default_case.on(self.as_of).value

    @property
    def compulsory(self) -> tuple[str, ...]:
        """The fields that can't be left empty."""
        return tuple(self.policy.entry.required[self.usual].on(self.as_of).value)

    def options(self, key: str) -> tuple[str, ...]:
        """What can be chosen for a field, where that is a short list."""
        scope, entry = self.policy.scope, self.policy.entry
        ways = (scope.reviewed, scope.examined, scope.confirmed)
        match key:
            case "sex":
                return ("男", "女")
            case "region":
                return tuple(self.policy.regions)
            case "level":
                return LEVELS
            case "case":
                return tuple(entry.cases.on(self.as_of).value)
            case "obtained_by":
                return tuple(dict.fromkeys(way for each in ways for way in each.on(self.as_of).value))
        return ()

    def hint(self, key: str) -> str:
        """What a person who fills in a field is told."""
        return f"不填即为{self.usual}。" if key == "case" else _HINTS.get(key, "")

    def options_at(self, key: str) -> str:
        """Where in the workbook a long list stands."""
        column = _PLACES.get(key)
        last = _OPTIONS_FIRST - 1 + len(self._listed(key))
        return f"'{_OPTIONS_SHEET}'!${column}${_OPTIONS_FIRST}:${column}${last}" if column else ""

    def lists(self) -> Sheet:
        """The sheet of what is too long to be offered in a cell: titles, and series (GB/T 8561 and the policy's own)."""
        titles, series = self._listed("title"), self._listed("series")
        rows = [(title, series[at] if at < len(series) else "") for at, title in enumerate(titles)]
        return Sheet(
            _OPTIONS_SHEET, (Column("可选名称", 36), Column("可选系列", 36)), rows, title=OPTIONS_TITLE, hidden=True
        )

    def _listed(self, key: str) -> tuple[str, ...]:
        titles = {each.code: each for found in self.policy.title_table.by_spelling.values() for each in found}
        ordered = [titles[code] for code in sorted(titles)]
        return tuple(dict.fromkeys(each.name if key == "title" else each.series for each in ordered))


# --- forms of one person --------------------------------------------------------------------------------------------


def information_form(blanks: Blanks, *, senior: bool) -> Page:
    """Annex 1 (高级) or annex 2 (中级、初级): the information form (信息表) of one person (三.1)."""
    policy = blanks.policy
    # Word for word; the gap in the title of annex 2 is the notice's own.
    title = (
        f"{policy.province}具有高级专业技术资格证书人员情况信息表"
        if senior
        else f"{policy.city}具有    级专业技术资格证书人员情况信息表"
    )
    groups = [group for group in policy.levels if (group.name == "高级") is senior]
    levels = tuple(level for level in LEVELS if any(level in group.holds for group in groups))
    boxes = [*_head(title, f"附件{1 if senior else 2}　　{policy.document_no}"), _photo(2, len(_PHOTO_LINES))]
    for number, line in enumerate((*_PHOTO_LINES, *_LINES), start=2):
        last = _LAST - 1 if number < 2 + len(_PHOTO_LINES) else _LAST
        boxes += [box for key, *at in _spread(line, last) for box in _field(blanks, key, number, at, levels)]
    opinions = ["单位核实意见", "县区人事局或\n主管部门意见", f"{policy.city}人事局\n审核意见"]
    opinions += ["省人事厅\n审核意见"] if senior else []
    above = 2 + len(_PHOTO_LINES) + len(_LINES)
    notes = [line.format(case=_CASES.format(usual=blanks.usual)) for line in _NOTES]
    boxes += _foot(above, opinions, notes)
    heights = [38.0, 18.0, *[31.0] * len(_PHOTO_LINES), *[26.0] * len(_LINES)]
    heights += [*[48.0 if senior else 60.0] * len(opinions), *[15.0, *[27.0] * (len(notes) - 1)]]
    return Page("信息表", _WIDTHS, tuple(heights), tuple(boxes))


def transfer_form(blanks: Blanks) -> Page:
    """Annex 3: those who came from elsewhere, for confirmation (五.1)."""
    policy = blanks.policy
    beside = (("姓名", "性别"), ("出生年月", "民族"), ("身份证号",), ("现工作单位",), ("主管部门", "属地"))
    below = (
        ("学历", "毕业院校及专业"), ("参加工作时间", "调入时间"), ("调出单位",), ("现专业技术职务", "聘任时间"),
        ("原资格名称", "原资格级别"), ("原资格专业", "原取得时间"), ("原评审组织",), ("原公布文号", "原证书编号"),
        ("原发证机关",), ("申请确认的资格", "申请确认的级别"), ("联系电话", "备注"),
    )  # fmt: skip
    boxes = [*_head(ANNEX_3, f"附件3　　{policy.document_no}"), _photo(2, len(beside))]
    for number, line in enumerate((*beside, *below), start=2):
        last = _LAST - 1 if number < 2 + len(beside) else _LAST
        for label, *at in _spread(line, last):
            boxes += [Box(number, at[0], number, at[0], label, "label"), Box(number, at[0] + 1, number, at[1])]
    opinions = [
        "单位意见",
        "县区人事局或\n主管部门意见",
        f"{policy.city}人事局\n职评中心意见",
        "省人事厅意见\n（高级）",
    ]
    above = 2 + len(beside) + len(below)
    notes = [
        "填表说明：",
        "1．外省市或部属单位调入人员，须经确认后换发（五.1）；逐级报市人事局职评中心审核，高级由省人事厅确认。",
        f"2．确认后请另填信息表（附件1 或附件2），业务类型填“{TRANSFER_IN}”，并填写确认文号。",
    ]
    boxes += _foot(above, opinions, notes)
    heights = [38.0, 18.0, *[31.0] * len(beside), *[26.0] * len(below), *[48.0] * len(opinions), 15.0, 27.0, 27.0]
    return Page("审定表", _WIDTHS, tuple(heights), tuple(boxes))


def _head(title: str, line: str) -> list[Box]:
    return [Box(0, 0, 0, _LAST, title, "title"), Box(1, 0, 1, _LAST, line, "line")]


def _photo(first: int, rows: int) -> Box:
    """The box for a two-inch photo (35 x 53 mm), beside the first lines."""
    return Box(first, _LAST, first + rows - 1, _LAST, PHOTO_BOX, "photo")


def _spread(line: Sequence[str], last: int) -> list[tuple[str, int, int]]:
    """What stands on one line, each with the column of its label and the last one of its value."""
    if len(line) == 1:
        return [(line[0], 0, last)]
    return [(line[0], 0, 1), (line[1], 2, last)]


def _field(blanks: Blanks, key: str, row: int, at: Sequence[int], levels: tuple[str, ...]) -> tuple[Box, Box]:
    """A field's label, and the box that is filled in."""
    label, last = at
    value = Box(
        row,
        label + 1,
        row,
        last,
        options=levels if key == "level" else blanks.options(key),
        options_at=blanks.options_at(key),
        hint=blanks.hint(key),
        heading=HEADINGS[key],
    )
    return Box(row, label, row, label, HEADINGS[key], "compulsory" if key in blanks.compulsory else "label"), value


def _foot(first: int, opinions: Sequence[str], notes: Sequence[str]) -> list[Box]:
    """Who signs, and how to fill it in."""
    boxes: list[Box] = []
    for number, label in enumerate(opinions, start=first):
        boxes += [
            Box(number, 0, number, 0, label, "label"),
            Box(number, 1, number, _LAST, _SIGNED, "opinion"),
        ]
    lines = enumerate(notes, start=first + len(opinions))
    return [*boxes, *(Box(number, 0, number, _LAST, text, "line") for number, text in lines)]


# --- lists ----------------------------------------------------------------------------------------------------------

_READY = 200  # lines; whoever needs more copies the last one down
_LIST_WIDTHS: Mapping[str, int] = {
    "id_number": 20, "employer": 24, "department": 16, "title": 16, "committee": 22, "document_no": 18,
    "old_certificate_no": 16, "transfer_confirmed_no": 16, "loss_notice": 20, "phone": 14, "remark": 16,
}  # fmt: skip


def holders_list(blanks: Blanks) -> Sheet:
    """The blank list of holders (人员信息表): canonical headings, lists to choose from, one line a certificate (三.1)."""
    columns = tuple(_column(blanks, key, _LIST_WIDTHS.get(key, 11)) for key in HEADINGS)
    above = ("一份证书填一行；红色栏目必填；选中一格可见填写要求。",)
    title = f"{blanks.policy.city}专业技术资格证书人员信息表"
    return Sheet("人员信息表", columns, [], title=title, above=above, ready=_READY)


_ROSTER: Mapping[str, int] = {
    "name": 8, "sex": 4, "birth_date": 9, "id_number": 19, "employer": 16, "region": 6, "series": 12, "specialty": 11, "title": 11,
    "level": 7, "obtained_by": 7, "obtained_on": 10, "committee": 16, "document_no": 14, "old_certificate_no": 11,
    "retired_on": 10, "case": 9, "remark": 9,
}  # fmt: skip


def roster_list(blanks: Blanks) -> Sheet:
    """The blank of annex 4 (花名册), for those who fill it in by hand (三.4)."""
    columns = [Column("序号", 5, "count"), *(_column(blanks, key, width) for key, width in _ROSTER.items())]
    columns.insert(-3, Column("新证书编号", 19, one_line=True))
    title = blanks.policy.roster.title.on(blanks.as_of).value.format(city=blanks.policy.city, level="    级")
    line = f"附件4　　{blanks.policy.document_no}"
    signed = "填报单位（盖章）：　　　　　　　　　　填表人：　　　　　　　审核人：　　　　　　　填报日期：　　　　年　　月　　日"
    return Sheet("花名册", tuple(columns), [], title=title, above=(line, signed), ready=20)


def _column(blanks: Blanks, key: str, width: int) -> Column:
    return Column(
        HEADINGS[key],
        width,
        compulsory=key in blanks.compulsory,
        options=blanks.options(key),
        options_at=blanks.options_at(key),
        hint=blanks.hint(key),
    )


def published_list() -> Sheet:
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
