"""A shop's phones: registered by who keeps the shop, stopped by anyone near, replaced for good."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import func, select, update

from incentives.access import audit
from incentives.access.actor import Actor, Assignment, Role
from incentives.access.models import User
from incentives.access.operations import issue_terminal_token, sign_out_everywhere
from incentives.access.people import actor_of_user
from incentives.access.permissions import require
from incentives.access.tokens import IssuedToken
from incentives.database import rows_changed
from incentives.errors import (
    Duplicate,
    FieldError,
    Invalid,
    NotPermitted,
    NotSignedIn,
    WrongCredentials,
    WrongState,
)
from incentives.extensions import db
from incentives.shop import nonces
from incentives.shop.keeping import require_at
from incentives.shop.models import Shop, Terminal, TerminalStatus
from incentives.shop.queries import find_shop, find_terminal
from incentives.shop.terminal_states import TERMINAL_TRANSITIONS, TerminalAction
from incentives.texts import check_text

REASON_LENGTH = 200
AT_MOST = 10  # a shop's phones that are not replaced


@dataclass(frozen=True)
class Nonce:
    """What a terminal signs to get a token, and until when."""

    nonce: str
    expires_at: datetime


def register_terminal(
    *,
    shop_id: UUID,
    name: str,
    public_key: str,
    replaces: UUID | None = None,
    actor: Actor,
    now: datetime,
) -> Terminal:
    """Register the phone at hand: it acts for the shopkeeper who does so, until it is stopped.

    `public_key` is base64url of a P-256 key's SPKI; its private half never leaves the phone.
    With `replaces` the old phone is out for good. Nobody approves a phone first, but the village
    office sees each. Refuses a terminal that would register another (a stolen phone could), a key
    registered before, and more than ten phones a shop.
    """
    shop = find_shop(shop_id)
    require_at(actor, "terminal.register", shop)
    if actor.user_id is None or actor.terminal_id is not None:
        raise NotPermitted(_("Sign in on this phone to register it"))
    spki = nonces.read_public_key(public_key)
    if spki is None:
        raise Invalid(errors=[FieldError("/public_key", _("This is no P-256 key"))])
    if db.session.scalar(select(func.count()).where(Terminal.public_key == spki)):
        raise Duplicate(_("This phone's key is registered already"))
    if replaces is not None:
        replace_terminal(find_terminal(shop_id, replaces), actor=actor, now=now)
    in_use = select(func.count()).where(
        Terminal.shop_id == shop_id, Terminal.status != TerminalStatus.REPLACED
    )
    if (db.session.scalar(in_use) or 0) >= AT_MOST:
        raise WrongState(_("A shop has %(count)s phones at most: replace one", count=AT_MOST))
    terminal = Terminal(
        shop_id=shop_id,
        name=name.strip(),
        public_key=spki,
        keeper_id=actor.user_id,
        replaces=replaces,
        registered_at=now,
    )
    db.session.add(terminal)
    db.session.flush()
    leave_trace(audit.Tag.TERMINAL_REGISTERED, terminal, shop, actor=actor, now=now)
    return terminal


def replace_terminal(terminal: Terminal, *, actor: Actor, now: datetime) -> None:
    """Put a terminal out of use for good; refuses one that is replaced already."""
    shop = find_shop(terminal.shop_id)
    require_at(actor, "terminal.replace", shop)
    change(terminal, TerminalAction.REPLACE, reason=terminal.reason)
    leave_trace(audit.Tag.TERMINAL_REPLACED, terminal, shop, actor=actor, now=now)


def suspend_terminal(
    *, shop_id: UUID, terminal_id: UUID, reason: str, actor: Actor, now: datetime
) -> Terminal:
    """Stop a phone at once, and sign its shopkeeper out everywhere: it may hold their session.

    Refuses one that is stopped or replaced already, and no reason.
    """
    shop = find_shop(shop_id)
    require_at(actor, "terminal.suspend", shop)
    terminal = find_terminal(shop_id, terminal_id)
    reason = check_text(reason, "/reason", REASON_LENGTH)
    change(terminal, TerminalAction.SUSPEND, reason=reason)
    sign_out_everywhere(terminal.keeper_id)
    leave_trace(audit.Tag.TERMINAL_SUSPENDED, terminal, shop, actor=actor, now=now, reason=reason)
    return terminal


def reinstate_terminal(
    *, shop_id: UUID, terminal_id: UUID, reason: str, actor: Actor, now: datetime
) -> Terminal:
    """Let a stopped phone serve again.

    Refuses whoever keeps the shop, as a thief could be at it, and no reason.
    """
    shop = find_shop(shop_id)
    require(actor, "terminal.reinstate", shop.division)
    if actor.has_role(Role.SHOPKEEPER, shop.division):
        raise NotPermitted(_("Whoever keeps the shop doesn't start a stopped phone again"))
    terminal = find_terminal(shop_id, terminal_id)
    reason = check_text(reason, "/reason", REASON_LENGTH)
    change(terminal, TerminalAction.REINSTATE, reason=None)
    leave_trace(audit.Tag.TERMINAL_REINSTATED, terminal, shop, actor=actor, now=now, reason=reason)
    return terminal


def change(terminal: Terminal, action: TerminalAction, *, reason: str | None) -> None:
    """One conditional UPDATE on the old state, so that of two at once one is refused."""
    before, after = TERMINAL_TRANSITIONS[action]
    changed = db.session.execute(
        update(Terminal)
        .where(Terminal.id == terminal.id, Terminal.status.in_(before))
        .values(status=after, reason=reason)
        .execution_options(synchronize_session=False)
    )
    if rows_changed(changed) == 0:
        raise WrongState()
    db.session.refresh(terminal)


def leave_trace(
    tag: audit.Tag,
    terminal: Terminal,
    shop: Shop,
    *,
    actor: Actor,
    now: datetime,
    reason: str | None = None,
) -> None:
    """A row of what was done with a terminal."""
    details = {"name": terminal.name} | ({"reason": reason} if reason else {})
    audit.record(actor, tag, village=shop.division, subject=terminal.id, now=now, details=details)


def make_nonce(*, shop_id: UUID, terminal_id: UUID, now: datetime) -> Nonce:
    """What this terminal is to sign; refuses one that is stopped, replaced or unknown."""
    terminal = find_terminal(shop_id, terminal_id)
    refuse_stopped(terminal.status)
    return Nonce(nonces.make_nonce(terminal.id, now=now), now + nonces.GOOD_FOR)


def sign_in_terminal(
    *, shop_id: UUID, terminal_id: UUID, nonce: str, signature: str, now: datetime
) -> IssuedToken:
    """A token of 15 minutes for a terminal that signed its nonce; each nonce serves once.

    It needs no session of the shopkeeper's, so that what waits in the phone can be sent after it
    ended. Refuses a stopped phone, one whose shopkeeper is out, an old, foreign or used nonce,
    and a wrong signature.
    """
    terminal = find_terminal(shop_id, terminal_id)
    refuse_stopped(terminal.status)
    made_at = nonces.read_nonce(nonce, terminal.id)
    if made_at is None or not made_at <= now < made_at + nonces.GOOD_FOR:
        raise WrongCredentials(_("This phone's sign-in took too long: try again"))
    if not nonces.is_signed(nonce, signature, terminal.public_key):
        raise WrongCredentials(_("This phone's key isn't the registered one"))
    used = db.session.execute(
        update(Terminal)
        .where(Terminal.id == terminal.id, Terminal.status == TerminalStatus.ACTIVE)
        .where(Terminal.token_at.is_(None) | (Terminal.token_at < made_at))
        .values(token_at=made_at)
        .execution_options(synchronize_session=False)
    )
    if rows_changed(used) == 0:
        raise WrongCredentials(_("This phone's sign-in took too long: try again"))
    user = db.session.get_one(User, terminal.keeper_id)
    if user.deactivated_at is not None:
        raise NotSignedIn()
    division = find_shop(shop_id).division
    keeper = act_at_terminal(actor_of_user(user), terminal.id, TerminalStatus.ACTIVE, division)
    return issue_terminal_token(actor=keeper, now=now)


def act_at_terminal(
    actor: Actor, terminal_id: UUID, status: TerminalStatus | None, division: str | None
) -> Actor:
    """The shopkeeper as their terminal lets them act: at this shop, and in no other role.

    State and shop come with the token at each call, so that a phone that is stopped is refused at
    once.
    """
    if status is None or division is None:
        raise NotSignedIn()
    refuse_stopped(status)
    keeper = Assignment(Role.SHOPKEEPER, division)
    if keeper not in actor.roles:
        raise NotSignedIn()
    return replace(actor, roles=(keeper,), terminal_id=terminal_id)


def refuse_stopped(status: TerminalStatus) -> None:
    """Refuse a terminal that is out of use, in words for whoever holds it."""
    if status is TerminalStatus.SUSPENDED:
        raise NotPermitted(
            _("This phone is stopped: a cadre or the administrator can let it serve again")
        )
    if status is TerminalStatus.REPLACED:
        raise NotPermitted(_("Another phone took this one's place: register it anew"))
