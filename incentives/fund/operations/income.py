"""Acts on the fund's money: income and its reversal, cash and bank, budgets."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import delete, select

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.clock import village_day
from incentives.database import new_id
from incentives.errors import AlreadyReversed, FieldError, Invalid, NotFound
from incentives.extensions import db
from incentives.fund.models import (
    NAME_LENGTH,
    REASON_LENGTH,
    RESOLUTION_LENGTH,
    VOUCHER_LENGTH,
    Budget,
    Income,
    Method,
    MoneyMove,
    Place,
    Source,
)
from incentives.fund.operations.steps import (
    AMOUNT_AT_MOST,
    check_amount,
    check_day,
    check_text,
    optional_text,
)
from incentives.fund.purposes import purposes

FIRST_YEAR = 2000
LAST_YEAR = 2200


def record_income(
    *,
    village: str,
    source: Source,
    amount_fen: int,
    received_on: date,
    voucher: str,
    method: Method,
    giver: str | None = None,
    note: str | None = None,
    actor: Actor,
    now: datetime,
) -> Income:
    """Enter money that came in, under its voucher; it is in the book at once.

    `giver` stands in public, `note` doesn't. Refuses an amount of nothing and a day to come.
    """
    require(actor, "income.record", village)
    check_amount(amount_fen)
    check_day(received_on, "/received_on", now)
    voucher = check_text(voucher, "/voucher", VOUCHER_LENGTH)
    giver = optional_text(giver, "/giver", NAME_LENGTH)
    note = optional_text(note, "/note", REASON_LENGTH)
    ledger.hold([village])
    income_id = new_id()
    event = ledger.post(
        [
            ledger.Draft(
                village=village,
                kind=ledger.Kind.INCOME,
                occurred_on=received_on,
                legs=[ledger.move(f"income.{source.value}", method.value, amount_fen)],
                record=income_id,
                detail={"source": source.value, "voucher": voucher},
            )
        ],
        actor=actor.person,
        now=now,
    )[0]
    income = Income(
        id=income_id,
        village=village,
        source=source,
        amount_fen=amount_fen,
        received_on=received_on,
        voucher=voucher,
        method=method,
        giver=giver,
        note=note,
        event_id=event.id,
        entered_by=actor.person,
        entered_at=now,
    )
    db.session.add(income)
    db.session.flush()
    audit.record(actor, audit.Tag.INCOME_RECORDED, village=village, subject=income.id, now=now)
    return income


def reverse_income(
    *, village: str, income_id: UUID, reason: str, actor: Actor, now: datetime
) -> Income:
    """Take back an income that was mistyped, in public, with a reason.

    Refuses one that was reversed, and what cash or bank no longer holds.
    """
    require(actor, "income.reverse", village)
    reason = check_text(reason, "/reason", REASON_LENGTH)
    ledger.hold([village])
    income = db.session.get(Income, income_id, populate_existing=True)
    if income is None or income.village != village:
        raise NotFound()
    if income.reversed_event_id is not None:
        raise AlreadyReversed()
    event = ledger.post(
        [
            ledger.Draft(
                village=village,
                kind=ledger.Kind.REVERSAL,
                occurred_on=village_day(now),
                legs=[],
                reverses=income.event_id,
                record=income.id,
                detail={"reason": reason},
            )
        ],
        actor=actor.person,
        now=now,
    )[0]
    income.reversed_event_id = event.id
    income.reversed_reason = reason
    income.reversed_by = actor.person
    income.reversed_at = now
    db.session.flush()
    audit.record(
        actor,
        audit.Tag.INCOME_REVERSED,
        village=village,
        subject=income.id,
        now=now,
        details={"reason": reason},
    )
    return income


def move_money(
    *,
    village: str,
    from_place: Place,
    to_place: Place,
    amount_fen: int,
    moved_on: date,
    note: str | None = None,
    actor: Actor,
    now: datetime,
) -> MoneyMove:
    """Bring cash to the bank or fetch it, or enter a difference that a count or statement found.

    A difference from `difference` is money found, one to it money missing: both need a note.
    Refuses more than cash or bank holds.
    """
    require(actor, "money.move", village)
    check_amount(amount_fen)
    check_day(moved_on, "/moved_on", now)
    note = optional_text(note, "/note", REASON_LENGTH)
    if from_place is to_place:
        raise Invalid(errors=[FieldError("/to", _("Choose two different places"))])
    if Place.DIFFERENCE in (from_place, to_place) and note is None:
        raise Invalid(errors=[FieldError("/note", _("Say how the difference was found"))])
    source = "income.difference" if from_place is Place.DIFFERENCE else from_place.value
    target = "spending.difference" if to_place is Place.DIFFERENCE else to_place.value
    ledger.hold([village])
    move_id = new_id()
    event = ledger.post(
        [
            ledger.Draft(
                village=village,
                kind=ledger.Kind.MONEY_MOVE,
                occurred_on=moved_on,
                legs=[ledger.move(source, target, amount_fen)],
                record=move_id,
            )
        ],
        actor=actor.person,
        now=now,
    )[0]
    moved = MoneyMove(
        id=move_id,
        village=village,
        from_place=from_place,
        to_place=to_place,
        amount_fen=amount_fen,
        moved_on=moved_on,
        note=note,
        event_id=event.id,
        entered_by=actor.person,
        entered_at=now,
    )
    db.session.add(moved)
    db.session.flush()
    audit.record(actor, audit.Tag.MONEY_MOVED, village=village, subject=moved.id, now=now)
    return moved


def set_budgets(
    *,
    village: str,
    year: int,
    amounts: Mapping[str, int],
    resolution: str,
    actor: Actor,
    now: datetime,
) -> list[Budget]:
    """Set all of a year's budgets, in fen by purpose, by a resolution; what isn't named has none.

    Refuses purposes that aren't on the list. What stood before is kept in the audit trail.
    """
    require(actor, "budget.set", village)
    resolution = check_text(resolution, "/resolution", RESOLUTION_LENGTH)
    check_budgets(year, amounts)
    ledger.hold([village])
    of_year = (Budget.village == village, Budget.year == year)
    before = {
        each.purpose: each.amount_fen for each in db.session.scalars(select(Budget).where(*of_year))
    }
    db.session.execute(delete(Budget).where(*of_year))
    budgets = [
        Budget(
            village=village,
            year=year,
            purpose=purpose,
            amount_fen=amount_fen,
            resolution=resolution,
            set_by=actor.person,
            set_at=now,
        )
        for purpose, amount_fen in amounts.items()
    ]
    db.session.expire_all()
    db.session.add_all(budgets)
    db.session.flush()
    audit.record(
        actor,
        audit.Tag.BUDGET_SET,
        village=village,
        now=now,
        details={
            "year": year,
            "resolution": resolution,
            "before": before,
            "after": dict(amounts),
        },
    )
    return budgets


def check_budgets(year: int, amounts: Mapping[str, int]) -> None:
    """Refuse years that can't be, unknown purposes, and amounts below nothing."""
    errors = []
    if not FIRST_YEAR <= year <= LAST_YEAR:
        errors.append(FieldError("/year", _("This isn't right")))
    for index, (purpose, amount_fen) in enumerate(amounts.items()):
        if purpose not in purposes():
            detail = _("The list of purposes has no such purpose")
            errors.append(FieldError(f"/items/{index}/purpose", detail))
        if not 0 <= amount_fen <= AMOUNT_AT_MOST:
            errors.append(FieldError(f"/items/{index}/amount_fen", _("Write an amount above 0")))
    if errors:
        raise Invalid(errors=errors)
