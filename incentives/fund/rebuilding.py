"""What becomes of the fund's records when their sealed events are put back into an older database.

Amounts, days and hands come from the events; what only the detail told (voucher, reason) is lost
and stands as `?` until somebody reads it off the paper.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update

from incentives.access import audit
from incentives.access.actor import SYSTEM
from incentives.extensions import db
from incentives.fund.models import (
    Decision,
    Disbursement,
    DisbursementApproval,
    Income,
    Method,
    MoneyMove,
    Place,
    Source,
    Status,
)
from incentives.ledger import Event, Kind
from incentives.ledger.replaying import Replayed, stand_in
from incentives.recovery.hooks import Lost
from incentives.recovery.models import LostKind

UNKNOWN = "?"


def rebuild_record(replayed: Replayed, now: datetime) -> Sequence[Lost] | None:
    """Move the fund's record to where its event shows it, or enter it anew.

    None where the event is of no record of the fund, or doesn't say of which: money that came back
    names only itself.
    """
    event = replayed.event
    if event.record is None:
        return None
    if event.kind is Kind.INCOME:
        return enter_income(replayed, now)
    if event.kind is Kind.MONEY_MOVE:
        return enter_move(replayed, now)
    if event.kind is Kind.DISBURSEMENT:
        return pay(replayed, now)
    if event.kind is Kind.REVERSAL:
        return reverse_income(replayed, now) or reverse_disbursement(replayed, now)
    return None


def actor_of(replayed: Replayed) -> UUID:
    """Who entered the event, or a stand-in."""
    return replayed.actor or stand_in(replayed.event.village, "clock")


def lost_facts(replayed: Replayed, *facts: str) -> list[Lost]:
    """A line of the list: the record is back, without these."""
    return [Lost(LostKind.FACTS, {"record": str(replayed.event.record), "facts": list(facts)})]


def enter_income(replayed: Replayed, now: datetime) -> list[Lost]:
    """Enter an income anew, without its voucher, giver and note."""
    event, moved = replayed.event, replayed.transfers[0]
    db.session.add(
        Income(
            id=event.record,
            village=event.village,
            source=Source(moved["from_code"].removeprefix("income.")),
            amount_fen=moved["amount"],
            received_on=event.occurred_on,
            voucher=UNKNOWN,
            method=Method(moved["to_code"]),
            event_id=event.id,
            entered_by=actor_of(replayed),
            entered_at=event.at,
        )
    )
    keep_row(replayed, audit.Tag.INCOME_RECORDED, now)
    return lost_facts(replayed, "voucher", "giver", "note")


def reverse_income(replayed: Replayed, now: datetime) -> list[Lost] | None:
    """Mark an income as reversed; None where the event is of none."""
    event = replayed.event
    income = db.session.get(Income, event.record, populate_existing=True)
    if income is None:
        return None
    income.reversed_event_id = event.id
    income.reversed_reason = UNKNOWN
    income.reversed_by = actor_of(replayed)
    income.reversed_at = event.at
    keep_row(replayed, audit.Tag.INCOME_REVERSED, now)
    return lost_facts(replayed, "reason")


def enter_move(replayed: Replayed, now: datetime) -> list[Lost]:
    """Enter a move of money anew, without its note."""
    event, moved = replayed.event, replayed.transfers[0]
    db.session.add(
        MoneyMove(
            id=event.record,
            village=event.village,
            from_place=place_of(moved["from_code"]),
            to_place=place_of(moved["to_code"]),
            amount_fen=moved["amount"],
            moved_on=event.occurred_on,
            note=UNKNOWN,
            event_id=event.id,
            entered_by=actor_of(replayed),
            entered_at=event.at,
            confirmed_by=replayed.approver or confirmer_of(event, moved["to_code"]),
        )
    )
    keep_row(replayed, audit.Tag.MONEY_MOVED, now)
    return lost_facts(replayed, "note")


def confirmer_of(event: Event, target: str) -> UUID | None:
    """A stand-in for who stood by a count that found less; nobody stands by another move."""
    missing = place_of(target) is Place.DIFFERENCE
    return stand_in(event.village, f"{event.id}/confirmed") if missing else None


def place_of(code: str) -> Place:
    """The place that an account stands for."""
    return Place(code) if code in (Place.CASH, Place.BANK) else Place.DIFFERENCE


def pay(replayed: Replayed, now: datetime) -> list[Lost] | None:
    """Mark a disbursement as paid; None where it was applied for after the backup."""
    event = replayed.event
    row = db.session.get(Disbursement, event.record, populate_existing=True)
    if row is None:
        return None
    facts = ["voucher"]
    values: dict[str, Any] = {}
    if row.evaluated_by is None:
        values["evaluated_by"] = stand_in(event.village, f"{event.id}/evaluated")
        values["evaluated_at"] = event.at
        facts.append("evaluation")
    if row.status is not Status.APPROVED:
        facts.append("approvals")
        keep_approval(replayed)
    change(
        row,
        status=Status.PAID,
        paid_by=actor_of(replayed),
        paid_at=event.at,
        paid_on=event.occurred_on,
        method=Method(replayed.transfers[0]["from_code"]),
        voucher=UNKNOWN,
        event_id=event.id,
        **values,
    )
    keep_row(replayed, audit.Tag.DISBURSEMENT_PAID, now)
    return lost_facts(replayed, *facts)


def keep_approval(replayed: Replayed) -> None:
    """Keep the last approval, which the event names; the others are lost."""
    event, approver = replayed.event, replayed.approver
    if approver is not None and not db.session.get(DisbursementApproval, (event.record, approver)):
        db.session.add(
            DisbursementApproval(
                disbursement_id=event.record,
                approver=approver,
                decision=Decision.APPROVE,
                from_above=False,
                decided_at=event.at,
            )
        )
        db.session.flush()


def reverse_disbursement(replayed: Replayed, now: datetime) -> list[Lost] | None:
    """Mark a disbursement as taken back; None where the event is of none that is there."""
    event = replayed.event
    row = db.session.get(Disbursement, event.record, populate_existing=True)
    if row is None:
        return None
    change(
        row,
        status=Status.REVERSED,
        reversed_event_id=event.id,
        ended_by=actor_of(replayed),
        ended_at=event.at,
        ended_reason=UNKNOWN,
    )
    keep_row(replayed, audit.Tag.DISBURSEMENT_REVERSED, now)
    return lost_facts(replayed, "reason")


def change(row: Disbursement, **values: Any) -> None:
    """Change a disbursement's row, whatever state it is in."""
    db.session.execute(
        update(Disbursement)
        .where(Disbursement.id == row.id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    db.session.refresh(row)


def keep_row(replayed: Replayed, tag: audit.Tag, now: datetime) -> None:
    """Leave a row in the audit trail: the catch-up did it."""
    db.session.flush()
    event = replayed.event
    details = {"caught_up": True}
    audit.record(SYSTEM, tag, village=event.village, subject=event.record, now=now, details=details)
