"""What is done with cards: issue, set a PIN, report lost, find again, print anew, revoke."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import func, select, update

from incentives.access import audit, tokens
from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.cards.issuer import add_issuer_key
from incentives.cards.models import Card, CardIssue, CardStatus
from incentives.cards.numbers import new_number
from incentives.cards.pins import check_pin_choice, forget_failures, hash_pin
from incentives.cards.queries import get_card, holders_of_cards, households_without_card
from incentives.cards.queries.sheets import living
from incentives.cards.states import TRANSITIONS, Action
from incentives.clock import village_day
from incentives.database import rows_changed
from incentives.errors import Duplicate, FieldError, Invalid, NotPermitted, WrongState
from incentives.extensions import db
from incentives.register.models import Household
from incentives.register.queries import find_household, get_resident, grids_of
from incentives.texts import check_text

YEARS = 5
REASON_LENGTH = 200
CARD_ID = 8


def issue_card(
    *,
    village: str,
    household_id: UUID,
    resident_id: UUID | None = None,
    pin: str | None = None,
    actor: Actor,
    now: datetime,
) -> Card:
    """Make a card of a household, or of one resident in it; it serves at once.

    A PIN can be set with it or later. Refuses a household of another village, a resident of
    another household, whoever holds a card, be it in use or reported lost (that one is printed
    anew: of two cards one is soon lost and nobody notices), and a PIN that is too easy.
    """
    require(actor, "card.issue", village)
    household = find_household(village, household_id)
    if resident_id is not None and get_resident(village, resident_id).household_id != household.id:
        raise Invalid(errors=[FieldError("/resident_id", _("This person is of another household"))])
    refuse_second(household_id, resident_id)
    add_issuer_key(now=now)
    card = new_card(village, household.id, resident_id, free_numbers(1)[0], now=now)
    keep_cards([card], actor=actor, now=now)
    if pin is not None:
        check_pin_choice(pin, number=card.number)
        card.pin_hash = hash_pin(card.id, pin)
    record(card, audit.Tag.CARD_ISSUED, actor=actor, now=now)
    db.session.flush()
    return card


def refuse_second(household_id: UUID, resident_id: UUID | None) -> None:
    """Refuse a card for who holds one: a household has one, and each of its people one of theirs.

    The household is locked until the end, so that of two at once one is refused.
    """
    db.session.execute(select(Household.id).where(Household.id == household_id).with_for_update())
    if resident_id in holders_of_cards(household_id):
        told = _("There is a card already: print that one anew, or end it first")
        whose = "/household_id" if resident_id is None else "/resident_id"
        raise Duplicate(errors=[FieldError(whose, told)])


@dataclass(frozen=True)
class Issued:
    """The cards that were made at once, and how many households were left out."""

    cards: Sequence[Card]
    skipped: int


def issue_cards(
    *,
    village: str,
    grid: str | None = None,
    household_ids: Sequence[UUID] | None = None,
    actor: Actor,
    now: datetime,
) -> Issued:
    """Make a card for each household of a village, a grid, or a list, that holds none.

    Left out are those who hold a card, be it in use or reported lost (that one is printed anew),
    and those who have left. Sent again it makes none twice. Refuses a grid of another village,
    and a household that isn't there.
    """
    require(actor, "card.issue", village)
    chosen = living(village, grid_of(village, grid))
    if household_ids is not None:
        for household_id in household_ids:
            find_household(village, household_id)
        chosen = chosen.where(Household.id.in_(household_ids))
    wanted = db.session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    without = households_without_card(chosen)
    add_issuer_key(now=now)
    cards = [
        new_card(village, household.id, None, number, now=now)
        for household, number in zip(without, free_numbers(len(without)), strict=True)
    ]
    keep_cards(cards, actor=actor, now=now)
    details: dict[str, Any] = {"cards": len(cards)} | ({} if grid is None else {"grid": grid})
    audit.record(actor, audit.Tag.CARDS_ISSUED, village=village, now=now, details=details)
    db.session.flush()
    return Issued(cards, wanted - len(cards))


def grid_of(village: str, grid: str | None) -> str | None:
    """A grid of the village, or None for all of it; refuses any other."""
    if grid is not None and grid not in {each.code for each in grids_of(village)}:
        raise Invalid(errors=[FieldError("/grid", _("The village has no such grid"))])
    return grid


def new_card(
    village: str, household_id: UUID, resident_id: UUID | None, number: str, *, now: datetime
) -> Card:
    """A card as its first print says it."""
    day = village_day(now)
    return Card(
        card_id=secrets.token_hex(CARD_ID),
        village=village,
        household_id=household_id,
        resident_id=resident_id,
        number=number,
        issue=1,
        issued_on=day,
        expires_on=last_day(day),
    )


def keep_cards(cards: Sequence[Card], *, actor: Actor, now: datetime) -> None:
    """Keep new cards, each with its first print."""
    db.session.add_all(cards)
    db.session.flush()
    for card in cards:
        keep_issue(card, actor=actor, now=now)
    db.session.flush()


def free_numbers(count: int) -> list[str]:
    """So many different numbers that no card has or had."""
    found: set[str] = set()
    while len(found) < count:
        drawn = {new_number() for _ in range(count - len(found))}
        taken = db.session.scalars(select(CardIssue.number).where(CardIssue.number.in_(drawn)))
        found |= drawn - set(taken)
    return list(found)


def last_day(day: date) -> date:
    """The last day on which a card issued on this day is not yet due for renewal."""
    # 1 March stands in for 29 February in years that have none.
    try:
        return day.replace(year=day.year + YEARS)
    except ValueError:
        return date(day.year + YEARS, 3, 1)


def keep_issue(card: Card, *, actor: Actor, now: datetime) -> None:
    """Keep what this print of the card says, for ever."""
    db.session.add(
        CardIssue(
            card_id=card.id,
            issue=card.issue,
            number=card.number,
            issued_on=card.issued_on,
            expires_on=card.expires_on,
            issued_at=now,
            issued_by=actor.person,
        )
    )


def set_pin(*, village: str, card_id: UUID, pin: str, actor: Actor, now: datetime) -> Card:
    """Set the PIN with the holder present, which also opens every lock of the old one.

    Refuses a card that is revoked and a PIN that is too easy.
    """
    require(actor, "card.set_pin", village)
    card = get_card(village, card_id)
    if card.status is CardStatus.REVOKED:
        raise WrongState()
    check_pin_choice(pin, number=card.number)
    card.pin_hash = hash_pin(card.id, pin)
    card.demo_pin = False
    forget_failures(card)
    end_sign_ins(card)
    record(card, audit.Tag.CARD_PIN_SET, actor=actor, now=now)
    db.session.flush()
    return card


def suspend_card(
    *, village: str, card_id: UUID, reason: str | None = None, actor: Actor, now: datetime
) -> Card:
    """Stop a card that is reported lost, at once; the household's points are untouched."""
    require(actor, "card.suspend", village)
    card = change(village, card_id, Action.SUSPEND, reason, actor=actor, now=now)
    end_sign_ins(card)
    return card


