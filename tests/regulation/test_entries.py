"""The notice clause by clause, on one entry at a time with nothing wrong in it but what the test is about."""

from datetime import date

import pytest

from hzcert import validate
from people import holder, id_number, table

SENIOR = {
    "title": "高级工程师", "level": "副高", "committee": "浙江省水利专业高级工程师资格评审委员会",
    "document_no": "浙人专[1999]12号",
}  # fmt: skip
JUNIOR = {"title": "助理工程师", "level": "助理级", "committee": "德清县工程技术人员初级职务评审委员会"}


@pytest.fixture
def found(policy, city, as_of):
    def check(*people, day=None, authority=None):
        return [finding.code.id for finding in validate.check(table(*people), policy, day or as_of, authority or city)]

    return check


def test_an_ordinary_holder_has_nothing_wrong(found):
    assert found(holder()) == []


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({}, [], id="一(二) 市评委会评审的中级，在换证范围"),
        pytest.param(SENIOR, [], id="一(一) 浙江省高级，在换证范围"),
        pytest.param({"obtained_by": "考试", "committee": "湖州市人事局"}, [], id="一(三) 市人事局考试的中级"),
        pytest.param(JUNIOR | {"obtained_by": "考试", "committee": "德清县人事局"}, [], id="一(四) 县人事局考试的初级"),
        pytest.param({"obtained_by": "考试", "committee": "德清县人事局"}, ["HZ312"], id="一(四) 县人事局只考初级"),
        pytest.param(
            JUNIOR | {"obtained_by": "考试", "committee": "德清县人力资源局"}, [], id="一(四) 县人力资源局考试的初级"
        ),
        pytest.param({"obtained_by": "考试", "committee": "嘉兴市人事局"}, ["HZ312"], id="一 外市考试"),
        pytest.param({"obtained_by": "考试", "committee": "人事部、财政部"}, ["HZ310"], id="一 全国统一考试不换"),
        pytest.param({"obtained_by": "考试", "committee": "浙江省人事厅"}, ["HZ310"], id="一 省统一考试不换"),
        pytest.param({"obtained_by": "全国统考"}, ["HZ310"], id="一 全国统考不换"),
        pytest.param({"committee": "嘉兴市工程技术人员中级职务评审委员会"}, ["HZ311"], id="一(二) 外市评委会"),
        pytest.param(SENIOR | {"committee": "江苏省高级评审委员会"}, ["HZ314"], id="一(一) 外省高级"),
        pytest.param({"obtained_by": "初定"}, ["HZ313"], id="一 未列明的取得方式，人工确认"),
        pytest.param(
            {"obtained_by": "考试合格", "committee": "人事部全国经济专业技术资格考试"},
            ["HZ310"],
            id="一 换个说法的全国考试",
        ),
        pytest.param({"obtained_by": "考核认定", "committee": "国家烟草专卖局"}, ["HZ310"], id="一 国家机关认定"),
        pytest.param({"committee": ""}, ["HZ327"], id="一 没有评审组织"),
        pytest.param({"committee": "上海市长兴岛中级评审委员会"}, ["HZ311"], id="一 别处的长兴"),
        pytest.param({"retired_on": "2001-05", "birth_date": "1940-03-12"}, [], id="一(五) 离退休人员在换证范围"),
    ],
)
def test_1_scope(found, given, expected):
    assert found(holder(**given)) == expected


CONSTRUCTION = {"specialty": "建筑施工"}


