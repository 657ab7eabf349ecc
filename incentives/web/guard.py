"""What `web` asks of the rooms above it: who calls, whether they may, which village it is.

The rooms import downwards only, so `access` and `register` set these functions.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from flask import current_app

from incentives.errors import NotFound, NotSignedIn, Refusal


class Caller(Protocol):
    """Who calls, as far as `web` needs to know; `access.actor.Actor` is one."""

    @property
    def person(self) -> UUID: ...

    @property
    def user_id(self) -> UUID | None: ...

    @property
    def name(self) -> str: ...

    @property
    def terminal_id(self) -> UUID | None: ...


@dataclass(frozen=True)
class Village:
    """A village as the page shell names it, in the reader's language."""

    code: str
    name: str


def nobody() -> None:
    """No caller: what stands here before `access` is loaded."""


def refuse_all(_caller: Any, _permission: str, _division: str | None, _own: bool) -> None:
    """Permit nothing: what stands here before `access` is loaded."""
    raise NotSignedIn()


def no_village(_code: str) -> Village | None:
    """Know no village: what stands here before `register` is loaded."""
    return None


def no_villages(_caller: Any) -> list[Village]:
    """Know no villages: what stands here before `register` is loaded."""
    return []


def note_nothing(_division: str | None, _name: str, _rows: int, _narrowed: list[str]) -> None:
    """Note nothing: what stands here before `access` is loaded."""


@dataclass
class Guard:
    """The functions that other rooms set.

    `caller` finds who is signed in, or None, and refuses a token that doesn't serve; `signed_in`
    does the same for the language of an answer and never refuses; `check` refuses what the caller
    may not do in a division (None: anywhere), its last argument letting residents in for their own
    household;
    `find_village` gives an open village by its code; `villages_of` those that a caller covers;
    `open_villages` all of them; `note_export` keeps that the caller took a list along with names in
    it, by its division (None: of no one), its name, its rows and the filters in use.
    """

    caller: Callable[[], Caller | None] = nobody
    signed_in: Callable[[], Caller | None] = nobody
    check: Callable[[Any, str, str | None, bool], None] = refuse_all
    find_village: Callable[[str], Village | None] = no_village
    villages_of: Callable[[Any], list[Village]] = no_villages
    open_villages: Callable[[], list[Village]] = list
    note_export: Callable[[str | None, str, int, list[str]], None] = note_nothing


guard = Guard()


def get_village(code: str) -> Village:
    """An open village by its code; refuses what is none."""
    village = guard.find_village(code)
    if village is None:
        raise NotFound()
    return village


def require_village(code: str) -> None:
    """Refuse what is no open village. One that is open stays so: it is looked up once a process."""
    known: set[str] = current_app.extensions.setdefault("jishan-villages", set())
    if code not in known:
        known.add(get_village(code).code)


def allows(caller: Caller | None, permission: str, division: str | None, *, own: bool) -> bool:
    """Whether the caller may do something in a division (None: anywhere)."""
    try:
        guard.check(caller, permission, division, own)
    except Refusal:
        return False
    return True
