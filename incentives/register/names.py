"""Names: how they are found by pinyin, masked in public, and known in what somebody writes."""

import re
import unicodedata

from pypinyin import lazy_pinyin

# Surnames that pypinyin reads as the everyday word, with their readings as a surname.
SURNAMES = {
    "曾": ["zeng"],
    "单": ["shan"],
    "仇": ["qiu"],
    "区": ["ou"],
    "翟": ["zhai"],
    "覃": ["qin"],
    "解": ["xie"],
    "查": ["zha"],
    "盖": ["ge"],
    "乐": ["yue"],
    "缪": ["miao"],
    "朴": ["piao"],
    "种": ["chong"],
    "黑": ["he"],
    "秘": ["bi"],
    "繁": ["po"],
    "员": ["yun"],
    "召": ["shao"],
    "能": ["nai"],
    "隗": ["wei"],
    "洗": ["xian"],
    "折": ["she"],
    "薄": ["bo"],
    "都": ["du"],
    "祭": ["zhai"],
    "阚": ["kan"],
    "牟": ["mu"],
    "适": ["kuo"],
    "重": ["chong"],
}


def readings(name: str) -> tuple[str, str]:
    """The pinyin and the initials of a name, each reading once, separated by spaces.

    A surname that is also a word is read both ways: 单 is shan as a Han surname and dan in the
    Tibetan 单增, and the search should find both.
    """
    words = name.lower().replace("·", " ").split()
    plain = [syllable for word in words for syllable in lazy_pinyin(word)]
    read = [plain, *([surname, *plain[1:]] for surname in SURNAMES.get(name[:1], []))]
    return (
        " ".join(dict.fromkeys("".join(syllables) for syllables in read)),
        " ".join(dict.fromkeys("".join(part[0] for part in syllables) for syllables in read)),
    )


def masked(name: str) -> str:
    """A name in public: its first character and two stars, however long it is (扎西彭措: 扎**)."""
    return f"{name[:1]}**"


def letters(text: str) -> str:
    """The letters and digits of a text, of full or half width and either case."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(each for each in plain if unicodedata.category(each)[0] in "LMN")


def stands_in(name: str, text: str) -> bool:
    """Whether a text has this whole name in it, with blanks or dots between its letters or none.

    A name of Latin letters is a word of its own there; of a single letter nobody is known.
    """
    wanted = letters(name)
    if len(wanted) < 2:
        return False
    if wanted.isascii():
        said = r"[\W_]*".join(map(re.escape, wanted))
        plain = unicodedata.normalize("NFKC", text).casefold()
        return re.search(rf"(?<![a-z0-9]){said}(?![a-z0-9])", plain) is not None
    return wanted in letters(text)