@pytest.mark.parametrize(
    ("given", "day", "expected"),
    [
        pytest.param(SENIOR, date(2007, 12, 31), [], id="高级，2007年底前"),
        pytest.param(SENIOR, date(2008, 1, 1), ["HZ315"], id="高级，2008年起过期"),
        pytest.param(CONSTRUCTION, date(2007, 12, 31), [], id="建筑中级，2007年底前"),
        pytest.param(CONSTRUCTION, date(2008, 1, 1), ["HZ315"], id="建筑中级，2008年起过期"),
        pytest.param({}, date(2008, 12, 31), [], id="其他中级，2008年底前"),
        pytest.param({}, date(2009, 1, 1), ["HZ315"], id="其他中级，2009年起过期"),
        pytest.param(CONSTRUCTION | JUNIOR, date(2008, 6, 1), [], id="建筑初级属第二阶段"),
        pytest.param(
            CONSTRUCTION | {"case": "遗失补发", "loss_notice": "湖州日报 2008年2月1日"},
            date(2008, 6, 1),
            [],
            id="补发不受换证时间约束",
        ),
    ],
)
def test_2_two_phases(found, given, day, expected):
    assert found(holder(**given), day=day) == expected


@pytest.mark.parametrize(
    ("level", "region", "reviews", "makes", "roster_to", "hands_out", "destroys"),
    [
        ("正高", "市本级", "浙江省人事厅", "浙江省人事厅", "浙江省人事厅", "湖州市人事局", "浙江省人事厅"),
        ("副高", "安吉县", "浙江省人事厅", "浙江省人事厅", "浙江省人事厅", "湖州市人事局", "浙江省人事厅"),
        ("中级", "市本级", "湖州市人事局", "湖州市人事局", "湖州市人事局", "湖州市人事局", "湖州市人事局"),
        ("中级", "长兴县", "湖州市人事局", "湖州市人事局", "湖州市人事局", "湖州市人事局", "湖州市人事局"),
        ("助理级", "市本级", "湖州市人事局", "湖州市人事局", "湖州市人事局", "湖州市人事局", "湖州市人事局"),
        ("员级", "德清县", "德清县人事局", "德清县人事局", "湖州市人事局", "德清县人事局", "德清县人事局"),
        ("助理级", "吴兴区", "吴兴区人事局", "吴兴区人事局", "湖州市人事局", "吴兴区人事局", "吴兴区人事局"),
    ],
)
def test_3_2_who_does_what(policy, as_of, level, region, reviews, makes, roster_to, hands_out, destroys):
    duty = policy.responsibility(level, region, as_of)
    kinds = (duty.reviews, duty.makes, duty.roster_to, duty.hands_out, duty.destroys)
    names = [policy.body(kind, region).name for kind in kinds]
    assert names == [reviews, makes, roster_to, hands_out, destroys]


def test_3_2_a_county_takes_its_own_people_only(found, policy):
    of_changxing = holder(region="长兴县", employer="长兴县样例水利所")
    assert found(of_changxing, authority=policy.authority("330521")) == ["HZ316"]
    assert found(holder(region="德清县"), authority=policy.authority("330521")) == []


ID = id_number("1970-03-12", "男")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({"id_number": ID[:-1]}, ["HZ202"], id="少一位"),
        pytest.param({"id_number": ID + "1"}, ["HZ202"], id="多一位"),
        pytest.param({"id_number": "33052A" + ID[6:]}, ["HZ202"], id="含字母"),
        pytest.param({"id_number": ID[:-1] + ("1" if ID[-1] != "1" else "2")}, ["HZ203"], id="校验码不符"),
        pytest.param({"id_number": id_number("1970-02-30", "男")}, ["HZ204"], id="二月三十日"),
        pytest.param({"id_number": id_number("2017-02-03", "男")}, ["HZ204"], id="生于将来"),
        pytest.param({"sex": "女", "id_number": ID}, ["HZ205"], id="性别不符"),
        pytest.param({"birth_date": "1970-04", "id_number": ID}, ["HZ206"], id="出生月不符"),
        pytest.param({"birth_date": "1970-03-13", "id_number": ID}, ["HZ206"], id="出生日不符"),
        pytest.param({"birth_date": "1970-03", "id_number": ID}, [], id="只有月份，相符"),
        pytest.param({"id_number_given": ID[:6] + ID[8:17]}, ["HZ207"], id="15 位旧号，接受并提示"),
        pytest.param({"id_number": ""}, ["HZ201"], id="没有身份证号"),
        pytest.param({"sex": "未知"}, ["HZ212"], id="性别不是男女"),
        pytest.param({"name": "王?"}, ["HZ210"], id="姓名中有问号"),
        pytest.param({"name": "王\ue81e"}, ["HZ210"], id="姓名中有自造字"),
        pytest.param({"name": "John Smith"}, ["HZ211"], id="外文姓名"),
        pytest.param({"name": "阿不都·热合曼"}, [], id="带间隔号的姓名"),
        pytest.param({"name": "沈𬍛"}, [], id="基本平面以外的字"),
    ],
)
def test_3_3_the_person(found, given, expected):
    assert found(holder(**given)) == expected


