"""Names: how they are found by pinyin, masked in public, and known in what somebody writes."""

import re
import unicodedata
from functools import lru_cache

from pypinyin import lazy_pinyin

from incentives.texts import UNSEEN_LETTER, simplified

# Marks that stand over or through a letter of any script; Tibetan's own are others.
ACCENT = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")
# Where a word begins within another (MrsXiaoqinHe), and the tone behind a syllable (xiao3qin2).
WORD_WITHIN, TONE = re.compile("(?<=[a-z])(?=[A-Z])"), re.compile("(?<=[a-z])[1-5](?![0-9])")
TURNING = re.compile("[\u4e00-\u9fff]{2,3}")  # a Chinese name, as is written given name first
WORDS_AT_MOST = 16  # a name that is spelled letter by letter has no more

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

# The most frequent surnames: with one of them a name of two letters is somebody's.
FREQUENT_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁任"
    "沈姚卢姜崔钟谭陆汪范石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)


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


@lru_cache(maxsize=1 << 16)  # a village's names are looked for in each payee that was typed
def spellings(name: str) -> frozenset[str]:
    """The letters by which a name is looked for: its own, with the surname last where it is
    Chinese, and its pinyin, begun at each of the syllables (xiaoqinhe, too)."""
    turned = {name[1:] + name[0]} if TURNING.fullmatch(name) else set()
    latin = {
        "".join(read[at:] + read[:at]) for read in syllables_of(name) for at in range(len(read))
    }
    return frozenset(letters(each) or each for each in (name, *turned, *latin))


def masked(name: str) -> str:
    """A name in public: its first character and two stars, however long it is (扎西彭措: 扎**)."""
    return f"{name[:1]}**"


def plain(text: str) -> str:
    """A text as names are compared: of one width and case, simplified, all of it to be seen.

    Accents go, but for pinyin's ü, which is v as in the register; Tibetan's vowel signs stay.
    """
    words = WORD_WITHIN.sub(" ", UNSEEN_LETTER.sub("", text))
    apart = unicodedata.normalize("NFKD", words).casefold()
    bare = ACCENT.sub("", apart.replace("u\u0308", "v"))
    return unicodedata.normalize("NFC", bare).translate(simplified())


def toneless(text: str) -> str:
    """A text as names are compared, without the numbers of tones in its pinyin."""
    return TONE.sub("", plain(text))


def letters(text: str) -> str:
    """The letters and digits of a text, as names are compared."""
    return "".join(each for each in plain(text) if unicodedata.category(each)[0] in "LMN")


class Written:
    """What somebody wrote, in which names are looked for: many in one text."""

    def __init__(self, text: str) -> None:
        """Read the text once."""
        self.toneless = toneless(text)
        self.letters = letters(text)
        self.words = words_of(self.toneless)

    def has(self, name: str) -> bool:
        """Whether a name, given as its letters, stands there, with blanks or dots between or none.

        One of Latin letters is words of their own there. A Chinese name may have pinyin for some
        of its letters. Of a single letter nobody is known.
        """
        if len(name) < 2:
            return False
        if name.isascii():
            return name in self.words
        return name in self.letters or self.has_half_in_pinyin(name)

    def has_half_in_pinyin(self, name: str) -> bool:
        """Whether a Chinese name stands there of which some letters are in pinyin: 胡ting."""
        if not self.words or not any(letter in self.letters for letter in name):
            return False
        forms = (
            "|".join(map(re.escape, [letter, *lazy_pinyin(letter), *SURNAMES.get(letter, [])]))
            for letter in name
        )
        half = r"[\W_]*".join(f"(?:{form})" for form in forms)
        return re.search(rf"(?<![a-z0-9]){half}(?![a-z0-9])", self.toneless) is not None


def words_of(text: str) -> set[str]:
    """The words in Latin letters that stand together in a text, as many as may be a name's, put
    together."""
    found = set()
    for run in re.findall(r"(?:[a-z0-9]|[\W_])+", text):
        words = re.findall("[a-z0-9]+", run)
        for start in range(len(words)):
            ends = range(start + 1, min(start + WORDS_AT_MOST, len(words)) + 1)
            found |= {"".join(words[start:end]) for end in ends}
    return found
