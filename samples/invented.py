"""Invented people (虚构的人): names, ID numbers with the right check character, telephones. Same seed, same people."""

import random
from dataclasses import dataclass, field

from hzcert.idnumber import check_character

_SURNAMES = (
    "王王王李李张张刘陈陈杨黄吴吴徐徐沈沈沈沈朱朱钱钱陆陆姚姚潘潘费费施施俞俞章章钮闵蒋蒋胡周周郑孙冯许何金"
    "金严严戴高顾顾赵赵杜叶叶程汪范方方石邱倪慎嵇凌凌温郁宋唐唐韩曹邵"
)
_MEN = (
    "建国 建明 建平 志强 志明 国强 国平 国荣 永根 永法 金林 金荣 水林 阿根 培林 培根 明华 明德 伟民 伟强 文斌 文杰 "
    "学军 学明 海平 海江 新华 新民 根法 荣根 利民 惠民 卫东 卫国 晓东 晓明 立新 立峰 庆华 庆丰 泉林 松林 云龙 鹏飞 "
    "俊杰 立群 剑锋 旭东 一鸣 子健 宏伟 振华 振宇 志远 军 斌 杰 勇 峰 涛 伟 刚 毅 超"
)
_WOMEN = (
    "丽华 丽萍 丽娟 惠芳 惠英 惠琴 美华 美珍 美芳 秀英 秀珍 玉英 玉兰 玉珍 小红 小燕 小芳 建芬 建英 建萍 月琴 月娥 "
    "彩英 彩凤 水英 雪琴 雪芬 亚萍 亚琴 亚芳 海燕 海英 晓燕 晓红 晓琳 佩芬 佩华 文娟 文静 静怡 慧敏 慧琴 春燕 春华 "
    "金妹 凤英 琴芳 琦 敏 静 燕 芳 洁 琳 莹 蕾 薇 娟 颖 婷"
)
# Six-digit codes of the place where a number was issued; 330511 (郊区) and 330501 (市辖区) stand on many old cards.
HUZHOU = ("330501", "330501", "330511", "330502")
DIVISIONS = {
    "市本级": HUZHOU,
    "吴兴区": ("330501", "330511", "330502"),
    "南浔区": ("330501", "330511", "330503"),
    "德清县": ("330521",),
    "长兴县": ("330522",),
    "安吉县": ("330523",),
}


@dataclass(frozen=True)
class Person:
    """One invented person: ``birth_on`` an ISO date, ``id_number`` in the 18-character form."""

    name: str
    sex: str
    birth_on: str
    id_number: str
    phone: str

    @property
    def old_number(self) -> str:
        """The 15-digit form of before 1999."""
        return self.id_number[:6] + self.id_number[8:17]


@dataclass
class Town:
    """Everybody invented so far: no name and no number comes twice."""

    seed: str
    taken: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)

    def person(
        self,
        born: tuple[int, int],
        division: str,
        *,
        name: str = "",
        sex: str = "",
        birth_on: str = "",
        ends_in_x: bool = False,
    ) -> Person:
        """Somebody born in one of these years; a given name is taken as it is, even a second time."""
        sex = sex or self.dice.choice("男女")
        name = name or self._name(sex)
        day = f"{self.dice.randint(*born)}-{self.dice.randint(1, 12):02}-{self.dice.randint(1, 28):02}"
        birth_on = birth_on or day
        number = self._number(division, birth_on, sex, ends_in_x)
        phone = f"0572-2{self.dice.randrange(1000000):06}"
        return Person(name, sex, birth_on, number, phone)

    def _name(self, sex: str) -> str:
        while True:
            name = self.dice.choice(_SURNAMES) + self.dice.choice((_MEN if sex == "男" else _WOMEN).split())
            if name not in self.taken:
                self.taken.add(name)
                return name

    def _number(self, division: str, birth_on: str, sex: str, ends_in_x: bool) -> str:
        while True:
            sequence = self.dice.randrange(1, 500) * 2 - (sex == "男")
            body = f"{division}{birth_on.replace('-', '')}{sequence:03}"
            number = body + check_character(body)
            if number not in self.taken and number.endswith("X") >= ends_in_x:
                self.taken.add(number)
                return number
