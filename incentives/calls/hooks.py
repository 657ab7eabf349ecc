"""What calls ask of the rooms above: duties that stand on the public ledgers without a row."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from flask_babel.speaklater import LazyString


@dataclass(frozen=True)
class OtherDuty:
    """A duty of another room's, as the ledgers show it: never whose it is about."""

    village: str
    title: str | LazyString
    office: str | LazyString
    due_on: date


# Set by the rooms above: what is still to be done below a division.
duty_makers: list[Callable[[str], list[OtherDuty]]] = []