def report_card_lost(*, village: str, card_id: UUID, actor: Actor, now: datetime) -> Card:
    """Stop a card of one's own household; refuses any other."""
    if get_card(village, card_id).household_id != actor.household_id:
        raise NotPermitted()
    card = change(village, card_id, Action.SUSPEND, None, actor=actor, now=now)
    end_sign_ins(card)
    return card


def reinstate_card(
    *, village: str, card_id: UUID, reason: str | None = None, actor: Actor, now: datetime
) -> Card:
    """Let a card serve again that was reported lost and is found."""
    require(actor, "card.reinstate", village)
    return change(village, card_id, Action.REINSTATE, reason, actor=actor, now=now)


def revoke_card(*, village: str, card_id: UUID, reason: str, actor: Actor, now: datetime) -> Card:
    """End a card for good; the household's points are untouched. Refuses no reason."""
    require(actor, "card.revoke", village)
    reason = check_text(reason, "/reason", REASON_LENGTH)
    card = change(village, card_id, Action.REVOKE, reason, actor=actor, now=now)
    end_sign_ins(card)
    return card


def reissue_card(
    *, village: str, card_id: UUID, reason: str | None = None, actor: Actor, now: datetime
) -> Card:
    """Print a card anew: the same card and PIN, one issue and a new number further.

    Codes and numbers of every earlier print are refused from now on; a suspended card serves
    again with its new print. Refuses a revoked card.
    """
    require(actor, "card.reissue", village)
    card = change(village, card_id, Action.REISSUE, reason, actor=actor, now=now)
    end_sign_ins(card)
    add_issuer_key(now=now)
    card.issue += 1
    card.number = free_numbers(1)[0]
    card.issued_on = village_day(now)
    card.expires_on = last_day(card.issued_on)
    keep_issue(card, actor=actor, now=now)
    db.session.flush()
    return card


def set_demo_pin(card: Card, pin: str) -> None:
    """Give a card of the demo county its published PIN: it signs in from this machine only."""
    card.pin_hash = hash_pin(card.id, pin)
    card.demo_pin = True
    db.session.flush()


TAGS = {
    Action.SUSPEND: audit.Tag.CARD_SUSPENDED,
    Action.REINSTATE: audit.Tag.CARD_REINSTATED,
    Action.REVOKE: audit.Tag.CARD_REVOKED,
    Action.REISSUE: audit.Tag.CARD_REISSUED,
}


def change(
    village: str,
    card_id: UUID,
    action: Action,
    reason: str | None,
    *,
    actor: Actor,
    now: datetime,
) -> Card:
    """Change a card's state by the table of states; refuses where it isn't in the state for it."""
    card = get_card(village, card_id)
    before, after = TRANSITIONS[action]
    changed = db.session.execute(
        update(Card)
        .where(Card.id == card.id, Card.issue == card.issue, Card.status.in_(before))
        .values(status=after)
        .execution_options(synchronize_session=False)
    )
    if rows_changed(changed) == 0:
        raise WrongState()
    db.session.refresh(card)
    detail = None if reason is None else {"reason": reason}
    record(card, TAGS[action], actor=actor, now=now, detail=detail)
    return card


def end_sign_ins(card: Card) -> None:
    """Whoever signed in by the card as it was must do so anew."""
    tokens.end_tokens_of_household(card.household_id, card.resident_id)


def record(
    card: Card, tag: audit.Tag, *, actor: Actor, now: datetime, detail: dict[str, Any] | None = None
) -> None:
    """Leave a row of what was done with a card in the audit trail."""
    audit.record(actor, tag, village=card.village, subject=card.id, now=now, details=detail)
