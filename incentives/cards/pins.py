"""The PIN of a card: which are too easy, how it is kept, how wrong ones are counted.

A lock is a row of the database, so that it holds for every process and after a restart. It is
kept by counter and card: whoever guesses at one shop or from the internet locks that place for
that card, and never keeps the holder from using it elsewhere (docs/cards.md, PIN).
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from flask_babel import lazy_gettext as _
from sqlalchemy import case, delete, literal, select, update

from incentives import keys
from incentives.access import audit
from incentives.access.actor import Actor
from incentives.cards.models import Card, PinFailure, PinLock, Scope
from incentives.clock import VILLAGE_TIME
from incentives.database import Instant
from incentives.errors import (
    FieldError,
    Invalid,
    PinLocked,
    PinRequired,
    TooManyRequests,
    WrongPin,
)
from incentives.extensions import add_unless_there, db

LENGTH = 6
PAUSE_AFTER = 5
PAUSE = timedelta(minutes=15)
LOCK_AFTER = 10
FLOOD = 20
FLOOD_WINDOW = timedelta(hours=1)
# 19 MiB, 2 passes, 1 lane: the least that OWASP's Password Storage Cheat Sheet asks of Argon2id.
HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)


@dataclass(frozen=True)
class Counter:
    """Where a PIN is entered: a user's or a terminal's counter, or the internet as a whole."""

    scope: Scope
    who: str = ""


INTERNET = Counter(Scope.INTERNET)


def counter_of(actor: Actor) -> Counter:
    """The counter of a signed-in member of staff: their terminal, or else they themselves."""
    if actor.terminal_id is not None:
        return Counter(Scope.TERMINAL, str(actor.terminal_id))
    return Counter(Scope.USER, str(actor.user_id))


def check_pin_choice(pin: str, *, number: str) -> None:
    """Refuse a PIN that isn't 6 digits, that anyone would guess, or that stands on the card."""
    if len(pin) != LENGTH or not (pin.isascii() and pin.isdecimal()):
        raise Invalid(errors=[FieldError("/pin", _("A PIN has 6 digits"))])
    if is_obvious(pin) or pin in number:
        raise Invalid(
            errors=[FieldError("/pin", _("This PIN is too easy to guess: please take another"))]
        )


def is_obvious(pin: str) -> bool:
    """Whether a PIN of 6 digits is among those that are tried first."""
    return (
        pin in KEYPAD
        or pin == pin[:2] * 3
        or pin == pin[:3] * 2
        or is_sequence(pin)
        or is_date(pin)
    )


# Ways over the keypad, and mirrored or doubled sequences, from lists of the commonest PINs.
KEYPAD = frozenset({"112233", "332211", "123321", "147258", "147852", "159753", "159357", "789456"})


def is_sequence(pin: str) -> bool:
    """Up or down by one from digit to digit, past 9 or 0 too: 123456, 678901, 432109."""
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    return steps in ({1}, {9})


def is_date(pin: str) -> bool:
    """A birthday as identity cards write it, YYMMDD, or a year and month from 1920 to 2039."""
    month, day = int(pin[2:4]), int(pin[4:6])
    birthday = 1 <= month <= 12 and 1 <= day <= 31
    return birthday or (1920 <= int(pin[:4]) <= 2039 and 1 <= day <= 12)


def hash_pin(card_key: UUID, pin: str) -> str:
    """The Argon2id hash to keep: useless without the pepper, and of no use for another card."""
    return HASHER.hash(peppered(card_key, pin))


def peppered(card_key: UUID, pin: str) -> bytes:
    """The PIN bound to its card under a secret that isn't in the database."""
    message = b"jishan-pin/v1\n" + card_key.bytes + pin.encode()
    return hmac.new(keys.key("pepper"), message, hashlib.sha256).digest()


