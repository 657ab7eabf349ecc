"""The browser's session: who is signed in, by Flask-Login and a signed cookie.

The cookie names the user and the number of their session, which a change of password raises; or,
for a card's holder, a token of its own kind. It serves for 12 hours.
"""

import secrets
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask, g, request, session
from flask_login import UserMixin, current_user, login_user, logout_user
from sqlalchemy import exists, select

from incentives.access import tokens
from incentives.access.actor import Actor
from incentives.access.models import EndedSession, TokenKind, User
from incentives.access.people import actor_of_user
from incentives.clock import now
from incentives.config import DEFAULT_URL
from incentives.errors import Refusal
from incentives.extensions import db, login_manager
from incentives.keys import read_key

CALLER = "jishan.caller"
KEPT = ("language",)


class SignedIn(UserMixin):
    """Flask-Login's user: an actor under the id that the cookie holds."""

    def __init__(self, actor: Actor, key: str) -> None:
        self.actor = actor
        self.key = key

    def get_id(self) -> str:
        """What the cookie holds: `user:<id>:<session number>` or `card:<token>`."""
        return self.key


def init_app(app: Flask) -> None:
    """Prepare the cookie and Flask-Login."""
    app.config["SESSION_COOKIE_HTTPONLY"] = True
    app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
    address = app.config.get("JISHAN_URL") or DEFAULT_URL
    app.config["SESSION_COOKIE_SECURE"] = urlsplit(address).scheme == "https"
    if not app.config.get("SECRET_KEY"):
        app.config["SECRET_KEY"] = read_key(app.config["JISHAN_DATA"] / "keys", "session").hex()
    app.config["SESSION_PROTECTION"] = None
    # An answer that is late doesn't put an older cookie into a newer one's place.
    app.config["SESSION_REFRESH_EACH_REQUEST"] = False
    login_manager.init_app(app)
    login_manager.user_loader(load_signed_in)


def load_signed_in(key: str) -> SignedIn | None:
    """Who the cookie names; None where that session is over."""
    kind, _colon, rest = key.partition(":")
    actor = of_user(rest) if kind == "user" else of_card(rest)
    return None if actor is None else SignedIn(actor, key)


def of_user(text: str) -> Actor | None:
    """The user of a cookie, unless deactivated, signed out or under an older password."""
    user_id, _colon, number = text.partition(":")
    ended = exists().where(EndedSession.session == session_id())
    user = db.session.scalar(select(User).where(User.id == UUID(user_id), ~ended))
    if user is None or user.deactivated_at is not None or str(user.session_number) != number:
        return None
    return actor_of_user(user)


def of_card(text: str) -> Actor | None:
    """The card's holder of a cookie, unless that sign-in has ended."""
    try:
        return tokens.actor_of_token(text, now=now(), kinds=(TokenKind.SESSION,))
    except Refusal:
        return None


def find_session_actor() -> Actor | None:
    """Who is signed in by the cookie, or None."""
    until = session.get("until")
    if not isinstance(until, float) or now().timestamp() >= until:
        return None
    # Flask-Login keeps its user in `g`, which outlives a request where a context was open before.
    g.pop("_login_user", None)
    signed_in = current_user._get_current_object()
    return signed_in.actor if isinstance(signed_in, SignedIn) else None


def user_key(user: User) -> str:
    """What a user's cookie holds."""
    return f"user:{user.id}:{user.session_number}"


def card_key(token: str) -> str:
    """What the cookie of a card's holder holds, by a token of the kind `session`."""
    return f"card:{token}"


def begin_session(actor: Actor, key: str, *, now: datetime) -> None:
    """Sign the browser in under a new session; only the chosen language is taken over."""
    kept = {name: session[name] for name in KEPT if name in session}
    session.clear()
    session.update(kept)
    session["sid"] = secrets.token_hex(16)
    session["until"] = (now + tokens.LIFETIMES[TokenKind.SESSION]).timestamp()
    login_user(SignedIn(actor, key))
    request.environ[CALLER] = actor


def renew_session(actor: Actor, key: str) -> None:
    """Let this browser's session go on under the new password; only it does."""
    login_user(SignedIn(actor, key))
    request.environ[CALLER] = actor


def session_id() -> str | None:
    """The name of this browser's session, which its scripts' tokens end with."""
    found = session.get("sid")
    return found if isinstance(found, str) else None


def card_token() -> str | None:
    """The token in the cookie of a card's holder."""
    key = str(session.get("_user_id", ""))
    return key.removeprefix("card:") if key.startswith("card:") else None


def end_session() -> None:
    """Sign the browser out; only the chosen language stays."""
    kept = {name: session[name] for name in KEPT if name in session}
    logout_user()
    session.clear()
    session.update(kept)
    request.environ[CALLER] = None
