"""The village assembly's vote, as it is entered with whatever the assembly adopts."""

from datetime import date

from flask_babel import lazy_gettext as _

from incentives.errors import FieldError


def vote_errors(
    held_on: date, present: int, in_favour: int, against: int, today: date
) -> list[FieldError]:
    """What is wrong with a vote: a day still to come, votes that don't add up, no majority."""
    errors = []
    if held_on > today:
        errors.append(FieldError("/held_on", _("This day is still to come")))
    if in_favour + against > present:
        errors.append(FieldError("/present", _("More voted than were there")))
    elif 2 * in_favour <= present:
        detail = _("More than half of those present must be in favour")
        errors.append(FieldError("/in_favour", detail))
    return errors
