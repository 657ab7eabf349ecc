"""Made-up people for the demo county: Tibetan and Han names in Chinese script, from a seed.

The parts are common given names and surnames; who carries them here doesn't exist.
"""

from dataclasses import dataclass
from random import Random

TIBETAN_FIRST = tuple(
    "扎西 洛绒 格绒 次仁 丹增 多吉 尼玛 达瓦 白玛 泽仁 桑珠 益西 四郎 土登 仁青 贡布 罗布 降央 "
    "阿旺 邓珠 登巴 拥忠 曲批 其麦 布初 昂旺 根呷 呷绒 斯郎 青麦".split()
)
TIBETAN_MALE = tuple(
    "彭措 邓珠 多吉 次仁 丹增 降措 旺堆 尼玛 罗布 顿珠 江村 曲加 扎西 贡布".split()
)
TIBETAN_FEMALE = tuple("拉姆 卓玛 曲珍 央金 志玛 德吉 翁姆 卓嘎 措姆 白姆 曲措 央宗 拥措".split())
HAN_SURNAMES = tuple("王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙 马 朱 胡 郭 何 林 罗 高 曾 单".split())
HAN_MALE = tuple("建国 志强 永贵 文军 国华 明 勇 海涛 德贵 成林 小川 俊".split())
HAN_FEMALE = tuple("秀英 桂兰 丽 玉梅 春燕 小琴 红 晓霞 淑华 雪 婷 素芳".split())
# Names that the parts make but somebody widely known bears (offices, convictions, fame), and what
# is given instead: made of no parts, so that no other name changes.
KNOWN = dict(
    pair.split(":")
    for pair in (
        "李建国:李建安 孙建国:孙建安 王建国:王建安 张国华:张国安 周小川:周小山 罗俊:罗俊才 "
        "王明:王明礼 徐明:徐明礼 黄明:黄明礼 王勇:王勇才 张勇:张勇才 杨勇:杨勇才 何勇:何勇才 "
        "孙海涛:孙海林 张海涛:张海林 陈红:陈红英 刘红:刘红英 李婷:李婷芳 赵婷:赵婷芳 朱婷:朱婷芳 "
        "李晓霞:李晓芳 李秀英:李秀莲 白玛旺堆:白玛旺杰 罗布顿珠:罗布顿杰 降央卓玛:降央卓措 "
        "尼玛扎西:尼玛扎杰 尼玛次仁:尼玛次杰 次仁多吉:次仁多杰 扎西顿珠:扎西顿杰 "
        "张婷:张婷芳 杨明:杨明礼 陈永贵:陈永福"
    ).split()
)
HAN_SHARE = 0.2
ATTEMPTS = 30


@dataclass(frozen=True)
class Person:
    """A made-up villager; `birth_year` as a register would hold it."""

    name: str
    birth_year: int
    minor: bool


class Names:
    """Makes people that don't exist, the same ones again from the same seed."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.given: set[str] = set()

    def household(self, year: int) -> list[Person]:
        """A head and up to four members, of one tradition of names, in a given year."""
        han = self.random.random() < HAN_SHARE
        surname = self.random.choice(HAN_SURNAMES)
        ages = [self.random.randint(28, 74)]
        ages += [self.random.randint(20, 76) for _ in range(self.random.randint(1, 3))]
        ages += [self.random.randint(3, 17)] if self.random.random() < 0.5 else []
        return [
            Person(self.name(surname if han else None), year - age, minor=age < 18) for age in ages
        ]

    def name(self, surname: str | None) -> str:
        """A name: Han with a surname, Tibetan without; a namesake only where names run short."""
        for _attempt in range(ATTEMPTS):
            name = self.compose(surname)
            if name not in self.given:
                break
        self.given.add(name)
        return name

    def compose(self, surname: str | None) -> str:
        """Two parts that differ, or a surname and a given name; of nobody who is widely known."""
        male = self.random.random() < 0.5
        if surname:
            name = surname + self.random.choice(HAN_MALE if male else HAN_FEMALE)
        else:
            first = self.random.choice(TIBETAN_FIRST)
            seconds = TIBETAN_MALE if male else TIBETAN_FEMALE
            name = first + self.random.choice([part for part in seconds if part != first])
        return KNOWN.get(name, name)
