"""Names: how they are found by pinyin, masked in public, and known in what somebody writes."""

import re
import unicodedata
from functools import cache

from pypinyin import Style, lazy_pinyin, pinyin

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
    read = syllables_of(name)
    return (
        " ".join(dict.fromkeys("".join(syllables) for syllables in read)),
        " ".join(dict.fromkeys("".join(part[0] for part in syllables) for syllables in read)),
    )


def syllables_of(name: str) -> list[list[str]]:
    """Each reading of a name, by its syllables."""
    words = name.lower().replace("·", " ").split()
    plain = [syllable for word in words for syllable in lazy_pinyin(word)]
    return [plain, *([surname, *plain[1:]] for surname in SURNAMES.get(name[:1], []))]


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


def is_said_in(name: str, text: str) -> bool:
    """Whether a text has this whole name in it as `stands_in` knows it, in traditional letters, or
    in pinyin as words of their own: with tones or none, the given name first or last.
    """
    if len(letters(name)) < 2:
        return False
    plain = toneless(text)
    return (
        stands_in(name, text)
        or is_in_traditional(name, text)
        or any(word in letters(plain) and stands_in(word, plain) for word in in_pinyin(name))
    )


def in_pinyin(name: str) -> set[str]:
    """A name in Latin letters without blanks, begun at each of its syllables: xiaoqinhe, too."""
    return {
        "".join(read[at:] + read[:at]) for read in syllables_of(name) for at in range(len(read))
    }


def is_in_traditional(name: str, text: str) -> bool:
    """Whether a text has this name in it with some of its letters in their traditional form."""
    wanted, said = letters(name), letters(text)
    if not any(map(is_traditional, said)):
        return False
    return any(
        all(map(is_same_letter, wanted, said[at:])) for at in range(len(said) - len(wanted) + 1)
    )


def is_same_letter(simplified: str, typed: str) -> bool:
    """Whether a typed letter is this one, or its traditional form: one that is read alike."""
    if typed == simplified or not is_traditional(typed) or is_traditional(simplified):
        return typed == simplified
    return not sounds_of(typed).isdisjoint(sounds_of(simplified))


def is_traditional(letter: str) -> bool:
    """Whether a Chinese letter isn't among GB 2312's 6,763, which hold the simplified forms: it is
    a traditional one, or one so rare that it is mistaken for it."""
    return "\u4e00" <= letter <= "\u9fff" and not letter.encode("gb2312", "ignore")


@cache
def sounds_of(letter: str) -> frozenset[str]:
    """Every reading of a Chinese letter, without tones."""
    return frozenset(*pinyin(letter, style=Style.NORMAL, heteronym=True))


def toneless(text: str) -> str:
    """A text whose pinyin has no tones: \u00e9 is e, and \u00fc v, as the register writes it."""
    apart = re.sub("[uU]\u0308", "v", unicodedata.normalize("NFD", text))
    return unicodedata.normalize("NFC", re.sub("[\u0300-\u030f]", "", apart))


def openings_of(text: str) -> set[str]:
    """How the pinyin may begin of whom a text names in Latin or in traditional letters."""
    plain = letters(toneless(text))
    pairs = {plain[at : at + 2] for at in range(len(plain))}
    traditional = {sound[:2] for each in plain if is_traditional(each) for sound in sounds_of(each)}
    return {each for each in pairs if each.isascii() and each.isalpha()} | traditional
