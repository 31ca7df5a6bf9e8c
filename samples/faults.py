"""What is wrong in the messy batch (计划): one fault an entry, and every finding that it must bring."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from awards import Document, Entry
from workbooks import Struck

from hzcert.fields import FIELDS
from hzcert.idnumber import check_character

Given = object | Callable[[Entry], object]

_CITY = "湖州市{}职务任职资格评审委员会"
DOCUMENTS = {
    document.number: document
    for document in (
        Document("湖人专[2004]77号", "2004-11-19", "2004-12-24", _CITY.format("工程技术人员中级")),
        Document("湖人专[2003]40号", "2003-10-17", "2003-11-14", _CITY.format("工程技术人员初级")),
        Document("湖人专[2002]71号", "2002-09-25", "2002-10-30", _CITY.format("中小学教师中级")),
        Document("湖人专[2007]26号", "2007-04-20", "2007-05-25", _CITY.format("工程技术人员中级")),
        Document("湖人专[2007]18号", "2002-10-18", "2007-05-22", "", "确认"),
        Document("湖人专[2003]88号", "2004-02-20", "2003-12-15", _CITY.format("工程技术人员中级")),
        Document("湖人专[2008]12号", "2008-05-16", "2008-06-06", _CITY.format("工程技术人员中级")),
        Document("湖人专[2004]80号", "2004-05-22", "2004-08-20", "财政部、人事部", "考试"),
        Document("嘉人专[2004]31号", "2004-09-17", "2004-10-22", "嘉兴市工程技术人员中级职务任职资格评审委员会"),
        Document("德人专[2005]17号", "2005-09-10", "2005-10-18", "德清县人事局", "考试"),
        Document("沪人专[2007]44号", "2007-06-15", "2007-07-20", "上海市工程系列高级专业技术资格评审委员会"),
        Document("湖州市人事局2005年文件", "2005-11-11", "2005-12-03", _CITY.format("工程技术人员中级")),
    )
}
# A qualification by a short name: title, specialty, document.
BASES = {
    "工程师": ("工程师", "机械", "湖人专[2004]77号"),
    "建筑": ("工程师", "建筑施工", "湖人专[2004]77号"),
    "助工": ("助理工程师", "电气", "湖人专[2003]40号"),
    "小教": ("小学高级教师", "语文", "湖人专[2002]71号"),
    "新": ("工程师", "市政工程", "湖人专[2007]26号"),
    "调入": ("工程师", "化工工艺", "湖人专[2007]18号"),
    "早公布": ("工程师", "机械", "湖人专[2003]88号"),
    "未来": ("工程师", "机械", "湖人专[2008]12号"),
    "国考": ("会计师", "工业会计", "湖人专[2004]80号"),
    "外地": ("工程师", "机械", "嘉人专[2004]31号"),
    "县考": ("工程师", "机械", "德人专[2005]17号"),
    "沪高": ("高级工程师", "机械设计", "沪人专[2007]44号"),
    "无号": ("工程师", "机械", "湖州市人事局2005年文件"),
}


@dataclass(frozen=True)
class Fault:
    """One entry: ``true`` is right and published, ``given`` is what the clerk wrote instead.

    ``found`` lists ``code:field`` of the findings at its row, ``shot`` the codes at its photo. ``lists`` are the
    published rows, each by what it says otherwise; ``follow`` names the fields taken from the entry before.
    """

    what: str
    found: str = ""
    base: str = "工程师"
    true: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, Given] = field(default_factory=dict)
    person: Mapping[str, object] = field(default_factory=dict)
    follow: tuple[str, ...] = ()
    lists: tuple[Mapping[str, str], ...] = ({},)
    photo: str = "plain"
    shot: str = ""
    stem: str = "{id_number}"
    region: str = "市本级"


def _never_born(entry: Entry) -> str:
    body = f"{entry['id_number'][:6]}19750231{entry['id_number'][14:17]}"
    return body + check_character(body)


def _other_check(entry: Entry) -> str:
    """Only one check character is right."""
    return entry["id_number"][:17] + ("1" if entry["id_number"].endswith("0") else "0")


def _month_as_number(name: str) -> Mapping[str, Given]:
    return {name: lambda entry: float(entry[name][:7].replace("-", "."))}


READING = (
    Fault("姓名中间有全角空格", "HZ106:name", person={"name": "王芳", "sex": "女"}, given={"name": "王　芳"}),
    Fault(
        "身份证号分段书写，末位小写 x", "HZ107:id_number", person={"ends_in_x": True},
        given={"id_number": lambda e: f"{e['id_number'][:6]} {e['id_number'][6:14]} {e['id_number'][14:].lower()}"},
    ),
    Fault("身份证号存成数字", "HZ108:id_number", given={"id_number": lambda e: float(e["id_number"])}, person={"division": "330502"}, photo=""),
    Fault("离退休时间写成“已退休”", "HZ110:retired_on", given={"retired_on": "已退休"}),
    Fault(
        "取得时间存成数字 1995.1，一月还是十月分不清", "HZ111:obtained_on", true={"obtained_on": "1995-10"},
        given=_month_as_number("obtained_on"),
    ),
    Fault("出生年月存成数字 1970.1，按身份证号定为十月", "HZ112:birth_date", person={"birth_on": "1970-10-17"}, given=_month_as_number("birth_date")),
)  # fmt: skip

PERSON = (
    Fault("缺出生年月", "HZ201:birth_date", given={"birth_date": ""}),
    Fault("身份证号少一位", "HZ202:id_number", given={"id_number": lambda e: e["id_number"][:17]}, photo=""),
    Fault("身份证号末位填错", "HZ203:id_number", given={"id_number": _other_check}, photo=""),
    Fault("身份证号中的生日是 2 月 31 日", "HZ204:id_number", given={"id_number": _never_born}, photo=""),
    Fault("性别填反", "HZ205:sex", given={"sex": lambda e: "女" if e["sex"] == "男" else "男"}),
    Fault("出生年月差一年", "HZ206:birth_date", given={"birth_date": lambda e: f"{int(e['birth_date'][:4]) - 1}{e['birth_date'][4:7]}"}),
    Fault("15 位旧身份证号", "HZ207:id_number", given={"id_number": lambda e: e["id_number"][:6] + e["id_number"][8:17]}),
    Fault("身份证号前六位不是公布过的区划", "HZ208:id_number", person={"division": "330599"}),
    Fault("身份证号前两位不是省份", "HZ209:id_number", person={"division": "380102"}),
    Fault("姓名中有问号（丢字），公布文件电子稿同样", "HZ210:name", person={"name": "朱?明"}),
    Fault("外籍教师，姓名不是汉字", "HZ211:name", "小教", person={"name": "Anna Keller", "sex": "女"}),
    Fault("性别填“不详”", "HZ212:sex", given={"sex": "不详"}),
    Fault("与下一行同一身份证号，姓名不同", "HZ213:name", person={"name": "陈丽华", "sex": "女"}),
    Fault(
        "与上一行同一身份证号，姓名不同", "HZ213:name", "助工", person={"name": "陈莉华", "sex": "女"},
        follow=("id_number", "sex", "birth_date"), photo="",
    ),
)  # fmt: skip

QUALIFICATION = (
    Fault("资格名称无此名", "HZ301:title", true={"title": "技术能手"}),
    Fault("级别填“三级”", "HZ302:level", given={"level": "三级"}),
    Fault("助理工程师填成中级", "HZ303:level", "助工", given={"level": "中级"}),
    Fault("工程师填成会计系列", "HZ304:series", given={"series": "会计专业人员"}),
    Fault("只写“高级教师”，不知中学还是小学", "HZ305:title", "小教", given={"title": "高级教师", "series": ""}),
    Fault("属地在外市", "HZ306:region", given={"region": "嘉善县"}),
    Fault("业务类型填“更换”", "HZ307:case", given={"case": "更换"}),
    Fault("全国统一考试取得", "HZ310:obtained_by", "国考"),
    Fault("嘉兴市评审的中级", "HZ311:committee", "外地"),
    Fault("县人事局考试取得的中级", "HZ312:committee", "县考", region="德清县"),
    Fault("取得方式为初定，通知未列", "HZ313:obtained_by", "助工", true={"obtained_by": "初定"}),
    Fault("上海市评审的高级（新发）", "HZ314:committee", "沪高"),
    Fault("建筑专业中级，已过 2007 年底", "HZ315:level", "建筑"),
    Fault("取得时间在办理日期之后", "HZ320:obtained_on", "未来"),
    Fault("取得资格时 14 岁", "HZ321:obtained_on", person={"born": (1990, 1990)}),
    Fault("公布日期早于取得时间", "HZ322:document_date", "早公布"),
    Fault("公布文号不成格式，公布文件同样", "HZ323:document_no", "无号"),
    Fault("同一证书报了两次，先报的一份无误", "", "新"),
    Fault("同一证书报了两次，后报的一份", "HZ330:id_number", "新", follow=FIELDS, lists=(), photo=""),
    Fault("原证书编号与下一行相同", "HZ331:old_certificate_no"),
    Fault("原证书编号与上一行相同", "HZ331:old_certificate_no", follow=("old_certificate_no",)),
    Fault("2004 年取得的资格报了新发", "HZ340:obtained_on", given={"case": "新发", "old_certificate_no": ""}),
    Fault("2007 年取得的资格报了换发", "HZ341:obtained_on", "新", given={"case": "换发", "old_certificate_no": "湖中2007-0999"}),
    Fault("调入人员没有确认文号", "HZ342:transfer_confirmed_no", "调入", given={"transfer_confirmed_no": ""}, lists=()),
    Fault("遗失补发没有声明", "HZ343:loss_notice", true={"case": "遗失补发"}),
    Fault("离退休时间在办理日期之后", "HZ344:retired_on", person={"birth_on": "1948-08-12", "sex": "男"}, true={"retired_on": "2008-08-31"}),
    Fault("换发没有原证书编号", "HZ345:old_certificate_no", given={"old_certificate_no": ""}),
)  # fmt: skip

_REJECTED = "HZ417:id_number"
PHOTOS = (
    Fault("照片文件只传了一半", _REJECTED, photo="broken", shot="HZ401"),
    Fault("照片宽 190 像素", _REJECTED, photo="small", shot="HZ403"),
    Fault("照片是长条", _REJECTED, photo="strip", shot="HZ404"),
    Fault("黑白照片", _REJECTED, photo="grey", shot="HZ405"),
    Fault("蓝底照片", _REJECTED, photo="blue", shot="HZ406"),
    Fault("墙上有影子", "", photo="shadow", shot="HZ407"),
    Fault("照片里是一座房子", _REJECTED, photo="house", shot="HZ408"),
    Fault("抱着孩子照的", _REJECTED, photo="child", shot="HZ409"),
    Fault("照片模糊", _REJECTED, photo="blurred", shot="HZ410"),
    Fault("照片稍软", "", photo="soft", shot="HZ411"),
    Fault("照片过亮", "", photo="bright", shot="HZ412"),
    Fault("没有照片", "HZ413:id_number", photo=""),
    Fault("有两张照片（另一张较小）", ""),
    Fault("照片与下一人的是同一张", _REJECTED, shot="HZ416"),
    Fault("照片与上一人的是同一张", _REJECTED, photo="same", shot="HZ416"),
    Fault("头太大", "", photo="near", shot="HZ418"),
    Fault("泛黄的单色照片", "", photo="sepia", shot="HZ419"),
    Fault("照片横放，没有方向标记", "", photo="lying", shot="HZ423"),
)

MORE_PHOTOS = (
    Fault("照片是两页的 TIFF", "", photo="pages", shot="HZ425"),
    Fault("照片文件名是 15 位身份证号", "", photo="plain", shot="HZ426", stem="{id15}"),
    Fault("头歪得很厉害", "", photo="leaning", shot="HZ427"),
    Fault("照片有黑框", "", photo="framed", shot="HZ428"),
    Fault("照片上印着日期", "", photo="dated", shot="HZ429"),
    Fault("照片上有订书钉", "", photo="stapled", shot="HZ430"),
    Fault("戴着红帽子", "", photo="capped", shot="HZ431"),
    Fault("红眼", "", photo="flashed", shot="HZ432"),
    Fault("照片与下一人的几乎相同", "", photo="plain", shot="HZ433"),
    Fault("照片与上一人的几乎相同", "", photo="again", shot="HZ433"),
    Fault("照片文件中夹有多余的字节", "", photo="stuffed", shot="HZ434"),
    Fault("头略歪", "", photo="tilted", shot="HZ435"),
    Fault("照片文件名中的号码错一位", "HZ413:id_number", photo="plain", shot="HZ402 HZ436", stem="{wrong}"),
    Fault("照片下半张变色，文件已损坏", _REJECTED, photo="torn", shot="HZ439"),
    Fault("衣服从左到右由黑变灰，像是坏了的文件", "", photo="dressed", shot="HZ440"),
    Fault("戴着墨镜", "", photo="shaded", shot="HZ441"),
    Fault("戴着口罩", "", photo="masked", shot="HZ445"),
    Fault("下巴被照片下边裁去", _REJECTED, photo="cut", shot="HZ443"),
    Fault("脸白成一片", _REJECTED, photo="glaring", shot="HZ444"),
)

RECONCILE = (
    Fault("公布文件中没有此人", "HZ501:name", lists=(), true={"employer": "湖州市弁山标准件厂"}),
    Fault(
        "公布文件中同名两人，单位都不同", "HZ502:name", true={"employer": "湖州市白雀电机厂"},
        lists=({"employer": "湖州市道场轴承厂"}, {"employer": "湖州市龙溪阀门厂"}),
    ),
    Fault("工作单位与公布的不同", "HZ503:name", given={"employer": "湖州市仁皇山工具厂"}),
    Fault("与下一行同名同单位，公布的只有一人", "HZ504:name"),
    Fault("与上一行同名同单位，公布的只有一人", "HZ504:name", follow=("name", "employer"), lists=()),
    Fault("引用的公布文件没有收到", "HZ506:document_no", given={"document_no": "湖人专[2004]15号"}, lists=()),
)  # fmt: skip

SINCE = (
    Fault("资格名称划掉了", "HZ134:title", given={"title": lambda e: Struck(e["title"])}),
    Fault("姓名一栏填了单位，公布文件同样", "HZ218:name", true={"name": "湖州市双林绢纺厂"}),
    Fault(
        "身份证号末三位是 000", "HZ219:id_number", true={"id_number": "330501196803142000"},
        person={"birth_on": "1968-03-14", "sex": "女"},
    ),
    Fault("评审组织填了单位", "HZ332:committee", given={"committee": "湖州市双林丝绸机械厂"}),
    Fault("工作单位填了评审组织，公布文件同样", "HZ333:employer", true={"employer": _CITY.format("工程技术人员中级")}),
    Fault("取得资格时 84 岁", "HZ334:obtained_on", person={"birth_on": "1920-03-12"}),
)  # fmt: skip

# 𰀀 (U+30000) stands in no font that hzcert ships, and in hardly any other.
PRINT = (
    Fault("姓名中的字没有字形", "HZ801:name", person={"name": "陆𰀀", "sex": "女"}),
    Fault(
        "单位名称长得放不下", "HZ802:employer",
        true={"employer": "湖州市" + "太湖南岸蚕桑丝绸与竹木机械联合技术开发推广服务" * 6 + "中心"},
    ),
)  # fmt: skip

CLEAN = (
    Fault("无误"),
    Fault("无误", base="助工"),
    Fault("无误", base="小教"),
    Fault("无误", base="新"),
    Fault("无误", base="调入"),
    Fault("无误，德清县", base="小教", region="德清县"),
    Fault("无误，长兴县", base="小教", region="长兴县"),
    Fault(
        "无误，已退休", base="小教", true={"retired_on": "2007-04-30"}, person={"birth_on": "1952-04-09", "sex": "女"}
    ),
    Fault("无误，遗失补发", true={"case": "遗失补发", "loss_notice": "湖州日报 2007年10月9日"}),
    Fault("无误，没有单位", base="助工", true={"employer": ""}),
    Fault("无误，安吉县", base="工程师", region="安吉县"),
    Fault("无误，南浔区", base="工程师", region="南浔区"),
)

DERIVED = (
    Fault("无误，属地由填报单位而定", region="德清县"),
    Fault("无误，属地由填报单位而定", base="小教", region="德清县"),
)
NO_COLUMN = (Fault("缺栏，不读", lists=(), photo=""), Fault("缺栏，不读", base="助工", lists=(), photo=""))
ALL = (
    *READING,
    *NO_COLUMN,
    *DERIVED,
    *PERSON,
    *QUALIFICATION,
    *PHOTOS,
    *MORE_PHOTOS,
    *RECONCILE,
    *PRINT,
    *CLEAN,
    *SINCE,
)
