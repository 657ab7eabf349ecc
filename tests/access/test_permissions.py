"""The roles table of the domain, written down once more as people would say it, against `TABLE`."""

from uuid import uuid4

import pytest

from incentives.access.actor import SYSTEM, Actor, Assignment, Role
from incentives.access.permissions import OWN, TABLE, may, require
from incentives.errors import NotFound, NotPermitted

VILLAGE = "513336101209"
GRID = VILLAGE + "001"
OTHER_VILLAGE = "513336101217"
TOWNSHIP = "513336101"
OTHER_TOWNSHIP = "513336102"
COUNTY = "513336"

# A administrator, O overseer, C cadre, R reviewer, T treasurer, S supervisor, K shopkeeper,
# P responder; "own": a resident for their own household; ^: held above the villages only.
EXPECTED = """
me.read                 A O C R T S K P own
me.change               A O C R T S K P
user.read               A
user.manage             A
audit.read              A S
overview.read           A O S
division.add            A
division.rename         A
village.open            A
policy.set              A
policy.read             A O C R T S K P
household.register      C
household.read          C R T S own
household.look          O
resident.read           C R T S own
statement.read          C R S own
team.make               C
balance.hide            own
office.manage           A
call.report             C own
call.read               O C S P
village_call.read      O C S
call.sort               C
call.step               C P
duty.enter              A C
duty.do                 A C P
file.keep               A C R T K P own
file.erase
card.issue              C
card.read               C own
card.set_pin            C
card.suspend            C own
card.reinstate          C
card.reissue            C
card.revoke             C
card.print              C
card.find               K
vouch.ask               K
vouch.answer            C
vouch.read              C K
rulebook.read           A O C R T S
rulebook.draft          C
rulebook.adopt          C
rulebook.discard        C
rulebook.keep_minutes   C
award.propose           C
patrol.plan             C
patrol.read             A O C R T S
patrol.walk             C own
patrol.close            C own
patrol.add              C
patrol.cancel           C own
award.read              C R S own
award.review            R S^
award.review_above      R^ S^
award.withdraw          C
award.reverse           R
award.reinstate         R
claim.make              own
notice.make             R
notice.close            R
objection.make          C own
objection.read          C R S O own
objection.rule          R S^
objection.rule_above    R^ S^
fund.read               C R T S O
income.record           T
income.reverse          T
money.move              T
budget.set              T
cash.count              T
cash.confirm            C R T S
bank.reconcile          T
bank.confirm            C R T S
month.close             T
disbursement.apply      C T
disbursement.read       C R T S
disbursement.evaluate   R
disbursement.approve    S
disbursement.pay        T
disbursement.receive    T
disbursement.return     T
disbursement.reverse    T
disbursement.reverse_return  T
disbursement.withdraw   C T
disbursement.reject     R S
shop.open               A
good.set                C
good.list               A C
stock.move              K
stock.link              C T
stock.read              A C R T S K
redemption.make         K
voucher.serve           K
redemption.refund       K
redemption.read         C R T S K own
shop.agree              A
settlement.read         O C R T S K
settlement.submit       K
settlement.check        R
settlement.approve      S
settlement.pay          T
settlement.confirm      K
settlement.reverse      S T
terminal.read           A C S K
terminal.register       K
terminal.replace        K
terminal.suspend        A C K
terminal.reinstate      A C
closing.make            K
closing.read            A C R T S K
opening.read            C R T S
opening.enter           C
opening.check           R S
opening.reject          R S
opening.post            C
opening.reverse         R
ledger.read             C R T S O own
ledger.audit            S
leaf.read               S own
recovery.read           A S
recovery.sign           A S
"""
LETTERS = dict(zip("AOCRTSKP", Role, strict=True))
TABLE_OF_WORDS = {
    line.split()[0]: frozenset(line.split()[1:]) for line in EXPECTED.strip().splitlines()
}
CASES = [
    pytest.param(permission, letter, id=f"{letter}-{permission}")
    for permission in TABLE_OF_WORDS
    for letter in LETTERS
]


def holder(role: Role, division: str) -> Actor:
    person = uuid4()
    return Actor(
        person=person,
        user_id=person,
        resident_id=None,
        household_id=None,
        name=role.value,
        roles=(Assignment(role, division),),
    )


