"""A third maker of sets with known truth: three decades of a whole prefecture's documents, as its counties hand them in.

Another world than those of ``truth.py``: names from independent tables with many namesakes, counties that publish their own
people, units that resemble one another in every county, forwarded documents, homonyms in one document and in one unit,
careers of several certificates, slips by shape, sound, order and length on either side. Whether an entry's row can be told is
decided here by dominance, without any points: its own row must agree in all that another possible row agrees in, and in more.
"""

import random
from collections import defaultdict
from dataclasses import dataclass, field, replace

from benchmarks.truth import Known, known_table
from hzcert.idnumber import check_character

_FAMILIES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟"
    "熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤嵇钮费闵"
)
_DOUBLE = ("欧阳", "司马", "诸葛", "上官")
_FIRST = "建国志文永明小德正新海金玉春秀丽晓爱雪红美惠淑桂月凤兰慧云亚春家庆世学忠光振天一少立伟宏利根荣水阿"
_LAST = (
    "华平军明英芳敏静伟强磊洋勇艳杰娟涛超霞刚平辉玲萍红丽燕梅兰珍琴云芬凤莲荣生林根法祥福良峰波斌飞鹏宇浩民清泉松江河新成康健忠仁义礼智信才发财贵宝龙虎"
    "翔琳琪瑶婷倩蓉薇娜雯怡佳颖洁莹晶晨旭阳东升元方圆园媛嫣然如意安宁静娴淑贤惠芝菊香花蕾蓓茜萌苗青蓝紫"
)
_OLD_FORMS = {
    "华": "華", "国": "國", "东": "東", "陈": "陳", "张": "張", "刘": "劉", "赵": "趙", "吴": "吳", "孙": "孫", "马": "馬", "罗": "羅", "郑": "鄭",
    "谢": "謝", "许": "許", "韩": "韓", "邓": "鄧", "肖": "蕭", "叶": "葉", "苏": "蘇", "吕": "呂", "卢": "盧", "钟": "鍾", "谭": "譚", "陆": "陸",
    "范": "範", "贾": "賈", "韦": "韋", "邹": "鄒", "龙": "龍", "贺": "賀", "顾": "顧", "龚": "龔", "万": "萬", "钱": "錢", "严": "嚴", "汤": "湯",
    "丽": "麗", "爱": "愛", "凤": "鳳", "兰": "蘭", "云": "雲", "亚": "亞", "庆": "慶", "学": "學", "伟": "偉", "荣": "榮", "军": "軍", "静": "靜",
    "强": "強", "艳": "艷", "杰": "傑", "涛": "濤", "刚": "剛", "辉": "輝", "莲": "蓮", "宝": "寶", "飞": "飛", "鹏": "鵬", "阳": "陽", "圆": "圓",
    "园": "園", "宁": "寧", "贤": "賢", "莹": "瑩", "颖": "穎", "洁": "潔", "峰": "峯", "群": "羣", "启": "啓",
}  # fmt: skip
_LIKE_SHAPES = (
    "王玉", "大太", "己已", "未末", "土士", "千干", "日曰", "人入", "田由", "明朋", "青清", "静净", "玲铃", "萍苹", "芬芳", "珍诊", "丽而", "林材",
    "泉杲", "福副", "祥详", "波披", "峰蜂", "浩诰", "宇字", "洋样", "杰木", "强弦", "敏毓", "娟捐", "燕蒸", "霞露", "莲连", "荣荥", "良艮", "成戍",
    "仁仨", "礼札", "信倌", "才寸", "贵责", "宝玉", "东车", "立丘", "利刹", "根恨", "法注", "发友", "生牛", "兰三", "陈阵", "沈沉", "徐除", "孙孔",
    "何柯", "刘列", "吴昊", "郑邓", "梁粱", "谢榭", "范苑", "汪江", "石右", "金全", "夏复", "邱丘", "侯候", "钱线", "武斌", "莫英", "汤场",
)  # fmt: skip
_LIKE_SOUNDS = (
    "华桦骅", "明鸣铭", "英瑛莹", "芳方", "静敬靖", "伟炜玮", "强墙", "杰洁捷", "霞侠", "辉晖徽", "玲灵凌", "萍平苹", "红虹宏洪", "丽利莉", "燕艳雁彦",
    "梅枚", "兰岚", "珍真", "琴勤", "芬纷", "凤奉", "莲连", "荣蓉容", "生胜升声", "林琳霖", "祥翔", "福富夫", "波博", "飞非菲", "宇雨羽", "浩皓昊",
    "民敏", "清青", "松嵩", "成诚城", "康抗", "建健", "志智治", "文雯闻", "永咏勇", "新欣馨", "海亥", "金锦今", "玉裕", "春椿", "秀绣", "晓小筱",
    "爱艾", "雪薛", "美镁", "惠慧卉", "淑舒", "月悦", "云芸耘", "家佳嘉", "庆青", "学雪", "忠中钟", "振镇", "一伊依", "立丽力", "徐许", "张章", "于余俞",
    "陈程", "王汪", "黄王", "吴伍", "周邹", "朱诸", "何贺", "叶业", "姚尧", "陆鹿", "付傅", "肖萧", "谭潭", "江姜", "魏卫", "夏下",
)  # fmt: skip
_UNTYPED = {
    "喆": ("吉吉", "zhe"), "堃": ("方方土", "kun"), "淼": ("三水", "miao"), "玥": ("王月", "yue"), "翀": ("羽中", "chong"), "旸": ("日易", "yang"),
    "燚": ("火火火火", "yi"), "珺": ("王君", "jun"), "媄": ("女美", "mei"), "洺": ("氵名", "ming"), "彧": ("或", "yu"), "甡": ("生生", "shen"),
    "䶮": ("龙天", "yan"), "鋆": ("均金", "yun"), "祎": ("礻韦", "yi"),
}  # fmt: skip
_COUNTIES = {
    "市本级": ("湖州市", ("湖州市", "湖州", "浙江省湖州市", "浙江湖州")),
    "吴兴区": ("湖州市吴兴区", ("湖州市吴兴区", "吴兴区", "吴兴", "湖州吴兴区")),
    "南浔区": ("湖州市南浔区", ("湖州市南浔区", "南浔区", "南浔", "湖州南浔")),
    "德清县": ("德清县", ("德清县", "德清", "浙江省德清县", "湖州市德清县")),
    "长兴县": ("长兴县", ("长兴县", "长兴", "浙江省长兴县", "湖州市长兴县")),
    "安吉县": ("安吉县", ("安吉县", "安吉", "浙江省安吉县", "湖州市安吉县")),
}
_OFFICES = {
    "市本级": "湖人专",
    "吴兴区": "吴人专",
    "南浔区": "浔人专",
    "德清县": "德人专",
    "长兴县": "长人专",
    "安吉县": "安人专",
}
_EVERYWHERE = (  # every county has one: the same words after the place
    ("人民医院", "医院"), ("中医院", "中医院"), ("第一中学", "一中"), ("第二中学", "二中"), ("第三中学", "三中"), ("实验小学", "实小"),
    ("水利局", "水利局"), ("建设局", "建设局"), ("农业局", "农业局"), ("妇幼保健院", "妇保院"), ("疾病预防控制中心", "疾控中心"), ("图书馆", "图书馆"),
    ("规划设计研究院", "规划院"), ("建筑设计院", "建筑院"), ("环境监测站", "环监站"), ("农业技术推广中心", "农技中心"), ("教师进修学校", "进修学校"),
    ("第一人民医院", "一院"), ("第二人民医院", "二院"), ("公路管理段", "公路段"),
)  # fmt: skip
_TOWNS = [
    "织里",
    "双林",
    "菱湖",
    "练市",
    "善琏",
    "千金",
    "和孚",
    "道场",
    "埭溪",
    "东林",
    "石淙",
    "旧馆",
    "妙西",
    "武康",
    "乾元",
    "新市",
    "洛舍",
    "钟管",
    "雷甸",
    "禹越",
    "莫干山",
    "筏头",
    "三合",
    "雉城",
    "泗安",
    "煤山",
    "李家巷",
    "夹浦",
    "虹星桥",
    "和平",
    "递铺",
    "梅溪",
    "孝丰",
    "天荒坪",
    "鄣吴",
    "昆铜",
    "洪桥",
    "林城",
    "小浦",
    "水口",
    "白岘",
    "槐坎",
    "二界岭",
    "吴山",
    "高禹",
    "良朋",
    "溪龙",
    "皈山",
    "报福",
    "章村",
    "杭垓",
    "上墅",
    "山川",
]
_OF_TOWN = (
    ("{}镇中心小学", "{}中心校"), ("{}中学", "{}中学"), ("{}镇卫生院", "{}卫生院"), ("{}中心卫生院", "{}卫生院"), ("{}镇农技站", "{}农技站"),
    ("{}镇初级中学", "{}初中"), ("{}水利管理所", "{}水管所"), ("{}镇第二小学", "{}二小"),
)  # fmt: skip
_TRADE_NAMES = "天和 恒丰 久立 永兴 东方 华业 金洲 大东吴 升华 美欣达 诺力 超威 天能 丝得莉 珍贝 米皇 三狮 新开元 欧美 德华 华盛 中新 巨人 龙腾 瑞丰 宏达".split()  # noqa: SIM905
_TRADES = (
    "建设集团有限公司", "建筑工程有限公司", "机械制造有限公司", "纺织有限公司", "电源有限公司", "化工有限公司", "建材有限公司", "丝绸有限公司", "置业有限公司",
    "交通工程有限公司", "电子科技有限公司", "水泥有限公司", "绿化工程有限公司", "勘察设计有限公司",
)  # fmt: skip
_TITLES = (
    ("工程技术人员", (("助理工程师", "助理级", ("助工", "助理工程师资格")), ("工程师", "中级", ("工程师资格", "工程师任职资格")),
                    ("高级工程师", "副高", ("高工",))), ("建筑施工", "机械", "电气自动化", "水利工程", "纺织", "环境工程", "化工", "测绘")),
    ("小学教师", (("一级教师（小学）", "助理级", ("小学一级教师", "小教一级")), ("高级教师（小学）", "中级", ("小学高级教师", "小学高级", "小教高级", "小高"))),
     ("语文", "数学", "英语", "音乐", "体育")),
    ("中学教师", (("二级教师（中学）", "助理级", ("中学二级教师",)), ("一级教师（中学）", "中级", ("中学一级教师", "中教一级", "中一")),
                ("高级教师（中学）", "副高", ("中学高级教师", "中学高级"))), ("语文", "数学", "英语", "物理", "化学", "历史")),
    ("卫生技术人员（医师）", (("医师", "助理级", ("医生",)), ("主治医师", "中级", ("主治医生",)), ("副主任医师", "副高", ("副主任医生",))),
     ("内科", "外科", "妇产科", "儿科", "中医内科")),
    ("卫生技术人员（护理）", (("护师", "助理级", ()), ("主管护师", "中级", ()), ("副主任护师", "副高", ())), ("护理",)),
    ("经济专业人员", (("助理经济师", "助理级", ("助经",)), ("经济师", "中级", ()), ("高级经济师", "副高", ())), ("工商管理", "金融", "人力资源")),
    ("农业技术人员", (("助理农艺师", "助理级", ()), ("农艺师", "中级", ()), ("高级农艺师", "副高", ("高农",))), ("农学", "园艺", "植保", "蚕桑")),
    ("会计专业人员", (("助理会计师", "助理级", ()), ("会计师", "中级", ()), ("高级会计师", "副高", ())), ("会计",)),
)  # fmt: skip
_DIGITS = "〇一二三四五六七八九"


