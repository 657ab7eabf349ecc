"""What people set for themselves: their password, their language."""

from datetime import datetime

from flask_babel import lazy_gettext as _
from sqlalchemy import update

from incentives.access import audit, lockout, tokens
from incentives.access.actor import Actor
from incentives.access.models import Token, User
from incentives.access.operations.signing import SignIn, place_of
from incentives.access.operations.users import replace_password
from incentives.access.passwords import is_password
from incentives.access.peers import Peer
from incentives.access.people import actor_of_user
from incentives.access.permissions import require
from incentives.access.sessions import user_key
from incentives.errors import FieldError, NotPermitted, WrongCredentials
from incentives.extensions import db


def set_own_password(
    *,
    current_password: str,
    password: str,
    token: str | None = None,
    peer: Peer,
    actor: Actor,
    now: datetime,
) -> SignIn:
    """Change one's own password; every other token and session of the user ends.

    `token` is the one that the caller came with, which goes on serving. Refuses a wrong current
    password, which counts as at the sign-in, and a new one that is too easy.
    """
    require(actor, "me.change", None)
    if actor.user_id is None:
        raise NotPermitted()
    user = db.session.get_one(User, actor.user_id)
    name = user.username
    lockout.refuse_locked(name, peer, now=now)
    if not is_password(user.password_hash, current_password):
        wrong = _("This isn't your current password")
        refusal = WrongCredentials(wrong, errors=[FieldError("/current_password", wrong)])
        refusal.afterwards.append(lambda: lockout.count_failure(name, peer, now=now))
        raise refusal
    replace_password(user, password)
    lockout.forget_failures(name, peer)
    tokens.end_tokens_of_user(user.id, but=token)
    audit.record(
        actor, audit.Tag.PASSWORD_CHANGED, village=place_of(user), subject=user.id, now=now
    )
    db.session.flush()
    return SignIn(actor_of_user(user), user_key(user))


def set_language(*, language: str, actor: Actor, now: datetime) -> None:
    """Keep the language that the actor reads: of a user for good, of a card's holder for as long
    as they are signed in."""
    require(actor, "me.read", None, own=True)
    if actor.user_id is not None:
        db.session.get_one(User, actor.user_id).language = language
    else:
        db.session.execute(
            update(Token)
            .where(
                Token.person == actor.person,
                Token.household_id == actor.household_id,
                Token.expires_at > now,
            )
            .values(language=language)
            .execution_options(synchronize_session=False)
        )
    db.session.flush()
