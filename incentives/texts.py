"""Whether a text says anything, and whether all of it can be seen."""

import csv
import re
import unicodedata
from functools import cache
from importlib.resources import files

from flask_babel import lazy_gettext as _

from incentives.errors import FieldError, Invalid

UNSEEN = ("Cc", "Cf")  # Unicode's categories of controls and of letters without a shape


def is_blank(text: str | None) -> bool:
    """Whether nothing of a text can be seen: it is empty, or of blanks and unseen letters alone."""
    return all(each.isspace() or unicodedata.category(each) in UNSEEN for each in text or "")


# Unicode's Default_Ignorable_Code_Point, letters without a shape whatever their category says (a
# variation selector is a mark, a Hangul filler a letter), with controls and Braille's blank.
UNSEEN_LETTER = re.compile(
    "[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def refuse_unseen(name: str, pointer: str) -> None:
    """Refuse a name with a letter that nobody sees: it would pass for another name."""
    if UNSEEN_LETTER.search(name.strip()):
        detail = _("There is a character in it that cannot be seen: please type it again by hand")
        raise Invalid(errors=[FieldError(pointer, detail)])


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
