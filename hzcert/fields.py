"""The canonical fields: their keys, their headings, and the cases that the notice tells apart. Light enough for workers."""

from collections.abc import Mapping

# Key in code and JSON, heading in files for people. The order is that of holders.xlsx.
HEADINGS: Mapping[str, str] = {
    "id_number": "身份证号",
    "name": "姓名",
    "former_name": "曾用名",
    "sex": "性别",
    "birth_date": "出生年月",
    "employer": "工作单位",
    "department": "主管部门",
    "region": "属地",
    "series": "系列",
    "title": "资格名称",
    "specialty": "专业",
    "level": "级别",
    "obtained_by": "取得方式",
    "obtained_on": "取得时间",
    "committee": "评审组织",
    "document_no": "公布文号",
    "document_date": "公布日期",
    "old_certificate_no": "原证书编号",
    "case": "业务类型",
    "retired_on": "离退休时间",
    "transfer_confirmed_no": "调入确认文号",
    "loss_notice": "遗失声明",
    "phone": "联系电话",
    "remark": "备注",
}
FIELDS: tuple[str, ...] = tuple(HEADINGS)
# The cases (业务类型) that the notice tells apart: 五.3, 五.1, 五.2.
EXCHANGE, FIRST_ISSUE, TRANSFER_IN, REISSUE = "换发", "新发", "调入确认", "遗失补发"
