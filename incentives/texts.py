"""Texts that people write: whether they say anything, can be seen, and how long they may be."""

import csv
import re
import unicodedata
from functools import cache
from importlib.resources import files

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from incentives.errors import FieldError, Invalid

# Unicode's Default_Ignorable_Code_Point, letters without a shape whatever their category says (a
# variation selector is a mark, a Hangul filler a letter), with controls and Braille's blank.
UNSEEN_LETTER = re.compile(
    "[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def is_blank(text: str | None) -> bool:
    """Whether a text says nothing: it has no letter and no digit that can be seen."""
    seen = UNSEEN_LETTER.sub("", text or "")
    return not any(unicodedata.category(each)[0] in "LN" for each in seen)


def check_text(text: str | None, pointer: str, length: int) -> str:
    """The text without blanks around it; refuses one that says nothing, or is too long."""
    stripped = (text or "").strip()
    if is_blank(stripped) or len(stripped) > length:
        raise refusal(pointer, length)
    return stripped


def check_line(text: str | None, pointer: str, length: int) -> str:
    """As `check_text`, of one line: refuses what can't be printed, too."""
    stripped = check_text(text, pointer, length)
    if not stripped.isprintable():
        raise refusal(pointer, length)
    return stripped


def check_name(name: str | None, pointer: str, length: int) -> str:
    """A name without blanks around it; refuses an empty or too long one, and a letter not seen.

    It may be of a sign alone: `?` is the door of a household that a recovery brought back.
    """
    refuse_unseen(name or "", pointer)
    stripped = (name or "").strip()
    if not stripped or len(stripped) > length or not stripped.isprintable():
        raise refusal(pointer, length)
    return stripped


def optional_text(text: str | None, pointer: str, length: int) -> str | None:
    """The text without blanks around it, None for one that says nothing; refuses a too long one."""
    return None if is_blank(text) else check_text(text, pointer, length)


def refusal(pointer: str, length: int) -> Invalid:
    """What a field is told that wants some words, and not too many."""
    detail = _("Please write 1 to %(length)s characters", length=length)
    return Invalid(errors=[FieldError(pointer, detail)])


def refuse_unseen(name: str, pointer: str) -> None:
    """Refuse a name with a letter that nobody sees: it would pass for another name."""
    if detail := hidden_in(name.strip()):
        raise Invalid(errors=[FieldError(pointer, detail)])


def hidden_in(text: str) -> LazyString | None:
    """That a text has a letter that nobody sees, in words; None where it has none."""
    if UNSEEN_LETTER.search(text) is None:
        return None
    return _("There is a character in it that cannot be seen: please type it again by hand")


@cache
def simplified() -> dict[int, str]:
    """Each traditional Chinese letter with its simplified one, for `str.translate`."""
    text = files("incentives").joinpath("data/traditional.csv").read_text(encoding="utf-8")
    return {
        ord(letter): row["simplified"]
        for row in csv.DictReader(text.splitlines())
        for letter in row["traditional"]
    }


@cache
def traditional() -> dict[str, str]:
    """Each simplified Chinese letter with its traditional ones in one string."""
    found: dict[str, str] = {}
    for letter, plain in simplified().items():
        found[plain] = found.get(plain, "") + chr(letter)
    return found
