"""Doors: how a household's is known in what somebody typed.

One of group and number (1组12号) is known within a text, as a household is named by it in many
ways; any other where it is all that was typed, but for a word for who lives there.
"""

import re
from collections.abc import Iterator

from incentives.register.names import letters, plain

DIGITS = str.maketrans(
    "〇零一二三四五六七八九壹贰叁肆伍陆柒捌玖拾佰",
    "00123456789123456789十百",
)
IN_WORDS = re.compile(r"(?:(\d)百0?)?(?:(\d?)(十))?(\d?)")
WHO_LIVES_THERE = re.compile("(户主|主人|人家|[1一]家|户|家|的)+$")
GROUP = "(?:村民小组|小组|组|社|生产队|队)"
GROUP_AND_NUMBER = re.compile(rf"(?P<group>\d+){GROUP}的?(?:门牌)?第?(?P<number>\d+)号?")
NUMBER_AND_GROUP = re.compile(rf"(?P<number>\d+)号第?(?P<group>\d+){GROUP}")
BETWEEN_NUMBERS = re.compile(r"(?<=\d)\s*[-\u2010-\u2015~/.\u3001]\s*(?=\d)")
# A road or place by its name, which makes the door behind it one of somewhere else; the village's
# own names are gone by then, and 本村 or 我们镇 is here.
ELSEWHERE = re.compile("[^本我咱们该这全的][村镇乡县市区路街巷]$")


def door_of(text: str) -> str:
    """A door as it is compared: its numbers in digits, without a word for who lives there."""
    outside = re.sub(r"\(.*?\)|\[.*?\]", "", plain(text))
    numbered = letters(BETWEEN_NUMBERS.sub("组", in_digits(outside)))
    bare = WHO_LIVES_THERE.sub("", numbered) or numbered
    whole = GROUP_AND_NUMBER.fullmatch(bare.removeprefix("第"))
    return bare if whole is None else door(whole)


def doors_in(text: str) -> Iterator[str]:
    """The doors, as they are compared, that a text is or has in it."""
    if whole := door_of(text):
        yield whole
    numbered = letters(in_digits(plain(text)))
    for form in (GROUP_AND_NUMBER, NUMBER_AND_GROUP):
        for found in form.finditer(numbered):
            before = numbered[: found.start()]
            if "号" in found[0] and not ELSEWHERE.search(before):
                yield door(found)


def door(found: re.Match[str]) -> str:
    """A door of group and number, written in one way."""
    return f"{int(found['group'])}组{int(found['number'])}号"


def in_digits(text: str) -> str:
    """A text with its Chinese numerals, plain or formal, as digits: up to the hundreds."""

    def number(found: re.Match[str]) -> str:
        hundreds, tens, ten, ones = found.groups()
        if hundreds is None and ten is None:
            return found[0]
        return str(int(hundreds or 0) * 100 + (int(tens or 1) if ten else 0) * 10 + int(ones or 0))

    return IN_WORDS.sub(number, text.translate(DIGITS))
