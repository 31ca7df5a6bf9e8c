"""Who got what by which document in the clean batch (计划): documents, and the groups of holders that each one names."""

from dataclasses import dataclass

from hzcert.policy import load_policy
from hzcert.titles import Title

Entry = dict[str, str]


_TITLES = load_policy("huzhou-2007-35").policy.title_table


@dataclass(frozen=True)
class Document:
    """One published document (公布文件): number, day obtained, day published, body, way."""

    number: str
    obtained_on: str
    published_on: str
    committee: str
    way: str = "评审"


@dataclass(frozen=True)
class Group:
    """Holders of one title by one document, in one workbook; the last field is a second certificate of the first few."""

    workbook: str
    document: str
    title: str
    specialties: str
    region: str
    department: str
    employers: str
    count: int
    again: tuple[str, str, str, str, int] | None = None  # workbook, document, title, specialty, how many


def award(document: Document, name: str, specialty: str, region: str, number: int) -> Entry:
    """What an entry says of the qualification; the case follows from the document (五.1, 五.3)."""
    title = title_of(name)
    confirmed, new = document.way == "确认", document.obtained_on >= "2007"
    case = "调入确认" if confirmed else "新发" if new else "换发"
    issuer = {"正高": "浙高", "副高": "浙高", "中级": "湖中"}.get(title.level, f"{region[0]}初")
    old_number = "" if case == "新发" else f"{issuer}{document.obtained_on[:4]}-{number + 101:04}"
    return {
        "title": name,
        "series": title.series,
        "level": title.level,
        "specialty": specialty,
        "obtained_by": document.way,
        "obtained_on": document.obtained_on,
        "committee": document.committee,
        "document_no": "" if confirmed else document.number,
        "document_date": "" if confirmed else document.published_on,
        "transfer_confirmed_no": document.number if confirmed else "",
        "old_certificate_no": old_number,
        "case": case,
    }


def title_of(name: str) -> Title:
    """The one title of the standard or the policy that a name means."""
    (title,) = _TITLES.find(name)
    return title


def _city(field: str, level: str) -> str:
    return f"湖州市{field}{level}职务任职资格评审委员会"


def _senior(field: str) -> str:
    return f"浙江省{field}高级专业技术资格评审委员会"


