"""Whether a text says anything."""

import unicodedata

UNSEEN = ("Cc", "Cf")  # Unicode's categories of controls and of letters without a shape


def is_blank(text: str | None) -> bool:
    """Whether nothing of a text can be seen: it is empty, or of blanks and unseen letters alone."""
    return all(each.isspace() or unicodedata.category(each) in UNSEEN for each in text or "")
