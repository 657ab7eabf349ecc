"""The people of a fund's story, and a disbursement brought to any state."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from incentives.access.actor import Actor, Role
from incentives.clock import now, village_day
from incentives.database import new_id
from incentives.extensions import db
from incentives.files.models import File, FileKind
from incentives.fund import operations
from incentives.fund.models import (
    Decision,
    Disbursement,
    DisbursementList,
    Method,
    PaymentReturn,
    Source,
    Status,
)
from incentives.fund.operations import ListLine, PayeeChoice
from incentives.register.models import Household
from tests.factories import TOWNSHIP, VILLAGE, act, make_household, make_village, staff
from tests.fund.public import conclude, publish

DAY = date(2026, 3, 1)
TODAY = date(2026, 3, 2)  # the day on which a test begins
VOTE = operations.Vote(held_on=DAY, present=60, in_favour=55, against=2, resolution="村民会议决议")


@dataclass
class Village:
    """A village with its staff, of no household there, and one household to be paid."""

    payee: Household
    cadre: Actor
    reviewer: Actor
    supervisor: Actor
    supervisor2: Actor
    township: Actor
    treasurer: Actor


def make_people(**policy: object) -> Village:
    """A served village under this policy."""
    make_village(**policy)
    return Village(
        payee=make_household(),
        cadre=staff(Role.CADRE),
        reviewer=staff(Role.REVIEWER),
        supervisor=staff(Role.SUPERVISOR),
        supervisor2=staff(Role.SUPERVISOR),
        township=staff(Role.SUPERVISOR, TOWNSHIP),
        treasurer=staff(Role.TREASURER),
    )


def give(village: Village, amount_fen: int, method: Method = Method.CASH, **fields: object):
    """Income of so much."""
    given = {
        "source": Source.DONATION,
        "received_on": DAY,
        "voucher": "R-1",
        "method": method,
    } | fields
    return act(
        lambda: operations.record_income(
            village=VILLAGE, amount_fen=amount_fen, actor=village.treasurer, now=now(), **given
        )
    )


def apply_for(
    actor: Actor,
    payee: PayeeChoice,
    amount_fen: int = 5_000,
    purpose: str = "family",
    reason: str = "照顾邻居的老人一整年",
) -> UUID:
    """An application; its id."""
    return act(
        lambda: operations.apply_for_disbursement(
            village=VILLAGE,
            purpose=purpose,
            payee=payee,
            amount_fen=amount_fen,
            reason=reason,
            actor=actor,
            now=now(),
        )
    ).id


def apply_for_families(
    actor: Actor, families: Sequence[Household], amount_fen: int
) -> DisbursementList:
    """An application for so much for each of these households, on one list."""
    return act(
        lambda: operations.apply_for_list(
            village=VILLAGE,
            title="奖励",
            purpose="family",
            reason="x",
            lines=[ListLine(PayeeChoice(household_id=each.id), amount_fen) for each in families],
            actor=actor,
            now=now(),
        )
    )


def applied(village: Village, **fields: object) -> UUID:
    """An application of the cadre's for the village's household."""
    return apply_for(village.cadre, PayeeChoice(household_id=village.payee.id), **fields)


def evaluate(actor: Actor, disbursement_id: UUID, decision=Decision.APPROVE, reason=None):
    return act(
        lambda: operations.evaluate_disbursement(
            village=VILLAGE,
            disbursement_id=disbursement_id,
            decision=decision,
            reason=reason,
            actor=actor,
            now=now(),
        )
    )


def approve(actor: Actor, disbursement_id: UUID, decision=Decision.APPROVE, reason=None):
    return act(
        lambda: operations.approve_disbursement(
            village=VILLAGE,
            disbursement_id=disbursement_id,
            decision=decision,
            reason=reason,
            actor=actor,
            now=now(),
        )
    )


def reject(actor: Actor, disbursement_id: UUID, reason: str = "证明不足"):
    return act(
        lambda: operations.reject_disbursement(
            village=VILLAGE,
            disbursement_id=disbursement_id,
            reason=reason,
            actor=actor,
            now=now(),
        )
    )


def withdraw(actor: Actor, disbursement_id: UUID):
    return act(
        lambda: operations.withdraw_disbursement(
            village=VILLAGE,
            disbursement_id=disbursement_id,
            reason="写错了",
            actor=actor,
            now=now(),
        )
    )


def pay(
    actor: Actor,
    disbursement_id: UUID,
    method: Method = Method.CASH,
    paid_on: date | None = None,
):
    """A payment of today, unless said otherwise."""
    return act(
        lambda: operations.pay_disbursement(
            village=VILLAGE,
            disbursement_id=disbursement_id,
            paid_on=paid_on or village_day(now()),
            method=method,
            voucher="P-1",
            actor=actor,
            now=now(),
        )
    )


def keep(actor: Actor, village: str = VILLAGE, sha256: str | None = None) -> UUID:
    """A file of a village's, of bytes like no other's unless told; its id."""

    def work() -> UUID:
        file = File(
            village=village,
            name=new_id().hex,
            kind=FileKind.PDF,
            size=1,
            sha256=sha256 or new_id().hex * 2,
            uploaded_by=actor.person,
            uploaded_at=now(),
        )
        db.session.add(file)
        db.session.flush()
        return file.id

    return act(work)


def receive(actor: Actor, disbursement_id: UUID, file: UUID | None = None):
    """Confirm the receipt, with a new file of the village unless one is given."""
    kept = file or keep(actor)
    return act(
        lambda: operations.confirm_receipt(
            village=VILLAGE,
            disbursement_id=disbursement_id,
            file_id=kept,
            actor=actor,
            now=now(),
        )
    )


def give_back(
    actor: Actor,
    disbursement_id: UUID,
    amount_fen: int = 1_000,
    method: Method = Method.CASH,
    returned_on: date | None = None,
):
    return act(
        lambda: operations.return_payment(
            village=VILLAGE,
            disbursement_id=disbursement_id,
            amount_fen=amount_fen,
            method=method,
            reason="退回一部分",
            returned_on=returned_on,
            actor=actor,
            now=now(),
        )
    )


def reverse(actor: Actor, disbursement_id: UUID):
    return act(
        lambda: operations.reverse_disbursement(
            village=VILLAGE,
            disbursement_id=disbursement_id,
            reason="付错了人",
            actor=actor,
            now=now(),
        )
    )


def bring_to(status: Status, village: Village) -> UUID:
    """A disbursement of a village with 5 days of publicity in that state; its notice is over."""
    disbursement_id = applied(village)
    ways = {
        Status.EVALUATED: ["evaluate"],
        Status.PUBLISHED: ["evaluate", "publish"],
        Status.APPROVED: ["evaluate", "publish", "approve"],
        Status.PAID: ["evaluate", "publish", "approve", "pay"],
        Status.RECEIVED: ["evaluate", "publish", "approve", "pay", "receive"],
        Status.RETURNED: ["evaluate", "publish", "approve", "pay", "return"],
        Status.REVERSED: ["evaluate", "publish", "approve", "pay", "reverse"],
        Status.REJECTED: ["reject"],
        Status.WITHDRAWN: ["withdraw"],
    }
    for action in ways.get(status, []):
        take(action, village, disbursement_id)
    assert status_of(disbursement_id) is status
    return disbursement_id


def take(action: str, village: Village, disbursement_id: UUID) -> None:
    """Take an action by the person whose duty it is."""
    if action == "publish":
        publish(disbursement_id)
        conclude(disbursement_id)
        return
    steps = {
        "evaluate": (evaluate, village.reviewer),
        "approve": (approve, staff(Role.SUPERVISOR)),
        "pay": (pay, village.treasurer),
        "receive": (receive, village.treasurer),
        "return": (give_back, village.treasurer),
        "reverse_return": (reverse_return, village.treasurer),
        "reverse": (reverse, village.treasurer),
        "reject": (reject, village.supervisor2),
        "withdraw": (withdraw, village.cadre),
    }
    step, actor = steps[action]
    step(actor, disbursement_id)


def set_budgets(village: Village, year: int = 2026, **lines: operations.BudgetLine):
    """A year's budgets, as the assembly adopted them."""
    return act(
        lambda: operations.set_budgets(
            village=VILLAGE, year=year, lines=lines, vote=VOTE, actor=village.treasurer, now=now()
        )
    )


