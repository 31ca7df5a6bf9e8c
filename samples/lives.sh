#!/usr/bin/env bash
# The whole life of 30 certificates, played through the commands: exchanged, decided on by a clerk, lost and reissued, misprinted,
# transferred in, retired, forwarded to the province, handed out in bulk, old ones destroyed.
#
#     bash samples/lives.sh FOLDER [REGISTER]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=$1
hz=${HZCERT:-hzcert}
mkdir -p "$folder"
export HZCERT_REGISTER=${2:-$folder/register.db} HZCERT_QUIET=1 HZCERT_LANG=zh
python=${PYTHON:-python3}

# 30 invented people: 16 intermediate and 4 city-level junior certificates, 6 senior, 4 county junior; two are retired, one transfers in.
"$python" - "$folder" <<'PY'
import csv, sys
from pathlib import Path
folder = Path(sys.argv[1])
weights = [pow(2, 17 - i, 11) for i in range(17)]
def whole(body):
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights)) % 11]
kinds = {
    "中级": ("德清县", "德清县样例水利设计所", "工程技术人员", "工程师", "水利水电工程", "中级", "湖州市工程技术人员中级职务评审委员会", "湖人专[1999]12号"),
    "市初": ("市本级", "湖州市样例图书馆", "图书、资料专业人员", "管理员（图书）", "图书", "员级", "湖州市图书资料初级职务评审委员会", "湖人专[2004]77号"),
    "高级": ("市本级", "湖州市样例勘测院", "工程技术人员", "高级工程师", "岩土工程", "副高", "浙江省工程技术人员高级职务评审委员会", "浙人专[2001]45号"),
    "县初": ("德清县", "德清县样例文化馆", "群众文化专业人员", "助理馆员（群众文化）", "群众文化", "助理级", "德清县初级专业技术职务评审委员会", "德人专[2003]31号"),
}
obtained = {"中级": ("1998-12-03", "1999-01-20"), "市初": ("2004-06", "2004-07-01"), "高级": ("2000-11-25", "2001-02-08"), "县初": ("2003-09", "2003-10-16")}
given = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥东南西北春夏秋冬"
heads = "身份证号 姓名 性别 出生年月 工作单位 主管部门 属地 系列 资格名称 专业 级别 取得方式 取得时间 评审组织 公布文号 公布日期 原证书编号 业务类型 离退休时间 调入确认文号".split()
rows = []
for n, kind in enumerate(["中级"] * 16 + ["市初"] * 4 + ["高级"] * 6 + ["县初"] * 4):
    region, employer, series, title, specialty, level, committee, document = kinds[kind]
    birth = f"19{50 + n:02}-0{n % 9 + 1}-1{n % 9}" if kind != "县初" else f"1978-0{n % 9 + 1}-1{n % 9}"
    birth = birth if kind != "市初" else f"1975-0{n % 9 + 1}-1{n % 9}"
    got, published = obtained[kind]
    rows.append([whole("330521" + birth.replace("-", "") + f"{2 * n + 1:03}"), f"沈{given[n]}", "男", birth, employer, "样例水利局" if n < 4 else "",
                 region, series, title, specialty, level, "评审", got, committee, document, published, f"旧{n + 1:05}", "换发", "", ""])
rows[0][18] = rows[1][18] = "2006-12"          # retired: free of charge (四)
rows[15][11], rows[15][17], rows[15][19] = "确认", "调入确认", "湖人专[2007]88号"  # comes from another province (五.1)
def published_of(r):
    """The published row of an entry; of one that can't be told from a namesake without a person's decision, two."""
    line = r[:14] + [r[19] or r[14]] + r[15:]
    bare = ["", r[1], "", ""]
    return [bare + [employer] + line[5:] for employer in ("德清县样例甲厂", "德清县样例乙厂")] if r is rows[8] else [line]
lost = {6: "湖州日报 2008年3月2日", 26: "德清新闻 2008年3月2日"}
again = {n: rows[n][:17] + ["遗失补发", *rows[n][18:], notice] for n, notice in lost.items()}
batches = (("市", rows[:26]), ("县", rows[26:]), ("市补发", [again[6]]), ("县补发", [again[26]]))
heads.append("遗失声明")
for name, wanted in batches:
    batch = folder / name
    for part in ("holders", "published", "photos"):
        (batch / part).mkdir(parents=True, exist_ok=True)
    for part, lines in (("holders", wanted), ("published", [line for r in wanted for line in published_of(r)])):
        with (batch / part / "名单.csv").open("w", encoding="utf-8-sig", newline="") as out:
            csv.writer(out).writerows([heads, *lines])
with (folder / "ids").open("w") as out:
    out.writelines(row[0] + "\n" for row in rows)
