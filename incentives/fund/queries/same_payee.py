"""Whether two typed names are one payee's, in whatever writing.

A shop is its department, its owner, and both with a place before them. Of two that only differ in
what is said about them, none is refused for that: they are counted together.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from incentives.register.names import (
    FREQUENT_SURNAMES,
    Written,
    letters,
    plain,
    spellings,
    toneless,
)

# What may stand around a name without making it another's: a door, a household, a number.
AROUND_A_NAME = re.compile(r"(\d|[\u7ec4\u53f7\u6237\u5bb6\u6751\u793e]|(the)?householdof)*")
# A department of the same payee: 门市部, 营业部, 经营部, 服务部, 销售部, 批发部, 零售部, 超市,
# 商店, 分店, 总店, 分社, 有限责任公司, also a numbered one (第一门市部).
# And a shop: 店 坊 铺 行 部 馆.
DEPARTMENT = re.compile(
    "(\u7b2c?[0-9\u4e00\u4e8c\u4e09\u56db\u4e94]?(\u95e8\u5e02\u90e8?|\u8425\u4e1a\u90e8|\u7ecf\u8425\u90e8|"
    "\u670d\u52a1\u90e8|\u9500\u552e\u90e8|\u6279\u53d1\u90e8|\u96f6\u552e\u90e8|\u8d85\u5e02|\u5546\u5e97|"
    "\u5206\u5e97|\u603b\u5e97|\u5206\u793e|(\u6709\u9650(\u8d23\u4efb)?)?\u516c\u53f8)"
    "|[\u5e97\u574a\u94fa\u884c\u90e8\u9986])+$"
)
# What a place before a name is called (县, 区, 州, 市, 镇, 乡, 省), said or left out: 巴塘县石料厂.
LEVEL = re.compile("^(.{2,3})[\u53bf\u533a\u5dde\u5e02\u9547\u4e61\u7701](?=..)")
LETTERS_AT_LEAST = 3
LATIN_AT_LEAST = 4


@dataclass(frozen=True)
class Called:
    """What a payee was typed as: all of it, what is left without places, and these places."""

    whole: str
    bare: str
    places: frozenset[str] = frozenset()


def called(typed: str, places: Sequence[str]) -> Called:
    """What was typed, and what is left of it without these places, the longest first."""
    whole = bare = outside_brackets(toneless(typed))
    found = set()
    for place in places:
        if place in bare:
            found.add(place)
            bare = bare.replace(place, "")
    return Called(whole, bare if letters(bare) else whole, frozenset(found))


@lru_cache(maxsize=1 << 16)  # all that a village paid is compared with each application
def is_same_payee(one: Called, other: Called) -> bool:
    """Whether two typed names are one payee's: a shop's sales department is the shop.

    Two of different places, as two townships' cooperatives, are two, but for a person's name.
    """
    if are_apart(one.places, other.places) and core(one.bare)[:1] not in FREQUENT_SURNAMES:
        return is_one_name(one.whole, other.whole)
    return any(
        is_one_name(first, second)
        for first in {one.whole, one.bare}
        for second in {other.whole, other.bare}
    )


def are_apart(some: frozenset[str], others: frozenset[str]) -> bool:
    """Whether both name places, and none of them is one of the others, shorter or longer."""
    together = any(
        one.startswith(other) or other.startswith(one) for one in some for other in others
    )
    return bool(some and others) and not together


def is_one_name(one: str, other: str) -> bool:
    """Whether two texts are one name, or one of them stands in the other."""
    first, second = core(one), core(other)
    if is_around(first, second) or is_around(second, first):
        return True
    if LEVEL.sub(r"\1", first) == LEVEL.sub(r"\1", second):
        return True
    return stands_in(first, other) or stands_in(second, one)


def core(text: str) -> str:
    """The letters of a name without the department behind it."""
    whole = letters(text)
    left = DEPARTMENT.sub("", whole)
    return left if len(left) > 1 else whole


def stands_in(name: str, text: str) -> bool:
    """Whether a name's letters stand in a text in any writing, whichever word comes first."""
    within = letters(text)
    if len(name) > len(within) and name.isascii() == within.isascii():
        return False
    written = Written(f"{text} {text}")
    if name.isascii():
        return len(name) >= LATIN_AT_LEAST and (
            written.has(name)
            or any(
                name in spellings(part) and is_telling(part, within) for part in parts_of(within)
            )
        )
    return is_telling(name, within) and any(map(written.has, spellings(name)))


def parts_of(within: str) -> Iterator[str]:
    """Each run of letters in a text that isn't Latin."""
    if within.isascii():
        return
    for start in range(len(within)):
        for end in range(start + 2, len(within) + 1):
            yield within[start:end]


def is_telling(name: str, within: str) -> bool:
    """Whether a name is long enough to be known in these letters.

    One of two letters is a person's only, and another person's with one letter more.
    """
    if len(name) >= LETTERS_AT_LEAST:
        return True
    return len(name) == 2 and name[0] in FREQUENT_SURNAMES and len(core(within)) != LETTERS_AT_LEAST


def is_around(name: str, typed: str) -> bool:
    """Whether the letters of a text are a name's, with nothing around them that makes another's."""
    before, found, after = typed.partition(name)
    return bool(found) and AROUND_A_NAME.fullmatch(before + after) is not None


def outside_brackets(text: str) -> str:
    """A text as names are compared, without what stands in brackets."""
    return re.sub(r"\(.*?\)|\[.*?\]", "", plain(text))
