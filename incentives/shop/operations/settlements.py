"""What a shopkeeper is owed for a month: asked for, checked, approved, paid, confirmed.

Four people stand for it: the shopkeeper, and three others who neither keep the shop nor live with
one who does. A statement is frozen when it is submitted; while points, goods and money don't
agree, it goes no step further.
"""

from datetime import date, datetime
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import insert

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.clock import village_day
from incentives.errors import WrongState
from incentives.extensions import db
from incentives.fund.models import REASON_LENGTH, VOUCHER_LENGTH, Decision, Method
from incentives.fund.operations.months import open_day, refuse_closed
from incentives.fund.operations.steps import check_day, refuse_unapproved_day
from incentives.shop.keeping import require_at
from incentives.shop.models import Settlement, SettlementLine, SettlementStatus, StockOwner
from incentives.shop.operations.agreements import refuse_keepers
from incentives.shop.operations.settling import (
    OF_APPROVAL,
    OF_PAYMENT,
    begin_step,
    hands_of_shop,
    hold_settlement,
    keep_reversal,
    last_day,
    month_text,
    move_on,
    record,
    refuse_differences,
    refuse_differing,
    refuse_what_the_village_decides,
    refuse_wrong_state,
    reject,
)
from incentives.shop.queries import find_shop
from incentives.shop.queries.settlements import after, find_service, find_settlement, next_due
from incentives.shop.queries.statements import Statement
from incentives.shop.states import Action
from incentives.texts import check_text
from incentives.web.dates import month_word


def submit_settlement(
    *, village: str, shop_id: UUID, month: date, actor: Actor, now: datetime
) -> Settlement:
    """Ask for what a shop is owed for a whole past month of a village; its lines are then frozen.

    Months go in order. Refuses a shop of the village's own goods, a month that isn't over, that was
    asked for already, or before which another is due, one that comes to nothing, and one in which
    points, goods and money don't agree.
    """
    shop = find_shop(shop_id)
    require_at(actor, "settlement.submit", shop)
    service = find_service(shop_id, village)
    if shop.stock_owner is StockOwner.VILLAGE:
        raise WrongState(_("This shop's goods are the village's own: nothing is owed for them"))
    month = month.replace(day=1)
    if after(month) > village_day(now):
        raise WrongState(_("This month isn't over yet"))
    ledger.hold([village])
    due = next_due(service, now)
    if due is None or month < due.month:
        raise WrongState(_("For this month nothing is left to be paid"))
    if month > due.month:
        raise WrongState(_("First comes the statement of %(month)s", month=month_word(due.month)))
    refuse_differences(due.differences)
    statement = due.statement
    settlement = Settlement(
        village=village,
        shop_id=shop_id,
        month=month,
        from_size=statement.part.from_size,
        to_size=statement.part.to_size,
        points=statement.points,
        goods_fen=statement.goods_fen,
        cash_fen=statement.cash_fen,
        amount_fen=statement.amount_fen,
        submitted_by=actor.person,
        submitted_at=now,
    )
    db.session.add(settlement)
    db.session.flush()
    freeze_lines(settlement, statement)
    record(settlement, audit.Tag.SETTLEMENT_SUBMITTED, actor=actor, now=now)
    return settlement


def freeze_lines(settlement: Settlement, statement: Statement) -> None:
    """Keep the lines of a statement as they are now."""
    db.session.execute(
        insert(SettlementLine),
        [
            {
                "settlement_id": settlement.id,
                "line": number,
                "good_id": line.good_id,
                "name_zh": line.name_zh,
                "name_en": line.name_en,
                "unit": line.unit,
                "handed_out": line.handed_out,
                "brought_back": line.brought_back,
                "not_owed": line.not_owed,
                "price_points": line.price_points,
                "goods_fen": line.goods_fen,
            }
            for number, line in enumerate(statement.lines, start=1)
        ],
    )


def check_settlement(
    *,
    village: str,
    settlement_id: UUID,
    decision: Decision = Decision.APPROVE,
    reason: str | None = None,
    actor: Actor,
    now: datetime,
) -> Settlement:
    """Say, for the review group, whether a statement is right; a no needs a reason and ends it."""
    require(actor, "settlement.check", village)
    settlement = begin_step(village, settlement_id, Action.CHECK, actor)
    if decision is Decision.REJECT:
        return reject(settlement, reason, actor=actor, now=now)
    refuse_differing(settlement)
    move_on(settlement, Action.CHECK, checked_by=actor.person, checked_at=now)
    record(settlement, audit.Tag.SETTLEMENT_CHECKED, actor=actor, now=now)
    return settlement


def approve_settlement(
    *,
    village: str,
    settlement_id: UUID,
    decision: Decision,
    reason: str | None = None,
    actor: Actor,
    now: datetime,
) -> Settlement:
    """Say, as a supervisor, whether a checked statement may be paid; a no needs a reason.

    Approved, its points are settled and the fund owes the money. Refuses who submitted or checked
    it.
    """
    require(actor, "settlement.approve", village)
    settlement = begin_step(village, settlement_id, Action.APPROVE, actor)
    if decision is Decision.REJECT:
        return reject(settlement, reason, actor=actor, now=now)
    refuse_differing(settlement)
    event = ledger.post([approval(settlement, actor, now)], actor=actor.person, now=now)[0]
    move_on(
        settlement,
        Action.APPROVE,
        approved_by=actor.person,
        approved_at=now,
        approved_event_id=event.id,
    )
    record(settlement, audit.Tag.SETTLEMENT_APPROVED, actor=actor, now=now)
    return settlement


