"""What people object to, of every kind: each time another of it, and a household that may."""

from collections.abc import Callable, Iterator
from itertools import count

from sqlalchemy import func, select

from incentives.extensions import db
from incentives.notices.models import Notice, NoticeKind
from incentives.notices.operations import About
from incentives.register.models import Household
from tests.awards.scenes import make_scene
from tests.conftest import Clock
from tests.factories import VILLAGE, make_household
from tests.fund.people import applied, evaluate, make_people
from tests.notices.acts import make_notice, publish, reviewed
from tests.notices.test_cleared import clear
from tests.notices.test_objections import lacking
from tests.openings.books import POINTS, make_people_and_shop
from tests.shop.settling import Trade

Matters = Iterator[tuple[About, Household]]


def published_awards(_clock: Clock) -> Matters:
    scene = make_scene(publicity_days=5)
    while True:
        reviewed(scene, code="SA04")  # its rule has no cap
        yield About(notice=publish(scene), line=1), scene.other


def posted_awards(_clock: Clock) -> Matters:
    scene = make_scene(publicity_days=0)
    while True:
        yield About(award=reviewed(scene, code="SA04").id), scene.other


def missing_awards(_clock: Clock) -> Matters:
    scene = make_scene()
    for days in count():
        yield About(missing=lacking(scene, days=days)), scene.other


def published_disbursements(_clock: Clock) -> Matters:
    village = make_people(publicity_days=5)
    neighbours = make_household(VILLAGE, "王建国", door="9")
    while True:
        evaluate(village.reviewer, applied(village))
        number = make_notice(village.reviewer, NoticeKind.DISBURSEMENTS)
        yield About(notice=number, line=1), neighbours


def lines_of_openings(_clock: Clock) -> Matters:
    village = make_people_and_shop()
    for number in count(1):
        door = f"9组{number}号"
        home = make_household(VILLAGE, "洛绒", door=door)
        village.posted({POINTS: [[door, "洛绒", 120]]})
        yield About(notice=db.session.scalar(select(func.max(Notice.number))), line=1), home


def redemptions(clock: Clock) -> Matters:
    trade = Trade(clock)
    while True:
        yield About(redemption=trade.sell(soap=1)), trade.households[VILLAGE]


def clearings(clock: Clock) -> Matters:
    make_scene(carry_over="year")
    homes = [make_household(VILLAGE, "洛绒", door=f"9组{number}号") for number in range(1, 5)]
    clearing = clear(clock, *(home.account_code for home in homes))
    for home in homes:
        yield About(clearing=clearing), home


# What stands in a notice, by the notice's kind.
PUBLISHED: dict[NoticeKind, Callable[[Clock], Matters]] = {
    NoticeKind.AWARDS: published_awards,
    NoticeKind.DISBURSEMENTS: published_disbursements,
    NoticeKind.OPENINGS: lines_of_openings,
}
MATTERS = (*PUBLISHED.values(), posted_awards, missing_awards, redemptions, clearings)