def test_3_3_division_codes_of_all_times_are_good_and_strange_ones_only_a_warning(found):
    def with_code(code):
        from hzcert.idnumber import check_character

        body = code + ID[6:17]
        return body + check_character(body)

    assert found(holder(id_number=with_code("330511"))) == [], "郊区，1983–1987"
    assert found(holder(id_number=with_code("330501"))) == [], "市辖区"
    assert found(holder(id_number=with_code("330599"))) == ["HZ208"]
    assert found(holder(id_number=with_code("932682"))) == [], "外国人永久居留身份证：9、省份、国家"
    assert found(holder(id_number=with_code("970000"))) == ["HZ208"], "没有 70 这个省份"
    assert found(holder(id_number=with_code("990000"))) == ["HZ209"], "没有以 9 开头的省份"
    assert found(holder(id_number=with_code("810000"))) == [], "香港居民居住证"
    assert found(holder(id_number=with_code("180101"))) == ["HZ209"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({"title": "特级工程师"}, ["HZ301"], id="不存在的资格名称"),
        pytest.param({"level": "特级"}, ["HZ302"], id="不存在的级别"),
        pytest.param({"level": "副高"}, ["HZ303"], id="工程师不是副高"),
        pytest.param({"series": "会计专业人员"}, ["HZ304"], id="工程师不属会计"),
        pytest.param({"series": "工程"}, [], id="系列的简称"),
        pytest.param({"series": ""}, [], id="不填系列"),
        pytest.param({"title": "高级教师", "series": "", "level": "副高"}, ["HZ305"], id="高级教师：中学还是小学"),
        pytest.param({"title": "中学高级教师", "series": "中学教师", **{k: SENIOR[k] for k in ("level", "committee")}}, [], id="中学高级教师是副高"),
        pytest.param({"title": "小学高级教师", "series": "小学教师"}, [], id="小学高级教师是中级"),
        pytest.param({"title": "馆员", "series": "群众文化"}, [], id="馆员是中级"),
        pytest.param({"region": "余杭区"}, ["HZ306"], id="不在本市"),
        pytest.param({"case": "年检"}, ["HZ307"], id="没有的业务"),
        pytest.param({"obtained_on": "2008-01"}, ["HZ320", "HZ341", "HZ322"], id="取得时间在将来"),
        pytest.param({"obtained_on": "1985-05"}, ["HZ321"], id="取得时未满 16 岁"),
        pytest.param({"document_date": "1998-11"}, ["HZ322"], id="公布早于取得"),
        pytest.param({"document_no": "人事局文件"}, ["HZ323"], id="文号不成格式"),
        pytest.param({"old_certificate_no": ""}, ["HZ345"], id="换发没有原证书号"),
        pytest.param({"retired_on": "2007-09-16"}, ["HZ344"], id="退休在将来"),
    ],
)  # fmt: skip
def test_3_3_the_qualification(found, given, expected):
    assert sorted(found(holder(**given))) == sorted(expected)


