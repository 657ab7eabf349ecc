"""Claims: for one's own household, or for others by staff; never for staff's own."""

import pytest
from flask import Flask

from incentives.access.actor import Role
from incentives.awards import operations as awards
from incentives.awards.models import Award, AwardStatus
from incentives.clock import now
from incentives.errors import (
    Invalid,
    OwnHousehold,
)
from tests.awards.scenes import make_scene
from tests.awards.test_review import resident_of
from tests.factories import VILLAGE, act, staff


def test_a_claim_is_for_ones_own_household_and_claimable_rules(app: Flask) -> None:
    scene = make_scene()
    resident = resident_of(scene)
    award = act(
        lambda: awards.claim_award(
            village=VILLAGE, act=scene.act_of("NE01"), actor=resident, now=now()
        )
    )
    assert (award.claimed, award.household_id) == (True, scene.household.id)
    assert award.resident_id == scene.household.head_id
    with pytest.raises(Invalid) as refused:
        act(
            lambda: awards.claim_award(
                village=VILLAGE, act=scene.act_of("PA01"), actor=resident, now=now()
            )
        )
    assert refused.value.errors[0].pointer == "/rule_item"
    with pytest.raises(Invalid) as stranger:
        act(
            lambda: awards.claim_award(
                village=VILLAGE,
                act=scene.act_of("NE01"),
                resident_id=scene.other.head_id,
                actor=resident,
                now=now(),
            )
        )
    assert stranger.value.errors[0].pointer == "/resident_id"
    assert scene.withdraw(award, actor=resident).status is AwardStatus.WITHDRAWN


def test_staff_claim_for_others_never_for_their_own(app: Flask) -> None:
    scene = make_scene()
    helper = staff(Role.CADRE, household=scene.household)

    def claim(person: object) -> Award:
        return act(
            lambda: awards.claim_award(
                village=VILLAGE,
                act=scene.act_of("NE01"),
                on_behalf_of=person,
                actor=helper,
                now=now(),
            )
        )

    award = claim(scene.other.head_id)
    assert (award.claimed, award.on_behalf_of) == (True, scene.other.head_id)
    with pytest.raises(OwnHousehold):
        claim(scene.household.head_id)
