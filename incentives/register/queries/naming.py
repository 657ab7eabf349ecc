"""Whom a text that anyone will read names: it may speak of places and offices, not of villagers."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, or_, select

from incentives.extensions import db
from incentives.register.models import Division, Resident
from incentives.register.names import Written, spellings
from incentives.texts import traditional


def villager_named_in(division: str, text: str) -> str | None:
    """The longest name of a resident of a division, or of the villages below, that a text has, in
    simplified or traditional letters or in pinyin.

    Who has moved away counts too. What is part of a place's own name there names nobody.
    """
    written = Written(without(text, place_names(division)))
    first = {
        form
        for each in written.letters
        for form in (each, each.upper(), *traditional().get(each, ""))
    }
    read_two_ways = Resident.pinyin.contains(" ")
    maybe: list[ColumnElement[bool]] = [func.substr(Resident.name, 1, 1).in_(first)]
    pairs = {written.letters[at : at + 2] for at in range(len(written.letters))}
    if openings := {each for each in pairs if each.isascii() and each.isalpha()}:
        maybe += [func.substr(Resident.pinyin, 1, 2).in_(openings), read_two_ways]
    names = db.session.scalars(
        select(Resident.name)
        .where(Resident.village.startswith(division, autoescape=True), or_(*maybe))
        .distinct()
    )
    found = [each for each in names if any(map(written.has, spellings(each)))]
    return max(found, key=lambda each: (len(each), each), default=None)


def place_names(division: str) -> list[str]:
    """The names of this division, those below and those that it lies in, the longest first."""
    over = [division[:length] for length in range(6, len(division))]
    places = db.session.scalars(
        select(Division).where(
            or_(Division.code.startswith(division, autoescape=True), Division.code.in_(over))
        )
    )
    names = {
        name for each in places for name in (each.name_zh, each.short_name, each.name_en) if name
    }
    return sorted(names, key=len, reverse=True)


def without(text: str, names: Sequence[str], gap: str = "0") -> str:
    """A text without these names; letters on both sides of a gap make no name together."""
    for name in names:
        text = text.replace(name, gap)
    return text