PUBLISHED_2007 = {"document_no": "湖人专[2007]3号", "document_date": "2007-02-01"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({"case": "调入确认", "transfer_confirmed_no": "湖人专[2007]18号"}, [], id="五.1 已确认"),
        pytest.param({"case": "调入确认"}, ["HZ342"], id="五.1 未确认"),
        pytest.param(
            {"case": "调入确认", "transfer_confirmed_no": "湖人专[2007]18号", "committee": "江苏省南京市评审委员会"},
            [],
            id="五.1 外省取得，确认后可换",
        ),
        pytest.param({"case": "遗失补发", "loss_notice": "湖州日报 2007年6月12日"}, [], id="五.2 已登报"),
        pytest.param({"case": "遗失补发"}, ["HZ343"], id="五.2 未登报"),
        pytest.param({"case": "新发", "obtained_on": "2007-01-01", **PUBLISHED_2007}, [], id="五.3 2007年元旦取得"),
        pytest.param({"case": "新发", "obtained_on": "2006-12-31"}, ["HZ322", "HZ340"], id="五.3 2006年取得不能新发"),
        pytest.param({"obtained_on": "2007-01-01", **PUBLISHED_2007}, ["HZ341"], id="五.3 2007年取得不需换发"),
    ],
)
def test_5_transfers_losses_and_first_issues(found, given, expected):
    assert sorted(found(holder(**given))) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({"committee": "德清县工程技术人员中级职务评审委员会"}, ["HZ318"], id="一(二) 县区评委会不评中级"),
        pytest.param(JUNIOR, [], id="一 县区评委会评初级"),
        pytest.param({"committee": "湖州市德清县中初级评审委员会"}, ["HZ318"], id="一(二) 市名在前的县区评委会"),
        pytest.param({"committee": "湖州市工程技术人员高级职务评审委员会"}, ["HZ319"], id="一 高级评委会，中级证书"),
        pytest.param(SENIOR | {"committee": "浙江省工程技术人员中级职务评审委员会"}, ["HZ329"], id="一 中级评委会，高级证书"),
        pytest.param({"committee": "湖州市工程初评委"}, ["HZ329"], id="一 初级评委会的简称，中级证书"),
        pytest.param({"committee": "市工程技术人员中级职务任职资格评审委员会"}, [], id="一 市评委会的简称"),
        pytest.param({"committee": "县工程技术人员中级评审委员会"}, ["HZ318"], id="一(二) 县评委会的简称"),
        pytest.param({"committee": "长兴中评委"}, ["HZ318"], id="一(二) 县名的简称"),
        pytest.param({"committee": "杭州市工程技术人员中级职务评审委员会"}, ["HZ311"], id="一(二) 别的市"),
        pytest.param({"committee": "省工程技术人员中级职务评审委员会"}, ["HZ311"], id="一(二) 省评委会不评本市中级"),
        pytest.param(SENIOR | {"committee": "省工程技术人员高级职务评审委员会"}, [], id="一(一) 省评委会的简称"),
        pytest.param({"committee": "湖州市中初级评审委员会"}, [], id="一 中初级评委会，中级证书"),
        pytest.param({"committee": "湖州市高、中级评审委员会"}, [], id="一 高、中级评委会"),
        pytest.param(
            {"title": "小学高级教师", "series": "小学教师", "committee": "湖州市小学高级教师评审委员会"},
            [],
            id="一 高级教师是资格名称，不是级别",
        ),
        pytest.param({"committee": "湖州市高级中学教师评审委员会"}, [], id="一 高级中学是学校"),
        pytest.param({"case": "调入确认", "transfer_confirmed_no": "湖人专[2007]18号", "committee": "南京市高级评审委员会"}, [], id="五.1 调入的由确认机关看"),
    ],
)  # fmt: skip
def test_1_committees_give_their_own_levels(found, given, expected):
    assert found(holder(**given)) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({"department": "德清县水利局"}, [], id="主管部门在本县"),
        pytest.param({"department": "湖州市水利局"}, [], id="市主管部门可以管县里的单位"),
        pytest.param({"department": "安吉县水利局"}, ["HZ308"], id="主管部门在外县"),
        pytest.param({"employer": "长兴县样例设计院"}, ["HZ309"], id="单位在外县"),
        pytest.param({"employer": "湖州市长兴路样例小学", "region": "市本级"}, [], id="长兴路不是长兴县"),
        pytest.param({"employer": "德清县样例设计院", "region": "市本级"}, ["HZ309"], id="县里的单位报在市本级"),
    ],
)
def test_3_2_unit_and_region_belong_together(found, given, expected):
    assert found(holder(**given)) == expected


