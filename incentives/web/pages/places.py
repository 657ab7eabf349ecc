"""What a village's own page shows to anyone: one place a room, in the rooms' order."""

from collections.abc import Callable
from dataclasses import dataclass

from flask_babel.speaklater import LazyString

Summary = Callable[[str], "str | LazyString | None"]


@dataclass(frozen=True)
class Place:
    """A public page of a village: its address has the village's code for `{village}`."""

    label: LazyString
    address: str
    order: int
    summary: Summary | None


places: dict[str, Place] = {}


def public_place(
    label: LazyString, address: str, *, order: int, summary: Summary | None = None
) -> None:
    """Put a public page on every village's page; `summary` says in a few words what is there."""
    places[address] = Place(label, address, order, summary)


def places_of(village: str) -> list[dict[str, object]]:
    """The public pages of a village, as its page lists them."""
    return [
        {
            "label": place.label,
            "url": place.address.format(village=village),
            "small": (place.summary(village) if place.summary else None) or "",
        }
        for place in sorted(places.values(), key=lambda each: each.order)
    ]
