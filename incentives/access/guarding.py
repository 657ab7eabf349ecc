"""What `web` asks of access: who calls, by bearer token on the API and by cookie elsewhere."""

from typing import Any

from flask import Flask, has_request_context, request
from sqlalchemy.exc import SQLAlchemyError

from incentives.access import audit, hooks, limits, sessions, tokens
from incentives.access.actor import Actor
from incentives.access.models import TokenKind
from incentives.access.permissions import require
from incentives.clock import now
from incentives.errors import NotSignedIn, Refusal
from incentives.web.guard import guard
from incentives.web.transaction import transaction


def init_app(app: Flask) -> None:
    """Set what `web` asks."""
    limits.init_app(app)
    sessions.init_app(app)
    guard.caller = find_caller
    guard.signed_in = known_caller
    guard.check = check
    guard.note_export = note_export


def find_caller() -> Actor | None:
    """Who calls, found once a request; None for the public. Refuses a token that doesn't serve."""
    # Kept with the request, not in `g`, which outlives it where a context was open before.
    if sessions.CALLER not in request.environ:
        by_token = request.path.startswith("/api/")
        request.environ[sessions.CALLER] = (
            by_bearer() if by_token else sessions.find_session_actor()
        )
    found: Actor | None = request.environ[sessions.CALLER]
    return found


def by_bearer() -> Actor | None:
    """Who the bearer token is of; None without one. The cookie is never taken here.

    A walker's token is none but for what their phone has to send.
    """
    token = bearer_token()
    if token is None:
        return None
    walks = (TokenKind.WALK,) if request.endpoint in hooks.walk_calls else ()
    return tokens.actor_of_token(token, now=now(), kinds=(*tokens.BEARER, *walks))


def bearer_token() -> str | None:
    """The token that the request came with; refuses another scheme."""
    header = request.headers.get("Authorization")
    if header is None:
        return None
    scheme, _space, text = header.partition(" ")
    if scheme.lower() != "bearer":
        raise NotSignedIn()
    return text.strip()


def known_caller() -> Actor | None:
    """Who calls, for the language of an answer; None where that can't be told, never a refusal."""
    if not has_request_context():
        return None
    try:
        return find_caller()
    except (Refusal, SQLAlchemyError):
        return None


def check(caller: Any, permission: str, division: str | None, own: bool) -> None:
    """Refuse what the caller may not do in a division (`permissions.require`)."""
    if caller is None:
        raise NotSignedIn()
    require(caller, permission, division, own=own)


def note_export(division: str | None, name: str, rows: int, narrowed: list[str]) -> None:
    """Leave in the trail that the caller took a list along that has people's names.

    What they narrowed it to is not kept, as that may be a name: only by which filters.
    """
    actor = find_caller()
    transaction(
        lambda: audit.record(
            actor,
            audit.Tag.LIST_EXPORTED,
            village=division,
            now=now(),
            details={"list": name, "rows": rows, "filters": narrowed},
        ),
        in_recovery=True,
    )