def test_3_2_one_employer_has_one_department(policy, city, as_of):
    def people(*departments):
        return table(
            *(
                holder(department=each, row=row, birth_date=f"19{row + 60}-03-12", old_certificate_no=f"旧{row}")
                for row, each in enumerate(departments, 2)
            )
        )

    found = validate.check(people("德清县水利局", "德清县水利局", "德清水利局"), policy, as_of, city)
    assert [(f.code.id, f.where.row) for f in found] == [("HZ317", 4)]
    assert "德清县水利局" in found[0].message
    assert validate.check(people("德清县水利局", "德清水利局"), policy, as_of, city) == [], "一比一，看不出谁对"
    assert validate.check(people("德清县水利局", ""), policy, as_of, city) == []


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({"document_date": "2000-01-20"}, ["HZ324"], id="三.4 文号的年份不是公布的年份"),
        pytest.param({"document_date": "", "obtained_on": "2000-01"}, ["HZ324"], id="三.4 文号早于取得的年份"),
        pytest.param({"document_date": ""}, [], id="三.4 没有公布日期，文号晚一年"),
        pytest.param({"document_date": "", "document_no": "湖人专[2008]12号"}, ["HZ328"], id="三.4 没有公布日期，文号在将来"),
        pytest.param({"document_date": "2007-09-16", "document_no": "湖人专[2007]12号"}, ["HZ328"], id="三.4 公布在办理之后"),
        pytest.param({"document_date": "2007-09-15", "document_no": "湖人专[2007]12号"}, [], id="三.4 公布在办理当天"),
        pytest.param({"document_date": "2007-09", "document_no": "湖人专[2007]12号"}, [], id="三.4 公布在办理当月"),
        pytest.param({"obtained_on": "1999-01-20", "document_date": "1999-01-20"}, [], id="三.4 公布当天取得"),
        pytest.param({"document_date": "1998-11"}, ["HZ322"], id="三.4 公布早于取得，只说一次"),
        pytest.param({"region": "吴兴区", "employer": "样例设计院", "committee": "吴兴区初级评审委员会", **{k: JUNIOR[k] for k in ("title", "level")}}, ["HZ325"], id="三.3 1998年还没有吴兴区"),
        pytest.param({"birth_date": "1979-12-04"}, ["HZ326"], id="三.3 18岁的工程师"),
        pytest.param({"birth_date": "1978-12-03"}, [], id="三.3 20岁的工程师"),
        pytest.param({"birth_date": "1985-03-12"}, ["HZ321"], id="三.3 13岁，只说一次"),
    ],
)  # fmt: skip
def test_3_3_dates_and_documents_agree(found, given, expected):
    assert found(holder(**given)) == expected


