"""What a shown card allows: to anyone its masked holder, to a shop that serves the village more."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _

from incentives import ledger
from incentives.access.actor import Actor
from incentives.cards import queries
from incentives.cards.models import Card, ShownBy
from incentives.cards.operations.identifying import in_use, is_due, look_up, read_text
from incentives.cards.operations.phone import find_phone_code, is_phone_code, use_phone_code
from incentives.cards.operations.scans import GOOD_FOR, add_scan, keep_refusal
from incentives.cards.pins import count_failure, counter_of, refuse_flood
from incentives.clock import village_day
from incentives.database import new_id
from incentives.errors import CardInvalid, NotFound, NotSignedIn, Refusal, WrongVillage
from incentives.extensions import db
from incentives.register.models import Household
from incentives.register.policy import policy_on


@dataclass(frozen=True)
class Shown:
    """What a scan tells. None where the household hides it, or where the caller may not know.

    `renewal_due` marks a card past its day, which serves all the same while there is signal.
    `pin_needed_above` is None where the way it was shown proves the holder: no PIN is needed.
    """

    village: str
    card: Card
    holder: str
    renewal_due: bool
    balance: int | None
    spendable: int | None = None
    scan_id: UUID | None = None
    pin_needed_above: int | None = None
    shown_by: ShownBy | None = None


def scan_code(*, text: str, actor: Actor | None, now: datetime) -> Shown:
    """What the card of a code or of a QR's whole text tells this caller.

    Anyone may ask by a printed card's code; a phone's code is for shops alone, and used up by it.
    """
    found = None
    if is_phone_code(text):
        return scan_phone_code(text=text, actor=actor, now=now)
    try:
        found = read_text(text, now=now)
        card = in_use(*found)
    except Refusal as refusal:
        keep_refusal(refusal, ShownBy.CODE, found, actor=actor, now=now)
        raise
    return tell(card, ShownBy.CODE, actor=actor, now=now)


def scan_phone_code(*, text: str, actor: Actor | None, now: datetime) -> Shown:
    """What the changing code on a resident's phone tells a shop that serves the village.

    It is used up by it: refuses the same once more as `code_used`, one past its 60 seconds or
    older than the phone's newest as `code_expired`. Whoever keeps no such shop is refused before
    the code is touched, so that nobody can use up what they have only seen.
    """
    if actor is None or not actor.roles:
        raise NotSignedIn()
    found = None
    try:
        code = find_phone_code(text)
        card = code.card
        found = card, code.issue
        if not serves_village(actor, card.village):
            raise WrongVillage(_("The code on a phone is for a shop that serves its village"))
        in_use(*found)
        use_phone_code(code, now=now)
    except Refusal as refusal:
        keep_refusal(refusal, ShownBy.PHONE, found, actor=actor, now=now)
        raise
    return tell(card, ShownBy.PHONE, actor=actor, now=now)


def scan_forgotten(*, card_id: UUID, actor: Actor | None, now: datetime) -> Shown:
    """Begin a sale by a card that was forgotten and found by name; a cadre must vouch for it.

    It tells no balance: that comes with the vouch. Refuses whoever keeps no shop that serves the
    village, as if there were no such card, and a card out of use.
    """
    if actor is None or not actor.roles:
        raise NotSignedIn()
    card = db.session.get(Card, card_id)
    if card is None or not serves_village(actor, card.village):
        raise NotFound()
    try:
        in_use(card, card.issue)
    except Refusal as refusal:
        keep_refusal(refusal, ShownBy.NAME, (card, card.issue), actor=actor, now=now)
        raise
    return tell(card, ShownBy.NAME, actor=actor, now=now)


def scan_number(*, number: str, actor: Actor | None, now: datetime) -> Shown:
    """What the card of a typed number tells signed-in staff.

    Numbers can be guessed: wrong ones count as wrong PINs do (20 an hour at one counter), and
    staff of another village are told no more than that it is another village's.
    """
    if actor is None or not actor.roles:
        raise NotSignedIn()
    counter = counter_of(actor)
    refuse_flood(counter, now=now)
    found = None
    try:
        found = look_up(number)
        if not any(found[0].village.startswith(role.division) for role in actor.roles):
            raise WrongVillage()
        card = in_use(*found)
    except Refusal as refusal:
        if isinstance(refusal, CardInvalid | WrongVillage):
            at = actor.roles[0].division
            refusal.afterwards.append(lambda: count_failure(None, counter, division=at, now=now))
        keep_refusal(refusal, ShownBy.NUMBER, found, actor=actor, now=now)
        raise
    return tell(card, ShownBy.NUMBER, actor=actor, now=now)


def tell(
    card: Card,
    shown_by: ShownBy,
    *,
    actor: Actor | None,
    now: datetime,
) -> Shown:
    """What this caller may know of a card in use; staff who serve the village get a scan's id."""
    household = db.session.get_one(Household, card.household_id)
    position = ledger.positions(card.village, [household.account_code])[household.account_code]
    by_name = shown_by is ShownBy.NAME
    shown = Shown(
        village=card.village,
        card=card,
        holder=queries.holder_of(card),
        renewal_due=is_due(card, now=now),
        balance=None if household.hide_balance or by_name else position.balance,
    )
    if actor is None or not serves_village(actor, card.village):
        return shown
    scan_id = new_id()
    add_scan(
        {
            "id": scan_id,
            "village": card.village,
            "card_id": card.id,
            "issue": card.issue,
            "user_id": actor.user_id,
            "terminal_id": actor.terminal_id,
            "shown_by": shown_by,
            "scanned_at": now,
            "expires_at": now + GOOD_FOR,
        }
    )
    return replace(
        shown,
        spendable=None if by_name else position.spendable,
        scan_id=scan_id,
        pin_needed_above=pin_needed_above(card, shown_by, actor, now=now),
        shown_by=shown_by,
    )


def pin_needed_above(card: Card, shown_by: ShownBy, actor: Actor, *, now: datetime) -> int | None:
    """From how many points on a sale needs more than this way of showing the card; None: never."""
    if actor.household_id == card.household_id or shown_by is ShownBy.NAME:
        return 0
    if shown_by is ShownBy.PHONE:
        return None
    return policy_on(card.village, village_day(now)).pin_above


def by_role(actor: Actor, village: str) -> bool:
    """Whether the actor keeps a shop in the village or above it."""
    return any(
        role.role == "shopkeeper" and village.startswith(role.division) for role in actor.roles
    )


# Whether the actor is of a shop that serves the village; the shop's room sets the answer by its
# own table of villages served.
serves_hook: list[Callable[[Actor, str], bool]] = [by_role]


def serves_village(actor: Actor, village: str) -> bool:
    """Whether the actor is of a shop that serves the village."""
    return serves_hook[-1](actor, village)
