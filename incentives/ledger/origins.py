"""The name that a village's log goes by: its own, and with a number behind it once opened anew."""

import re

from incentives.installation import get_installation

NUMBERED = re.compile(r"(?P<base>.+/[0-9]{12})/(?P<number>[1-9][0-9]*)")


def first_origin(village: str) -> str:
    """The name that a village's log begins with."""
    return f"{get_installation().origin}/{village}"


def next_origin(origin: str) -> str:
    """The name that a log of this name has once it is opened anew: `…/2`, then `…/3`."""
    found = NUMBERED.fullmatch(origin)
    if found is None:
        return f"{origin}/2"
    return f"{found['base']}/{int(found['number']) + 1}"


def name_before(origin: str) -> str:
    """The name that a log of this name had before it was opened anew the last time."""
    found = NUMBERED.fullmatch(origin)
    if found is None:
        return origin
    number = int(found["number"]) - 1
    return found["base"] if number == 1 else f"{found['base']}/{number}"


def opening_of(origin: str) -> int:
    """How often a log of this name was opened: 1, unless anew."""
    found = NUMBERED.fullmatch(origin)
    return int(found["number"]) if found else 1


def was_reopened(origin: str) -> bool:
    """Whether a log of this name was opened anew at least once."""
    return NUMBERED.fullmatch(origin) is not None
