"""Notices of the fund's money, and objections to what was redeemed."""

from uuid import UUID

import pytest
from flask import Flask

from incentives import ledger
from incentives.access.actor import Actor, Role
from incentives.cards.operations import issue_card
from incentives.cards.queries import code_of
from incentives.clock import now
from incentives.database import new_id
from incentives.errors import Invalid, NotPermitted, OwnRequest, WrongState
from incentives.extensions import db
from incentives.fund.models import Disbursement, Status
from incentives.notices import operations as notices
from incentives.notices.models import NoticeKind
from incentives.notices.publishers import PUBLISHERS
from incentives.notices.queries import find_notice, kept_from, lines_of
from incentives.register.policy import NoticeNames
from incentives.shop import operations as shop
from incentives.shop.models import StockOwner, StockSource
from incentives.shop.queries import goods_of_shop
from tests.awards.queues import account
from tests.awards.scenes import Scene, make_scene
from tests.conftest import Clock
from tests.factories import COUNTY, VILLAGE, act, make_household, staff
from tests.fund import people as fund
from tests.notices.acts import by_card


def published(village: fund.Village, purpose: str = "family") -> UUID:
    """A disbursement in notice 1."""
    disbursement = fund.applied(village, purpose=purpose)
    fund.evaluate(village.reviewer, disbursement)
    act(
        lambda: notices.make_notice(
            village=VILLAGE,
            kind=NoticeKind.DISBURSEMENTS,
            actor=village.reviewer,
            now=now(),
        )
    )
    return disbursement


def objected(actor: Actor, **about: object) -> UUID:
    return act(
        lambda: (
            notices.make_objection(
                village=VILLAGE,
                about=notices.About(**about),
                reason="not as it was",
                actor=actor,
                now=now(),
            ).id
        )
    )


def rule(objection_id: UUID, *, upheld: bool, actor: Actor, **fault: bool) -> None:
    act(
        lambda: notices.rule_on_objection(
            village=VILLAGE,
            objection_id=objection_id,
            upheld=upheld,
            reason="asked around",
            actor=actor,
            now=now(),
            **fault,
        )
    )


def state(disbursement_id: UUID) -> tuple[Status, bool]:
    """How far it is, and whether its publicity is over."""
    db.session.rollback()
    found = db.session.get_one(Disbursement, disbursement_id)
    return found.status, found.concluded_at is not None


def test_a_disbursement_goes_on_once_its_notice_closes(app: Flask, clock: Clock) -> None:
    village = fund.make_people(publicity_days=5)
    disbursement = published(village)
    line = lines_of(find_notice(VILLAGE, 1))[0]
    assert (line.disbursement_id, line.amount_fen, line.points) == (disbursement, 5_000, None)
    assert state(disbursement) == (Status.PUBLISHED, False)
    clock.forward(days=6)
    assert notices.close_due_notices(now=now()) == 1
    assert state(disbursement) == (Status.PUBLISHED, True)


def test_who_is_in_need_is_masked_without_the_reason(app: Flask) -> None:
    village = fund.make_people(publicity_days=5)
    published(village, purpose="relief")
    line = lines_of(find_notice(VILLAGE, 1))[0]
    assert "扎西彭措" not in (line.holder or "")
    assert "扎**" in (line.holder or "")
    assert line.reason is None


@pytest.mark.parametrize("names", NoticeNames)
def test_who_is_rewarded_is_masked_on_the_web_and_on_paper_as_policy_says(
    app: Flask, names: NoticeNames
) -> None:
    village = fund.make_people(publicity_days=5, notice_names=names.value)
    disbursement = published(village)
    notice = find_notice(VILLAGE, 1)
    (line,) = lines_of(notice)
    assert "扎**" in (line.holder or "")
    assert "扎西彭措" not in (line.holder or "")
    assert notice.names is names
    paper = PUBLISHERS[NoticeKind.DISBURSEMENTS].full_names([disbursement])
    assert "扎西彭措" in paper[disbursement]


def test_whoever_holds_a_role_is_named_in_full(app: Flask) -> None:
    village = fund.make_people(publicity_days=5)
    account("shopkeeper", Role.SHOPKEEPER, household=village.payee)
    published(village)
    assert "扎西彭措" in (lines_of(find_notice(VILLAGE, 1))[0].holder or "")


@pytest.mark.parametrize("upheld", [True, False])
def test_an_objection_to_a_disbursement(app: Flask, clock: Clock, upheld: bool) -> None:
    village = fund.make_people(publicity_days=5)
    disbursement = published(village)
    objection = objected(village.cadre, notice=1, line=1)
    clock.forward(days=6)
    notices.close_due_notices(now=now())
    assert state(disbursement) == (Status.PUBLISHED, False)
    with pytest.raises(OwnRequest):
        rule(objection, upheld=upheld, actor=both(village.cadre))
    rule(objection, upheld=upheld, actor=staff(Role.REVIEWER))
    assert state(disbursement) == ((Status.REJECTED, False) if upheld else (Status.PUBLISHED, True))


