"""The bank's statement beside the book: matched by amount and day, what differs explained."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import delete

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.duties import household_ids_of, refuse_own_household, refuse_same_person
from incentives.access.permissions import require
from incentives.errors import FieldError, Invalid, NotFound, WrongState
from incentives.extensions import db
from incentives.fund.models import REASON_LENGTH, BankLine, BankMatch, BankNote
from incentives.fund.operations.bank import record, refuse_closed_days, yuan
from incentives.fund.queries.bank import (
    BankEvent,
    bank_events,
    bank_standing,
    find_line,
    is_settled,
    last_close,
    lines_closed_with,
    matches_of,
)
from incentives.fund.queries.proposing import proposals
from incentives.texts import check_text


def match_line(
    *, village: str, line_id: UUID, event_ids: Sequence[UUID], actor: Actor, now: datetime
) -> BankLine:
    """Say that these events of the book are this line of the statement.

    Refuses what doesn't add up to the line's amount, events that didn't move the bank's money,
    events and lines that are matched already, and an event of a closed month for a line of one.
    """
    require(actor, "bank.reconcile", village)
    ledger.hold([village])
    line = find_line(village, line_id)
    matches = matches_of(village)
    if line.id in matches.values():
        raise WrongState(_("This line is matched already"))
    known = {each.event_id: each for each in bank_events(village)}
    chosen = list(dict.fromkeys(event_ids))
    for index, event_id in enumerate(chosen):
        if event_id not in known or event_id in matches:
            detail = _("This entry isn't one of the bank's, or is matched already")
            raise Invalid(errors=[FieldError(f"/events/{index}", detail)])
        refuse_closed_days(village, max(line.day, known[event_id].day), f"/events/{index}")
    total = sum(known[each].amount_fen for each in chosen)
    if not chosen or total != line.amount_fen:
        detail = _(
            "They add up to %(sum)s yuan, the line says %(line)s",
            sum=yuan(total),
            line=yuan(line.amount_fen),
        )
        raise Invalid(errors=[FieldError("/events", detail)])
    keep_matches([(each, line) for each in chosen], actor, now)
    return line


def match_proposed(*, village: str, until: date, actor: Actor, now: datetime) -> int:
    """Take over all that amount and day propose up to a day; how many lines were matched."""
    require(actor, "bank.reconcile", village)
    ledger.hold([village])
    standing = bank_standing(village, until, 0)
    found = proposals(standing)
    keep_matches([(each.event.event_id, each.line) for each in found], actor, now)
    return len(found)


def keep_matches(pairs: Sequence[tuple[UUID, BankLine]], actor: Actor, now: datetime) -> None:
    """Keep which event is which line."""
    db.session.add_all(
        BankMatch(
            event_id=event_id,
            line_id=line.id,
            village=line.village,
            matched_by=actor.person,
            matched_at=now,
        )
        for event_id, line in pairs
    )
    db.session.flush()
    for line in dict.fromkeys(line for _event, line in pairs):
        record(actor, audit.Tag.BANK_MATCHED, line.village, line.id, now)


def unmatch_line(*, village: str, line_id: UUID, actor: Actor, now: datetime) -> BankLine:
    """Part a line from its events again; refuses one that isn't matched.

    And what it was matched with when a month of either was closed.
    """
    require(actor, "bank.reconcile", village)
    ledger.hold([village])
    line = find_line(village, line_id)
    if line.id not in matches_of(village).values():
        raise WrongState()
    if line.id in lines_closed_with(village):
        raise Invalid(errors=[FieldError("", _("This month is closed already"))])
    db.session.execute(delete(BankMatch).where(BankMatch.line_id == line.id))
    record(actor, audit.Tag.BANK_UNMATCHED, village, line.id, now)
    return line


def explain_line(
    *, village: str, line_id: UUID, explanation: str | None, actor: Actor, now: datetime
) -> BankLine:
    """Say why a line of the statement isn't in the book; left empty, that is taken back.

    A second person stands by it before the month closes, by another text anew. Refuses an
    explanation that says nothing.
    """
    require(actor, "bank.reconcile", village)
    ledger.hold([village])
    line = find_line(village, line_id)
    refuse_closed_days(village, line.day, "")
    said = (explanation or "").strip()
    line.explanation = check_text(said, "/explanation", REASON_LENGTH) if said else None
    line.explained_by = actor.person if said else None
    line.confirmed_by = line.confirmed_at = None
    db.session.flush()
    record(actor, audit.Tag.BANK_EXPLAINED, village, line.id, now)
    return line


def explain_event(
    *, village: str, event_id: UUID, explanation: str, actor: Actor, now: datetime
) -> BankNote:
    """Say why an entry of the book isn't on the statement yet.

    Also of one of a closed month that stands alone and wasn't explained when that was closed: a
    second person stands by it before the next closes.
    """
    require(actor, "bank.reconcile", village)
    explanation = check_text(explanation, "/explanation", REASON_LENGTH)
    ledger.hold([village])
    event = next((each for each in bank_events(village) if each.event_id == event_id), None)
    if event is None:
        detail = _("This entry isn't one of the bank's, or is matched already")
        raise Invalid(errors=[FieldError("/event", detail)])
    refuse_settled(village, event)
    note = db.session.merge(
        BankNote(
            event_id=event_id,
            village=village,
            explanation=explanation,
            explained_by=actor.person,
            explained_at=now,
            confirmed_by=None,
            confirmed_at=None,
        )
    )
    db.session.flush()
    record(actor, audit.Tag.BANK_EXPLAINED, village, event_id, now)
    return note


def refuse_settled(village: str, event: BankEvent) -> None:
    """Refuse to change what a month was closed with: what was said of an entry, or its match."""
    closed = last_close(village)
    if closed is None or event.day > closed.ends_on:
        return
    if is_settled(event, closed) or event.event_id in matches_of(village):
        raise Invalid(errors=[FieldError("", _("This month is closed already"))])


def confirm_line(*, village: str, line_id: UUID, actor: Actor, now: datetime) -> BankLine:
    """Stand, as the second person, by why a line of the statement isn't in the book."""
    require(actor, "bank.confirm", village)
    ledger.hold([village])
    line = find_line(village, line_id)
    refuse_closed_days(village, line.day, "")
    stand_by(line, actor, now)
    record(actor, audit.Tag.BANK_CONFIRMED, village, line.id, now)
    return line


def confirm_event(*, village: str, event_id: UUID, actor: Actor, now: datetime) -> BankNote:
    """Stand, as the second person, by why an entry of the book isn't on the statement yet."""
    require(actor, "bank.confirm", village)
    ledger.hold([village])
    event = next((each for each in bank_events(village) if each.event_id == event_id), None)
    note = db.session.get(BankNote, event_id, populate_existing=True)
    if event is None or note is None:
        raise NotFound()
    refuse_settled(village, event)
    stand_by(note, actor, now)
    record(actor, audit.Tag.BANK_CONFIRMED, village, event_id, now)
    return note


def stand_by(explained: BankLine | BankNote, actor: Actor, now: datetime) -> None:
    """Keep who stands by an explanation.

    Refuses who gave it, who lives with them, what isn't explained, and what is confirmed already.
    """
    if explained.explanation is None or explained.confirmed_by is not None:
        raise WrongState()
    refuse_same_person(actor, explained.explained_by)
    refuse_own_household(actor, household_ids_of(explained.explained_by))
    explained.confirmed_by, explained.confirmed_at = actor.person, now
    db.session.flush()
