"""What a counter asks: who forgot their card, who vouches; and what supervisors are warned of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, or_, select

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.models import AuditRow
from incentives.access.permissions import may
from incentives.access.queries import person_names
from incentives.cards.models import Card, CardStatus, Vouch, VouchStatus
from incentives.cards.queries.cards import holder_names
from incentives.errors import NotFound
from incentives.extensions import db
from incentives.register.models import Household
from incentives.register.names import masked
from incentives.register.queries import doors_of, search_residents
from incentives.register.queries.households import plain

FOUND_AT_MOST = 10
SHORTEST = 2
ALARMS_FOR = timedelta(days=30)
TOLD_FOR = timedelta(days=1)


@dataclass(frozen=True)
class Forgotten:
    """A card that somebody at the counter may have forgotten: masked, with the door to ask for."""

    card_id: UUID
    holder: str
    door: str


@dataclass(frozen=True)
class VouchView:
    """A vouch as the reader may see it: the asker reads the masked name, a cadre the whole one."""

    vouch: Vouch
    status: str
    holder: str
    door: str | None
    asked_by_name: str
    answered_by_name: str | None
    spendable: int | None


@dataclass(frozen=True)
class Alarm:
    """That a counter was stopped for an hour after 20 wrong PINs and numbers."""

    id: UUID
    at: datetime
    counter: str
    subject: UUID | None
    name: str | None
    wrong: int


def forgotten_cards(village: str, q: str) -> list[Forgotten]:
    """The cards in use of those whom a name, pinyin, initials or door finds; ten at most.

    A text of one letter finds nobody: it would list the village.
    """
    if len(plain(q)) < SHORTEST:
        return []
    found = list(
        db.session.scalars(search_residents(village, q).order_by(None).limit(FOUND_AT_MOST * 2))
    )
    cards: dict[tuple[UUID, UUID | None], Card] = {
        (card.household_id, card.resident_id): card
        for card in db.session.scalars(
            select(Card)
            .where(
                Card.household_id.in_({each.household_id for each in found}),
                Card.status == CardStatus.ACTIVE,
            )
            .order_by(Card.id)
        )
    }
    doors = doors_of([each.household_id for each in found])
    listed = []
    for each in found:
        card = cards.get((each.household_id, each.id)) or cards.get((each.household_id, None))
        if card is not None:
            listed.append(Forgotten(card.id, masked(each.name), doors[each.household_id]))
    return listed[:FOUND_AT_MOST]


def find_vouch(village: str, vouch_id: UUID) -> Vouch:
    """A vouch of that village; refuses what isn't there."""
    vouch = db.session.get(Vouch, vouch_id, populate_existing=True)
    if vouch is None or vouch.village != village:
        raise NotFound()
    return vouch


def vouches_seen_by(actor: Actor, village: str, *, now: datetime) -> Select[Vouch]:
    """What waits for a cadre's answer, and what one asked or answered; to be paged newest first."""
    waits: ColumnElement[bool] = false()
    if may(actor, "vouch.answer", village):
        waits = and_(Vouch.status == VouchStatus.WAITING, Vouch.expires_at > now)
    if actor.household_id is not None:
        waits = and_(waits, Vouch.household_id != actor.household_id)
    own = or_(Vouch.asked_by == actor.person, Vouch.answered_by == actor.person)
    return select(Vouch).where(Vouch.village == village, or_(own, waits))


def waiting_vouches(actor: Actor, village: str, *, now: datetime) -> list[Vouch]:
    """What waits for this cadre's answer, the oldest first."""
    seen = vouches_seen_by(actor, village, now=now).where(
        Vouch.status == VouchStatus.WAITING,
        Vouch.asked_by != actor.person,
        Vouch.expires_at > now,
    )
    return list(db.session.scalars(seen.order_by(Vouch.id).limit(50)))


def vouches_of_household(household_id: UUID, limit: int = 20) -> list[Vouch]:
    """Who vouched for a household's sales, or wouldn't; newest first."""
    return list(
        db.session.scalars(
            select(Vouch)
            .where(Vouch.household_id == household_id, Vouch.status != VouchStatus.WAITING)
            .order_by(Vouch.id.desc())
            .limit(limit)
        )
    )


def vouch_views(vouches: Sequence[Vouch], actor: Actor, *, now: datetime) -> list[VouchView]:
    """These vouches as this reader may see them: a cadre needs the whole name to know who it is;
    the asker learns what can be spent once somebody has confirmed."""
    cards = [db.session.get_one(Card, each.card_id) for each in vouches]
    names = holder_names(cards)
    doors = doors_of([each.household_id for each in vouches])
    people = person_names(
        person for each in vouches for person in (each.asked_by, each.answered_by)
    )
    views = []
    for each in vouches:
        known = may(actor, "vouch.answer", each.village) or actor.household_id == each.household_id
        name = names[each.card_id]
        views.append(
            VouchView(
                vouch=each,
                status=status_of(each, now=now),
                holder=name if known else masked(name),
                door=doors[each.household_id] if known else None,
                asked_by_name=people.get(each.asked_by, ""),
                answered_by_name=people.get(each.answered_by, "") if each.answered_by else None,
                spendable=spendable_of(each, actor),
            )
        )
    return views


def status_of(vouch: Vouch, *, now: datetime) -> str:
    """Where a vouch stands; nobody answered in time: `expired`."""
    if vouch.status is VouchStatus.WAITING and now >= vouch.expires_at:
        return "expired"
    return vouch.status.value


def spendable_of(vouch: Vouch, actor: Actor) -> int | None:
    """What the household may spend, for the asker of a confirmed vouch."""
    if vouch.status is not VouchStatus.CONFIRMED or vouch.asked_by != actor.person:
        return None
    account = db.session.get_one(Household, vouch.household_id).account_code
    return ledger.positions(vouch.village, [account])[account].spendable


def alarm_rows(village: str, since: datetime) -> Select[AuditRow]:
    """The rows of the trail that say that a counter was stopped, newest first."""
    return (
        select(AuditRow)
        .where(
            AuditRow.village == village,
            AuditRow.tag == audit.Tag.COUNTER_STOPPED.value,
            AuditRow.at > since,
        )
        .order_by(AuditRow.id.desc())
    )


def has_new_alarm(village: str, *, now: datetime) -> bool:
    """Whether a counter was stopped since yesterday."""
    return db.session.scalar(alarm_rows(village, now - TOLD_FOR).limit(1)) is not None


def alarms(village: str, *, now: datetime) -> list[Alarm]:
    """Where 20 wrong PINs and numbers within an hour stopped a counter lately, newest first."""
    rows = list(db.session.scalars(alarm_rows(village, now - ALARMS_FOR).limit(50)))
    names = person_names(row.subject for row in rows)
    return [
        Alarm(
            id=row.id,
            at=row.at,
            counter=str((row.details or {}).get("counter", "")),
            subject=row.subject,
            name=names.get(row.subject) if row.subject else None,
            wrong=int((row.details or {}).get("wrong", 0)),
        )
        for row in rows
    ]
