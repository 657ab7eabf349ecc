"""The demo's offices, and the calls of the last days: one in time, one late, one to be sorted."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from incentives.access.actor import SYSTEM, Actor
from incentives.calls.models import CallSource, Category
from incentives.calls.operations import (
    Answerer,
    Report,
    add_office,
    enter_duty,
    push_call,
    rate_call,
    report_call,
    set_office_people,
    step_call,
)
from incentives.calls.states import Action
from incentives.clock import village_day
from incentives.demo.accounts import COUNTY, TOWNSHIP
from incentives.demo.people import DemoVillage
from incentives.web.transaction import transaction

# The county's reported case, in minutes from the report: pushed, on site, repaired, answered.
PUSHED, ON_SITE, RESOLVED, ANSWERED = 9, 16, 190, 200
PIPE = Report(Category.WATER, "水管破了，水流到路上", "村口桥边")
ROAD = Report(Category.ROAD, "路边护坡掉石头", "二组岔路口")
LAMP = Report(Category.POWER, "路灯不亮", "活动室门口")


@dataclass(frozen=True)
class DemoOffice:
    """An office of the demo and who answers for it."""

    id: UUID
    person: Actor


def make_offices(county: Actor, township: Actor, now: datetime) -> dict[str, DemoOffice]:
    """The county's and the township's office; a village's own comes with its calls."""
    roads = make_office(COUNTY, "县交通局", (Category.ROAD, Category.HAZARD), county, now)
    water = make_office(TOWNSHIP, "乡镇水电站", (Category.WATER, Category.POWER), township, now)
    return {"roads": roads, "water": water}


def make_office(
    division: str, name: str, categories: tuple[Category, ...], person: Actor, now: datetime
) -> DemoOffice:
    """An office with one who answers for it."""

    def work() -> UUID:
        office = add_office(
            division=division, name=name, categories=categories, actor=SYSTEM, now=now
        )
        if person.user_id is not None:
            people = [Answerer(person.user_id)]
            set_office_people(office_id=office.id, people=people, actor=SYSTEM, now=now)
        return office.id

    return DemoOffice(transaction(work), person)


def call_offices(village: DemoVillage, offices: dict[str, DemoOffice], now: datetime) -> None:
    """A village's last days: a pipe repaired, a road waiting too long, a lamp to be looked at."""
    own = ("村委会", (Category.DISPUTE, Category.SANITATION, Category.OTHER))

    def work() -> UUID:
        office = add_office(
            division=village.code, name=own[0], categories=own[1], actor=SYSTEM, now=now
        )
        return office.id

    committee = transaction(work)
    repair_pipe(village, offices["water"].person, now - timedelta(days=2))
    cadre, at = village.staff["cadre"], now - timedelta(days=1)
    if village.code.startswith(TOWNSHIP):
        transaction(lambda: tell(village.code, ROAD, CallSource.DESK, cadre, at))
    transaction(lambda: tell(village.code, LAMP, CallSource.PAGE, None, now))
    due_on = village_day(now) + timedelta(days=5)
    transaction(
        lambda: (
            enter_duty(
                division=village.code,
                title="清理三组水渠",
                office_id=committee,
                due_on=due_on,
                actor=cadre,
                now=now,
            )
            and None
        )
    )


def tell(
    village: str, report: Report, source: CallSource, actor: Actor | None, now: datetime
) -> tuple[UUID, str]:
    """Report something; the call and its caller's secret."""
    done = report_call(village=village, report=report, source=source, actor=actor, now=now)
    return done.call.id, done.secret


def repair_pipe(village: DemoVillage, plumber: Actor, begun: datetime) -> None:
    """A pipe that the township's office repairs, as the county's reported case went."""
    code, cadre = village.code, village.staff["cadre"]
    call_id, secret = transaction(lambda: tell(code, PIPE, CallSource.PAGE, None, begun))
    if not code.startswith(TOWNSHIP):
        return

    def after(minutes: int) -> datetime:
        return begun + timedelta(minutes=minutes)

    def step(step: Action, minutes: int, note: str | None = None) -> None:
        step_call(
            village=code, call_id=call_id, step=step, note=note, actor=plumber, now=after(minutes)
        )

    def work() -> None:
        push_call(village=code, call_id=call_id, actor=cadre, now=after(PUSHED))
        step(Action.ARRIVE, ON_SITE)
        step(Action.RESOLVE, RESOLVED, "换了一段水管")
        step(Action.ANSWER, ANSWERED, "已通水，请再看看")
        rate_call(secret=secret, rating=5, word="很快", now=after(ANSWERED + 30))

    transaction(work)
