"""Income of the fund, under its voucher, and the reversal of one mistyped."""

from datetime import date, datetime
from uuid import UUID

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.database import new_id
from incentives.errors import AlreadyReversed, NotFound
from incentives.extensions import db
from incentives.files.queries import brought_file
from incentives.fund.models import (
    NAME_LENGTH,
    REASON_LENGTH,
    VOUCHER_LENGTH,
    Income,
    IncomeFile,
    Method,
    Source,
)
from incentives.fund.operations.keeping import keep_for_accounting
from incentives.fund.operations.months import refuse_closed
from incentives.fund.operations.steps import check_amount, check_day
from incentives.texts import check_text, optional_text, refuse_unseen


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
    file: UUID | None = None,
    actor: Actor,
    now: datetime,
) -> Income:
    """Enter money that came in, under its voucher; it is in the book at once.

    `giver` stands in public, `note` doesn't; a giver who isn't named is kept nowhere. `file` is the
    voucher. Refuses an amount of nothing, a day to come or of a closed month, and a file that isn't
    there. A voucher's number may come twice, as paper books begin anew: whoever enters it is told.
    """
    require(actor, "income.record", village)
    check_amount(amount_fen)
    check_day(received_on, "/received_on", now)
    voucher = check_text(voucher, "/voucher", VOUCHER_LENGTH)
    giver = optional_text(giver, "/giver", NAME_LENGTH)
    refuse_unseen(giver or "", "/giver")
    note = optional_text(note, "/note", REASON_LENGTH)
    if file is not None:
        brought_file([village], file, actor, "/file")
    ledger.hold([village])
    refuse_closed(village, received_on, "/received_on")
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
    if file is not None:
        db.session.add(IncomeFile(income_id=income.id, file_id=file))
        keep_for_accounting([file], received_on)
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
    event = ledger.post_reversal(
        village=village,
        reverses=income.event_id,
        record=income.id,
        reason=reason,
        actor=actor.person,
        now=now,
    )
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