def status_of(disbursement_id: UUID) -> Status:
    db.session.expire_all()
    return db.session.get_one(Disbursement, disbursement_id).status


def pay_for_goods(amount_fen: int, purpose: str = "stock", *, pays: bool = True) -> UUID:
    """A disbursement for the shop's goods in a village without publicity, paid or yet to be."""
    village = Village(
        payee=None,
        cadre=staff(Role.CADRE),
        reviewer=staff(Role.REVIEWER),
        supervisor=staff(Role.SUPERVISOR),
        supervisor2=staff(Role.SUPERVISOR),
        township=staff(Role.SUPERVISOR),
        treasurer=staff(Role.TREASURER),
    )
    give(village, 500_000)
    made = apply_for(village.cadre, PayeeChoice(name="县供销社"), amount_fen, purpose, "给超市进货")
    evaluate(village.reviewer, made)
    approve(village.supervisor, made)
    if status_of(made) is Status.EVALUATED:  # the shop's supplier had much already
        approve(village.supervisor2, made)
    if pays:
        pay(village.treasurer, made)
    return made


def reverse_return(actor: Actor, disbursement_id: UUID, return_id: UUID | None = None):
    """Take back a return, the last that stands unless told which; one of none where none does."""

    def work():
        standing = [
            each.id
            for each in db.session.scalars(
                select(PaymentReturn)
                .where(PaymentReturn.disbursement_id == disbursement_id)
                .order_by(PaymentReturn.id)
            )
            if each.reversal is None
        ]
        return operations.reverse_return(
            village=VILLAGE,
            disbursement_id=disbursement_id,
            return_id=return_id or (standing or [new_id()])[-1],
            reason="多写了一个零",
            actor=actor,
            now=now(),
        )

    return act(work)