@dataclass
class _Unit:
    region: str
    rest: str  # its name after the place
    short: str
    serial: int
    of_place: bool = True
    later: list[str] = field(default_factory=list)  # what it was renamed to, in turn
    told: bool = True  # whether the office's table knows the renaming

    @property
    def full(self) -> str:
        return (_COUNTIES[self.region][0] if self.of_place else "") + self.rest


@dataclass
class _Person:
    name: str
    sex: str
    born: tuple[int, int, int]
    number: str
    unit: int


@dataclass
class _Document:
    office: str
    year: int
    number: int
    region: str
    signed: str
    obtained: str

    def __str__(self) -> str:
        return f"{self.office}[{self.year}]{self.number}号"


@dataclass
class _Line:
    """A published line: what it says, and what is true of it."""

    said: dict[str, str]
    person: int
    document: int
    title: tuple[int, int]
    special: int
    unit_said: bool
    title_said: bool
    name_faulty: bool = False
    forwards: int = -1  # the line that it repeats under another document's number


@dataclass
class _Entry:
    """What somebody hands in: the text, and what each field still tells of the truth."""

    said: dict[str, str]
    row: int
    name: str  # same, weak (a slip, a character not written), former
    unit: int  # which unit is named; -1: one that nobody knows
    documents: frozenset[int] | None  # which documents the number may mean; None: not given
    whole_number: bool
    title: tuple[int, int]
    date: str
    special: int
    again: int = -1
    never: bool = False