def resident(village: str = VILLAGE) -> Actor:
    person = uuid4()
    return Actor(
        person=person,
        user_id=None,
        resident_id=person,
        household_id=uuid4(),
        name="resident",
        roles=(),
        village=village,
    )


def test_every_permission_is_expected() -> None:
    assert set(TABLE) == set(TABLE_OF_WORDS)
    assert set(TABLE) >= OWN


def test_roles_stand_in_the_order_of_their_letters() -> None:
    assert [role.value[0] for role in Role] == ["a", "o", "c", "r", "t", "s", "s", "r"]


@pytest.mark.parametrize(("permission", "letter"), CASES)
def test_role_in_its_own_village(permission: str, letter: str) -> None:
    expected = letter in TABLE_OF_WORDS[permission]
    actor = holder(LETTERS[letter], VILLAGE)
    assert may(actor, permission, VILLAGE) is expected
    assert may(actor, permission, GRID) is expected
    if not expected:
        with pytest.raises(NotPermitted):
            require(actor, permission, VILLAGE)


@pytest.mark.parametrize(("permission", "letter"), CASES)
def test_role_elsewhere_is_told_nothing(permission: str, letter: str) -> None:
    actor = holder(LETTERS[letter], VILLAGE)
    for elsewhere in (OTHER_VILLAGE, TOWNSHIP, COUNTY):
        with pytest.raises(NotFound):
            require(actor, permission, elsewhere)


@pytest.mark.parametrize(("permission", "letter"), CASES)
def test_role_above_covers_its_villages(permission: str, letter: str) -> None:
    expected = bool({letter, letter + "^"} & TABLE_OF_WORDS[permission])
    for above in (TOWNSHIP, COUNTY):
        assert may(holder(LETTERS[letter], above), permission, VILLAGE) is expected
    with pytest.raises(NotFound):
        require(holder(LETTERS[letter], OTHER_TOWNSHIP), permission, VILLAGE)


@pytest.mark.parametrize("permission", TABLE_OF_WORDS)
def test_resident(permission: str) -> None:
    expected = "own" in TABLE_OF_WORDS[permission]
    assert (permission in OWN) is expected
    assert may(resident(), permission, VILLAGE, own=True) is expected
    assert may(resident(), permission, None, own=True) is expected
    assert not may(resident(), permission, VILLAGE)
    assert not may(resident(), permission, OTHER_VILLAGE, own=True)
    with pytest.raises(NotFound):
        require(resident(), permission, OTHER_VILLAGE, own=True)
    with pytest.raises(NotPermitted):
        require(resident(), permission, VILLAGE)


def test_a_village_shop_is_priced_by_the_cadre_and_a_township_shop_by_the_administrator() -> None:
    cadre, administrator = holder(Role.CADRE, TOWNSHIP), holder(Role.ADMINISTRATOR, COUNTY)
    assert may(cadre, "good.set", VILLAGE)
    assert not may(cadre, "good.set", TOWNSHIP)
    assert may(administrator, "good.set", TOWNSHIP)
    assert not may(administrator, "good.set", VILLAGE)


def test_a_supervisor_changes_nothing_but_by_approvals() -> None:
    held = {permission for permission, roles in TABLE.items() if Role.SUPERVISOR in roles}
    acts = {each for each in held if not each.endswith(".read")}
    approvals = {"disbursement.approve", "disbursement.reject", "recovery.sign"}
    approvals |= {"settlement.approve", "settlement.reverse"}
    above_villages = {"award.review", "award.review_above"}
    above_villages |= {"objection.rule", "objection.rule_above"}
    checks = {"opening.check", "opening.reject", "cash.confirm", "bank.confirm"}
    decisions = approvals | above_villages | checks
    assert acts == {"me.change", "ledger.audit", *decisions}


def test_somewhere_is_anywhere_one_holds_the_role() -> None:
    require(holder(Role.CADRE, VILLAGE), "award.propose", None)
    with pytest.raises(NotPermitted):
        require(holder(Role.SHOPKEEPER, VILLAGE), "award.propose", None)


def test_the_clock_may_everything() -> None:
    for permission in TABLE:
        require(SYSTEM, permission, VILLAGE)


def test_an_unknown_permission_is_a_fault() -> None:
    with pytest.raises(LookupError):
        may(SYSTEM, "no.such", VILLAGE)