TRANSFER = {"case": "调入确认"}
LOST = {"case": "遗失补发"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({"case": "调入确认", "transfer_confirmed_no": "已确认"}, ["HZ346"], id="五.1 确认文号不成格式"),
        pytest.param({"transfer_confirmed_no": "湖人专[2007]18号"}, ["HZ347"], id="五.1 有确认文号却报换发"),
        pytest.param({"case": "遗失补发", "loss_notice": "已登报"}, ["HZ348"], id="五.2 没有日期"),
        pytest.param({"case": "遗失补发", "loss_notice": "2007-06-12"}, ["HZ348"], id="五.2 没有报纸"),
        pytest.param({"loss_notice": "湖州日报 2007-06-12"}, ["HZ349"], id="五.2 有遗失声明却报换发"),
        pytest.param(TRANSFER | {"transfer_confirmed_no": "湖人专[1997]18号"}, ["HZ353"], id="五.1 先确认后取得"),
        pytest.param(TRANSFER | {"transfer_confirmed_no": "湖人专[2008]18号"}, ["HZ353"], id="五.1 确认在将来"),
        pytest.param(TRANSFER | {"transfer_confirmed_no": "湖人专[1998]18号"}, [], id="五.1 当年确认"),
        pytest.param(LOST | {"loss_notice": "湖州日报 2007年9月16日"}, ["HZ354"], id="五.2 登报在将来"),
        pytest.param(LOST | {"loss_notice": "湖州日报1996.6.12第3版"}, ["HZ354"], id="五.2 先遗失后取得"),
        pytest.param(LOST | {"loss_notice": "湖州日报20070612"}, [], id="五.2 日期连写"),
        pytest.param(LOST | {"loss_notice": "湖州日报二〇〇七年六月12日"}, [], id="五.2 读不出的日期由人看"),
        pytest.param({"retired_on": "1980-05"}, ["HZ351", "HZ352"], id="四 10岁退休"),
        pytest.param({"retired_on": "1969-05"}, ["HZ351", "HZ352"], id="四 出生以前退休"),
        pytest.param(
            {"birth_date": "1957-04-30", "retired_on": "2007-04-30", "sex": "女"}, [], id="四 50岁女干部当日退休"
        ),
        pytest.param({"birth_date": "1952-09-15", "retired_on": "2007-09-15", "sex": "女"}, [], id="四 55岁当天退休"),
        pytest.param({"retired_on": "2005-05"}, ["HZ350"], id="四 35岁退休"),
        pytest.param({"birth_date": "1940-03-12", "retired_on": "1997-05"}, ["HZ351"], id="四 退休以后取得"),
        pytest.param({"birth_date": "1940-03-12", "retired_on": "1998-12"}, [], id="四 退休当月取得"),
    ],
)
def test_4_5_what_belongs_to_a_case(found, given, expected):
    assert found(holder(**given)) == expected


def test_same_certificate_twice_is_the_later_entry(policy, city, as_of):
    entries = table(holder(), holder(row=3), holder(row=4, title="经济师", series="经济", old_certificate_no="旧2"))
    found = validate.check(entries, policy, as_of, city)
    assert [(finding.code.id, finding.where.row) for finding in found] == [("HZ330", 3)]


def test_the_same_certificate_is_known_however_it_is_spelt(policy, city, as_of):
    def twice(one, other):
        people = table(holder(**one), holder(row=3, old_certificate_no="旧2", **other))
        return [(finding.code.id, finding.where.row) for finding in validate.check(people, policy, as_of, city)]

    primary = {"title": "小学高级教师", "series": "小学教师", "specialty": "数学"}
    assert twice(primary, primary | {"title": "高级教师（小学）"}) == [("HZ330", 3)]
    assert twice({"specialty": "水利（水电）"}, {"specialty": "水利 水电"}) == [("HZ330", 3)]
    assert twice({"specialty": "水利水电工程"}, {"specialty": "工程测量"}) == [], "两个专业，两份证书"
    lecturer = {"title": "讲师", "specialty": "语文"}
    assert twice(lecturer | {"series": "高等学校教师"}, lecturer | {"series": "技工学校教师"}) == [], "两个系列"
    assert twice({}, JUNIOR) == [], "先后两级"