def approval(settlement: Settlement, actor: Actor, now: datetime) -> ledger.Draft:
    """The event of an approval; it occurred on the last day of the month that it settles, today
    where the fund has closed that month."""
    number = find_service(settlement.shop_id, settlement.village).number
    legs = [ledger.move(f"payable.{number}", "spending.settlement", settlement.amount_fen)]
    if settlement.points:
        legs.insert(0, ledger.move(f"shop.{number}", f"settled.{number}", settlement.points))
    return ledger.Draft(
        village=settlement.village,
        kind=ledger.Kind.SETTLEMENT_APPROVED,
        occurred_on=open_day(settlement.village, last_day(settlement.month), village_day(now)),
        legs=legs,
        record=settlement.id,
        entered_by=settlement.submitted_by,
        approver=actor.person,
        detail={"month": month_text(settlement.month)},
    )


def pay_settlement(
    *,
    village: str,
    settlement_id: UUID,
    method: Method,
    voucher: str,
    paid_on: date | None = None,
    actor: Actor,
    now: datetime,
) -> Settlement:
    """Pay an approved settlement from cash or bank, under a voucher; today unless said otherwise.

    Refuses who submitted, checked or approved it, more than cash or bank held on that day or since,
    a day before the approval's, and one of a closed month.
    """
    require(actor, "settlement.pay", village)
    voucher = check_text(voucher, "/voucher", VOUCHER_LENGTH)
    day = paid_on or village_day(now)
    check_day(day, "/paid_on", now)
    settlement = begin_step(village, settlement_id, Action.PAY, actor)
    refuse_closed(village, day, "/paid_on")
    if settlement.approved_at is not None:
        refuse_unapproved_day(day, settlement.approved_at)
    refuse_differing(settlement)
    number = find_service(settlement.shop_id, village).number
    draft = ledger.Draft(
        village=village,
        kind=ledger.Kind.SETTLEMENT_PAID,
        occurred_on=day,
        legs=[ledger.move(method.value, f"payable.{number}", settlement.amount_fen)],
        record=settlement.id,
        approver=settlement.approved_by,
        detail={"month": month_text(settlement.month), "voucher": voucher},
    )
    event = ledger.post([draft], actor=actor.person, now=now)[0]
    move_on(
        settlement,
        Action.PAY,
        paid_by=actor.person,
        paid_at=now,
        paid_on=day,
        method=method,
        voucher=voucher,
        paid_event_id=event.id,
    )
    record(settlement, audit.Tag.SETTLEMENT_PAID, actor=actor, now=now)
    return settlement


def confirm_settlement(
    *, village: str, settlement_id: UUID, actor: Actor, now: datetime
) -> Settlement:
    """Say, as who keeps the shop, that the money has come."""
    settlement = find_settlement(village, settlement_id)
    require_at(actor, "settlement.confirm", find_shop(settlement.shop_id))
    ledger.hold([village])
    move_on(settlement, Action.CONFIRM, confirmed_by=actor.person, confirmed_at=now)
    record(settlement, audit.Tag.SETTLEMENT_CONFIRMED, actor=actor, now=now)
    return settlement


def reverse_settlement(
    *, village: str, settlement_id: UUID, reason: str, actor: Actor, now: datetime
) -> Settlement:
    """Take the last step back, with a reason: a treasurer a payment, a supervisor an approval.

    Paid, it is approved again; approved, it is checked again. Refuses a settlement that the
    shopkeeper has confirmed, who keeps the shop or lives with one who does, and the township where
    the village has a supervisor for it.
    """
    require(actor, "settlement.reverse", village)
    reason = check_text(reason, "/reason", REASON_LENGTH)
    settlement = hold_settlement(village, settlement_id)
    refuse_keepers(actor, hands_of_shop(settlement))
    paid = settlement.status is SettlementStatus.PAID
    action = Action.REVERSE_PAYMENT if paid else Action.REVERSE_APPROVAL
    refuse_wrong_state(settlement, action)
    require(actor, "settlement.pay" if paid else "settlement.approve", village)
    refuse_what_the_village_decides(settlement, action, actor)
    undone_event_id = settlement.paid_event_id if paid else settlement.approved_event_id
    event = ledger.post_reversal(
        village=village,
        reverses=undone_event_id,
        record=settlement.id,
        reason=reason,
        actor=actor.person,
        now=now,
    )
    keep_reversal(settlement, event.id, reason, actor=actor, now=now)
    move_on(settlement, action, **dict.fromkeys(OF_PAYMENT if paid else OF_APPROVAL))
    details = {"reason": reason, "undone": "payment" if paid else "approval"}
    record(settlement, audit.Tag.SETTLEMENT_REVERSED, actor=actor, now=now, details=details)
    return settlement
