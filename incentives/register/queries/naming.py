"""Whom a text that anyone will read names: it may speak of places and offices, not of villagers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select

from incentives.extensions import db
from incentives.register.models import Division, Resident
from incentives.register.names import Written, plain, spellings
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


@dataclass(frozen=True)
class Places:
    """Places around a division, by their names as texts are compared, the longest first.

    `all`: its own, with those below, and of those that it lies in; `beside`: the full names of the
    others in its county, and of those that it lies in, but for those within one of its own.
    """

    all: Sequence[str]
    own: Sequence[str]
    beside: Sequence[str]


def place_names(division: str) -> list[str]:
    """The names of this division, those below and those that it lies in, the longest first."""
    over = [division[:length] for length in range(6, len(division))]
    return names_of(
        db.session.scalars(
            select(Division).where(
                or_(Division.code.startswith(division, autoescape=True), Division.code.in_(over))
            )
        )
    )


def places_around(division: str) -> Places:
    """The places around a division, in one statement."""
    of_county = Division.code.startswith(division[:6], autoescape=True)
    found = db.session.scalars(
        select(Division).where(
            of_county,
            or_(
                Division.code.startswith(division, autoescape=True),
                func.length(Division.code) <= len(division),
            ),
        )
    ).all()
    at_home = [each for each in found if each.code.startswith(division)]
    over = [each for each in found if division.startswith(each.code) and each not in at_home]
    own = [plain(each) for each in names_of(at_home)]
    others = {
        plain(name)
        for each in found
        if each not in at_home
        for name in (each.name_zh, each.short_name)
    }
    return Places(
        all=[plain(each) for each in names_of([*at_home, *over])],
        own=own,
        beside=sorted(each for each in others if not any(each in name for name in own)),
    )


def names_of(places: Iterable[Division]) -> list[str]:
    """The names of these divisions, in full, short and Latin, the longest first."""
    names = {
        name for each in places for name in (each.name_zh, each.short_name, each.name_en) if name
    }
    return sorted(names, key=len, reverse=True)


def without(text: str, names: Sequence[str], gap: str = "0") -> str:
    """A text without these names; letters on both sides of a gap make no name together."""
    for name in names:
        text = text.replace(name, gap)
    return text