PY
mapfile -t id < "$folder/ids"
photos=("$here"/huzhou-2007/photos/*.jpg)
for n in "${!id[@]}"; do
    batch=市; [ "$n" -ge 26 ] && batch=县
    cp "${photos[$((n * 3))]}" "$folder/$batch/photos/${id[$n]}.jpg"
done
cp "$folder/市/photos/${id[6]}.jpg" "$folder/市补发/photos/"
cp "$folder/县/photos/${id[26]}.jpg" "$folder/县补发/photos/"

city=(--authority 330500 --operator 市经办) county=(--authority 330521 --operator 县经办) province=(--authority 330000 --operator 省经办)
run() { "$hz" "$@" >>"$folder/lives.log" 2>&1; }
register() { run register "$@"; }
refused() { if "$hz" register "$@" >>"$folder/lives.log" 2>&1; then echo "should have been refused: $*" >&2; exit 1; fi; }
number_of() { "$hz" register history "$1" --format json --show-ids | "$python" -c 'import json,sys; print(next(i for i in json.load(sys.stdin)["items"] if i["type"] == "certificate")["certificate_no"])'; }

# Entered, reviewed, reconciled, charged, numbered, rostered, printed: the city's batch and the county's.
run run "$folder/市" "${city[@]}" --as-of 2007-11-20 || [ $? = 1 ]
run run "$folder/县" "${county[@]}" --as-of 2007-11-20 || [ $? = 1 ]

# A misprint: void, numbered anew, printed again with the batch.
register void "$(number_of "${id[4]}")" --reason 照片印歪 "${city[@]}" --as-of 2007-11-21
# Two persons of one name in the published document: a clerk says which of them it is, and the batch goes on.
"$python" - "$folder/市" <<'PY'
import sys
from pathlib import Path
import openpyxl
folder = Path(sys.argv[1])
book = openpyxl.load_workbook(folder / "out" / "reconciliation.xlsx")
sheet = book["待认定"]
top = next(cell.row for row in sheet.iter_rows() for cell in row if cell.value == "核对码")
places = {cell.value: cell.column for cell in sheet[top]}
for number in range(top + 1, sheet.max_row + 1):
    if sheet.cell(number, places["核对码"]).value:
        own = sheet.cell(number, places["工作单位（公布）"]).value == "德清县样例甲厂"
        for word, text in {"认定": "是此人" if own else "不是", "认定理由": "查过原评审表", "经办人": "李云"}.items():
            sheet.cell(number, places[word]).value = text
book.save(folder / "decisions.xlsx")
PY
run run "$folder/市" "${city[@]}" --as-of 2007-11-22 || [ $? = 1 ]
refused issue "${id[20]}" "${city[@]}" --as-of 2007-11-22     # a senior's certificate is the province's to make
refused number "${id[20]}" "${city[@]}" --as-of 2007-11-22
refused void "${id[5]}" --reason 试 "${county[@]}" --as-of 2007-11-22   # and a county has no say in an intermediate one

# To the province, and its certificates come back.
run pack province "$folder/市" "${city[@]}" --as-of 2007-11-25
run unpack "$folder"/市/移交/移交-报省-*.zip --register "$folder/province.db" "${province[@]}" --as-of 2007-11-26
for n in 20 21 22 23 24 25; do
    register receive "${id[$n]}" --new --number "B200733000008$((10000 + n))0" "${city[@]}" --as-of 2007-12-15
done

# Old certificates are collected; handed out: in bulk to a department, the rest to the holders.
register receive "${id[@]:0:26}" "${city[@]}" --as-of 2007-12-18
register receive "${id[@]:26}" "${county[@]}" --as-of 2007-12-18
run pack unit "$folder/市" --unit 样例水利局 "${city[@]}" --as-of 2007-12-20
for n in 0 1 2 3; do register issue "${id[$n]}" --received-by "本人" --on 2007-12-22 "${county[@]}" --as-of 2007-12-22; done
register issue "${id[@]:4:22}" --received-by 本人 "${city[@]}" --as-of 2007-12-23
register issue "${id[@]:26}" --received-by 本人 "${county[@]}" --as-of 2007-12-23

# Each authority destroys what it exchanged.
register destroy "${id[@]:0:20}" --out "$folder/市销毁清单.xlsx" --witness 监销人甲 "${city[@]}" --as-of 2008-01-10
register destroy "${id[@]:20:6}" --out "$folder/省销毁清单.xlsx" --witness 监销人乙 "${province[@]}" --as-of 2008-01-10
register destroy "${id[@]:26}" --out "$folder/县销毁清单.xlsx" --witness 监销人丙 "${county[@]}" --as-of 2008-01-10

# Filed with the city.
run pack city "$folder/县" "${county[@]}" --as-of 2008-01-12

# Lost and reissued: one of the city's, one of the county's (numbered by its batch), one of the province's.
register lost "${id[6]}" --newspaper 湖州日报 --on 2008-03-02 "${city[@]}" --as-of 2008-03-03
register reissue "${id[6]}" "${city[@]}" --as-of 2008-03-10
run run "$folder/市补发" "${city[@]}" --as-of 2008-03-11 || [ $? = 1 ]
register issue "${id[6]}" --received-by 本人 "${city[@]}" --as-of 2008-03-12
register lost "${id[26]}" --newspaper 德清新闻 --on 2008-03-02 "${county[@]}" --as-of 2008-03-03
run run "$folder/县补发" "${county[@]}" --as-of 2008-03-11 || [ $? = 1 ]
register issue "${id[26]}" --received-by 本人 "${county[@]}" --as-of 2008-03-12
register lost "${id[20]}" --newspaper 湖州日报 --on 2008-03-05 "${city[@]}" --as-of 2008-03-06
refused reissue "${id[20]}" "${city[@]}" --as-of 2008-03-10     # without the province's number
register reissue "${id[20]}" --number B20083300000810020X "${city[@]}" --as-of 2008-04-01
refused issue "${id[20]}" "${city[@]}" --as-of 2008-04-01       # it has not come yet
register receive "${id[20]}" --new --number B20083300000810020X "${city[@]}" --as-of 2008-04-08
register issue "${id[20]}" --received-by 本人 "${city[@]}" --as-of 2008-04-10

run register verify
"$hz" register history "${id[@]}" --show-ids >"$folder/history.txt"
