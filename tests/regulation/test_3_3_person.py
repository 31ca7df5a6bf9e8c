"""三.3 the person: ID numbers of all times and names of all peoples; what can't be is refused, what is rare is not."""

import pytest

from hzcert import validate
from hzcert.idnumber import check_character, lengthen
from people import holder, table


@pytest.fixture
def found(policy, city, as_of):
    def check(**given):
        return [finding.code.id for finding in validate.check(table(holder(**given)), policy, as_of, city)]

    return check


def with_check(body):
    return body + check_character(body)


LATER = {"obtained_on": "2006-12-03", "document_no": "湖人专[2007]12号", "document_date": "2007-01-20"}


@pytest.mark.parametrize(
    ("division", "birth", "expected"),
    [
        pytest.param("330521", "19200229", [], id="闰日，九十岁上下"),
        pytest.param("330521", "19000101", [], id="1900年元旦"),
        pytest.param("330521", "18991231", ["HZ204"], id="十九世纪"),
        pytest.param("330521", "19000229", ["HZ204"], id="1900年不是闰年"),
        pytest.param("330521", "19710229", ["HZ204"], id="平年二月二十九"),
        pytest.param("330521", "19720229", [], id="闰年二月二十九"),
        pytest.param("330521", "19701300", ["HZ204"], id="十三月"),
        pytest.param("330521", "19700431", ["HZ204"], id="四月三十一"),
        pytest.param("330521", "19700100", ["HZ204"], id="零日"),
        pytest.param("330503", "19450815", [], id="出生时还没有南浔区，老号码照样有效"),
        pytest.param("330511", "19600101", [], id="郊区，1983至1987"),
        pytest.param("332226", "19600101", [], id="嘉兴地区的德清县，1982年以前"),
        pytest.param("330501", "19880101", [], id="市辖区，没有单独的年代"),
        pytest.param("330511", "19881231", [], id="撤销次年出生，名册或许晚一年"),
        pytest.param("330511", "19890101", ["HZ214"], id="郊区撤销以后出生"),
        pytest.param("513001", "19600101", [], id="曾经的万县一带，重庆设市以前"),
        pytest.param("331299", "19700101", ["HZ208"], id="浙江没有过的代码"),
        pytest.param("710000", "19700101", [], id="台湾省"),
        pytest.param("830000", "19700101", [], id="台湾居民居住证"),
        pytest.param("831234", "19700101", ["HZ208"], id="居住证没有这样的代码"),
        pytest.param("160101", "19700101", ["HZ209"], id="没有 16 这个省份"),
        pytest.param("000000", "19700101", ["HZ209"], id="全是零"),
    ],
)
def test_id_numbers_of_all_times(found, division, birth, expected):
    number = with_check(f"{division}{birth}127")
    year, month, day = birth[:4], birth[4:6], birth[6:]
    said = {"birth_date": f"{year}-{month}-{day}"} if "HZ204" not in expected else {}
    later = LATER if year > "1979" else {}
    assert [
        code for code in found(id_number=number, sex="男", **said, **later) if code not in ("HZ326", "HZ334")
    ] == expected


@pytest.mark.parametrize("last", "0123456789X")
def test_every_check_character(found, last):
    number = next(
        number for serial in range(1, 999, 2) if (number := with_check(f"33052119700312{serial:03}")).endswith(last)
    )
    assert found(id_number=number) == []
    assert found(id_number=number[:-1] + ("0" if last != "0" else "X")) == ["HZ203"]


def test_numbers_of_fifteen_digits(found):
    good, sex_of_another, no_date = "330521700312001", "330521700312002", "330521700230001"
    assert found(id_number=lengthen(good), id_number_given=good) == ["HZ207"]
    assert found(id_number=lengthen(sex_of_another), id_number_given=sex_of_another) == ["HZ205", "HZ207"]
    assert found(id_number=lengthen(no_date), id_number_given=no_date) == ["HZ204"]
    assert found(id_number="33052170031200") == ["HZ202"], "十四位"
    assert found(id_number="33052170031200X") == ["HZ202"], "十五位没有校验码"