class _World:
    """Chance, units, people, documents."""

    def __init__(self, seed: int, count: int) -> None:
        self.chance = random.Random(seed)
        self.count = count
        self.serial = 0
        self.family_weights = [1 / (3.5 + at) for at in range(len(_FAMILIES))]
        self.first_weights = [1 / (12 + at) for at in range(len(_FIRST))]
        self.last_weights = [1 / (35 + at) for at in range(len(_LAST))]
        self.units = self._units(max(14, count // 55))
        self.by_region: dict[str, list[int]] = defaultdict(list)
        for at, unit in enumerate(self.units):
            self.by_region[unit.region].append(at)
        self.people: list[_Person] = []

    def happens(self, share: float) -> bool:
        return self.chance.random() < share

    def name(self) -> str:
        """A name: one in seven of one character, one in eighty with a sign that a keyboard lacks."""
        chance = self.chance
        family = chance.choice(_DOUBLE) if self.happens(0.004) else chance.choices(_FAMILIES, self.family_weights)[0]
        last = chance.choices(_LAST, self.last_weights)[0]
        if self.happens(0.0125):
            last = chance.choice(list(_UNTYPED))
        if self.happens(0.14):
            return family + last
        return family + chance.choices(_FIRST, self.first_weights)[0] + last

    def person(self, unit: int, name: str = "") -> _Person:
        sex = "男" if self.happens(0.52) else "女"
        born = (self.chance.randint(1944, 1979), self.chance.randint(1, 12), self.chance.randint(1, 28))
        self.serial += 1
        body = f"33{self.chance.choice(('0501', '0502', '0521', '0522', '0523', '0106', '0411'))}"
        body += f"{born[0]}{born[1]:02}{born[2]:02}{(self.serial * 2 + (sex == '男')) % 1000:03}"
        return _Person(name or self.name(), sex, born, body + check_character(body), unit)

    def _units(self, wanted: int) -> list[_Unit]:
        found: dict[str, _Unit] = {}
        chance = self.chance
        while len(found) < wanted:
            region = chance.choice(list(_COUNTIES))
            kind = chance.random()
            if kind < 0.3:
                rest, short = chance.choice(_EVERYWHERE)
                unit = _Unit(region, rest, _COUNTIES[region][0][:2] + short, len(found))
            elif kind < 0.62:
                town = chance.choice(_TOWNS)
                full, short = chance.choice(_OF_TOWN)
                unit = _Unit(region, full.format(town), short.format(town), len(found))
            else:
                trade = chance.choice(_TRADE_NAMES) + (
                    chance.choice("新中华大" + _LAST[:30]) if self.happens(0.6) else ""
                )
                form = chance.choice(_TRADES)
                of_place = self.happens(0.6)
                place = "" if of_place else chance.choice(("浙江", "湖州", ""))
                unit = _Unit(region, place + trade + form, trade + form[:2], len(found), of_place)
            if unit.full in found:
                if wanted > 3000 and self.happens(0.5):
                    unit = _Unit(
                        region, unit.rest[:-2] + chance.choice(_TOWNS)[:2] + unit.rest[-2:], unit.short, len(found)
                    )
                if unit.full in found:
                    continue
            if self.happens(0.06):
                for _ in range(1 + self.happens(0.3)):
                    unit.later.append(
                        _COUNTIES[region][0] + chance.choice(_TOWNS) + chance.choice(_TRADE_NAMES)
                        + chance.choice(("集团有限公司", "教育集团", "医疗中心", "发展有限公司", "研究所"))
                    )  # fmt: skip
                unit.told = self.happens(0.85)
            found[unit.full] = unit
        return list(found.values())


def _slip(name: str, w: _World) -> str:
    """One slip in a name: a sign of like shape or sound, two signs turned round, one lost, one twice, or any other sign."""
    chance = w.chance
    place = chance.randrange(len(name))
    kind = chance.random()
    if kind < 0.4:
        groups = [group for group in _LIKE_SHAPES if name[place] in group]
        if groups:
            return name[:place] + chance.choice(groups[0].replace(name[place], "")) + name[place + 1 :]
    if kind < 0.75:
        groups = [group for group in _LIKE_SOUNDS if name[place] in group]
        if groups:
            return name[:place] + chance.choice(groups[0].replace(name[place], "")) + name[place + 1 :]
    if kind < 0.82 and len(name) == 3 and name[1] != name[2]:
        return name[0] + name[2] + name[1]
    if kind < 0.88 and len(name) == 3:
        return name[:1] + name[2:] if w.happens(0.5) else name[:2]
    if kind < 0.92:
        return name[: place + 1] + name[place:]
    place = max(place, 1)
    return name[:place] + chance.choice(_LAST.replace(name[place], "")) + name[place + 1 :]


def _unwritten(name: str, w: _World) -> str:
    sign = next((each for each in name if each in _UNTYPED), name[-1])
    parts, sound = _UNTYPED.get(sign, ("", ""))
    ways = ["?", "□", "", " ", "*", "〓", "？"]
    if parts:
        ways += [parts, sound, sound.upper(), f"（{parts}）", f"({parts})"]
    return name.replace(sign, w.chance.choice(ways)).strip()


def _old_forms(name: str) -> str:
    return "".join(_OLD_FORMS.get(sign, sign) for sign in name)


def _number(document: _Document, w: _World) -> str:
    """The document's number as people write it: every form means the same."""
    chance = w.chance
    left, right = chance.choice(("[]", "〔〕", "（）", "()", "【】", "［］", "[]", "[]"))
    year, number = str(document.year), str(document.number)
    kind = chance.random()
    if kind < 0.06:
        year = year[2:]
    elif kind < 0.09:
        year = "".join(_DIGITS[int(sign)] for sign in year).replace("〇", chance.choice("〇○零"))
    if w.happens(0.05):
        number = f"第{number}"
    elif w.happens(0.05):
        number = number.zfill(3)
    elif w.happens(0.03):
        number = "".join(chr(ord(sign) + 0xFEE0) for sign in number)
    end = "" if w.happens(0.05) else "号"
    space = " " if w.happens(0.05) else ""
    return f"{document.office}{'字' if w.happens(0.02) else ''}{left}{year}{right}{space}{number}{end}"


def _respelt(unit: _Unit, w: _World) -> str:
    """The same unit, its place, its brackets and its legal form written otherwise."""
    chance = w.chance
    rest = unit.rest
    if rest.endswith("有限公司"):
        rest = rest.removesuffix("有限公司") + chance.choice(("有限责任公司", "公司", "有限公司", "股份有限公司"))
    place = chance.choice(_COUNTIES[unit.region][1]) if unit.of_place else chance.choice(("", "浙江", "湖州"))
    if not unit.of_place and rest.startswith(("浙江", "湖州")):
        place = ""
    if w.happens(0.08):
        return f"{place}（{rest}）" if w.happens(0.3) else f"{place} {rest}"
    return place + rest


def _with_slip(text: str, w: _World) -> str:
    """One wrong sign in a unit's name, as a reader of scans makes it."""
    at = w.chance.randrange(2, max(3, len(text) - 1))
    return text[:at] + w.chance.choice("木未土士日曰目田由申二三工王干千人入八几儿") + text[at + 1 :]


def decades(count: int, seed: int) -> Known:
    """So many entries of thirty years, against what city, counties and the province published."""
    w = _World(seed, count)
    documents, lines = _publish(w)
    entries = _hand_in(w, documents, lines)
    _misprint(w, lines, {entry.row for entry in entries})
    return _known(w, documents, lines, entries, seed)


def _publish(w: _World) -> tuple[list[_Document], list[_Line]]:
    chance = w.chance
    documents: list[_Document] = []
    lines: list[_Line] = []
    taken: set[tuple[str, int, int]] = set()
    wanted = int(w.count * 1.25)
    while len(lines) < wanted:
        region = chance.choice(list(_COUNTIES))
        office = _OFFICES[region] if w.happens(0.75) else chance.choice(("湖人专", "浙人专", "湖职改", "浙职改"))
        if not w.by_region[region]:
            continue
        year = chance.randint(1988, 2006)
        number = chance.randint(1, 60 if w.count < 50_000 else 240)
        if (office, year, number) in taken:
            continue
        taken.add((office, year, number))
        month = chance.randint(2, 12)
        review = (
            f"{year}-{month - 1:02}-{chance.randint(1, 28):02}"
            if w.happens(0.5)
            else f"{year - 1}-12-{chance.randint(1, 28):02}"
        )
        document = _Document(office, year, number, region, f"{year}-{month:02}-{chance.randint(1, 28):02}", review)
        documents.append(document)
        at = len(documents) - 1
        size = min(int(chance.lognormvariate(3.6, 1.1)) + 2, 1500, max(6, w.count // 4))
        wide = office not in _OFFICES.values() or office == "湖人专"
        regions = list(_COUNTIES) if wide and w.happens(0.6) else [region]
        pool = [unit for each in regions for unit in w.by_region[each]]
        pool = chance.sample(pool, min(len(pool), max(2, size // 3)))
        series = chance.randrange(len(_TITLES))
        many = [series] if w.happens(0.6) else chance.sample(range(len(_TITLES)), 3)
        grades = (chance.randint(0, 2),) if w.happens(0.75) else (0, 1)
        says_unit, says_special, says_date, says_birth, says_sex, says_title = (
            w.happens(share) for share in (0.92, 0.45, 0.6, 0.1, 0.2, 0.97)
        )
        inside: list[int] = []
        for _ in range(size):
            unit = chance.choice(pool)
            person_at = -1
            # A career: one who was published before comes again, a grade higher.
            if w.people and w.happens(0.08):
                person_at = chance.randrange(len(w.people))
            if person_at < 0 or person_at in inside:
                name = ""
                if inside and w.happens(0.006):  # a namesake in the same document, half of them in the same unit
                    other = w.people[chance.choice(inside)]
                    name, unit = other.name, (other.unit if w.happens(0.4) else unit)
                elif w.people and w.happens(0.01):  # a namesake in the same unit, in another document
                    other = chance.choice(w.people)
                    name, unit = other.name, other.unit
                elif w.people and w.happens(0.004):  # brothers and sisters at one unit
                    other = chance.choice(w.people)
                    name, unit = other.name[:-1] + chance.choices(_LAST, w.last_weights)[0], other.unit
                w.people.append(w.person(unit, name))
                person_at = len(w.people) - 1
            inside.append(person_at)
            person = w.people[person_at]
            kind = many[0] if len(many) == 1 else chance.choice(many)
            grade = min(chance.choice(grades), len(_TITLES[kind][1]) - 1)
            special = chance.randrange(len(_TITLES[kind][2]))
            title, level, _ = _TITLES[kind][1][grade]
            lines.append(_Line({
                "name": person.name, "title": title if says_title else "", "level": level if not says_title or w.happens(0.3) else "",
                "employer": w.units[person.unit].full if says_unit else "", "series": _TITLES[kind][0] if w.happens(0.3) else "",
                "specialty": _TITLES[kind][2][special] if says_special else "", "document_no": str(document),
                "document_date": document.signed, "obtained_on": document.obtained if says_date else "",
                "sex": person.sex if says_sex else "", "birth_date": "{}-{:02}".format(*person.born[:2]) if says_birth else "",
            }, person_at, at, (kind, grade), special, says_unit, says_title))  # fmt: skip
        if w.happens(0.02) and size < 120:  # a county forwards the document: the same people again under its own number
            other = _Document(
                chance.choice(("德人专", "长人专", "安人专")),
                year,
                900 + len(documents) % 99,
                region,
                document.signed,
                document.obtained,
            )
            if (other.office, other.year, other.number) not in taken:
                taken.add((other.office, other.year, other.number))
                documents.append(other)
                for place in range(len(lines) - size, len(lines)):
                    line = lines[place]
                    lines.append(
                        replace(line, said=line.said | {"document_no": str(other)}, document=at + 1, forwards=place)
                    )
    return documents, lines


def _hand_in(w: _World, documents: list[_Document], lines: list[_Line]) -> list[_Entry]:
    chance = w.chance
    by_number = {(each.office, each.year, each.number): at for at, each in enumerate(documents)}
    loose: dict[tuple[int, int], list[int]] = defaultdict(list)
    for at, each in enumerate(documents):
        loose[each.year, each.number].append(at)
    never, again = max(2, int(w.count * 0.06)), max(2, int(w.count * 0.02))
    chosen = chance.sample(range(len(lines)), min(len(lines), w.count - never - again))
    # Whoever stands in a document and in its forwarding hands in one certificate.
    both = set(chosen)
    chosen = [row for row in chosen if lines[row].forwards not in both]
    entries = [_entry(w, documents, by_number, loose, lines[row], w.people[lines[row].person], row) for row in chosen]
    for row in chance.sample(range(len(lines)), never):
        # Nobody published this one: a stranger, often of the same unit, who cites a document that is there.
        known = w.people[lines[row].person]
        unit = known.unit if w.happens(0.4) else chance.randrange(len(w.units))
        stranger = w.person(unit)
        if stranger.name == known.name:
            continue
        entry = _entry(w, documents, by_number, loose, lines[row], stranger, row)
        entry.row, entry.never = -1, True
        entries.append(entry)
    for at in chance.sample(range(len(chosen)), again):
        row = chosen[at]
        person = w.people[lines[row].person]
        copy = _entry(w, documents, by_number, loose, lines[row], person, row, calm=0.4)
        if w.happens(0.4):
            copy.said["id_number"] = person.number[:6] + person.number[8:17]
        if copy.name == "same" and w.happens(0.2) and copy.said["name"] == person.name:
            copy.said["name"] = _old_forms(person.name) if w.happens(0.5) else person.name[0] + "　" + person.name[1:]
        copy.again = at
        entries.append(copy)
    return entries


def _entry(
    w: _World, documents: list[_Document], by_number: dict[tuple[str, int, int], int], loose: dict[tuple[int, int], list[int]],
    line: _Line, person: _Person, row: int, *, calm: float = 1.0,
) -> _Entry:  # fmt: skip
    chance = w.chance
    document, unit = documents[line.document], w.units[person.unit]
    kind, grade = line.title
    series, grades, specials = _TITLES[kind]

    def fault(share: float) -> bool:
        return chance.random() < share * calm

    said = {
        "id_number": person.number, "name": person.name, "former_name": "", "sex": person.sex,
        "birth_date": "{}-{:02}-{:02}".format(*person.born), "employer": unit.full, "region": unit.region, "series": series,
        "title": grades[grade][0], "level": grades[grade][1], "specialty": specials[line.special], "obtained_by": "评审",
        "obtained_on": document.obtained, "document_no": _number(document, w) if w.happens(0.5) else str(document),
        "document_date": document.signed, "case": "换发",
    }  # fmt: skip
    entry = _Entry(
        said, row, "same", person.unit, frozenset({line.document}), True, line.title, document.obtained, line.special
    )
    # The name.
    if any(sign in _UNTYPED for sign in person.name) and fault(0.3):
        said["name"], entry.name = _unwritten(person.name, w), "weak"
    elif fault(0.015):
        said["name"] = _old_forms(person.name)
    elif fault(0.014):
        said["name"], entry.name = _slip(person.name, w), "weak"
    elif fault(0.002):
        said["name"], entry.name = _unwritten(person.name, w), "weak"
    elif fault(0.005):
        said["name"], said["former_name"] = (
            person.name[0] + chance.choices(_LAST, w.last_weights)[0] * (1 + w.happens(0.1)),
            person.name,
        )
        entry.name = "former"
    elif w.happens(0.02) and len(person.name) == 2:
        said["name"] = person.name[0] + "　" + person.name[1]
    # The unit.
    if fault(0.13):
        said["employer"] = _respelt(unit, w)
    elif fault(0.03):
        said["employer"] = unit.short
    elif unit.later and fault(0.6):
        said["employer"] = unit.later[-1]
        entry.unit = person.unit if unit.told else -1
    elif fault(0.03):  # moved since
        entry.unit = chance.randrange(len(w.units))
        said["employer"] = w.units[entry.unit].full
    elif fault(0.01):
        said["employer"] = _with_slip(unit.full, w)
    # The document.
    if fault(0.025):
        said["document_no"], entry.documents = "", None
        if w.happens(0.5):
            said["document_date"] = ""
    elif fault(0.012):
        office, year, number = document.office, document.year, document.number
        kinds = chance.random()
        if kinds < 0.4:
            year += chance.choice((-1, 1))
        elif kinds < 0.8:
            number = int((str(number) + chance.choice("0123456789"))[chance.randint(0, 1) :] or 1) or 1
        else:
            office = chance.choice([each for each in ("湖人专", "浙人专", "湖职改", "德人专") if each != office])
        wrong = _Document(office, year, number, "", "", "")
        at = by_number.get((office, year, number))
        said["document_no"] = str(wrong)
        entry.documents = frozenset() if at is None else frozenset({at})
    elif fault(0.02):
        said["document_no"] = chance.choice(
            (f"[{document.year}]{document.number}号", f"〔{document.year}〕{document.number}号")
        )
        entry.documents, entry.whole_number = frozenset(loose[document.year, document.number]), False
    # The title.
    if w.happens(0.06) and grades[grade][2]:
        said["title"] = chance.choice(grades[grade][2])
    elif fault(0.006):
        other = chance.choice([each for each in range(len(grades)) if each != grade])
        said["title"], said["level"] = grades[other][0], grades[other][1]
        entry.title = (kind, other)
    # The date.
    if w.happens(0.3):
        said["obtained_on"] = entry.date = document.obtained[:7]
    elif fault(0.08):
        said["obtained_on"] = entry.date = document.signed
    elif fault(0.03):
        said["obtained_on"] = entry.date = document.obtained[:4]
    elif fault(0.012):
        said["obtained_on"] = entry.date = (
            f"{int(document.obtained[:4]) + chance.choice((-4, -2, 2, 3, 10))}-{chance.randint(1, 12):02}"
        )
    # The rest.
    if fault(0.15):
        said["specialty"], entry.special = "", -1
    elif fault(0.02):
        entry.special = chance.randrange(len(specials))
        said["specialty"] = specials[entry.special]
    return entry


def _misprint(w: _World, lines: list[_Line], used: set[int]) -> None:
    """The printed lists have their own slips and old forms."""
    for line in lines:
        name = line.said["name"]
        if w.happens(0.006):
            line.said["name"], line.name_faulty = _slip(name, w), True
        elif any(sign in _UNTYPED for sign in name) and w.happens(0.25):
            line.said["name"], line.name_faulty = _unwritten(name, w), True
        elif w.happens(0.01):
            line.said["name"] = _old_forms(name)
        if line.unit_said and w.happens(0.05):
            line.said["employer"] = _respelt(w.units[w.people[line.person].unit], w)
        elif line.unit_said and w.happens(0.01):
            line.said["employer"] = _with_slip(line.said["employer"], w)
        if line.title_said and w.happens(0.03):
            kind, grade = line.title
            line.said["title"] = w.chance.choice(_TITLES[kind][1][grade][2] or (line.said["title"],))


def _months(text: str) -> int:
    return int(text[:4]) * 12 + int(text[5:7] or 6) if text else 0


def _agreement(
    w: _World, documents: list[_Document], lines: list[_Line], entry: _Entry, row: int, name: str
) -> dict[str, int]:
    """What an entry and a row say of one another, field by field: 1 for it, -1 against it, 0 nothing."""
    line = lines[row]
    person = w.people[line.person]
    document = documents[line.document]
    if entry.documents is None:
        number = 0
    elif line.document in entry.documents:
        number = 1
    else:
        number = -1
    date = 0
    if entry.date and (line.said["obtained_on"] or document.signed):
        apart = min(abs(_months(entry.date) - _months(each)) for each in (document.obtained, document.signed))
        date = 1 if apart <= 1 or (len(entry.date) == 4 and apart <= 11) else (0 if apart <= 14 else -1)
    mine = entry.said
    return {
        "name": {"same": 2, "former": 2, "weak": 1}[name],
        "document": number,
        "unit": 0 if not line.unit_said or entry.unit < 0 else (1 if person.unit == entry.unit else -1),
        "title": 0 if not line.title_said else (1 if line.title == entry.title else -1),
        "date": date,
        "specialty": 0 if entry.special < 0 or not line.said["specialty"] else (1 if line.special == entry.special else -1),
        "birth": -1 if line.said["birth_date"] and not mine["birth_date"].startswith(line.said["birth_date"]) else 0,
        "sex": -1 if line.said["sex"] and line.said["sex"] != mine["sex"] else 0,
    }  # fmt: skip


def _fold(name: str) -> str:
    back = {old: new for new, old in _OLD_FORMS.items()}
    return "".join(back.get(sign, sign) for sign in name if not sign.isspace())


def _near(name: str) -> set[str]:
    return {name} | {name[:at] + name[at + 1 :] for at in range(len(name))}


def _known(w: _World, documents: list[_Document], lines: list[_Line], entries: list[_Entry], seed: int) -> Known:
    by_name: dict[str, list[int]] = defaultdict(list)
    in_document: dict[tuple[int, str], list[int]] = defaultdict(list)
    in_unit: dict[tuple[int, str], list[int]] = defaultdict(list)
    for row, line in enumerate(lines):
        folded = _fold(line.said["name"])
        by_name[folded].append(row)
        for part in _near(folded):
            in_document[line.document, part].append(row)
            in_unit[w.people[line.person].unit, part].append(row)
    kinds = [_kind(w, documents, lines, entry, by_name, in_document, in_unit) for entry in entries]
    chance = random.Random(seed * 7 + 3)
    order, shelf = list(range(len(entries))), list(range(len(lines)))
    chance.shuffle(order)
    chance.shuffle(shelf)
    new = {old: at for at, old in enumerate(shelf)}
    moved = {old: at for at, old in enumerate(order)}
    firsts = [entry.again if entry.again >= 0 else at for at, entry in enumerate(entries)]
    return Known(
        known_table([entries[at].said for at in order], "名单.xlsx"),
        known_table([lines[at].said for at in shelf], "公布.xlsx"),
        [new.get(entries[at].row, -1) for at in order],
        [kinds[at] for at in order],
        [pair for unit in w.units if unit.later and unit.told for pair in zip([unit.full, *unit.later], unit.later, strict=False)],
        [moved[firsts[at]] for at in order],
    )  # fmt: skip


def _kind(
    w: _World, documents: list[_Document], lines: list[_Line], entry: _Entry, by_name: dict[str, list[int]],
    in_document: dict[tuple[int, str], list[int]], in_unit: dict[tuple[int, str], list[int]],
) -> str:  # fmt: skip
    if entry.never:
        return "never"
    if entry.again >= 0:
        return "again"
    line = lines[entry.row]
    names = {_fold(entry.said["name"])} | ({_fold(entry.said["former_name"])} if entry.said["former_name"] else set())
    printed = _fold(line.said["name"])
    own = "same" if printed in names else "weak"
    mine = _agreement(w, documents, lines, entry, entry.row, own)
    rivals: dict[int, str] = {}
    for name in names:
        for row in by_name[name]:
            rivals[row] = "same"
        for part in _near(name):
            for document in entry.documents or ():
                for row in in_document[document, part]:
                    rivals.setdefault(row, "weak")
            if entry.unit >= 0:
                for row in in_unit[entry.unit, part]:
                    rivals.setdefault(row, "weak")
    only_small = False
    for row, name in rivals.items():
        if row == entry.row:
            continue
        theirs = _agreement(w, documents, lines, entry, row, name)
        if theirs["document"] < 1 and theirs["unit"] < 1:
            continue  # nothing but the name speaks for it
        if theirs["name"] == 1 and -1 in (theirs["document"], theirs["unit"]):
            continue  # and not even the name
        ahead = {each for each in mine if mine[each] > theirs[each]}
        behind = {each for each in mine if mine[each] < theirs[each]}
        if mine["document"] == 1 and theirs["document"] == -1 and (mine["unit"] == 0 or mine["name"] > theirs["name"]):
            # The number that is cited names this row and no other; that one has another name, or the list no units.
            only_small |= not ahead & {"name", "title", "date"}
            continue
        heavy = behind - {"date", "specialty"}
        cited = mine["document"] == mine["unit"] == 1 and theirs["document"] == -1
        if heavy and cited and (-1 in (theirs["title"], theirs["date"]) or mine["title"] == 0):
            # Another certificate of the same person, or of a namesake at the same unit: not the one that is cited.
            only_small = True
            continue
        if heavy or not ahead:
            if ahead & {"name", "birth"} and not behind & {"document", "unit"}:
                only_small = True
                continue
            return "twin"
        if len(ahead & {"name", "document", "unit", "title", "birth", "sex"}) < 1 + bool(behind):
            only_small = True
    against = {each for each in ("unit", "title", "date", "birth", "sex") if mine[each] < 0}
    if own == "weak":
        enough = (
            mine["document"] == 1 and entry.whole_number and mine["unit"] == 1 and mine["title"] == 1 and not against
        )
    elif mine["document"] == 1 and entry.whole_number:
        known = bool(line.said["birth_date"])
        enough = len(against - {"sex"}) < 2 and (
            mine["unit"] == 1
            or (mine["title"] == 1 and "date" not in against)
            or (mine["title"] == 0 and known and "date" not in against)
        )
    else:
        enough = (
            mine["unit"] == 1 and mine["title"] == 1 and not against and (mine["document"] == 1 or mine["date"] == 1)
        )
    return "clear" if enough and not only_small else "hard"
