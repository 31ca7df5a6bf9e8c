"""Invented people with nothing wrong in them but what a test is about."""

from hzcert.idnumber import check_character
from hzcert.table import Table, make_table

_SURNAMES = "沈陈王李张钱徐吴朱潘"
_GIVEN = ("云川", "雨桐", "水清", "禾田", "竹安", "书远", "石", "思源", "望舒", "南星", "子墨")

# Five qualifications of the kinds that the notice tells apart: by level, by region, by profession.
QUALIFICATIONS: tuple[dict[str, str], ...] = (
    {
        "region": "德清县", "employer": "德清县样例水利设计所", "series": "工程技术人员", "title": "工程师", "specialty": "水利水电工程",
        "level": "中级", "obtained_on": "1998-12-03", "committee": "湖州市工程技术人员中级职务评审委员会",
        "document_no": "湖人专[1999]12号", "document_date": "1999-01-20",
    },
    {
        "region": "市本级", "employer": "湖州市样例勘测院", "series": "工程技术人员", "title": "高级工程师", "specialty": "岩土工程",
        "level": "副高", "obtained_on": "2000-11-25", "committee": "浙江省工程技术人员高级职务评审委员会",
        "document_no": "浙人专[2001]45号", "document_date": "2001-02-08",
    },
    {
        "region": "德清县", "employer": "德清县样例文化馆", "series": "群众文化专业人员", "title": "助理馆员（群众文化）", "specialty": "群众文化",
        "level": "助理级", "obtained_on": "2003-09", "committee": "德清县初级专业技术职务评审委员会",
        "document_no": "德人专[2003]31号", "document_date": "2003-10-16",
    },
    {
        "region": "市本级", "employer": "湖州市样例图书馆", "series": "图书、资料专业人员", "title": "管理员（图书）", "specialty": "图书",
        "level": "员级", "obtained_on": "2004-06", "committee": "湖州市图书资料初级职务评审委员会",
        "document_no": "湖人专[2004]77号", "document_date": "2004-07-01",
    },
    {
        "region": "长兴县", "employer": "长兴县样例小学", "series": "小学教师", "title": "高级教师（小学）", "specialty": "数学",
        "level": "中级", "obtained_on": "1997-08-30", "committee": "湖州市小学教师中级职务评审委员会",
        "document_no": "湖人专[1997]64号", "document_date": "1997-10-08",
    },
)  # fmt: skip


def id_number(birth_date: str, sex: str, serial: int = 1) -> str:
    """An ID number of Deqing county with a valid check character; ``serial`` from 0 to 498 tells people apart."""
    body = f"330521{birth_date.replace('-', '')}{serial * 2 + (sex == '男'):03}"
    return body + check_character(body)


def holder(**given: object) -> dict[str, object]:
    """One holder of an intermediate certificate; the ID number belongs to the date of birth and the sex."""
    person: dict[str, object] = {
        "name": "沈云川",
        "sex": "男",
        "birth_date": "1970-03-12",
        **QUALIFICATIONS[0],
        "obtained_by": "评审",
        "old_certificate_no": "旧00001",
        "case": "换发",
        "file": "名单.xlsx",
        "sheet": "Sheet1",
        "row": 2,
    } | given
    if "id_number" not in person:
        person["id_number"] = id_number(str(person["birth_date"]), str(person["sex"]))
    return person


def holders(count: int, **given: object) -> list[dict[str, object]]:
    """So many different holders, of all kinds of qualifications in turn; what is given holds for each."""
    return [holder(**(_person(number) | given)) for number in range(count)]


def table(*people: dict[str, object]) -> Table:
    """A table of holders."""
    return make_table(people)


def _person(number: int) -> dict[str, object]:
    sex = "女" if number % 3 == 1 else "男"
    birth_date = f"{1948 + number % 30}-{1 + number % 12:02}-{1 + number % 28:02}"
    return {
        "name": _SURNAMES[number % len(_SURNAMES)] + _GIVEN[number % len(_GIVEN)],
        "sex": sex,
        "birth_date": birth_date,
        "id_number": id_number(birth_date, sex, number % 499),
        **QUALIFICATIONS[number % len(QUALIFICATIONS)],
        "old_certificate_no": f"旧{number + 1:05}",
        "row": number + 2,
    }
