"""The changing code on a resident's phone: 16 random bytes, good for a minute and for one scan."""

import binascii
import hashlib
import secrets
from base64 import b32decode, b32encode
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _
from sqlalchemy import delete, select, update

from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.cards import queries
from incentives.cards.codes import code_in
from incentives.cards.models import Card, PhoneCode
from incentives.database import rows_changed
from incentives.errors import CardInvalid, CodeExpired, CodeUsed, NotSignedIn, WrongState
from incentives.extensions import db

PREFIX = "D1"
RANDOM_BYTES = 16
CODE_LENGTH = 28
GOOD_FOR = timedelta(seconds=60)
RENEW_AFTER = timedelta(seconds=30)
KEPT_FOR = timedelta(days=1)


@dataclass(frozen=True)
class ShownCode:
    """A code to be shown, of this card: until when it is good, and when the next one is due."""

    card: Card
    code: str
    expires_at: datetime
    renew_at: datetime


def make_phone_code(*, actor: Actor, now: datetime) -> ShownCode:
    """A new code for the signed-in resident's own card; it cancels the one before.

    Refuses whoever has no household, and a household without a card in use.
    """
    if actor.household_id is None:
        raise NotSignedIn()
    require(actor, "card.read", actor.village, own=True)
    card = queries.own_card(actor.household_id, actor.resident_id)
    if card is None:
        raise WrongState(_("There is no card in use: the village office makes one"))
    # The row is locked, so that of two phones that ask at once the later one's code is the newest.
    db.session.execute(select(Card.id).where(Card.id == card.id).with_for_update())
    db.session.execute(
        update(PhoneCode)
        .where(
            PhoneCode.card_id == card.id,
            PhoneCode.used_at.is_(None),
            PhoneCode.cancelled_at.is_(None),
        )
        .values(cancelled_at=now)
        .execution_options(synchronize_session=False)
    )
    raw = secrets.token_bytes(RANDOM_BYTES)
    db.session.add(
        PhoneCode(
            card_id=card.id,
            issue=card.issue,
            digest=digest(raw),
            made_at=now,
            expires_at=now + GOOD_FOR,
        )
    )
    db.session.flush()
    return ShownCode(card, write(raw), now + GOOD_FOR, now + RENEW_AFTER)


def digest(raw: bytes) -> bytes:
    """What is kept of a code: 16 random bytes can't be guessed from their plain SHA-256."""
    return hashlib.sha256(raw).digest()


def write(raw: bytes) -> str:
    """A code's text: `D1` and base32 without padding (RFC 4648)."""
    return PREFIX + b32encode(raw).decode().rstrip("=")


def is_phone_code(text: str) -> bool:
    """Whether a scanned text claims to be a phone's code."""
    return code_in(text).startswith(PREFIX)


def find_phone_code(text: str) -> PhoneCode:
    """The code that a text is, whatever became of it; `card_invalid` for what never was one."""
    code = code_in(text)
    try:
        raw = b32decode(code.removeprefix(PREFIX) + "======")
    except (binascii.Error, ValueError) as error:
        raise CardInvalid() from error
    # The last letter has bits to spare: only the one way to write the bytes is a code.
    if len(code) != CODE_LENGTH or write(raw) != code:
        raise CardInvalid()
    found = db.session.scalar(select(PhoneCode).where(PhoneCode.digest == digest(raw)))
    if found is None:
        raise CardInvalid()
    return found


def use_phone_code(code: PhoneCode, *, now: datetime) -> None:
    """Use a code up; refuses one that is used, older than the newest, or past its minute."""
    used = db.session.execute(
        update(PhoneCode)
        .where(
            PhoneCode.id == code.id,
            PhoneCode.used_at.is_(None),
            PhoneCode.cancelled_at.is_(None),
            PhoneCode.expires_at > now,
        )
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
    if rows_changed(used):
        return
    db.session.refresh(code)
    if code.used_at is not None:
        raise CodeUsed(_("This code was used already: wait for the next one on the phone"))
    raise CodeExpired(_("This code is too old: scan the one that the phone shows now"))


def forget_phone_codes(*, now: datetime) -> int:
    """Delete the codes of more than a day ago: by then they are all the same unknown ones."""
    result = db.session.execute(
        delete(PhoneCode)
        .where(PhoneCode.made_at < now - KEPT_FOR)
        .execution_options(synchronize_session=False)
    )
    return rows_changed(result)
