"""What every step of a settlement is made of."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import update

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor, Role
from incentives.access.duties import household_ids_of, refuse_from_above, refuse_same_person
from incentives.database import rows_changed
from incentives.errors import WrongState
from incentives.extensions import db
from incentives.fund.models import REASON_LENGTH
from incentives.register.deciders import is_too_small
from incentives.shop.models import Settlement, SettlementReversal, SettlementStatus, Undone
from incentives.shop.operations.agreements import refuse_keepers
from incentives.shop.queries import find_shop
from incentives.shop.queries.reconciling import Difference, differences
from incentives.shop.queries.settlements import (
    after,
    find_settlement,
    keepers_of,
    part_of,
    reversals_of,
)
from incentives.shop.queries.statements import statement_of
from incentives.shop.states import TRANSITIONS, Action
from incentives.shop.words import difference_words
from incentives.texts import check_text

NAMED_AT_MOST = 5
# Who of the village decides; where too few may, the township does (duty 4).
DECIDERS = {
    Action.CHECK: Role.REVIEWER,
    Action.APPROVE: Role.SUPERVISOR,
    Action.REVERSE_APPROVAL: Role.SUPERVISOR,
}
# What a settlement keeps of a step, and forgets when it is taken back.
OF_APPROVAL = ("approved_by", "approved_at", "approved_event_id")
OF_PAYMENT = ("paid_by", "paid_at", "paid_on", "method", "voucher", "paid_event_id")


def hold_settlement(village: str, settlement_id: UUID) -> Settlement:
    """A settlement of that village as it is under the village's lock; refuses what isn't there."""
    ledger.hold([village])
    return find_settlement(village, settlement_id)


def begin_step(village: str, settlement_id: UUID, action: Action, actor: Actor) -> Settlement:
    """A settlement held for a decision or a payment by somebody who may take it.

    Refuses who submitted it, keeps the shop or lives with one who does, who took another step
    of it, though it was undone since, and the township where somebody of the village may decide.
    """
    settlement = hold_settlement(village, settlement_id)
    refuse_keepers(actor, hands_of_shop(settlement))
    refuse_same_person(actor, *other_hands(settlement, action))
    refuse_wrong_state(settlement, action)
    refuse_what_the_village_decides(settlement, action, actor)
    return settlement


def refuse_what_the_village_decides(settlement: Settlement, action: Action, actor: Actor) -> None:
    """Refuse the township a decision that somebody of the village may take (duty 4)."""
    role = DECIDERS.get(action)
    if role is not None:
        too_small = is_sent_up(settlement, action)
        refuse_from_above(actor, role, settlement.village, too_small=too_small)


def is_sent_up(settlement: Settlement, action: Action) -> bool:
    """Whether nobody of the village may take this decision, so that the township does."""
    shop = hands_of_shop(settlement)
    return is_too_small(
        settlement.village,
        DECIDERS[action],
        people=[*shop, *other_hands(settlement, action)],
        households=household_ids_of(*shop),
    )


def hands_of_shop(settlement: Settlement) -> set[UUID]:
    """Who keeps the shop now, and who asked for the money."""
    return keepers_of(find_shop(settlement.shop_id)) | {settlement.submitted_by}


def other_hands(settlement: Settlement, action: Action) -> list[UUID | None]:
    """Who took the other steps: the same step may be taken again by the same person."""
    undone = reversals_of(settlement.id)
    hands = {
        Action.CHECK: [settlement.checked_by],
        Action.APPROVE: [
            settlement.approved_by,
            *(each.done_by for each in undone if each.undone is Undone.APPROVAL),
        ],
        Action.PAY: [
            settlement.paid_by,
            *(each.done_by for each in undone if each.undone is Undone.PAYMENT),
        ],
    }
    if action not in hands:
        return []
    return [person for step, people in hands.items() if step is not action for person in people]


def refuse_wrong_state(settlement: Settlement, action: Action) -> None:
    """Refuse an action that the settlement's state doesn't take."""
    if settlement.status not in TRANSITIONS[action][0]:
        raise WrongState()


def move_on(settlement: Settlement, action: Action, **values: Any) -> None:
    """Change a settlement's state by the table of states, and these columns with it.

    Refuses where it isn't in a state for that, even if it was when it was read.
    """
    before, after_it = TRANSITIONS[action]
    changed = db.session.execute(
        update(Settlement)
        .where(Settlement.id == settlement.id, Settlement.status.in_(before))
        .values(status=after_it, **values)
        .execution_options(synchronize_session=False)
    )
    if rows_changed(changed) == 0:
        raise WrongState()
    db.session.refresh(settlement)


def reject(
    settlement: Settlement, reason: str | None, *, actor: Actor, now: datetime
) -> Settlement:
    """End a settlement with a no; its sales are then asked for anew."""
    reason = check_text(reason, "/reason", REASON_LENGTH)
    move_on(settlement, Action.REJECT, ended_by=actor.person, ended_at=now, ended_reason=reason)
    details = {"reason": reason}
    record(settlement, audit.Tag.SETTLEMENT_REJECTED, actor=actor, now=now, details=details)
    return settlement


def keep_reversal(
    settlement: Settlement, event_id: UUID, reason: str, *, actor: Actor, now: datetime
) -> None:
    """Keep who had taken the step that is taken back, and why it is."""
    paid = settlement.status is SettlementStatus.PAID
    done = {
        "undone": Undone.PAYMENT if paid else Undone.APPROVAL,
        "undone_event_id": settlement.paid_event_id if paid else settlement.approved_event_id,
        "done_by": settlement.paid_by if paid else settlement.approved_by,
        "done_at": settlement.paid_at if paid else settlement.approved_at,
        "voucher": settlement.voucher,
    }
    db.session.add(
        SettlementReversal(
            event_id=event_id,
            settlement_id=settlement.id,
            reason=reason,
            reversed_by=actor.person,
            reversed_at=now,
            **done,
        )
    )
    db.session.flush()


def refuse_differing(settlement: Settlement) -> None:
    """Refuse a settlement in which points, goods and money don't agree; the answer names where."""
    refuse_differences(differences(statement_of(part_of(settlement)), settlement))


def refuse_differences(found: Sequence[Difference]) -> None:
    """Refuse while anything doesn't agree."""
    if not found:
        return
    named = [difference_words(each) for each in found[:NAMED_AT_MOST]]
    if len(found) > NAMED_AT_MOST:
        named.append(str(_("and %(count)s more", count=len(found) - NAMED_AT_MOST)))
    raise WrongState(
        _("Points, goods and money don't agree: %(named)s", named=" ".join(named)),
        differences=[
            {
                "what": each.witness.value,
                "expected": each.expected,
                "found": each.found,
                "receipt": each.receipt,
                "good": each.good,
            }
            for each in found[:NAMED_AT_MOST]
        ],
    )


def last_day(month: date) -> date:
    """A month's last day."""
    return after(month) - timedelta(days=1)


def month_text(month: date) -> str:
    """A month as details have it."""
    return month.strftime("%Y-%m")


def record(
    settlement: Settlement,
    tag: audit.Tag,
    *,
    actor: Actor,
    now: datetime,
    details: dict[str, Any] | None = None,
) -> None:
    """Leave a row of what was done with a settlement in the audit trail."""
    audit.record(
        actor, tag, village=settlement.village, subject=settlement.id, now=now, details=details
    )