_ALL = (
    Document("湖职改[1988]57号", "1988-09-16", "1988-10-20", _city("经济专业人员", "中级")),
    Document("湖职改[1989]23号", "1988-12-20", "1989-01-18", _city("会计专业人员", "中级")),
    Document("湖人专[1998]41号", "1998-10-28", "1998-12-10", _city("卫生技术人员", "中级")),
    Document("湖人专[2000]33号", "2000-06-16", "2000-07-20", _city("卫生技术人员", "初级")),
    Document("湖人专[2001]62号", "2001-11-30", "2001-12-28", _city("工程技术人员", "中级")),
    Document("湖人专[2002]71号", "2002-09-25", "2002-10-30", _city("中小学教师", "中级")),
    Document("湖人专[2003]57号", "2003-11-14", "2003-12-19", _city("工程技术人员", "中级")),
    Document("湖人专[2004]36号", "2004-08-20", "2004-09-24", _city("农业技术人员", "中级")),
    Document("湖人专[2004]52号", "2004-10-15", "2004-11-12", _city("工程技术人员", "初级")),
    Document("湖人专[2005]31号", "2005-05-22", "2005-07-08", "湖州市人事局", "考试"),
    Document("湖人专[2005]99号", "2005-11-11", "2005-12-03", _city("工程技术人员", "中级")),
    Document("湖人专[2006]93号", "2006-10-13", "2006-11-17", _city("中小学教师", "中级")),
    Document("湖人专[2007]18号", "2002-10-18", "2007-05-22", "", "确认"),
    Document("湖人专[2007]26号", "2007-04-20", "2007-05-25", _city("工程技术人员", "中级")),
    Document("德人专[2004]12号", "2004-08-27", "2004-09-20", "德清县教师初级职务评审委员会"),
    Document("德人专[2005]17号", "2005-09-10", "2005-10-18", "德清县人事局", "考试"),
    Document("德人专[2006]9号", "2006-06-23", "2006-07-14", "德清县工程技术人员初级职务评审委员会"),
    Document("德人专[2007]5号", "2005-12-09", "2007-06-15", "", "确认"),
    Document("长人专[2003]15号", "2003-10-24", "2003-11-21", "长兴县工程技术人员初级职务评审委员会"),
    Document("长人专[2005]21号", "2005-07-15", "2005-08-19", "长兴县农业技术人员初级职务评审委员会"),
    Document("长人专[2007]8号", "2007-06-22", "2007-07-20", "长兴县工程技术人员初级职务评审委员会"),
    Document("安人专[2002]19号", "2002-08-30", "2002-09-27", "安吉县教师初级职务评审委员会"),
    Document("安人专[2005]6号", "2005-03-18", "2005-04-15", "安吉县工程技术人员初级职务评审委员会"),
    Document("吴人专[2005]11号", "2005-08-26", "2005-09-23", "吴兴区教师初级职务评审委员会"),
    Document("浔人专[2006]7号", "2006-05-19", "2006-06-16", "南浔区工程技术人员初级职务评审委员会"),
    Document("浙人专[1996]88号", "1996-09-12", "1996-11-08", _senior("农业")),
    Document("浙人专[1999]131号", "1999-09-20", "1999-11-15", _senior("卫生技术人员")),
    Document("浙人专[2004]178号", "2004-10-30", "2004-12-24", _senior("中学教师")),
    Document("浙人专[2005]260号", "2005-10-28", "2005-12-20", _senior("建设工程技术人员")),
    Document("浙人专[2006]212号", "2006-10-20", "2006-12-15", _senior("正高级工程师")),
    Document("浙人专[2007]102号", "2003-09-26", "2007-06-28", "", "确认"),
    Document("浙人专[2007]190号", "2007-08-17", "2007-09-28", _senior("建设工程技术人员")),
)
DOCUMENTS = {document.number: document for document in _ALL}

BUILD = "湖州市建设局"
HEALTH = "湖州市卫生局"
SCHOOL = "湖州市教育局"
FARM = "湖州市农业局"
WATER = "湖州市水利局"
BUILDERS = "湖州市苕溪建筑设计院 湖州市飞英建设工程有限公司 湖州市城建监理所"
HOSPITALS = "湖州市城北医院 湖州市妇幼保健站 湖州市骆驼桥社区卫生服务中心"
SCHOOLS = "湖州市飞英中学 湖州市苕溪中学 湖州市月河小学"

