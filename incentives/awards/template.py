"""The county's template of rules, and what no rule may give points for (domain.md)."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from flask_babel import lazy_gettext as _

from incentives.awards.models import CapPer, CapPeriod, Category, Evidence
from incentives.errors import FieldError, RuleNotAllowed

# Words that no rule item may hold: belief and religion, political attitude, family planning,
# petitioning, health, private life. A Latin word counts from its start (`petition` in
# "petitioner"), a Chinese one anywhere.
WORDS = """
belief and religion:
    宗教 信仰 信教 寺庙 寺院 僧人 喇嘛 活佛 尼姑 念经 转经 朝佛 法会 佛事 教堂 礼拜 教徒 迷信
    religio monast monk lama temple pray pilgrim church mosque worship atheis superstit
political attitude:
    听党话 跟党走 感党恩 入党 党员 党性 政治 立场 思想觉悟 思想表现 拥护 忠诚 爱国 表态 宣誓
    politic loyal patriot obey allegian
family planning:
    计划生育 计生 生育 节育 绝育 避孕 结扎 二孩 三孩 二胎 三胎 怀孕
    contracept sterili childbirth pregnan
petitioning:
    上访 信访 访民 缠访 息访 罢访 越级 维稳 petition
health:
    体检 疫苗 接种 患病 病史 健康状况 戒烟 戒酒 戒毒 吸毒 艾滋 精神病
    vaccin checkup diseas illness smok drink
private life:
    婚 恋爱 彩礼 嫁妆 私生活 同居 酗酒 赌博 孝顺 marri divorc wedding dowry gambl
"""
RULED_OUT = tuple(
    word for line in WORDS.splitlines() if not line.endswith(":") for word in line.split()
)
PHRASES = ("family planning", "birth control", "private life", "the party", "bride price")

# Nobody is paid to step alone into a fight, a fire or a chase.
DANGER_WORDS = """
    抢险 救灾 灭火 扑火 扑救 救火 斗殴 打架 制止 追捕 追逃 追赶 抓捕 抓获 搏斗 见义勇为
    extinguish rescue brawl chase
"""
DANGERS = tuple(DANGER_WORDS.split())
ORGANISED = (
    "村组织",
    "村安排",
    "报告",
    "organised by the village",
    "sent by the village",
    "report",
)


@dataclass(frozen=True)
class ItemDraft:
    """One rule item as it is entered; `category` is checked against what may have points."""

    code: str
    category: str
    name_zh: str
    name_en: str | None
    points: int
    unit: str
    cap_points: int | None
    cap_per: CapPer | None
    cap_period: CapPeriod | None
    evidence: Evidence
    claimable: bool


def template_items() -> list[ItemDraft]:
    """The county's template, in its order."""
    text = files("incentives").joinpath("data/rule_items.csv").read_text(encoding="utf-8-sig")
    return [
        ItemDraft(
            code=row["code"],
            category=row["category"],
            name_zh=row["text_zh"],
            name_en=row["text_en"] or None,
            points=int(row["points"]),
            unit=row["unit"],
            cap_points=int(row["cap_points"]) if row["cap_points"] else None,
            cap_per=CapPer(row["cap_per"]) if row["cap_points"] else None,
            cap_period=CapPeriod(row["cap_period"]) if row["cap_points"] else None,
            evidence=Evidence(row["evidence"]),
            claimable=row["claimable"] == "1",
        )
        for row in csv.DictReader(text.splitlines())
    ]


def says(text: str, word: str) -> bool:
    """Whether a text holds a word: a Latin one from its start, any other anywhere."""
    if word.isascii():
        return re.search(rf"\b{re.escape(word)}", text) is not None
    return word in text


def why_not_allowed(item: ItemDraft) -> str | None:
    """The word for which an item may not have points, or None where it may."""
    if item.category not in {each.value for each in Category}:
        return item.category
    text = f"{item.name_zh} {item.name_en or ''}".lower()
    for word in (*RULED_OUT, *PHRASES):
        if says(text, word):
            return word
    organised = any(words in text for words in ORGANISED)
    danger = next((word for word in DANGERS if says(text, word)), None)
    return None if organised else danger


def refuse_what_is_ruled_out(items: Sequence[ItemDraft]) -> None:
    """Refuse items that points may not be given for, each named with the word that rules it out."""
    found = [(index, item, why_not_allowed(item)) for index, item in enumerate(items)]
    errors = [
        FieldError(
            f"/items/{index}/{'name_zh' if item.category != word else 'category'}",
            _("%(code)s: no points for this (“%(word)s”)", code=item.code, word=word),
        )
        for index, item, word in found
        if word is not None
    ]
    if errors:
        raise RuleNotAllowed(errors[0].detail, errors=errors)
