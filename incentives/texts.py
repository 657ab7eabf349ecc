"""Texts that people write: whether they say anything, and how long they may be."""

import unicodedata

from flask_babel import lazy_gettext as _

from incentives.errors import FieldError, Invalid

# Letters by their category that nobody sees: Hangul's fillers.
FILLERS = frozenset("\u115f\u1160\u3164\uffa0")


def is_blank(text: str | None) -> bool:
    """Whether a text says nothing: it has no letter and no digit that can be seen."""
    return not any(
        unicodedata.category(each)[0] in "LN" and each not in FILLERS for each in text or ""
    )


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


def optional_text(text: str | None, pointer: str, length: int) -> str | None:
    """The text without blanks around it, None for one that says nothing; refuses a too long one."""
    return None if is_blank(text) else check_text(text, pointer, length)


def refusal(pointer: str, length: int) -> Invalid:
    """What a field is told that wants some words, and not too many."""
    detail = _("Please write 1 to %(length)s characters", length=length)
    return Invalid(errors=[FieldError(pointer, detail)])
