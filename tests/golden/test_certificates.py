"""Certificates as a person reviews them: every text with its place, size and face."""

from dataclasses import replace
from datetime import date
from types import MappingProxyType

from hzcert import render
from hzcert.press.page import Page, background
from people import QUALIFICATIONS, holder, id_number, table

DAY = date(2007, 11, 20)
KINDS = MappingProxyType(
    {
        "普通": holder(employer="湖州市样例水利设计所"),
        "四十字以上的单位": holder(
            employer="湖州市南浔区样例镇人民政府社会事务与劳动保障综合服务中心农业技术推广站水利工程管理所",
            committee="湖州市建筑工程与水利水电工程专业技术人员中级职务任职资格评审委员会",
        ),
        "生僻字": holder(name="沈𬍛𫖯𬭎䶮"),
        "带间隔号的名字": holder(name="阿不都热合曼·买买提·吐尔逊江", sex="女"),
        "没有单位": holder(employer="", specialty="", birth_date="1970-03", id_number=id_number("1970-03-12", "男")),
        "补发": holder(case="遗失补发", **QUALIFICATIONS[3]),
        "高级": holder(**QUALIFICATIONS[1]),
    }
)


def test_certificates(policy, golden, tmp_path):
    press = render.open_press(policy, DAY)
    # Only what is shipped: a machine with more fonts sets the same pages.
    fonts = replace(press.fonts, chains={name: chain[:2] for name, chain in press.fonts.chains.items()})
    press = replace(press, fonts=fonts)
    numbers = {line: f"C20073305000800{line:03}X" for line in range(len(KINDS))}
    made = render.faces(table(*KINDS.values()), numbers, policy, dict.fromkeys(numbers, DAY), tmp_path)
    listed = [f"# {kind}\n{render.page_for(face, press).listing()}" for kind, face in zip(KINDS, made, strict=True)]
    shared = Page("中级", background(press.design, "中级", fonts)).listing()
    golden("certificates.txt", "\n".join([f"# 各证相同\n{shared}", *listed]))
