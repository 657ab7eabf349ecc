"""Bearer tokens: 32 random bytes, of which only the SHA-256 is kept."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, delete, select

from incentives.access import hooks
from incentives.access.actor import Actor, Assignment
from incentives.access.models import EndedSession, Token, TokenKind, User, UserRole
from incentives.access.people import user_actor
from incentives.errors import NotSignedIn, TokenExpired
from incentives.extensions import add_unless_there, db
from incentives.prepared import Prepared

LENGTH = 32
LIFETIMES = {
    TokenKind.SIGN_IN: timedelta(hours=12),
    TokenKind.SESSION: timedelta(hours=12),
    TokenKind.PAGE: timedelta(minutes=15),
    TokenKind.TERMINAL: timedelta(minutes=15),
    TokenKind.WALK: timedelta(days=7),
}
BEARER = (TokenKind.SIGN_IN, TokenKind.PAGE, TokenKind.TERMINAL)


@dataclass(frozen=True)
class IssuedToken:
    """A token as its holder gets it, this once."""

    token: str
    expires_at: datetime


def digest(text: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(text.encode()).digest()


def make_token(
    holder: Actor, kind: TokenKind, *, now: datetime, session: str | None = None
) -> IssuedToken:
    """Give a token to a user or to a card's holder; only its digest is kept."""
    text = secrets.token_urlsafe(LENGTH)
    expires_at = now + LIFETIMES[kind]
    by_card = holder.user_id is None
    db.session.add(
        Token(
            digest=digest(text),
            kind=kind,
            session=session,
            user_id=holder.user_id,
            person=holder.person,
            household_id=holder.household_id if by_card else None,
            resident_id=holder.resident_id if by_card else None,
            village=holder.village if by_card else None,
            name=holder.name if by_card else None,
            language=holder.language if by_card else None,
            terminal_id=holder.terminal_id if kind is TokenKind.TERMINAL else None,
            made_at=now,
            expires_at=expires_at,
        )
    )
    db.session.flush()
    return IssuedToken(text, expires_at)


class KeptToken(NamedTuple):
    """A token as it is kept, with what it is asked for of the user whose it is."""

    kind: TokenKind
    expires_at: datetime
    person: UUID
    household_id: UUID | None
    resident_id: UUID | None
    village: str | None
    name: str | None
    language: str | None
    terminal_id: UUID | None
    user_id: UUID | None
    user_resident_id: UUID | None
    user_name: str
    user_language: str | None
    deactivated_at: datetime | None
    roles: tuple[Assignment, ...]
    terminal_state: Any
    terminal_division: str | None


# A token, its user and its terminal by the token's digest: a row for each of the user's roles.
BY_DIGEST = Prepared(
    lambda _dialect: hooks.beside_terminal(
        select(
            Token.kind,
            Token.expires_at,
            Token.person,
            Token.household_id,
            Token.resident_id,
            Token.village,
            Token.name,
            Token.language,
            Token.terminal_id,
            User.id,
            User.resident_id,
            User.name,
            User.language,
            User.deactivated_at,
            UserRole.role,
            UserRole.division,
        )
        .outerjoin(User, User.id == Token.user_id)
        .outerjoin(UserRole, UserRole.user_id == User.id)
        .where(Token.digest == bindparam("digest"))
        .order_by(UserRole.division, UserRole.role)
    )
)


def find_token(text: str) -> KeptToken | None:
    """The kept token with that text and its user's roles; one statement."""
    rows = BY_DIGEST.ask(digest=digest(text))
    if not rows:
        return None
    roles = tuple(Assignment(row[-4], row[-3]) for row in rows if row[-4])
    return KeptToken._make((*rows[0][:-4], roles, *rows[0][-2:]))


def actor_of_token(text: str, *, now: datetime, kinds: Sequence[TokenKind] = BEARER) -> Actor:
    """Who a token is of; refuses one that isn't known, that is over, or whose user is out."""
    token = find_token(text)
    if token is None or token.kind not in kinds:
        raise NotSignedIn()
    if now >= token.expires_at:
        raise TokenExpired()
    if token.user_id is None:
        return actor_of_holder(token)
    if token.deactivated_at is not None:
        raise NotSignedIn()
    actor = user_actor(
        token.user_id,
        token.user_name,
        token.user_resident_id,
        language=token.user_language,
        roles=token.roles,
    )
    if token.terminal_id is None:
        return actor
    return hooks.at_terminal(
        actor, token.terminal_id, token.terminal_state, token.terminal_division
    )


def actor_of_holder(token: KeptToken) -> Actor:
    """Who a card's holder is: a resident of their household, without any role."""
    return Actor(
        person=token.person,
        user_id=None,
        resident_id=token.resident_id,
        household_id=token.household_id,
        name=token.name or "",
        roles=(),
        language=token.language,
        village=token.village,
    )


def end_token(text: str) -> None:
    """End one token; ending it twice changes nothing."""
    end(Token.digest == digest(text))


def end_session(session: str, *, now: datetime) -> None:
    """End a browser's session, and the tokens that its scripts were given."""
    until = now + LIFETIMES[TokenKind.SESSION]
    add_unless_there(EndedSession, session=session, until_at=until)
    end(Token.session == session)


def end_tokens_of_user(user_id: UUID, *, but: str | None = None) -> None:
    """End every token of a user, but for the one with the text given."""
    kept = Token.digest != digest(but) if but else Token.user_id.is_not(None)
    end(Token.user_id == user_id, kept)


def end_tokens_of_household(household_id: UUID, resident_id: UUID | None = None) -> None:
    """End what was given by card to a household, or to one resident in it: a card was lost."""
    holder = Token.resident_id == resident_id if resident_id else Token.household_id.is_not(None)
    end(Token.household_id == household_id, holder)


def forget_tokens(*, now: datetime) -> None:
    """Delete the tokens that ended a day ago or earlier, and what says that a session ended which
    would be over; the daily job calls it."""
    end(Token.expires_at < now - timedelta(days=1))
    db.session.execute(delete(EndedSession).where(EndedSession.until_at < now))


def end(*conditions: ColumnElement[bool]) -> None:
    """Delete the tokens that meet all of the conditions."""
    db.session.execute(
        delete(Token).where(*conditions).execution_options(synchronize_session=False)
    )