@pytest.mark.parametrize(
    "number", ["33052119700312001x", "３３0521197003120018", "330521 19700312001", "不详", "X" * 18, "-" * 18]
)
def test_what_is_no_id_number(found, number):
    assert found(id_number=number) == ["HZ202"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("沈云", [], id="两个字"),
        pytest.param("欧阳望舒", [], id="复姓"),
        pytest.param("司马沈云川", [], id="五个字"),
        pytest.param("沈", ["HZ215"], id="一个字，请看一眼"),
        pytest.param("〇〇", [], id="〇是汉字"),
        pytest.param("阿不都热合曼·买买提吐尔逊", [], id="一个间隔号"),
        pytest.param("阿卜杜拉·本·穆罕默德·样例", [], id="几个间隔号"),
        pytest.param("·阿不都", ["HZ210"], id="间隔号在前"),
        pytest.param("阿不都·", ["HZ210"], id="间隔号在后"),
        pytest.param("阿不都··热合曼", ["HZ210"], id="两个间隔号连写"),
        pytest.param("沈㛃", [], id="扩展A"),
        pytest.param("沈𠮷", [], id="扩展B"),
        pytest.param("沈𫖯", [], id="扩展C"),
        pytest.param("沈𫟹", [], id="扩展D"),
        pytest.param("沈𬭎", [], id="扩展E"),
        pytest.param("沈\U0002d000", [], id="扩展F"),
        pytest.param("沈\U0002ebf0", [], id="扩展I，来自公安人名用字"),
        pytest.param("沈\U00030000", [], id="扩展G"),
        pytest.param("沈\U00031350", [], id="扩展H"),
        pytest.param("沈\U000323b0", [], id="扩展J"),
        pytest.param("沈龦", [], id="基本区末尾"),
        pytest.param("沈\U0002a6ef", ["HZ210"], id="没有字的码位"),
        pytest.param("沈\U000f0001", ["HZ210"], id="补充私用区"),
        pytest.param("沈\ufffd", ["HZ210"], id="替换字符"),
        pytest.param("沈\x07川", ["HZ210"], id="控制字符"),
        pytest.param("沈\u200b川", ["HZ210"], id="看不见的字符"),
        pytest.param("沈⺮", ["HZ210"], id="部首不是字"),
        pytest.param("沈云川（小）", ["HZ210"], id="括注"),
        pytest.param("沈云川(女)", ["HZ210"], id="半角括注"),
        pytest.param("沈云川1", ["HZ210"], id="数字"),
        pytest.param("沈云川、王五", ["HZ210"], id="两个人"),
        pytest.param("沈-川", ["HZ210"], id="汉字间的短横"),
        pytest.param("沈.川", ["HZ210"], id="汉字间的点"),
        pytest.param("沈○川", ["HZ210"], id="圆圈代字"),
        pytest.param("沈×", ["HZ210"], id="叉代字"),
        pytest.param("沈⿰云川", ["HZ210"], id="描述字形的符号"),
        pytest.param("#N/A", ["HZ210"], id="电子表格的出错标记"),
        pytest.param("SHEN Yunchuan", ["HZ211"], id="拼音"),
        pytest.param("Anne-Marie O’Neil Jr.", ["HZ211"], id="外文的符号"),
        pytest.param("Ångström", ["HZ211"], id="带音标的字母"),
        pytest.param("沈C", ["HZ211"], id="汉字和字母"),
        pytest.param("Иван", ["HZ211"], id="别的文字"),
    ],
)
def test_names_of_one_to_many_characters(found, name, expected):
    assert found(name=name) == expected


@pytest.mark.parametrize(
    ("field", "text", "expected"),
    [
        ("specialty", "#N/A", ["HZ216"]),
        ("specialty", "水利??", ["HZ216"]),
        ("specialty", "水利\ue000", ["HZ216"]),
        ("specialty", "水利\x0b水电", ["HZ216"]),
        ("specialty", "水利水电（C#程序）", []),
        ("employer", "德清县□□水利所", ["HZ216"]),
        ("employer", "德清县3#泵站", []),
        ("employer", "德清县\ufffd利所", ["HZ216"]),
        ("committee", "湖州市#REF!中级评审委员会", ["HZ216"]),
        ("old_certificate_no", "#DIV/0!", ["HZ216"]),
    ],
)
def test_text_that_no_clerk_has_written(found, field, text, expected):
    assert found(**{field: text}) == expected


def test_what_is_spoilt_is_named_with_its_column(policy, city, as_of):
    (finding,) = validate.check(table(holder(specialty="水利??")), policy, as_of, city)
    assert finding.field == "specialty" and "专业" in finding.message and "??" in finding.message


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"name": "锟斤拷"}, "HZ217"),
        ({"name": "烫烫烫"}, "HZ217"),
        ({"name": "娌堜簯宸"}, "HZ217"),
        ({"name": "鏉庡"}, "HZ217"),
        ({"name": "ÉòÔÆ´¨"}, "HZ217"),
        ({"name": "æ²ˆäº‘å·"}, "HZ217"),
        ({"employer": "寰锋竻鍘挎按鍒╁眬"}, "HZ217"),
        ({"committee": "湖州市锟斤拷评审委员会"}, "HZ217"),
        ({"name": "沈ㄦ川"}, "HZ210"),
        ({"name": "沈?川"}, "HZ210"),
        ({"name": "沈�川"}, "HZ210"),
    ],
)
def test_3_3_text_of_another_encoding_is_refused(policy, as_of, city, given, code):
    assert code in {f.code.id for f in validate.check(table(holder(**given)), policy, as_of, city)}


@pytest.mark.parametrize("name", ["浔阳", "鐘堃", "閆鑫", "洹柏", "Ömür Yılmaz", "José Ñandú", "阿Y", "屯小川"])
def test_3_3_rare_names_are_not_garbled(policy, as_of, city, name):
    found = {f.code.id for f in validate.check(table(holder(name=name)), policy, as_of, city)}
    assert not found & {"HZ210", "HZ217"}
