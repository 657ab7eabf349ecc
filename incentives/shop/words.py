"""The shop's words in the reader's language."""

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

# The units of the county's list of goods; a unit that a cadre typed stays as it is.
UNITS: dict[str, LazyString] = {
    "bag": _("bag"),
    "bar": _("bar"),
    "block": _("block"),
    "bottle": _("bottle"),
    "box": _("box"),
    "brick": _("brick"),
    "mu": _("mu"),
    "pack": _("pack"),
    "pair": _("pair"),
    "piece": _("piece"),
    "time": _("time"),
    "tube": _("tube"),
}


def unit_word(unit: str) -> str:
    """A good's unit as people say it."""
    return str(UNITS.get(unit, unit))
