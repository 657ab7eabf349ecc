"""Many disbursements in one application, as the rewards at a year's end.

Each line is a disbursement of its own, with its own event and receipt; the list is evaluated and
approved as one, by its sum, and paid line by line or as a whole. A single line can still be
rejected, or held back by an objection.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from flask_babel import lazy_gettext as _

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.errors import FieldError, Invalid, NotPermitted, Refusal, WrongState
from incentives.extensions import db
from incentives.fund.models import (
    NAME_LENGTH,
    VOUCHER_LENGTH,
    Decision,
    Disbursement,
    DisbursementList,
    DisbursementListLine,
    Method,
    Status,
)
from incentives.fund.operations.applying import (
    PayeeChoice,
    add_disbursement,
    check_files,
    check_purpose,
    withdraw_disbursement,
)
from incentives.fund.operations.capping import refuse_lines_over_cap
from incentives.fund.operations.deciding import (
    approve_disbursement,
    evaluate_disbursement,
    objection_open,
)
from incentives.fund.operations.paying import pay_disbursements
from incentives.fund.queries.lists import find_list, rows_on
from incentives.fund.states import BEFORE_PAYMENT
from incentives.register.queries import find_village
from incentives.texts import check_text

LINES_AT_MOST = 200
NONE_NOW = _("No line of the list can take this step now")


@dataclass(frozen=True)
class ListLine:
    """One payee of a list: how much; why, where it isn't the reason of all."""

    payee: PayeeChoice
    amount_fen: int
    reason: str | None = None


def apply_for_list(
    *,
    village: str,
    title: str,
    purpose: str,
    reason: str,
    lines: Sequence[ListLine],
    evidence: Sequence[UUID] = (),
    actor: Actor,
    now: datetime,
) -> DisbursementList:
    """Ask for money for many payees at once, all or none.

    Refuses what a single application refuses, each line named, a payee who stands there twice, and
    fewer than two lines or more than 200.
    """
    require(actor, "disbursement.apply", village)
    find_village(village)
    title = check_text(title, "/title", NAME_LENGTH)
    check_purpose(purpose)
    if not 2 <= len(lines) <= LINES_AT_MOST:
        detail = _("A list has 2 to %(most)s lines", most=LINES_AT_MOST)
        raise Invalid(errors=[FieldError("/lines", detail)])
    check_files(village, evidence, actor)
    ledger.hold([village])
    asked = DisbursementList(
        village=village,
        title=title,
        purpose=purpose,
        total_fen=sum(line.amount_fen for line in lines),
        applied_by=actor.person,
        applied_at=now,
    )
    db.session.add(asked)
    db.session.flush()
    add_lines(asked, lines, reason, evidence, actor=actor, now=now)
    audit.record(
        actor,
        audit.Tag.DISBURSEMENT_LIST_APPLIED,
        village=village,
        subject=asked.id,
        now=now,
        details={"lines": len(lines), "total_fen": asked.total_fen},
    )
    return asked


