"""Signing in by password or by card and PIN, and out again; tokens."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _

from incentives.access import audit, hooks, lockout, queries, tokens
from incentives.access.actor import Actor
from incentives.access.hooks import CardHolder
from incentives.access.models import TokenKind, User
from incentives.access.passwords import hash_password, is_password, needs_rehash
from incentives.access.peers import Peer
from incentives.access.people import actor_of_user, holder_actor
from incentives.access.sessions import card_key, user_key
from incentives.access.tokens import IssuedToken
from incentives.access.usernames import folded
from incentives.errors import NotSignedIn, Refusal, WrongCredentials
from incentives.extensions import db
from incentives.installation import find_installation


@dataclass(frozen=True)
class SignIn:
    """Who signed in, and what the cookie of their session holds."""

    actor: Actor
    key: str


def sign_in(*, username: str, password: str, peer: Peer, now: datetime) -> SignIn:
    """Sign a user in by name and password.

    Refuses a wrong one (`wrong_credentials`; five in a row from one address lock for 15 minutes:
    `too_many_requests`), a deactivated user as if there were none, and users of a demo from
    anywhere but this machine. A refusal leaves an audit row.
    """
    name = folded(username)
    user = queries.find_user(name)
    try:
        refuse_demo_elsewhere(peer, demo=False)
        lockout.refuse_locked(name, peer, now=now)
        check_password(user, name, password, peer, now=now)
    except Refusal as refusal:
        keep_refusal(refusal, user, now=now)
        raise
    if user is None:
        raise WrongCredentials()
    lockout.forget_failures(name, peer)
    if needs_rehash(user.password_hash):
        user.password_hash = hash_password(password)
    actor = actor_of_user(user)
    audit.record(actor, audit.Tag.SIGNED_IN, village=place_of(user), subject=user.id, now=now)
    db.session.flush()
    return SignIn(actor, user_key(user))


def check_password(
    user: User | None, name: str, password: str, peer: Peer, *, now: datetime
) -> None:
    """Refuse a wrong password, which is counted; unknown and deactivated users take as long."""
    serves = user is not None and user.deactivated_at is None
    if not is_password(user.password_hash if user and serves else None, password):
        refusal = WrongCredentials()
        refusal.afterwards.append(lambda: lockout.count_failure(name, peer, now=now))
        raise refusal


def keep_refusal(refusal: Refusal, user: User | None, *, now: datetime) -> None:
    """Let a refused sign-in leave its row, though it is undone."""
    village = place_of(user) if user else None
    subject = user.id if user else None
    refusal.afterwards.append(
        lambda: audit.record(
            None,
            audit.Tag.SIGN_IN_REFUSED,
            village=village,
            subject=subject,
            now=now,
            details={"refused": refusal.name},
        )
    )


def place_of(user: User) -> str | None:
    """The division in whose trail a user's own acts stand: that of their first role."""
    return user.roles[0].division if user.roles else None


def refuse_demo_elsewhere(peer: Peer, *, demo: bool) -> None:
    """Refuse an account of a demo, whose password is known to all, from anywhere but this
    machine. `demo` says that the card is one; in a demo installation everything is."""
    installation = find_installation()
    if (demo or (installation is not None and installation.demo)) and not peer.local:
        raise WrongCredentials(
            _("This is a demo account: it signs in only on the computer that runs the demo")
        )


def sign_in_by_card(*, shown: dict[str, Any], peer: Peer, now: datetime) -> SignIn:
    """Sign a resident in by `{"card": number or code, "pin": …}`, as cards checks it.

    Refuses what cards refuses, and a demo's card from anywhere but this machine. A refusal leaves
    an audit row.
    """
    try:
        if not hooks.card_sign_in:
            raise WrongCredentials()
        refuse_demo_elsewhere(peer, demo=False)
        holder = hooks.card_sign_in[-1](shown, now)
        refuse_demo_elsewhere(peer, demo=holder.demo)
    except Refusal as refusal:
        details = {"refused": refusal.name}
        refusal.afterwards.append(
            lambda: audit.record(
                None, audit.Tag.CARD_SIGN_IN_REFUSED, village=None, now=now, details=details
            )
        )
        raise
    return begin_by_card(holder, now=now)


def begin_by_card(holder: CardHolder, *, now: datetime) -> SignIn:
    """The sign-in of a card's holder: a token of the kind `session` stands behind its cookie."""
    actor = holder_actor(holder)
    audit.record(actor, audit.Tag.SIGNED_IN, village=holder.village, subject=None, now=now)
    issued = tokens.make_token(actor, TokenKind.SESSION, now=now)
    return SignIn(actor, card_key(issued.token))


def issue_token(*, signed_in: SignIn, now: datetime) -> IssuedToken:
    """Give a bearer token of 12 hours to whoever just signed in, instead of a session."""
    if signed_in.actor.user_id is None:
        tokens.end_token(signed_in.key.removeprefix("card:"))
    return tokens.make_token(signed_in.actor, TokenKind.SIGN_IN, now=now)


def issue_page_token(*, session: str, actor: Actor, now: datetime) -> IssuedToken:
    """Give a token of 15 minutes to a script of the session's page; it ends with the session."""
    return tokens.make_token(actor, TokenKind.PAGE, now=now, session=session)


def issue_walk_token(*, session: str, actor: Actor, now: datetime) -> IssuedToken:
    """Give a token of 7 days to a walker's phone: it outlives the browser that is closed without
    signal, serves for what is kept there to be sent, and ends when the walker signs out."""
    return tokens.make_token(actor, TokenKind.WALK, now=now, session=session)


def issue_terminal_token(*, actor: Actor, now: datetime) -> IssuedToken:
    """Give a token of 15 minutes to a shop's terminal, which has signed for it."""
    return tokens.make_token(actor, TokenKind.TERMINAL, now=now)


def sign_out_everywhere(user_id: UUID) -> None:
    """End every session and token of a user: a phone that holds one may be in wrong hands."""
    user = db.session.get_one(User, user_id)
    user.session_number += 1
    tokens.end_tokens_of_user(user_id)


def revoke_token(*, token: str, actor: Actor) -> None:
    """End the token that the caller came with; refuses one that isn't theirs."""
    kept = tokens.find_token(token)
    if kept is None or kept.person != actor.person:
        raise NotSignedIn()
    tokens.end_token(token)


def sign_out(*, session: str | None, card_token: str | None, now: datetime) -> None:
    """End a browser's session and what it was given: its scripts' tokens, its card's sign-in."""
    if session is not None:
        tokens.end_session(session, now=now)
    if card_token is not None:
        tokens.end_token(card_token)


def end_card_sign_ins(household_id: UUID, resident_id: UUID | None = None) -> None:
    """End every sign-in by card of a household, or of one resident in it."""
    tokens.end_tokens_of_household(household_id, resident_id)