def verify_pin(card: Card, pin: str, *, counter: Counter, now: datetime) -> None:
    """Pass if the PIN is the card's, which also forgets the wrong ones at this counter.

    Refuses a wrong one (`wrong_pin`, counted though the request is refused), any while locked
    here (`pin_locked`: 15 minutes after 5 wrong, after 10 in a row until the PIN is set anew in
    person), a card without PIN (`pin_required`), and a counter with 20 wrong ones within the
    hour (`too_many_requests`).
    """
    refuse_flood(counter, now=now)
    lock = db.session.get(PinLock, (card.id, counter.scope, counter.who), populate_existing=True)
    if lock is not None:
        refuse_locked(lock, now=now)
    if card.pin_hash is None:
        raise PinRequired(_("This card has no PIN yet: the village office can set one"))
    card_key, village = card.id, card.village
    try:
        HASHER.verify(card.pin_hash, peppered(card_key, pin))
    except VerifyMismatchError as error:
        refusal = WrongPin()
        refusal.afterwards.append(
            lambda: count_failure(card_key, counter, division=village, now=now)
        )
        raise refusal from error
    if lock is not None:
        db.session.execute(
            delete(PinLock).filter_by(card_id=card_key, scope=counter.scope, who=counter.who)
        )


def refuse_locked(lock: PinLock, *, now: datetime) -> None:
    """Refuse while the card's PIN is locked at this counter."""
    if lock.in_a_row >= LOCK_AFTER:
        raise PinLocked(_("Too many wrong PINs: the village office must set the PIN anew"))
    if lock.locked_until_at is not None and now < lock.locked_until_at:
        raise PinLocked(
            _(
                "Too many wrong PINs: try again after %(time)s",
                time=lock.locked_until_at.astimezone(VILLAGE_TIME).strftime("%H:%M"),
            )
        )


def refuse_flood(counter: Counter, *, now: datetime) -> None:
    """Refuse a counter with 20 wrong entries within the hour, until the first of them is past.

    The internet has no such count: there a lock is by card, and floods are by address.
    """
    failed = recent_failures(counter, now=now)
    if len(failed) >= FLOOD:
        wait = failed[-1] + FLOOD_WINDOW - now
        raise TooManyRequests(
            _("Too many wrong PINs or numbers were entered here: the supervisors are told"),
            headers={"Retry-After": str(int(wait.total_seconds()) + 1)},
        )


def recent_failures(counter: Counter, *, now: datetime) -> list[datetime]:
    """When the last 20 wrong entries of the past hour were made at a counter, newest first."""
    if counter.scope is Scope.INTERNET:
        return []
    rows = db.session.scalars(
        select(PinFailure.failed_at)
        .where(
            PinFailure.scope == counter.scope,
            PinFailure.who == counter.who,
            PinFailure.failed_at > now - FLOOD_WINDOW,
        )
        .order_by(PinFailure.failed_at.desc())
        .limit(FLOOD)
    )
    return list(rows)


def count_failure(card_key: UUID | None, counter: Counter, *, division: str, now: datetime) -> None:
    """Count one wrong PIN, or with no card one number that is no card's.

    The one that stops the counter is told to the supervisors of the division. Runs after the
    refused request was rolled back, in the same transaction.
    """
    db.session.add(
        PinFailure(card_id=card_key, scope=counter.scope, who=counter.who, failed_at=now)
    )
    db.session.flush()
    if len(recent_failures(counter, now=now)) >= FLOOD:
        tell_supervisors(counter, division=division, now=now)
    if card_key is not None:
        count_in_a_row(card_key, counter, now=now)


def tell_supervisors(counter: Counter, *, division: str, now: datetime) -> None:
    """Leave the row of the trail that supervisors see as a warning (`/supervise/cards`)."""
    audit.record(
        None,
        audit.Tag.COUNTER_STOPPED,
        village=division,
        subject=UUID(counter.who),
        now=now,
        details={"counter": counter.scope.value, "wrong": FLOOD},
    )


def count_in_a_row(card_key: UUID, counter: Counter, *, now: datetime) -> None:
    """One more wrong PIN in a row; each fifth locks for 15 minutes. Safe against doubles."""
    key = {"card_id": card_key, "scope": counter.scope, "who": counter.who}
    add_unless_there(PinLock, **key, in_a_row=0)
    after = PinLock.in_a_row + 1
    db.session.execute(
        update(PinLock)
        .filter_by(**key)
        .values(
            in_a_row=after,
            locked_until_at=case(
                (after % PAUSE_AFTER == 0, literal(now + PAUSE, Instant)),
                else_=PinLock.locked_until_at,
            ),
        )
        .execution_options(synchronize_session=False)
    )


def forget_failures(card: Card) -> None:
    """Open every lock of a card's PIN: it was set anew in person."""
    db.session.execute(delete(PinLock).where(PinLock.card_id == card.id))
