"""Money out of the fund: payment, and its receipt."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from flask_babel import lazy_gettext as _

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.duties import refuse_same_person
from incentives.access.permissions import require
from incentives.clock import village_day
from incentives.errors import InsufficientFunds, WrongState
from incentives.files.queries import brought_file
from incentives.fund.models import (
    VOUCHER_LENGTH,
    Decision,
    Disbursement,
    DisbursementApproval,
    Method,
    Status,
)
from incentives.fund.operations.capping import refuse_over_cap
from incentives.fund.operations.deciding import approvals_of
from incentives.fund.operations.keeping import keep_for_accounting, refuse_other_receipt
from incentives.fund.operations.months import refuse_closed
from incentives.fund.operations.standing import refuse_lacking
from incentives.fund.operations.steps import (
    check_day,
    find_for_step,
    move_on,
    record,
    refuse_payee,
    refuse_unapproved_day,
    refuse_wrong_state,
)
from incentives.fund.queries.files import evidence_of
from incentives.fund.queries.payees import heads_of
from incentives.fund.states import BEFORE_PAYMENT, Action
from incentives.texts import check_text

BEFORE_APPROVAL = BEFORE_PAYMENT - {Status.APPROVED}


def pay_disbursement(
    *,
    village: str,
    disbursement_id: UUID,
    paid_on: date,
    method: Method,
    voucher: str,
    actor: Actor,
    now: datetime,
) -> Disbursement:
    """Pay an approved disbursement from cash or bank, under a voucher.

    Refuses who evaluated or approved it, somebody of the payee's household, what lacks an approval
    as its payee is known by now, more than the assembly's cap leaves by now, more than cash or bank
    held on that day or since, a day before the last approval's, and one of a closed month.
    """
    return pay_disbursements(
        village=village,
        vouchers={disbursement_id: voucher},
        paid_on=paid_on,
        method=method,
        actor=actor,
        now=now,
    )[0]


def pay_disbursements(
    *,
    village: str,
    vouchers: Mapping[UUID, str],
    paid_on: date,
    method: Method,
    actor: Actor,
    now: datetime,
) -> list[Disbursement]:
    """Pay these approved disbursements, each with its own voucher and event; all or none."""
    require(actor, "disbursement.pay", village)
    checked = {
        each: check_text(voucher, "/voucher", VOUCHER_LENGTH) for each, voucher in vouchers.items()
    }
    check_day(paid_on, "/paid_on", now)
    ledger.hold([village])
    refuse_closed(village, paid_on, "/paid_on")
    rows = [find_for_step(village, each) for each in checked]
    drafts, given = [], {}
    for row in rows:
        approvals = approvals_of(row.id)
        refuse_same_person(actor, row.evaluated_by, *(each.approver for each in approvals))
        refuse_payee(actor, row)
        if row.status in BEFORE_APPROVAL:
            raise WrongState(_("This isn't approved yet"))
        refuse_wrong_state(row, Action.PAY)
        refuse_unapproved_day(paid_on, max(each.decided_at for each in approvals))
        given[row.id] = approvals
        drafts.append(
            payment(row, approvals, paid_on=paid_on, method=method, voucher=checked[row.id])
        )
    refuse_lacking(rows, given)
    refuse_over_cap(rows, ahead_only=True)
    refuse_short(village, method, sum(row.amount_fen for row in rows))
    heads = heads_of(rows)
    events = ledger.post(drafts, actor=actor.person, now=now)
    for row, event in zip(rows, events, strict=True):
        move_on(
            row,
            Action.PAY,
            paid_by=actor.person,
            paid_at=now,
            paid_on=paid_on,
            method=method,
            voucher=checked[row.id],
            event_id=event.id,
            paid_head_id=heads.get(row.id),
        )
        keep_for_accounting(evidence_of(row.id), paid_on)
        record(row, audit.Tag.DISBURSEMENT_PAID, actor=actor, now=now)
    return rows


def refuse_short(village: str, method: Method, needed_fen: int) -> None:
    """Refuse to pay more in one go than cash or bank holds, whichever of them would be too much."""
    held_fen = ledger.balance(village, method.value)
    if needed_fen > held_fen:
        raise InsufficientFunds(
            _(
                "%(needed)s yuan are to be paid, there are only %(held)s",
                needed=f"{needed_fen / 100:.2f}",
                held=f"{held_fen / 100:.2f}",
            ),
            needed_fen=needed_fen,
            available_fen=held_fen,
        )


def payment(
    disbursement: Disbursement,
    approvals: list[DisbursementApproval],
    *,
    paid_on: date,
    method: Method,
    voucher: str,
) -> ledger.Draft:
    """The event of a payment; its approver is who approved last."""
    given = [each for each in approvals if each.decision is Decision.APPROVE]
    spending = ledger.open_purpose(disbursement.village, disbursement.purpose)
    return ledger.Draft(
        village=disbursement.village,
        kind=ledger.Kind.DISBURSEMENT,
        occurred_on=paid_on,
        legs=[ledger.move(method.value, spending, disbursement.amount_fen)],
        record=disbursement.id,
        approver=given[-1].approver,
        detail={"purpose": disbursement.purpose, "voucher": voucher},
    )


def confirm_receipt(
    *, village: str, disbursement_id: UUID, file_id: UUID, actor: Actor, now: datetime
) -> Disbursement:
    """Keep the signed receipt of a payment, also once some of it came back.

    Refuses a file that the actor didn't bring or that is another payment's receipt, other than one
    on the same list, somebody of the payee's household, a second receipt.
    """
    require(actor, "disbursement.receive", village)
    ledger.hold([village])
    disbursement = find_for_step(village, disbursement_id)
    refuse_payee(actor, disbursement)
    if disbursement.receipt_file_id is not None:
        raise WrongState()
    refuse_other_receipt(brought_file([village], file_id, actor, "/file"), disbursement)
    move_on(
        disbursement,
        Action.RECEIVE,
        received_by=actor.person,
        received_at=now,
        receipt_file_id=file_id,
    )
    keep_for_accounting([file_id], disbursement.paid_on or village_day(now))
    record(disbursement, audit.Tag.DISBURSEMENT_RECEIVED, actor=actor, now=now)
    return disbursement
