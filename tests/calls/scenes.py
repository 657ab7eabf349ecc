"""A village with the offices that answer its calls, and people who report and answer."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from incentives.access import operations as access
from incentives.access.actor import SYSTEM, Actor, Assignment, Role
from incentives.calls import operations
from incentives.calls.models import Call, CallSource, CallStatus, Category, Office
from incentives.calls.operations import Answerer, Report, Reported
from incentives.calls.states import Action
from incentives.clock import now
from incentives.extensions import db
from tests.awards.scenes import make_scene
from tests.factories import COUNTY, TOWNSHIP, VILLAGE, act, make_village, staff

WORDS = Report(Category.WATER, "水管破了，水流到路上", "村口桥边")


def make_responder(username: str, division: str) -> UUID:
    """An account that answers calls at a division."""
    return make_account(username, Role.RESPONDER, division)


def make_account(username: str, role: Role, division: str) -> UUID:
    """An account of a role at a division."""
    return act(
        lambda: (
            access.add_user(
                username=username,
                name=username,
                password="jishan-demo",
                roles=[Assignment(role, division)],
                actor=SYSTEM,
                now=now(),
            ).id
        )
    )


def as_user(user_id: UUID, division: str) -> Actor:
    """The actor of an account that answers calls."""
    return replace(staff(Role.RESPONDER, division), person=user_id, user_id=user_id)


class Scene:
    """A village; the township's water office, the county's road bureau, one person in each."""

    def __init__(self, *, opened: bool = True) -> None:
        if opened:
            make_village()
        self.cadre = staff(Role.CADRE)
        self.water = self.office(TOWNSHIP, "水务站", Category.WATER, Category.POWER)
        self.roads = self.office(COUNTY, "交通局", Category.ROAD)
        self.plumber = self.person(self.water, "plumber", TOWNSHIP)
        self.digger = self.person(self.roads, "digger", COUNTY)

    def office(self, division: str, name: str, *categories: Category) -> UUID:
        return act(
            lambda: (
                operations.add_office(
                    division=division, name=name, categories=categories, actor=SYSTEM, now=now()
                ).id
            )
        )

    def committee(self, *categories: Category) -> UUID:
        """The village's own office, for which a cadre of the village answers."""
        make_account("villager", Role.CADRE, VILLAGE)
        return self.office(VILLAGE, "村委会", *categories)

    def person(self, office_id: UUID, username: str, division: str) -> Actor:
        user_id = make_responder(username, division)
        self.answer(office_id, Answerer(user_id))
        return as_user(user_id, division)

    def answer(self, office_id: UUID, *people: Answerer) -> None:
        """Say who answers for an office."""
        act(
            lambda: (
                operations.set_office_people(
                    office_id=office_id, people=people, actor=SYSTEM, now=now()
                )
                and None
            )
        )

    def report(
        self,
        actor: Actor | None = None,
        *,
        source: CallSource = CallSource.PAGE,
        what: Report = WORDS,
    ) -> Reported:
        return act(
            lambda: operations.report_call(
                village=VILLAGE, report=what, source=source, actor=actor, now=now()
            )
        )

    def told(self, **more: Any) -> UUID:
        """A call that the cadre was told, which the office has at once; its id."""
        return self.report(self.cadre, source=CallSource.DESK, **more).call.id

    def step(self, call_id: UUID, step: Action, actor: Actor | None = None, **more: Any) -> Call:
        if step in (Action.RESOLVE, Action.ANSWER):
            more.setdefault("note", "修好了")
        return act(
            lambda: operations.step_call(
                village=VILLAGE,
                call_id=call_id,
                step=step,
                actor=actor or self.plumber,
                now=now(),
                **more,
            )
        )

    def push(self, call_id: UUID, actor: Actor | None = None, **more: Any) -> Call:
        return act(
            lambda: operations.push_call(
                village=VILLAGE, call_id=call_id, actor=actor or self.cadre, now=now(), **more
            )
        )

    def merge(self, call_id: UUID, into: UUID, actor: Actor | None = None) -> Call:
        return act(
            lambda: operations.merge_call(
                village=VILLAGE, call_id=call_id, into=into, actor=actor or self.cadre, now=now()
            )
        )

    def strike(self, call_id: UUID, actor: Actor | None = None) -> Call:
        return act(
            lambda: operations.strike_call(
                village=VILLAGE,
                call_id=call_id,
                reason="这不归我们管",
                actor=actor or self.cadre,
                now=now(),
            )
        )

    def answered(self, **more: Any) -> Reported:
        """A call that the water office has answered."""
        reported = self.report(**more)
        call_id = reported.call.id
        if status_of(call_id) is CallStatus.REPORTED:
            self.push(call_id)
        for step in (Action.ACCEPT, Action.ARRIVE, Action.RESOLVE, Action.ANSWER):
            self.step(call_id, step)
        return reported


class Home(Scene):
    """A village with rules, and somebody of a household there who reports by card."""

    def __init__(self) -> None:
        self.village = make_scene()
        super().__init__(opened=False)
        holder = staff(Role.CADRE, household=self.village.household)
        self.caller = replace(holder, roles=(), user_id=None)

    def resolved(self, *, actor=None, **more) -> Call:
        """What the caller reported, put right by the office."""
        call_id = self.report(self.caller).call.id
        self.step(call_id, Action.ACCEPT, actor)
        return self.step(call_id, Action.RESOLVE, actor, **more)

    def propose(self, call_id, *, actor=None, **more) -> Call:
        """A cadre's tap, for what wasn't proposed by itself."""
        return act(
            lambda: operations.propose_call_award(
                village=VILLAGE, call_id=call_id, actor=actor or self.cadre, now=now(), **more
            )
        )


def status_of(call_id: UUID) -> CallStatus:
    """How far a call is in the database."""
    db.session.rollback()
    return db.session.get_one(Call, call_id).status


def office_of(office_id: UUID) -> Office:
    """An office as it is kept."""
    return db.session.get_one(Office, office_id)