GROUPS = (
    # 市直: the city's departments
    Group(
        "city", "湖人专[2001]62号", "工程师", "建筑施工 工民建 建筑设计", "市本级", BUILD, BUILDERS, 6,
        again=("senior", "浙人专[2007]190号", "高级工程师", "建筑施工", 2),
    ),
    Group(
        "city", "湖人专[2005]99号", "工程师", "水利工程 水土保持", "市本级", WATER,
        "湖州市太湖流域管理所 湖州市水利勘测设计室", 4,
    ),
    Group("city", "湖人专[1998]41号", "主治医师", "内科 外科 儿科", "市本级", HEALTH, HOSPITALS, 3),
    Group("city", "湖人专[1998]41号", "主管护师", "护理", "市本级", HEALTH, HOSPITALS, 3),
    Group("city", "湖人专[2000]33号", "药师", "药剂", "市本级", HEALTH, HOSPITALS, 2),
    Group("city", "湖人专[2000]33号", "护士", "护理", "市本级", HEALTH, HOSPITALS, 2),
    Group("city", "湖人专[2002]71号", "中学一级教师", "语文 数学 英语", "市本级", SCHOOL, SCHOOLS, 3),
    Group("city", "湖人专[2004]36号", "农艺师", "园艺 植保", "市本级", FARM, "湖州市农作物技术推广站 湖州市蚕桑管理所", 2),
    Group("city", "湖人专[2004]52号", "助理工程师", "电气 机械", "市本级", "", "湖州市织里机电有限公司 湖州市南太湖水泵厂", 3),
    Group("city", "湖人专[2004]52号", "技术员", "机械", "市本级", "", "湖州市南太湖水泵厂", 2),
    Group("city", "湖人专[2005]31号", "档案馆员", "", "市本级", "", "湖州市苕溪文献中心", 2),
    Group("city", "湖人专[2007]26号", "工程师", "市政工程", "市本级", BUILD, BUILDERS, 3),
    Group("city", "湖人专[2007]18号", "工程师", "化工工艺", "市本级", "", "湖州市菱湖精细化工厂", 2),
    # 德清
    Group("deqing", "湖人专[2005]99号", "工程师", "工民建 机械", "德清县", "", "德清县英溪建筑公司 德清县武康机械厂", 4),
    Group("deqing", "湖人专[2002]71号", "小学高级教师", "语文 数学", "德清县", "", "德清县余英小学 德清县雷甸中心小学", 3),
    Group("deqing", "德人专[2004]12号", "中学二级教师", "物理 化学", "德清县", "", "德清县英溪中学 德清县新市镇初级中学", 4),
    Group("deqing", "德人专[2004]12号", "小学一级教师", "数学", "德清县", "", "德清县余英小学", 3),
    Group(
        "deqing", "德人专[2006]9号", "助理工程师", "机械 电气", "德清县", "", "德清县武康机械厂 德清县钟管电器厂", 4,
        again=("deqing", "德人专[2004]12号", "中学二级教师", "物理", 1),
    ),
    Group("deqing", "德人专[2005]17号", "技术员", "机械", "德清县", "", "德清县武康机械厂", 3),
    Group("deqing", "德人专[2007]5号", "助理工程师", "测绘", "德清县", "", "德清县莫干测绘队", 1),
    # 长兴
    Group(
        "changxing", "湖人专[2001]62号", "工程师", "建筑施工 电气", "长兴县", "", "长兴县雉城建筑公司 长兴县蓄电池厂", 5,
        again=("senior", "浙人专[2007]190号", "高级工程师", "建筑施工", 2),
    ),
    Group("changxing", "湖人专[2004]36号", "兽医师", "动物防疫", "长兴县", "", "长兴县泗安畜牧兽医站", 2),
    Group("changxing", "长人专[2003]15号", "助理工程师", "电气 采矿", "长兴县", "", "长兴县蓄电池厂 长兴县煤山水泥厂", 5),
    Group("changxing", "长人专[2003]15号", "技术员", "电气", "长兴县", "", "长兴县蓄电池厂", 2),
    Group("changxing", "长人专[2005]21号", "助理农艺师", "茶叶 果树", "长兴县", "", "长兴县和平农技站 长兴县水口茶场", 4),
    Group("changxing", "长人专[2005]21号", "农业技术员", "茶叶", "长兴县", "", "长兴县水口茶场", 2),
    Group("changxing", "长人专[2007]8号", "助理工程师", "电气", "长兴县", "", "长兴县蓄电池厂", 2),
    # 安吉
    Group("anji", "湖人专[2006]93号", "小学高级教师", "语文 数学", "安吉县", "", "安吉县递铺第三小学 安吉县孝丰镇小学", 4),
    Group("anji", "湖人专[2001]62号", "工程师", "林业 竹产业", "安吉县", "", "安吉县竹种园管理所", 3),
    Group("anji", "安人专[2002]19号", "小学一级教师", "语文 音乐", "安吉县", "", "安吉县递铺第三小学 安吉县梅溪镇小学", 5),
    Group("anji", "安人专[2005]6号", "助理工程师", "林业", "安吉县", "", "安吉县龙王山林场 安吉县竹种园管理所", 4),
    Group("anji", "安人专[2005]6号", "技术员", "林业", "安吉县", "", "安吉县龙王山林场", 3),
    # 吴兴, 南浔
    Group("districts", "湖人专[2003]57号", "工程师", "纺织 机械", "吴兴区", "", "吴兴区织里丝绸厂 吴兴区埭溪机械厂", 4),
    Group("districts", "湖职改[1989]23号", "会计师", "工业会计", "吴兴区", "", "吴兴区织里丝绸厂", 2),
    Group("districts", "湖职改[1988]57号", "经济师", "工业经济", "南浔区", "", "南浔区双林绢纺厂", 2),
    Group("districts", "湖人专[2006]93号", "中学一级教师", "语文 历史", "南浔区", "", "南浔区练市镇初级中学", 3),
    Group("districts", "吴人专[2005]11号", "中学二级教师", "英语 体育", "吴兴区", "", "吴兴区妙西中学 吴兴区八里店中学", 5),
    Group(
        "districts", "浔人专[2006]7号", "助理工程师", "木材加工 机械", "南浔区", "", "南浔区旧馆木业公司 南浔区善琏湖笔厂", 5,
        again=("districts", "湖人专[2005]31号", "技术员", "机械", 2),
    ),
    Group("districts", "浔人专[2006]7号", "技术员", "木材加工", "南浔区", "", "南浔区旧馆木业公司", 2),
    # 高级
    Group("senior", "浙人专[1996]88号", "农业技术推广研究员（农艺）", "蚕桑", "市本级", FARM, "湖州市蚕桑管理所", 1),
    Group("senior", "浙人专[1996]88号", "高级农艺师", "蚕桑 水稻", "长兴县", "", "长兴县和平农技站", 2),
    Group("senior", "浙人专[1999]131号", "主任医师", "内科", "市本级", HEALTH, "湖州市城北医院", 2),
    Group("senior", "浙人专[1999]131号", "副主任医师", "外科 妇产科 中医", "市本级", HEALTH, HOSPITALS, 4),
    Group("senior", "浙人专[2004]178号", "中学高级教师", "数学 化学 政治", "安吉县", "", "安吉县孝源中学 安吉县递铺中学", 4),
    Group("senior", "浙人专[2004]178号", "中学高级教师", "语文", "吴兴区", "", "吴兴区妙西中学", 2),
    Group("senior", "浙人专[2005]260号", "高级工程师", "建筑设计 给排水", "市本级", BUILD, BUILDERS, 4),
    Group("senior", "浙人专[2006]212号", "教授级高级工程师", "水工结构", "市本级", WATER, "湖州市水利勘测设计室", 1),
    Group("senior", "浙人专[2007]102号", "高级工程师", "机械设计", "德清县", "", "德清县武康机械厂", 1),
    Group("senior", "浙人专[2007]190号", "高级工程师", "岩土工程", "市本级", BUILD, BUILDERS, 2),
)  # fmt: skip