def test_a_payee_s_household_isnt_told_who_objected(app: Flask) -> None:
    village = fund.make_people(publicity_days=5)
    published(village)
    objection = objected(village.cadre, notice=1, line=1)
    assert kept_from(by_card(village.payee)) == {objection}
    neighbours = by_card(make_household(VILLAGE, "王建国", door="9"))
    for reader in (None, village.reviewer, village.cadre, neighbours):
        assert kept_from(reader) == frozenset()


def both(actor: Actor) -> Actor:
    """The same person, in the review group too."""
    roles = (*actor.roles, *staff(Role.REVIEWER).roles)
    return Actor(**{**actor.__dict__, "roles": roles})


def test_after_its_days_nobody_objects_to_a_disbursement(app: Flask, clock: Clock) -> None:
    village = fund.make_people(publicity_days=5)
    published(village)
    clock.forward(days=6)
    notices.close_due_notices(now=now())
    with pytest.raises(WrongState):
        objected(village.cadre, notice=1, line=1)


def redeemed(scene: Scene) -> UUID:
    """The household has 12 points, 10 of which went for salt; the redemption's id."""
    scene.review(scene.propose(quantity=3))
    keeper, office = staff(Role.SHOPKEEPER), staff(Role.ADMINISTRATOR, COUNTY)
    cadre, redemption_id = scene.cadre, new_id()

    def open_shop() -> UUID:
        made = shop.open_shop(
            division=VILLAGE,
            name="积分超市",
            stock_owner=StockOwner.VILLAGE,
            serves=[VILLAGE],
            actor=office,
            now=now(),
        )
        good = shop.add_good(
            shop_id=made.id,
            sku="SALT",
            category="oil",
            name_zh="盐",
            unit="袋",
            price_points=5,
            cost_fen=400,
            actor=cadre,
            now=now(),
        )
        shop.receive_stock(
            shop_id=made.id,
            source=StockSource.DONATION,
            lines=[shop.StockLine(good.id, 10)],
            actor=keeper,
            now=now(),
        )
        return made.id

    shop_id = act(open_shop)
    household_id = scene.household.id

    def sell() -> None:
        card = issue_card(village=VILLAGE, household_id=household_id, actor=cadre, now=now())
        good = goods_of_shop(shop_id)[0][0]
        shop.redeem(
            redemption_id=redemption_id,
            village=VILLAGE,
            shop_id=shop_id,
            shown=shop.by_code(code_of(card), now=now()),
            items=[shop.Item(good.id, 2)],
            actor=keeper,
            now=now(),
        )

    act(sell)
    assert scene.points() == 2
    return redemption_id


def home(scene: Scene) -> Actor:
    """The household's head, signed in by card."""
    return Actor(
        person=scene.household.head_id,
        user_id=None,
        resident_id=scene.household.head_id,
        household_id=scene.household.id,
        name="card",
        roles=(),
        village=VILLAGE,
    )


@pytest.mark.parametrize(("shop_at_fault", "account"), [(True, "shop.1"), (False, "offline_loss")])
def test_an_upheld_dispute_gives_the_points_back_once(
    app: Flask, shop_at_fault: bool, account: str
) -> None:
    scene = make_scene()
    redemption = redeemed(scene)
    first = objected(home(scene), redemption=redemption)
    with pytest.raises(Invalid):
        rule(first, upheld=True, actor=scene.third)
    before = ledger.balance(VILLAGE, account)
    rule(first, upheld=True, actor=scene.third, shop_at_fault=shop_at_fault)
    assert scene.points() == 12
    assert ledger.balance(VILLAGE, account) == before - 10
    with pytest.raises(WrongState) as refused:
        objected(home(scene), redemption=redemption)
    assert "异议已经成立" in str(refused.value.detail)
    assert scene.points() == 12


def test_a_dispute_that_is_not_upheld_moves_nothing(app: Flask, clock: Clock) -> None:
    scene = make_scene()
    redemption = redeemed(scene)
    rule(
        objected(home(scene), redemption=redemption),
        upheld=False,
        actor=scene.third,
    )
    assert scene.points() == 2
    stranger = Actor(**{**home(scene).__dict__, "household_id": scene.other.id})
    with pytest.raises(NotPermitted):
        objected(stranger, redemption=redemption)
    clock.forward(days=61)
    with pytest.raises(WrongState):
        objected(home(scene), redemption=redemption)
