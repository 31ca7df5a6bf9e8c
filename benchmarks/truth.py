"""Invented entries and published lists of which it is known who is who: the truth comes from how they were made.

Two makers that share nothing but the notice's columns: ``county`` (documents of one committee each, mixed faults of clerks) and
``archive`` (old lists read from paper, few and large documents, common names, wrong characters by shape). Nothing of the
matcher is used here, so that it can't be fitted to itself.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from hzcert.fields import FIELDS
from hzcert.idnumber import check_character
from hzcert.table import Table, table_of

# Surnames with how many of 10,000 bear them, and characters of given names; both drawn up for this.
_SURNAMES = {
    "王": 690, "李": 670, "张": 640, "沈": 520, "陈": 480, "刘": 380, "吴": 330, "徐": 300, "钱": 280, "杨": 270, "朱": 260, "周": 250,
    "潘": 230, "姚": 220, "俞": 210, "孙": 200, "费": 190, "钮": 120, "闵": 130, "施": 180, "章": 170, "蒋": 170, "胡": 160, "郑": 150,
    "许": 140, "林": 140, "何": 130, "高": 130, "马": 120, "罗": 110, "金": 110, "陆": 150, "丁": 100, "倪": 100, "莫": 70, "严": 80,
    "管": 60, "戴": 70, "傅": 60, "华": 60, "谈": 50, "邱": 60, "嵇": 40, "芮": 30, "臧": 25, "欧阳": 15, "诸葛": 8, "濮": 20,
    "董": 70, "袁": 60, "邓": 50, "韩": 50, "唐": 60, "冯": 50, "于": 50, "程": 60, "曹": 50, "彭": 40, "曾": 40, "肖": 40, "田": 40,
    "潭": 5, "蔡": 50, "贾": 20, "余": 50, "叶": 60, "杜": 30, "苏": 35, "魏": 30, "吕": 30, "任": 30, "卢": 30, "姜": 30, "崔": 20, "钟": 40,
    "汪": 50, "范": 30, "石": 25, "廖": 15, "韦": 10, "夏": 25, "方": 40, "邹": 20, "熊": 15, "陶": 25, "毛": 30, "顾": 40, "万": 15,
}  # fmt: skip
_MEN = "明国华建军平伟强志文永新春林海生荣根法金水山东成忠良德福庆祥兴昌松柏涛波峰刚毅勇杰俊鹏飞龙宇浩天宏立武斌辉亮光炳锦泉土木火阿三大小云鑫权"
_WOMEN = "芳英秀兰玉珍凤梅红霞丽娟琴玲萍燕敏静洁慧莉莲美菊香琳琼瑛珠琪颖倩雅晓雪月娥仙巧妹爱淑惠桂佩彩云虹娜婷蓉薇芬素翠银亚丹文春秋冬阿小金水"
_MORE = (
    "志思远书望舒南星子墨清禾田竹安若涵怡佳悦欣然诗雨桐泽霖鸣翔毅恒超凡睿哲晨曦旭昊天翼羽翰骏驰骁勤俭诚信义礼智仁孝廉正直耀华祖荫启发达顺利和"
    "平乐康宁寿增奎魁元亨贞乾坤震离坎艮巽申酉戌亥午未辰巳卯寅丑甲乙丙庚辛壬癸柱梁栋材森茂植桦桐杉槐柳杨桃李杏樱梓枫鹤雁鸿鹭莺燕凰麒麟骐骥骝驹彪豹"
    "潮汐洋湖渊源深澄澈湛沛霈霁雯霄霞虹晴晖暖曼蔓芸芷若兰茵苓莎荷芙芝萱蕾蕊葵蔚蓝紫青碧翠黛妍妮姗姝娴婉婵媛嫣嫦瑾瑜璐璇璞琬琰瑞玮珂珊"
)
_VARIANTS = {
    "国": "國", "华": "華", "丽": "麗", "凤": "鳳", "兰": "蘭", "龙": "龍", "东": "東", "兴": "興", "荣": "榮", "张": "張", "陈": "陳", "刘": "劉",
    "云": "雲", "强": "強", "峰": "峯", "亚": "亞", "银": "銀", "丹": "丹", "佩": "珮", "娜": "娜", "钱": "錢", "吴": "吳", "苏": "蘇", "叶": "葉",
    "钟": "鐘", "锦": "錦", "梅": "楳", "泉": "湶", "爱": "愛", "惠": "恵", "德": "徳", "飞": "飛", "红": "紅", "庆": "慶",
}  # fmt: skip
_SHAPES = {
    "明": "朋", "建": "健", "林": "琳", "海": "诲", "荣": "蓉", "金": "全", "水": "永", "山": "仙", "成": "诚", "良": "艮", "祥": "详", "平": "萍",
    "松": "柗", "波": "坡", "刚": "钢", "俊": "骏", "鹏": "朋", "宇": "字", "浩": "皓", "天": "夫", "立": "丽", "武": "斌", "辉": "晖", "炳": "柄",
    "芳": "芬", "英": "瑛", "珍": "诊", "娟": "涓", "玲": "铃", "敏": "繁", "静": "净", "莉": "利", "莲": "连", "琳": "林", "晓": "小", "娥": "俄",
    "淑": "叔", "桂": "佳", "虹": "红", "婷": "停", "薇": "微", "芬": "芳", "文": "纹", "春": "椿", "法": "发", "根": "耕", "忠": "中", "福": "富",
}  # fmt: skip
_RARE = ("喆", "堃", "淼", "犇", "翀", "昶", "玥", "赟", "彧", "晟")
_SPLIT = {
    "喆": "吉吉",
    "堃": "方方土",
    "淼": "水水水",
    "犇": "牛牛牛",
    "翀": "羽中",
    "昶": "永日",
    "玥": "王月",
    "赟": "斌贝",
    "彧": "或",
    "晟": "日成",
}
_SOUND = {
    "喆": "zhe",
    "堃": "kun",
    "淼": "miao",
    "犇": "ben",
    "翀": "chong",
    "昶": "chang",
    "玥": "yue",
    "赟": "yun",
    "彧": "yu",
    "晟": "sheng",
}
_PLACES = {"市本级": ("湖州市", "湖州", "浙江省湖州市", ""), "德清县": ("德清县", "德清", "湖州市德清县", "浙江省德清县"),
           "长兴县": ("长兴县", "长兴", "湖州市长兴县"), "安吉县": ("安吉县", "安吉", "浙江省安吉县"), "吴兴区": ("吴兴区", "湖州市吴兴区", "吴兴"),
           "南浔区": ("南浔区", "湖州市南浔区", "南浔")}  # fmt: skip
_BODIES = "织里双林菱湖练市善琏千金和孚道场埭溪东林石淙旧馆八里店妙西杨家埠武康乾元新市洛舍钟管雷甸禹越莫干山筏头三合雉城泗安煤山李家巷夹浦虹星桥和平递铺梅溪孝丰天荒坪鄣吴昆铜"
_KINDS = (
    ("{}中学", "{}中"), ("{}小学", "{}小"), ("{}人民医院", "{}医院"), ("{}水利设计院", "{}水利院"), ("{}建筑设计研究院", "{}设计院"),
    ("{}机械厂", "{}机厂"), ("{}丝绸厂", "{}丝厂"), ("{}机电有限公司", "{}机电"), ("{}建设有限公司", "{}建设"), ("{}纺织有限公司", "{}纺织"),
    ("{}农业技术推广站", "{}农技站"), ("{}环境保护监测站", "{}环保监测站"), ("{}文化馆", "{}文化馆"), ("{}交通工程处", "{}交工处"),
)  # fmt: skip
_TITLES = (
    ("工程技术人员", "工程师", "中级", ("工程师",), ("水利水电工程", "建筑工程", "机械", "电气", "纺织工程")),
    ("工程技术人员", "助理工程师", "助理级", ("助理工程师", "助工"), ("水利水电工程", "建筑工程", "机械", "电气")),
    ("工程技术人员", "高级工程师", "副高", ("高级工程师", "高工"), ("岩土工程", "建筑工程", "机械")),
    ("小学教师", "高级教师（小学）", "中级", ("高级教师（小学）", "小学高级教师", "小教高级"), ("语文", "数学", "英语")),
    ("中学教师", "一级教师（中学）", "中级", ("一级教师（中学）", "中学一级教师", "中教一级"), ("语文", "数学", "英语", "物理")),
    ("卫生技术人员（医师）", "主治医师", "中级", ("主治医师", "主治医生"), ("内科", "外科", "中医")),
    ("经济专业人员", "经济师", "中级", ("经济师",), ("工业经济", "商业经济", "人力资源")),
    ("农业技术人员", "农艺师", "中级", ("农艺师",), ("农学", "植保", "园艺")),
)  # fmt: skip
_ORGS = ("湖人专", "浙人专", "德人专", "长人专", "安人专", "湖职改")


@dataclass
class Known:
    """Entries, published rows, and the truth: by entry the row that is its own (-1: none), and what kind of case it is."""

    holders: Table
    published: Table
    row: list[int]
    kind: list[str]  # clear, hard (its own row, and evidence too thin), twin (can't be told), never, again
    renamed: list[tuple[str, str]] = field(default_factory=list)
    first: list[int] = field(default_factory=list)  # of an "again" the entry that it repeats


@dataclass
class _Person:
    name: str
    sex: str
    born: str
    number: str
    unit: int


@dataclass
class _Unit:
    full: str
    short: str
    region: str
    newer: str = ""


class _Maker:
    """What both makers need: chance, people and tables."""

    def __init__(self, seed: int, rare: float) -> None:
        self.chance = random.Random(seed)
        self.serial = 0
        self.rare = rare
        self.surnames = list(_SURNAMES)
        self.weights = list(_SURNAMES.values())

    def happens(self, share: float) -> bool:
        """Whether something of this share happens."""
        return self.chance.random() < share

    def given(self, sex: str) -> str:
        """A given name: the characters at the head of the table are the commonest."""
        signs = (_MEN if sex == "男" else _WOMEN) + _MORE
        pick = lambda: signs[int(self.chance.expovariate(1 / 95)) % len(signs)]  # noqa: E731
        first = pick()
        if self.happens(self.rare):
            return self.chance.choice(_RARE) + ("" if self.happens(0.5) else first)
        return first if self.happens(0.1) else pick() + first

    def person(self, unit: int, commonness: float = 0.0, pool: list[str] | None = None) -> _Person:
        """Somebody new."""
        sex = "男" if self.happens(0.55) else "女"
        if pool and self.happens(commonness):
            name = self.chance.choice(pool)
        else:
            name = self.chance.choices(self.surnames, self.weights)[0] + self.given(sex)
        year, month, day = self.chance.randint(1945, 1976), self.chance.randint(1, 12), self.chance.randint(1, 28)
        self.serial += 1
        tail = self.serial * 2 % 998 + (sex == "男")
        body = f"3305{self.chance.choice(('01', '21', '22', '23', '11'))}{year}{month:02}{day:02}{tail:03}"
        return _Person(name, sex, f"{year}-{month:02}-{day:02}", body + check_character(body), unit)


def _slipped(name: str, chance: random.Random) -> str:
    """One character of the given name as another of its shape or sound, or any."""
    place = chance.randrange(1, len(name))
    sign = _SHAPES.get(name[place]) or chance.choice(_MEN + _WOMEN)
    return name[:place] + sign + name[place + 1 :]


def _split(name: str, chance: random.Random) -> str:
    rare = next((sign for sign in name if sign in _SPLIT), "")
    ways: list[Callable[[str], str]] = [
        lambda s: _SPLIT[s],
        lambda s: _SOUND[s],
        lambda s: "?",
        lambda s: "",
        lambda s: f"（{_SPLIT[s]}）",
        lambda s: "□",
    ]
    return name.replace(rare, chance.choice(ways)(rare)) if rare else name[:-1] + chance.choice(("?", "□", "*", ""))


def _varied(name: str) -> str:
    return "".join(_VARIANTS.get(sign, sign) for sign in name)


def _units(maker: _Maker, count: int) -> list[_Unit]:
    found: dict[str, _Unit] = {}
    numbers = ("", "", "", "第一", "第二", "第三", "新", "城东", "城西", "实验", "中心")
    while len(found) < count:
        region = maker.chance.choice(list(_PLACES))
        body = "".join(
            maker.chance.sample(
                [_BODIES[at : at + 2] for at in range(0, len(_BODIES) - 1, 2)], 1 if len(found) < count // 3 else 2
            )
        )
        full, short = maker.chance.choice(_KINDS)
        number = maker.chance.choice(numbers)
        place = _PLACES[region][0]
        key = place + full.format(body + number)
        found.setdefault(key, _Unit(key, place[:2] + short.format(body + number), region))
    return list(found.values())


def _respelt(unit: _Unit, maker: _Maker) -> str:
    """The same unit, its place and legal form written otherwise."""
    place = _PLACES[unit.region][0]
    rest = unit.full.removeprefix(place)
    if rest.endswith("有限公司"):
        stem = rest.removesuffix("有限公司")
        rest = stem + maker.chance.choice(("有限责任公司", "有限公司", "公司", "股份有限公司"))
    return maker.chance.choice(_PLACES[unit.region]) + rest


def county(count: int, seed: int) -> Known:
    """So many entries as counties hand them in, against the documents of many committees."""
    m = _Maker(seed, rare=0.02)
    chance = m.chance
    units = _units(m, max(12, count // 45))
    for unit in units:
        if m.happens(0.05):
            unit.newer = (
                unit.full[:3]
                + chance.choice(_BODIES)
                + chance.choice(_BODIES)
                + chance.choice(("集团", "中心校", "总院", "研究所"))
            )
    sizes = [1 / (1 + place) ** 0.5 for place in range(len(units))]
    rows: list[dict[str, str]] = []
    owner: list[_Person] = []
    people = [m.person(unit) for unit in chance.choices(range(len(units)), sizes, k=int(count * 1.22))]
    place, serial = 0, Counter[tuple[str, int]]()
    order = list(range(len(people))) + chance.sample(range(len(people)), int(len(people) * 0.1))
    chance.shuffle(order)
    while place < len(order):
        size = max(3, int(chance.lognormvariate(4.2, 1.0)))
        org, year = chance.choice(_ORGS), chance.randint(1990, 2006)
        serial[org, year] += 1
        number = f"{org}[{year}]{serial[org, year]}号"
        title = chance.choice(_TITLES)
        obtained = f"{year - (1 if m.happens(0.6) else 0)}-{chance.randint(6, 12):02}-{chance.randint(1, 28):02}"
        has_unit, has_sex, has_birth, has_special, has_day = (m.happens(share) for share in (0.93, 0.2, 0.12, 0.6, 0.7))
        for one in order[place : place + size]:
            person = people[one]
            rows.append({
                "name": person.name, "title": chance.choice(title[3]) if m.happens(0.1) else title[1], "series": title[0] if m.happens(0.5) else "",
                "level": title[2] if m.happens(0.4) else "", "employer": units[person.unit].full if has_unit else "",
                "specialty": chance.choice(title[4]) if has_special else "", "document_no": number,
                "document_date": f"{year}-{chance.randint(1, 12):02}-20", "obtained_on": obtained if has_day else "",
                "sex": person.sex if has_sex else "", "birth_date": person.born[:7] if has_birth else "",
                "_title": title[1], "_series": title[0], "_level": title[2], "_obtained": obtained, "_specialty": chance.choice(title[4]),
            })  # fmt: skip
            if rows[-1]["specialty"]:
                rows[-1]["_specialty"] = rows[-1]["specialty"]
            owner.append(person)
        place += size
    never = int(count * 0.05)
    again = int(count * 0.02)
    chosen = chance.sample(range(len(rows)), min(len(rows), count - never - again))
    entries: list[dict[str, str]] = []
    truth: list[int] = []
    marks: list[set[str]] = []
    for line in chosen:
        entry, mark = _entry(rows[line], owner[line], units, m)
        entries.append(entry)
        truth.append(line)
        marks.append(mark)
    for line in chance.sample(range(len(rows)), never):  # cites a document in which this person is not
        stranger = m.person(chance.randrange(len(units)))
        if m.happens(0.5):
            stranger.unit = owner[line].unit
        entry, mark = _entry(rows[line], stranger, units, m)
        entries.append(entry)
        truth.append(-1)
        marks.append(mark)
    firsts = list(range(len(entries)))
    for line in chance.sample(range(len(chosen)), again):
        copy, mark = _entry(rows[chosen[line]], owner[chosen[line]], units, m, calm=True)
        entries.append(copy)
        truth.append(chosen[line])
        marks.append({"again"})
        firsts.append(line)
    # A few faults of the printed lists themselves.
    for row in rows:
        if m.happens(0.006):
            row["name"] = _varied(row["name"]) if m.happens(0.5) else _split(row["name"], chance)
    return _known(
        entries, rows, truth, marks, owner, firsts, [(unit.full, unit.newer) for unit in units if unit.newer], seed
    )


def _entry(
    row: dict[str, str], person: _Person, units: list[_Unit], m: _Maker, *, calm: bool = False
) -> tuple[dict[str, str], set[str]]:
    """What somebody hands in for a row, with some faults; and which."""
    chance, mark = m.chance, set()
    unit = units[person.unit]
    entry = {
        "id_number": person.number, "name": person.name, "former_name": "", "sex": person.sex, "birth_date": person.born,
        "employer": unit.full, "region": unit.region, "series": row["_series"], "title": row["_title"], "specialty": row["_specialty"],
        "level": row["_level"], "obtained_by": "评审", "obtained_on": row["_obtained"], "document_no": row["document_no"],
        "document_date": row["document_date"], "case": "换发",
    }  # fmt: skip
    shares = 0.5 if calm else 1.0

    def fault(share: float) -> bool:
        return m.happens(share * shares)

    if fault(0.02) and _varied(person.name) != person.name:
        entry["name"] = _varied(person.name)
        mark.add("variant")
    elif any(sign in _SPLIT for sign in person.name) and fault(0.3):
        entry["name"] = _split(person.name, chance)
        mark.add("name")
    elif fault(0.012) and len(person.name) > 1:
        entry["name"] = _slipped(person.name, chance)
        mark.add("name")
    elif fault(0.003):
        entry["name"] = person.name[0] + person.name[:0:-1]
        mark |= {"name"} if len(person.name) > 2 else set()
    elif fault(0.004):
        entry["name"], entry["former_name"] = person.name[0] + m.given(person.sex), person.name
    if fault(0.12):
        entry["employer"] = _respelt(unit, m)
        mark.add("respelt")
    elif fault(0.03):
        entry["employer"] = unit.short
        mark.add("short")
    elif unit.newer and fault(0.6):
        entry["employer"] = unit.newer
        mark.add("renamed")
    elif fault(0.025):
        entry["employer"] = units[chance.randrange(len(units))].full
        mark.add("unit")
    if fault(0.02):
        entry["document_no"] = ""
        mark.add("document")
    elif fault(0.015):
        at = entry["document_no"].index("[")
        year = int(entry["document_no"][at + 1 : at + 5]) + chance.choice((-1, 1))
        entry["document_no"] = chance.choice(
            (
                f"{entry['document_no'][:at]}[{year}]{entry['document_no'][at + 6 :]}",
                f"{entry['document_no'][:-1]}{chance.randint(0, 9)}号",
            )
        )
        mark.add("document")
    elif fault(0.015):
        entry["document_no"] = entry["document_no"][entry["document_no"].index("[") :]
        mark.add("partial")
    if fault(0.007):
        entry["title"] = {"工程师": "助理工程师", "助理工程师": "工程师"}.get(entry["title"], entry["title"])
        mark.add("title") if entry["title"] != row["_title"] else None
    if fault(0.3):
        entry["obtained_on"] = entry["obtained_on"][:7]
    elif fault(0.06):
        entry["obtained_on"] = row["document_date"]
    elif fault(0.01):
        entry["obtained_on"] = f"{int(entry['obtained_on'][:4]) + chance.choice((-3, 2, 5))}-10"
        mark.add("date")
    if fault(0.12):
        entry["specialty"] = ""
    return entry, mark


def _known(
    entries: list[dict[str, str]], rows: list[dict[str, str]], truth: list[int], marks: list[set[str]], owner: list[_Person],
    firsts: list[int], renamed: list[tuple[str, str]], seed: int,
) -> Known:  # fmt: skip
    """Tables in an order of chance, and what kind of case each entry is."""
    chance = random.Random(seed + 1)
    in_document: dict[tuple[str, str], list[int]] = defaultdict(list)
    in_unit: dict[tuple[str, int], list[int]] = defaultdict(list)
    loose: dict[tuple[str, str, int], list[int]] = defaultdict(list)
    for line, (row, person) in enumerate(zip(rows, owner, strict=True)):
        in_document[row["document_no"], person.name].append(line)
        in_unit[person.name, person.unit].append(line)
        for at in range(len(person.name)):
            loose[row["document_no"], person.name[:at] + person.name[at + 1 :], person.unit].append(line)
    kinds = []
    for line, mark in enumerate(marks):
        kinds.append(
            "again"
            if "again" in mark
            else "never"
            if truth[line] < 0
            else _kind(mark, rows, owner, truth[line], in_document, in_unit, loose)
        )
    order, shelf = list(range(len(entries))), list(range(len(rows)))
    chance.shuffle(order)
    chance.shuffle(shelf)
    new = {old: at for at, old in enumerate(shelf)}
    moved = {old: at for at, old in enumerate(order)}
    return Known(
        known_table([entries[at] for at in order], "名单.xlsx"),
        known_table([rows[at] for at in shelf], "公布.xlsx"),
        [new.get(truth[at], -1) for at in order],
        [kinds[at] for at in order],
        renamed,
        [moved[firsts[at]] for at in order],
    )


def _kind(
    mark: set[str], rows: list[dict[str, str]], owner: list[_Person], line: int, in_document: dict[tuple[str, str], list[int]],
    in_unit: dict[tuple[str, int], list[int]], loose: dict[tuple[str, str, int], list[int]],
) -> str:  # fmt: skip
    """Whether the evidence that is left points at one row and no other."""
    row, person = rows[line], owner[line]
    namesakes = [each for each in in_document[row["document_no"], person.name] if each != line]
    same_unit = [each for each in namesakes if owner[each].unit == person.unit]
    unit_lost = "unit" in mark or not row["employer"]
    if same_unit or (namesakes and unit_lost):
        return "twin"
    document = "document" not in mark
    if "name" in mark:
        near = [
            each
            for at in range(len(person.name))
            for each in loose[row["document_no"], person.name[:at] + person.name[at + 1 :], person.unit]
            if each != line
        ]
        return "clear" if document and not unit_lost and not near else "hard"
    if document:
        return "hard" if unit_lost and {"title", "date"} & mark else "clear"
    others = [
        each
        for each in in_unit[person.name, person.unit]
        if each != line
        and rows[each]["_title"] == row["_title"]
        and abs(int(rows[each]["_obtained"][:4]) - int(row["_obtained"][:4])) < 2
    ]
    if unit_lost or others or "title" in mark or "date" in mark:
        return "twin" if others and not unit_lost else "hard"
    return "clear"


def known_table(records: list[dict[str, str]], file: str) -> Table:
    columns = {name: [record.get(name, "") for record in records] for name in FIELDS}
    return table_of(
        columns | {"file": [file] * len(records), "sheet": ["Sheet1"] * len(records)}, range(2, len(records) + 2)
    )


def archive(count: int, seed: int) -> Known:
    """So many entries of old careers, against few large lists that were read from paper: common names, wrong characters by shape."""
    m = _Maker(seed, rare=0.004)
    chance = m.chance
    pool = [
        chance.choices(m.surnames, m.weights)[0] + m.given(chance.choice("男女")) for _ in range(max(200, count // 2))
    ]
    units = _units(m, max(6, count // 150))
    people = [m.person(chance.randrange(len(units)), 0.04, pool) for _ in range(int(count * 1.3))]
    rows: list[dict[str, str]] = []
    owner: list[_Person] = []
    place, serial = 0, 0
    while place < len(people):
        size = int(chance.uniform(40, 900))
        serial += 1
        org, year = chance.choice(_ORGS[:3]), chance.randint(1987, 2001)
        title = chance.choice(_TITLES)
        for person in people[place : place + size]:
            row = {
                "name": person.name, "title": title[1], "series": "", "level": title[2], "employer": units[person.unit].full,
                "specialty": "", "document_no": f"{org}[{year}]{serial % 97 + 1}号", "document_date": f"{year}-{serial % 12 + 1:02}-05",
                "obtained_on": "", "sex": "", "birth_date": "",
                "_title": title[1], "_series": title[0], "_level": title[2], "_obtained": f"{year}-{serial % 12 + 1:02}", "_specialty": title[4][0],
            }  # fmt: skip
            rows.append(row)
            owner.append(person)
        place += size
    chosen = chance.sample(range(len(rows)), int(count * 0.9))
    entries, truth, marks = [], [], []
    for line in chosen:
        person, row = owner[line], rows[line]
        mark: set[str] = set()
        unit = units[person.unit]
        entry = {
            "id_number": person.number, "name": person.name, "sex": person.sex, "birth_date": person.born, "employer": unit.full,
            "region": unit.region, "series": row["_series"], "title": row["_title"], "specialty": row["_specialty"], "level": row["_level"],
            "obtained_on": row["_obtained"], "document_no": row["document_no"], "document_date": row["document_date"], "case": "换发",
        }  # fmt: skip
        if m.happens(0.06):
            entry["employer"] = units[chance.randrange(len(units))].full
            mark.add("unit")
        elif m.happens(0.1):
            entry["employer"] = _respelt(unit, m)
        if m.happens(0.03):
            entry["document_no"] = ""
            mark.add("document")
        if m.happens(0.02):  # read wrongly from paper: the list has it
            row["name"] = _slipped(person.name, chance)
            mark.add("name")
        elif m.happens(0.02):
            row["name"] = _varied(person.name)
        if m.happens(0.02) and len(unit.full) > 5:
            at = chance.randrange(3, len(unit.full) - 2)
            row["employer"] = unit.full[:at] + chance.choice("末土干未曰") + unit.full[at + 1 :]
            mark.add("misread")
        entries.append(entry)
        truth.append(line)
        marks.append(mark)
    firsts = list(range(len(entries)))
    for _ in range(int(count * 0.08)):
        stranger = m.person(chance.randrange(len(units)), 0.04, pool)
        row = rows[chance.randrange(len(rows))]
        entries.append({
            "id_number": stranger.number, "name": stranger.name, "sex": stranger.sex, "birth_date": stranger.born,
            "employer": units[stranger.unit].full, "region": units[stranger.unit].region, "series": row["_series"], "title": row["_title"],
            "specialty": row["_specialty"], "level": row["_level"], "obtained_on": row["_obtained"], "document_no": row["document_no"],
            "document_date": row["document_date"], "case": "换发",
        })  # fmt: skip
        truth.append(-1)
        marks.append(set())
        firsts.append(len(firsts))
    for line in chance.sample(range(len(chosen)), int(count * 0.02)):
        copy = dict(entries[line])
        if m.happens(0.3):
            copy["specialty"] = ""
        if m.happens(0.2):
            copy["employer"] = _respelt(units[owner[chosen[line]].unit], m)
        entries.append(copy)
        truth.append(truth[line])
        marks.append({"again"})
        firsts.append(line)
    return _known(entries, rows, truth, marks, owner, firsts, [], seed)


MAKERS: dict[str, Callable[[int, int], Known]] = {"county": county, "archive": archive}
