"""The names that users sign in by."""

import re
import unicodedata

from flask_babel import lazy_gettext as _

from incentives.errors import FieldError, Invalid

USERNAME = re.compile(r"\w[\w.@-]{1,39}")


def folded(username: str) -> str:
    """A name as it is kept: one Unicode form, lower case, nothing around it."""
    return unicodedata.normalize("NFKC", username).strip().casefold()


def check_username(username: str) -> str:
    """The name as it is kept; refuses one that isn't 2 to 40 letters, digits or `. @ - _`."""
    name = folded(username)
    if not USERNAME.fullmatch(name):
        detail = _("A user name has 2 to 40 letters, digits, dots or hyphens, and no spaces")
        raise Invalid(errors=[FieldError("/username", detail)])
    return name
