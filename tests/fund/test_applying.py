"""Who and what can be applied for, and which files belong to it, to income and to budgets."""

from dataclasses import replace
from functools import partial

import pytest

from incentives.access.actor import SYSTEM, Role
from incentives.clock import now
from incentives.errors import Invalid
from incentives.extensions import db
from incentives.files.operations import erase_file
from incentives.fund import operations
from incentives.fund.models import Disbursement, Status
from incentives.fund.operations import BudgetLine, ListLine, PayeeChoice
from incentives.fund.queries.files import evidence_of
from incentives.register.models import Household, Resident
from incentives.register.operations import disband_team, make_team
from tests.factories import OTHER_VILLAGE, VILLAGE, act, staff
from tests.fund.people import (
    DAY,
    VOTE,
    apply_for,
    bring_to,
    give,
    keep,
    make_people,
    receive,
    status_of,
)


@pytest.fixture
def village(app):
    people = make_people(publicity_days=0)
    give(people, 1_000_000)
    return people


def refused_fields(work) -> list[str]:
    with pytest.raises(Invalid) as refused:
        work()
    return [each.pointer for each in refused.value.errors]


def apply_with(village, evidence) -> Disbursement:
    return act(
        lambda: operations.apply_for_disbursement(
            village=VILLAGE,
            purpose="family",
            payee=PayeeChoice(household_id=village.payee.id),
            amount_fen=100,
            reason="x",
            evidence=evidence,
            actor=village.cadre,
            now=now(),
        )
    )


# Who is gone gets nothing.


def test_a_household_that_departed_is_no_payee(village):
    ask = partial(apply_for, village.cadre, PayeeChoice(household_id=village.payee.id))
    ask()

    def depart():
        db.session.get_one(Household, village.payee.id).departed_on = DAY

    act(depart)
    assert refused_fields(ask) == ["/payee"]


def test_a_resident_who_left_is_no_payee(village):
    one = db.session.query(Resident).filter(Resident.id != village.payee.head_id).one().id
    ask = partial(apply_for, village.cadre, PayeeChoice(resident_id=one))
    ask()

    def leave():
        db.session.get_one(Resident, one).left_on = DAY

    act(leave)
    assert refused_fields(ask) == ["/payee"]


def test_a_team_that_was_disbanded_is_no_payee(village):
    head = village.payee.head_id
    named = {"village": VILLAGE, "actor": SYSTEM, "now": now()}
    team = act(lambda: make_team(name="巡逻队", leader_id=head, member_ids=[], **named)).id
    ask = partial(apply_for, village.cadre, PayeeChoice(team_id=team))
    ask()
    act(lambda: disband_team(team_id=team, **named))
    assert refused_fields(ask) == ["/payee"]


@pytest.mark.parametrize("lines", [1, 201])
def test_a_list_has_two_lines_to_two_hundred(village, lines):
    def ask():
        asked = [ListLine(PayeeChoice(name=f"县供销社{place}"), 1) for place in range(lines)]
        act(
            lambda: operations.apply_for_list(
                village=VILLAGE,
                title="x",
                purpose="commons",
                reason="x",
                lines=asked,
                actor=village.cadre,
                now=now(),
            )
        )

    assert refused_fields(ask) == ["/lines"]


# Whose files.


def test_an_application_has_ten_files_at_most(village):
    files = [keep(village.cadre) for _each in range(11)]
    assert refused_fields(lambda: apply_with(village, files)) == ["/evidence"]
    assert sorted(evidence_of(apply_with(village, files[:10]).id)) == files[:10]


def strangers_file(village):
    return keep(village.treasurer, OTHER_VILLAGE)


def erased_file(village):
    file = keep(village.treasurer)
    act(lambda: erase_file(village=VILLAGE, file_id=file, actor=SYSTEM, now=now()))
    return file


@pytest.mark.parametrize("made", [strangers_file, erased_file])
def test_a_paper_is_a_file_of_the_village_that_is_there(village, made):
    file = made(village)
    paid = bring_to(Status.PAID, village)
    assert refused_fields(lambda: receive(village.treasurer, paid, file)) == ["/file"]
    assert status_of(paid) is Status.PAID
    assert refused_fields(lambda: give(village, 100, file=file)) == ["/file"]
    assert refused_fields(lambda: apply_with(village, [file])) == ["/evidence/0"]
    assert refused_fields(lambda: adopt(village, file)) == ["/minutes"]


def adopt(village, minutes):
    return act(
        lambda: operations.set_budgets(
            village=VILLAGE,
            year=2026,
            lines={"family": BudgetLine(1)},
            vote=replace(VOTE, minutes=minutes),
            actor=village.treasurer,
            now=now(),
        )
    )


def test_minutes_are_a_file_that_the_treasurer_may_read(village):
    unread = keep(staff(Role.SHOPKEEPER))
    assert refused_fields(lambda: adopt(village, unread)) == ["/minutes"]
    adopt(village, keep(village.treasurer))
