"""What access asks of the rooms above it: they set these functions when the application is made."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, null

from incentives.access.actor import Actor
from incentives.errors import NotSignedIn


@dataclass(frozen=True)
class CardHolder:
    """A resident or household that signed in by card and PIN; `demo`: from this machine only."""

    household_id: UUID
    resident_id: UUID | None
    person: UUID
    village: str
    name: str
    demo: bool = False


# Set by cards: the holder of `{"card": number or code, "pin": …}`; refuses what is wrong.
card_sign_in: list[Callable[[dict[str, Any], datetime], CardHolder]] = []
# Set by register: the household of a resident and its village, or None.
home_of: list[Callable[[UUID], tuple[UUID, str] | None]] = []
# Set by register: the names of residents by id, those missing left out.
names_of: list[Callable[[set[UUID]], dict[UUID, str]]] = []
# Set by rooms with codes of their own: what one of them in the audit trail is in words, or None.
words_for: list[Callable[[str], str | None]] = []
# Set by notices: the records of which the trail doesn't tell a reader who made them.
makers_kept: list[Callable[[Actor], frozenset[UUID]]] = []
# Set by patrols: the endpoints that the token of a walker's phone serves for.
walk_calls: set[str] = set()
# Set by shop: what asks for a token asks for its terminal's state and division too, as its last two
# columns; and a user as a terminal of that state, there, lets them act, refused if it is stopped.
with_terminal: list[Callable[[Select[Any]], Select[Any]]] = []
at_terminal_of: list[Callable[[Actor, UUID, Any, str | None], Actor]] = []


def at_terminal(actor: Actor, terminal_id: UUID, state: Any, division: str | None) -> Actor:
    """The user as a shop's terminal lets them act; refuses one that is stopped or unknown."""
    if not at_terminal_of:
        raise NotSignedIn()
    return at_terminal_of[-1](actor, terminal_id, state, division)


def beside_terminal(statement: Select[*tuple[Any, ...]]) -> Select[Any]:
    """A statement that asks for a token, asking for its terminal, too."""
    if not with_terminal:
        return statement.add_columns(null(), null())
    return with_terminal[-1](statement)


def find_home(resident_id: UUID | None) -> tuple[UUID, str] | tuple[None, None]:
    """The household of a resident and its village; of nobody, and of who has left, neither."""
    found = home_of[-1](resident_id) if home_of and resident_id is not None else None
    return found or (None, None)
