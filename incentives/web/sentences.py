"""What marshmallow says of a bad field, in plain words of the caller's language."""

import re

from flask_babel import gettext as _

NUMBER = r"(-?[\d.]+)"


def sentence(message: str) -> str:
    """The library's English message in plain words; a room's own message as it is."""
    fixed = {
        "Missing data for required field.": _("This is needed"),
        "Field may not be null.": _("This may not be empty"),
        "Unknown field.": _("There is no such field"),
        "Invalid input type.": _("This isn't right"),
        "Invalid type.": _("This isn't right"),
        "Invalid value.": _("This isn't right"),
        "Not a valid string.": _("This must be text"),
        "Not a valid integer.": _("This must be a whole number"),
        "Number too large.": _("This number is too large"),
        "Not a valid boolean.": _("This must be yes or no"),
        "Not a valid list.": _("This must be a list"),
        "Not a valid mapping type.": _("This isn't right"),
        "String does not match expected pattern.": _("This isn't written as it should be"),
    }
    return fixed.get(message) or with_numbers(message)


def with_numbers(message: str) -> str:
    """The messages that name a bound or a choice."""
    if bound := re.fullmatch(rf"Must be greater than or equal to {NUMBER}\.", message):
        return _("This must be at least %(bound)s", bound=bound[1])
    if bound := re.fullmatch(rf"Must be less than or equal to {NUMBER}\.", message):
        return _("This must be at most %(bound)s", bound=bound[1])
    if bound := re.fullmatch(
        rf"Must be greater than or equal to {NUMBER} and less than or equal to {NUMBER}\.", message
    ):
        return _("This must be from %(low)s to %(high)s", low=bound[1], high=bound[2])
    if bound := re.fullmatch(rf"Shorter than minimum length {NUMBER}\.", message):
        return _("This is too short: at least %(bound)s", bound=bound[1])
    if bound := re.fullmatch(rf"Longer than maximum length {NUMBER}\.", message):
        return _("This is too long: at most %(bound)s", bound=bound[1])
    if bound := re.fullmatch(rf"Length must be between {NUMBER} and {NUMBER}\.", message):
        return _("This must have a length from %(low)s to %(high)s", low=bound[1], high=bound[2])
    if choice := re.fullmatch(r"Must be one of: (.*)\.", message):
        return _("Choose one of: %(choices)s", choices=choice[1])
    return message
