"""Who may take which step of a settlement: three hands, none of the shop, the village first."""

import pytest

from incentives.access.actor import Actor, Assignment, Role
from incentives.access.models import User, UserRole
from incentives.errors import (
    NotFound,
    NotPermitted,
    OwnHousehold,
    OwnRequest,
    SamePerson,
)
from incentives.extensions import db
from incentives.shop.models import SettlementStatus
from incentives.shop.states import TRANSITIONS, Action
from incentives.shop.timeline import sent_up_to
from tests.factories import OTHER_VILLAGE, TOWNSHIP, VILLAGE, act, make_household, staff
from tests.shop.settling import reach, user

pytestmark = pytest.mark.usefixtures("five_soaps_of_march")

STEPS = (Action.CHECK, Action.APPROVE, Action.PAY)
ROLES = {
    Action.CHECK: Role.REVIEWER,
    Action.APPROVE: Role.SUPERVISOR,
    Action.PAY: Role.TREASURER,
    Action.REVERSE_APPROVAL: Role.SUPERVISOR,
    Action.REVERSE_PAYMENT: Role.TREASURER,
}
DECIDED = {Action.CHECK: Role.REVIEWER, Action.APPROVE: Role.SUPERVISOR}


def with_roles(person: Actor, *roles: Role) -> Actor:
    """The same person with other roles in the village."""
    return Actor(**{**person.__dict__, "roles": tuple(Assignment(r, VILLAGE) for r in roles)})


@pytest.mark.parametrize("action", ROLES, ids=str)
def test_the_shop_s_keepers_and_their_households_stay_out(trade, action):
    before = sorted(TRANSITIONS[action][0])[0]
    settlement = reach(trade, before)
    role = ROLES[action]
    with pytest.raises(OwnRequest):
        trade.do(action, settlement, actor=with_roles(trade.keeper, role, Role.SHOPKEEPER))
    # The keeper's second account, which keeps no shop, is the same person.
    other = user(role, VILLAGE, resident=trade.keeper_home.head_id)
    with pytest.raises(OwnRequest):
        trade.do(action, settlement, actor=other)
    with pytest.raises(OwnHousehold):
        trade.do(action, settlement, actor=staff(role, household=trade.keeper_home))
    # Whoever else keeps the shop is no other hand either, nor who lives with them.
    home = make_household(VILLAGE, "次仁央宗", door="12")
    user(Role.SHOPKEEPER, VILLAGE, resident=home.head_id)
    with pytest.raises(OwnRequest):
        trade.do(action, settlement, actor=user(role, VILLAGE, resident=home.head_id))
    with pytest.raises(OwnHousehold):
        trade.do(
            action,
            settlement,
            actor=Actor(**{**staff(role).__dict__, "household_id": home.id, "village": VILLAGE}),
        )
    assert trade.status(settlement) is before


def test_checker_approver_and_payer_are_three(trade):
    settlement = trade.submit()
    both = with_roles(staff(Role.REVIEWER), *(ROLES[step] for step in STEPS))
    trade.do(Action.CHECK, settlement, actor=both)
    with pytest.raises(SamePerson):
        trade.do(Action.APPROVE, settlement, actor=both)
    trade.do(Action.APPROVE, settlement)
    with pytest.raises(SamePerson):
        trade.do(Action.PAY, settlement, actor=both)
    approver = trade.people[VILLAGE][Role.SUPERVISOR]
    two_jobs = with_roles(approver, Role.SUPERVISOR, Role.TREASURER)
    with pytest.raises(SamePerson):
        trade.do(Action.PAY, settlement, actor=two_jobs)
    # Nor once the approval was taken back and given by somebody else.
    trade.do(Action.REVERSE_APPROVAL, settlement)
    trade.do(Action.APPROVE, settlement, actor=staff(Role.SUPERVISOR))
    with pytest.raises(SamePerson):
        trade.do(Action.PAY, settlement, actor=two_jobs)
    assert trade.do(Action.PAY, settlement) is SettlementStatus.PAID


@pytest.mark.parametrize("action", DECIDED, ids=str)
def test_the_township_decides_what_the_village_has_nobody_for(trade, action):
    before = sorted(TRANSITIONS[action][0])[0]
    settlement = reach(trade, before)
    role = DECIDED[action]
    above = staff(role, TOWNSHIP)
    own = user(role, VILLAGE)
    # The village has somebody: it isn't the township's, nor in its queue.
    assert sent_up_to(above) == []
    with pytest.raises(NotPermitted):
        trade.do(action, settlement, actor=above)
    # The only one it has keeps the shop, or lives with who does: then it is.
    act(
        lambda: setattr(db.session.get(User, own.user_id), "resident_id", trade.keeper_home.head_id)
    )
    assert [each.id for each in sent_up_to(above)] == [settlement]
    assert [each.id for each in sent_up_to(above, VILLAGE)] == [settlement]
    assert sent_up_to(above, OTHER_VILLAGE) == []
    assert sent_up_to(staff(role, VILLAGE)) == []
    with pytest.raises(NotFound):
        trade.do(action, settlement, actor=staff(role, "513336102"))
    after_it = trade.do(action, settlement, actor=above)
    assert after_it is TRANSITIONS[action][1]
    assert sent_up_to(above) == []


def test_who_checked_for_the_village_leaves_its_approval_to_the_township(trade):
    """One human in both offices is one person, by whichever account."""
    settlement = trade.submit()
    both = user(Role.REVIEWER, VILLAGE)
    act(
        lambda: db.session.add(
            UserRole(user_id=both.user_id, role=Role.SUPERVISOR, division=VILLAGE)
        )
    )
    above = staff(Role.SUPERVISOR, TOWNSHIP)
    trade.do(Action.CHECK, settlement, actor=both)
    assert [each.id for each in sent_up_to(above)] == [settlement]
    assert trade.do(Action.APPROVE, settlement, actor=above) is SettlementStatus.APPROVED


def test_the_township_takes_no_approval_back_that_the_village_can(trade):
    settlement = reach(trade, SettlementStatus.APPROVED)
    user(Role.SUPERVISOR, VILLAGE)
    above = staff(Role.SUPERVISOR, TOWNSHIP)
    with pytest.raises(NotPermitted):
        trade.do(Action.REVERSE_APPROVAL, settlement, actor=above)
    assert trade.do(Action.REVERSE_APPROVAL, settlement) is SettlementStatus.CHECKED