def test_one_number_two_names(policy, city, as_of):
    other = {"title": "经济师", "series": "经济", "old_certificate_no": "旧2", "row": 3}
    assert {f.code.id for f in validate.check(table(holder(), holder(name="王五", **other)), policy, as_of, city)} == {
        "HZ213"
    }
    renamed = holder(name="王五", former_name="沈云川", **other)
    assert validate.check(table(holder(), renamed), policy, as_of, city) == [], "曾用名说明了"
    renamed_twice = holder(name="王五", former_name="沈云、沈云川", **other)
    assert validate.check(table(holder(), renamed_twice), policy, as_of, city) == [], "两个曾用名"
    namesake = holder(birth_date="1971-03-12", **other)
    assert validate.check(table(holder(), namesake), policy, as_of, city) == [], "同名的两个人"


def test_two_certificates_of_one_person_are_fine(policy, city, as_of):
    junior = holder(**JUNIOR, obtained_on="1993-08", old_certificate_no="旧2", row=3)
    junior |= {"document_no": "湖人专[1993]8号", "document_date": "1993-10-08"}
    economist = holder(title="经济师", series="经济", specialty="工业经济", old_certificate_no="旧3", row=4)
    assert validate.check(table(holder(), junior, economist), policy, as_of, city) == []


def test_one_old_number_on_two_certificates(policy, city, as_of):
    other = holder(birth_date="1971-03-12", name="王五", row=3)
    found = validate.check(table(holder(), other), policy, as_of, city)
    assert [(finding.code.id, finding.where.row) for finding in found] == [("HZ331", 2), ("HZ331", 3)]


@pytest.mark.parametrize("spelt", ["旧（00001）", "旧( 00001 )", "旧（０００01）"])
def test_one_old_number_spelt_in_two_ways(policy, city, as_of, spelt):
    people = table(
        holder(old_certificate_no="旧(00001)"),
        holder(birth_date="1971-03-12", name="王五", row=3, old_certificate_no=spelt),
        holder(birth_date="1972-03-12", name="王六", row=4, old_certificate_no="旧(00002)"),
    )
    found = validate.check(people, policy, as_of, city)
    assert [(finding.code.id, finding.where.row) for finding in found] == [("HZ331", 2), ("HZ331", 3)]


@pytest.mark.parametrize("spelt", ["湖人专[1999]12号", "湖人专〔1999〕第012号", "湖人专（1999） 12号"])
def test_a_document_in_place_of_the_old_number_is_nobodys_double(policy, city, as_of, spelt):
    people = (holder(row=row, birth_date=f"19{68 + row}-03-12", old_certificate_no=spelt) for row in (2, 3))
    found = validate.check(table(*people), policy, as_of, city)
    assert [(finding.code.id, finding.where.row) for finding in found] == [("HZ355", 2), ("HZ355", 3)]


def test_an_old_number_in_the_form_of_a_document_is_a_number(policy, city, as_of):
    people = (
        holder(row=row, birth_date=f"19{68 + row}-03-12", old_certificate_no="浙职证(1999)第0123号") for row in (2, 3)
    )
    found = validate.check(table(*people), policy, as_of, city)
    assert [(finding.code.id, finding.where.row) for finding in found] == [("HZ331", 2), ("HZ331", 3)]


def test_a_double_is_known_by_either_form_of_the_id_number(policy, city, as_of):
    old = ID[:6] + ID[8:17]
    people = table(holder(id_number=ID), holder(id_number=ID, id_number_given=old, row=3, old_certificate_no="旧2"))
    found = validate.check(people, policy, as_of, city)
    assert [(finding.code.id, finding.where.row) for finding in found] == [("HZ207", 3), ("HZ330", 3)]


def test_no_entries_have_no_findings(policy, city, as_of):
    assert validate.check(table(), policy, as_of, city) == []


@pytest.mark.parametrize(
    "field", ["name", "sex", "birth_date", "region", "title", "level", "obtained_by", "obtained_on", "document_no"]
)
def test_3_1_compulsory_fields(found, field):
    assert found(holder(**({"id_number": ID} | {field: ""}))) == ["HZ201"]
