"""A settlement as a page shows it: who did what, what is to come, what this person can do."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import or_, select

from incentives.access.actor import Actor
from incentives.access.duties import decides_here, household_ids_of
from incentives.access.permissions import VILLAGE_CODE, may
from incentives.access.queries import person_names
from incentives.extensions import db
from incentives.shop.keeping import keeps
from incentives.shop.models import Settlement, SettlementStatus, Undone
from incentives.shop.operations.settling import (
    DECIDERS,
    hands_of_shop,
    is_sent_up,
    other_hands,
)
from incentives.shop.queries import find_shop
from incentives.shop.queries.settlements import SettlementView, settlements
from incentives.shop.states import Action, allowed
from incentives.web.pages.timeline import step, steps_to_come

# The last word of an act's address, and the permission that it needs, by what it does.
ACTS = {
    Action.CHECK: ("check", "settlement.check"),
    Action.APPROVE: ("approval", "settlement.approve"),
    Action.PAY: ("payment", "settlement.pay"),
    Action.CONFIRM: ("confirmation", "settlement.confirm"),
    Action.REVERSE_APPROVAL: ("reversal", "settlement.approve"),
    Action.REVERSE_PAYMENT: ("reversal", "settlement.pay"),
}
# A step that was taken: when, what, by whom, and what is to be said of it.
Taken = tuple[datetime, str, UUID | None, str | None]
WAITS = {
    SettlementStatus.SUBMITTED: Action.CHECK,
    SettlementStatus.CHECKED: Action.APPROVE,
    SettlementStatus.APPROVED: Action.PAY,
    SettlementStatus.PAID: Action.CONFIRM,
}


def can_take(settlement: Settlement, action: Action, actor: Actor) -> bool:
    """Whether this person may take a step, by role, what they did before and where they live."""
    _act, permission = ACTS[action]
    if action is Action.CONFIRM:
        return keeps(actor, find_shop(settlement.shop_id))
    if not may(actor, permission, settlement.village):
        return False
    shop = hands_of_shop(settlement)
    barred = shop | set(other_hands(settlement, action))
    if actor.person in barred or actor.household_id in household_ids_of(*shop):
        return False
    role = DECIDERS.get(action)
    return (
        role is None
        or decides_here(actor, role, settlement.village)
        or is_sent_up(settlement, action)
    )


def actions_of(settlement: Settlement, actor: Actor) -> list[str]:
    """What this person can do now."""
    return [
        ACTS[action][0]
        for action in allowed(settlement.status)
        if action in ACTS and can_take(settlement, action, actor)
    ]


def waiting_for(actor: Actor, village: str) -> list[Settlement]:
    """What waits for a step of this person, the oldest first."""
    statuses = [status for status, action in WAITS.items() if may(actor, ACTS[action][1], village)]
    if not statuses:
        return []
    found = db.session.scalars(settlements(village, statuses=statuses).order_by(Settlement.id))
    return [each for each in found if can_take(each, WAITS[each.status], actor)]


def decides_above(actor: Actor) -> bool:
    """Whether this person checks or approves for villages below their division."""
    return any(
        held.role in DECIDERS.values() and len(held.division) < VILLAGE_CODE for held in actor.roles
    )


def sent_up_to(actor: Actor, under: str = "") -> list[Settlement]:
    """What waits for this person from villages that can't decide it, the oldest first.

    `under` narrows it to one division.
    """
    found: list[Settlement] = []
    for status, action in WAITS.items():
        above = [
            held.division
            for held in actor.roles
            if held.role is DECIDERS.get(action) and len(held.division) < VILLAGE_CODE
        ]
        if above:
            waiting = select(Settlement).where(
                Settlement.status == status,
                Settlement.village.startswith(under),
                or_(*(Settlement.village.startswith(each) for each in above)),
            )
            rows = db.session.scalars(waiting)
            found += [each for each in rows if can_take(each, action, actor)]
    return sorted(found, key=lambda each: each.id)


def steps_of(view: SettlementView) -> list[dict[str, Any]]:
    """Who did what and what was taken back, in the order of time, and what is still to come."""
    row = view.settlement
    people = {row.submitted_by, row.checked_by, row.approved_by, row.paid_by, row.confirmed_by}
    undone = {each.done_by for each in view.reversals}
    undone |= {each.reversed_by for each in view.reversals}
    names = person_names(people | undone | {row.ended_by})
    taken: list[Taken] = [(row.submitted_at, _("Asked for"), row.submitted_by, None)]
    if row.checked_at is not None:
        checked = _("Checked by the review group")
        taken.append((row.checked_at, checked, row.checked_by, None))
    for each in view.reversals:
        approval = each.undone is Undone.APPROVAL
        done = _("Approved") if approval else _("Paid")
        back = _("The approval was taken back") if approval else _("The payment was taken back")
        taken.append((each.done_at, done, each.done_by, None))
        taken.append((each.reversed_at, back, each.reversed_by, each.reason))
    if row.approved_at is not None:
        approved = _("Approved by the supervision committee")
        taken.append((row.approved_at, approved, row.approved_by, None))
    if row.paid_at is not None:
        paper = _("Voucher %(number)s", number=row.voucher)
        taken.append((row.paid_at, _("Paid"), row.paid_by, paper))
    if row.confirmed_at is not None:
        received = _("The shopkeeper has the money")
        taken.append((row.confirmed_at, received, row.confirmed_by, None))
    if row.ended_at is not None:
        taken.append((row.ended_at, _("Not approved"), row.ended_by, row.ended_reason))
    taken.sort(key=lambda each: each[0])
    steps = [step(title, person, at, names, note) for at, title, person, note in taken]
    return steps + rest_of(row.status)


def rest_of(status: SettlementStatus) -> list[dict[str, Any]]:
    """The steps that are still to be taken, the next one first."""
    rest = [
        _("The review group checks"),
        _("Approval"),
        _("Payment"),
        _("The shopkeeper confirms"),
    ]
    taken = list(WAITS).index(status) if status in WAITS else len(rest)
    return steps_to_come(rest[taken:])