def add_lines(
    asked: DisbursementList,
    lines: Sequence[ListLine],
    reason: str,
    evidence: Sequence[UUID],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Apply for each line, all or none; refuses with every bad line named."""
    errors: list[FieldError] = []
    seen: dict[PayeeChoice, int] = {}
    for index, line in enumerate(lines):
        if line.payee in seen:
            detail = _("Stands on line %(number)s too", number=seen[line.payee] + 1)
            errors.append(FieldError(f"/lines/{index}/payee", detail))
            continue
        seen[line.payee] = index
        try:
            row = add_disbursement(
                village=asked.village,
                purpose=asked.purpose,
                payee=line.payee,
                amount_fen=line.amount_fen,
                reason=line.reason or reason,
                evidence=evidence,
                actor=actor,
                now=now,
            )
        except Refusal as refusal:
            errors += line_errors(index, refusal)
            continue
        db.session.add(
            DisbursementListLine(disbursement_id=row.id, list_id=asked.id, line=index + 1)
        )
    if errors:
        raise Invalid(errors=errors)
    db.session.flush()


def line_errors(index: int, refusal: Refusal) -> list[FieldError]:
    """What was refused of one line, at its fields."""
    if not refusal.errors:
        return [FieldError(f"/lines/{index}/payee", refusal.detail)]
    return [FieldError(f"/lines/{index}{error.pointer}", error.detail) for error in refusal.errors]


def evaluate_list(
    *,
    village: str,
    list_id: UUID,
    decision: Decision,
    reason: str | None = None,
    actor: Actor,
    now: datetime,
) -> DisbursementList:
    """Say, for the review group, whether the money of a whole list should be given.

    Refuses as for a single one: who lives in one payee's household leaves the list to another.
    """
    require(actor, "disbursement.evaluate", village)
    return on_each(
        village,
        list_id,
        lambda row: row.status is Status.APPLIED,
        lambda row: evaluate_disbursement(
            village=village,
            disbursement_id=row.id,
            decision=decision,
            reason=reason,
            actor=actor,
            now=now,
        ),
    )


def approve_list(
    *,
    village: str,
    list_id: UUID,
    decision: Decision,
    reason: str | None = None,
    actor: Actor,
    now: datetime,
) -> DisbursementList:
    """Say, as a supervisor, whether a whole list may be paid; its sum asks for how many approve.

    A line that an objection holds back waits, and is decided on by itself later. Refuses as for a
    single one, each line named that a cap leaves less, and a list none of whose lines is ready.
    """
    require(actor, "disbursement.approve", village)

    def is_ready(row: Disbursement) -> bool:
        if decision is Decision.REJECT:
            return row.status in BEFORE_PAYMENT
        held_back = any(is_open(row.id) for is_open in objection_open)
        published = row.status is Status.PUBLISHED and row.concluded_at is not None
        unpublished = row.status is Status.EVALUATED and row.publicity_days == 0
        return (published or unpublished) and not held_back

    if decision is Decision.APPROVE:
        ledger.hold([village])
        refuse_lines_over_cap(list(filter(is_ready, rows_on(find_list(village, list_id).id))))
    return on_each(
        village,
        list_id,
        is_ready,
        lambda row: approve_disbursement(
            village=village,
            disbursement_id=row.id,
            decision=decision,
            reason=reason,
            actor=actor,
            now=now,
        ),
    )


def withdraw_list(
    *, village: str, list_id: UUID, reason: str, actor: Actor, now: datetime
) -> DisbursementList:
    """Take a whole list back before it is paid; only who applied can."""
    require(actor, "disbursement.withdraw", village)
    if find_list(village, list_id).applied_by != actor.person:
        raise NotPermitted(_("Only who applied can take it back"))
    return on_each(
        village,
        list_id,
        lambda row: row.status in BEFORE_PAYMENT,
        lambda row: withdraw_disbursement(
            village=village, disbursement_id=row.id, reason=reason, actor=actor, now=now
        ),
    )


def on_each(
    village: str,
    list_id: UUID,
    fits: Callable[[Disbursement], bool],
    step: Callable[[Disbursement], Disbursement],
) -> DisbursementList:
    """Take a step with each line that can take it; refuses where none can."""
    ledger.hold([village])
    asked = find_list(village, list_id)
    rows = [row for row in rows_on(asked.id) if fits(row)]
    if not rows:
        raise WrongState(NONE_NOW)
    for row in rows:
        step(row)
    return asked


def pay_list(
    *,
    village: str,
    list_id: UUID,
    paid_on: date,
    method: Method,
    voucher: str,
    lines: Sequence[int] | None = None,
    actor: Actor,
    now: datetime,
) -> list[Disbursement]:
    """Pay the approved lines of a list, or some of them by their numbers, each with its own event.

    A line's voucher is the one given, a stroke and its number. Refuses as for a single one, each
    line named that a cap leaves less, and a number that isn't an approved line's.
    """
    require(actor, "disbursement.pay", village)
    voucher = check_text(voucher, "/voucher", VOUCHER_LENGTH - 4)
    ledger.hold([village])
    asked = find_list(village, list_id)
    numbered = dict(enumerate(rows_on(asked.id), start=1))
    approved = [number for number, row in numbered.items() if row.status is Status.APPROVED]
    wanted = approved if lines is None else list(dict.fromkeys(lines))
    errors = [
        FieldError(f"/lines/{index}", _("Line %(number)s isn't approved", number=number))
        for index, number in enumerate(wanted)
        if number not in approved
    ]
    if errors:
        raise Invalid(errors=errors)
    if not wanted:
        raise WrongState(NONE_NOW)
    refuse_lines_over_cap([numbered[number] for number in wanted])
    return pay_disbursements(
        village=village,
        vouchers={numbered[number].id: f"{voucher}-{number}" for number in wanted},
        paid_on=paid_on,
        method=method,
        actor=actor,
        now=now,
    )