# Departures from the plain entry, by document, title, region and place in that group (from 0).
UNUSUAL: dict[tuple[str, str, str, int], dict[str, str]] = {
    ("湖人专[2001]62号", "工程师", "市本级", 4): {"name": "沈𬍛"},
    ("湖人专[2000]33号", "药师", "市本级", 0): {"name": "陆𫖯"},
    ("湖人专[2001]62号", "工程师", "安吉县", 1): {"name": "钱𬭎"},
    ("德人专[2004]12号", "小学一级教师", "德清县", 0): {"name": "朱䶮"},
    ("浔人专[2006]7号", "助理工程师", "南浔区", 2): {"name": "姚㛃"},
    ("湖人专[1998]41号", "主治医师", "市本级", 1): {"name": "阿不都·热合曼", "sex": "男", "division": "653101"},
    ("长人专[2005]21号", "助理农艺师", "长兴县", 1): {"name": "古丽娜尔·买买提", "sex": "女", "division": "650102"},
    # two of one name in one document
    ("湖人专[2005]99号", "工程师", "德清县", 1): {"name": "沈建国", "sex": "男", "employer": "德清县英溪建筑公司"},
    ("湖人专[2005]99号", "工程师", "市本级", 2): {"name": "沈建国", "sex": "男"},
    # 15-digit numbers
    ("湖人专[1998]41号", "主管护师", "市本级", 1): {"old_number": "yes"},
    ("长人专[2003]15号", "助理工程师", "长兴县", 0): {"old_number": "yes"},
    ("湖职改[1989]23号", "会计师", "吴兴区", 1): {"old_number": "yes"},
    # no employer: handed in to the bureau
    ("湖人专[2004]52号", "技术员", "市本级", 1): {"employer": ""},
    ("湖人专[2001]62号", "工程师", "长兴县", 2): {"employer": ""},
    ("安人专[2005]6号", "助理工程师", "安吉县", 1): {"employer": ""},
    # retired before, on and after 2007-04-30
    ("湖人专[1998]41号", "主治医师", "市本级", 2): {"retired_on": "2006-12-31", "sex": "男", "birth_on": "1946-12-09"},
    ("湖人专[2002]71号", "小学高级教师", "德清县", 1): {
        "retired_on": "2007-04-30",
        "sex": "女",
        "birth_on": "1952-04-17",
    },
    ("湖人专[2004]36号", "兽医师", "长兴县", 1): {"retired_on": "2007-05-01", "sex": "男", "birth_on": "1947-04-28"},
    ("湖职改[1989]23号", "会计师", "吴兴区", 0): {"retired_on": "2004-08-31", "sex": "女", "birth_on": "1954-08-11"},
    ("湖职改[1988]57号", "经济师", "南浔区", 1): {"retired_on": "2007-04-30", "sex": "男", "birth_on": "1947-04-22"},
    ("浙人专[1996]88号", "农业技术推广研究员（农艺）", "市本级", 0): {
        "retired_on": "2001-09-30",
        "sex": "男",
        "birth_on": "1941-09-05",
    },
    ("浙人专[1996]88号", "高级农艺师", "长兴县", 1): {
        "retired_on": "2007-08-31",
        "sex": "男",
        "birth_on": "1947-08-19",
    },
    ("浙人专[1999]131号", "主任医师", "市本级", 0): {"retired_on": "2006-03-31", "sex": "女", "birth_on": "1946-03-14"},
    ("浙人专[2005]260号", "高级工程师", "市本级", 0): {
        "retired_on": "2007-09-30",
        "sex": "男",
        "birth_on": "1947-09-02",
    },
    # lost, and the notice in the newspaper
    ("湖人专[2005]99号", "工程师", "市本级", 0): {"case": "遗失补发", "loss_notice": "湖州日报 2007年6月12日"},
    ("德人专[2004]12号", "中学二级教师", "德清县", 2): {"case": "遗失补发", "loss_notice": "湖州日报 2007年7月3日"},
    ("长人专[2003]15号", "助理工程师", "长兴县", 3): {"case": "遗失补发", "loss_notice": "湖州晚报 2007年5月28日"},
    ("吴人专[2005]11号", "中学二级教师", "吴兴区", 1): {"case": "遗失补发", "loss_notice": "湖州日报 2007年8月21日"},
    ("浙人专[2004]178号", "中学高级教师", "安吉县", 2): {"case": "遗失补发", "loss_notice": "浙江日报 2007年9月4日"},
    # transfers: one whose first document is known
    ("湖人专[2007]18号", "工程师", "市本级", 1): {
        "document_no": "苏人专[2002]118号",
        "document_date": "2002-11-28",
        "remark": "江苏省调入",
    },
    ("湖人专[2007]18号", "工程师", "市本级", 0): {"remark": "安徽省调入"},
    ("德人专[2007]5号", "助理工程师", "德清县", 0): {"remark": "上海市调入"},
    ("浙人专[2007]102号", "高级工程师", "德清县", 0): {"remark": "部属单位调入"},
}
