"""Invented rows and workbooks for the benchmarks: right in every field, the same each time.

python benchmarks/invent.py 100000 rows.xlsx        # or .csv, .parquet
"""

import csv
import random
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import xlsxwriter

HEADINGS = [
    "序号",
    "姓名",
    "性别",
    "出生年月",
    "身份证号",
    "工作单位",
    "主管部门",
    "属地",
    "系列",
    "资格名称",
    "专业",
    "级别",
    "取得方式",
    "取得时间",
    "评审组织",
    "公布文号",
    "原证书编号",
    "业务类型",
    "联系电话",
    "备注",
]
_SURNAMES, _GIVEN = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗",
    "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂华建国文辉玲红",
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def rows(count: int, seed: int = 1) -> Iterator[list[object]]:
    """Rows under ``HEADINGS``: numbers, text, a date, an empty cell."""
    luck = random.Random(seed)
    for number in range(1, count + 1):
        place = luck.choice(("330501", "330502", "330521", "330522", "330523"))
        born = date.fromordinal(luck.randint(date(1940, 1, 1).toordinal(), date(1975, 12, 31).toordinal()))
        body = f"{place}{born:%Y%m%d}{number % 1000:03}"
        unit, year = luck.randint(1, 200), luck.randint(2000, 2006)
        check = "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]
        yield [
            number, luck.choice(_SURNAMES) + luck.choice(_GIVEN) + luck.choice(_GIVEN), "女男"[int(body[16]) % 2],
            f"{born:%Y-%m}", body + check, f"湖州市第{unit}设计院", f"湖州市第{unit % 20 + 1}局",
            "市本级", "工程技术人员", "工程师", "机械", "中级", "评审", date(year, 12, luck.randint(2, 28)),
            "湖州市工程系列中级评审委员会", f"湖人专[{year}]{luck.randint(1, 99)}号", f"Z{number:07}", "换发",
            f"139{luck.randint(0, 99_999_999):08}", "",
        ]  # fmt: skip


def write(path: Path, count: int) -> None:
    """So many rows as a file of the kind that its ending names; an xlsx with shared strings, as Excel writes it."""
    match path.suffix:
        case ".xlsx":
            with xlsxwriter.Workbook(path, {"use_zip64": True, "default_date_format": "yyyy-mm-dd"}) as book:
                sheet = book.add_worksheet("人员")
                for at, row in enumerate([HEADINGS, *rows(count)]):
                    sheet.write_row(at, 0, row)
        case ".csv":
            with path.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([HEADINGS, *rows(count)])
        case _:
            pd.DataFrame(rows(count), columns=HEADINGS).astype(str).to_parquet(path)


if __name__ == "__main__":
    write(Path(sys.argv[2]), int(sys.argv[1]))
