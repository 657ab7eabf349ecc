"""What is read about calls: one with its steps, a village's or an office's, one by its link."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from incentives.access.actor import Actor
from incentives.access.permissions import may
from incentives.calls.models import Call, CallStatus, CallStep, Category, Office
from incentives.calls.queries.offices import answers_for, is_answered, offices_by_id, own_offices
from incentives.calls.states import OFFICE_TURN
from incentives.errors import NotFound
from incentives.extensions import db
from incentives.files.models import File


@dataclass(frozen=True)
class CallView:
    """A call with its steps and the offices in them."""

    call: Call
    steps: Sequence[CallStep]
    offices: dict[UUID, Office]

    @property
    def office(self) -> Office | None:
        """The office whose turn it is, or was."""
        return self.offices.get(self.call.office_id) if self.call.office_id else None


def digest_of(secret: str) -> bytes:
    """What is kept of a caller's secret."""
    return hashlib.sha256(secret.encode()).digest()


def find_call(village: str, call_id: UUID) -> Call:
    """A call of that village; refuses what isn't there."""
    call = db.session.get(Call, call_id)
    if call is None or call.village != village:
        raise NotFound()
    return call


def readable_call(village: str, call_id: UUID, actor: Actor) -> Call:
    """A call for those who read all of the village's, and for its office; refuses others as if
    it weren't there."""
    call = find_call(village, call_id)
    if not may(actor, "village_call.read", village) and not answers_for(actor, call.office_id):
        raise NotFound()
    return call


def call_by_secret(secret: str) -> Call:
    """The call of a caller's link; refuses an unknown one."""
    call = db.session.scalar(select(Call).where(Call.secret_digest == digest_of(secret)))
    if call is None:
        raise NotFound()
    return call


def last_of(call: Call) -> Call:
    """Where a call goes on: itself, or the one at the end of what it was merged into."""
    while call.merged_into is not None:
        call = db.session.get_one(Call, call.merged_into)
    return call


def view_of(call: Call) -> CallView:
    """A call with its steps and the offices in them, in two statements."""
    steps = db.session.scalars(
        select(CallStep).where(CallStep.call_id == call.id).order_by(CallStep.number)
    ).all()
    named = offices_by_id([call.office_id, *(step.office_id for step in steps)])
    return CallView(call, steps, named)


def followed_photo(secret: str, photo_id: UUID) -> File:
    """A photo of the call of a caller's link: what they sent, or what the office did.

    Refuses any other file, those of the call that it was merged into too, and an erased one.
    """
    call = call_by_secret(secret)
    file = db.session.scalar(
        select(File)
        .join(CallStep, CallStep.photo_id == File.id)
        .where(CallStep.call_id == call.id, File.id == photo_id, File.erased_at.is_(None))
    )
    if file is None:
        raise NotFound()
    return file


def calls(
    village: str,
    *,
    status: CallStatus | None = None,
    category: Category | None = None,
    office_id: UUID | None = None,
) -> Select[Call]:
    """A village's calls."""
    chosen = select(Call).where(Call.village == village)
    if status is not None:
        chosen = chosen.where(Call.status == status)
    if category is not None:
        chosen = chosen.where(Call.category == category)
    if office_id is not None:
        chosen = chosen.where(Call.office_id == office_id)
    return chosen


def readable_calls(chosen: Select[Call], village: str, actor: Actor) -> Select[Call]:
    """Those of these calls that one may read."""
    if may(actor, "village_call.read", village):
        return chosen
    mine = own_offices(actor).with_only_columns(Office.id)
    return chosen.where(Call.office_id.in_(mine))


def public_calls(village: str) -> Select[Call]:
    """The calls that anyone may know of: those that an office has or had."""
    return select(Call).where(
        Call.village == village, Call.pushed_at.is_not(None), Call.status != CallStatus.STRUCK
    )


def calls_of_office(office_id: UUID, *, is_open: bool | None = None) -> Select[Call]:
    """An office's calls: those it has to do with, those done, or both."""
    chosen = select(Call).where(Call.office_id == office_id)
    open_now = Call.status.in_(OFFICE_TURN)
    if is_open is None:
        return chosen
    return chosen.where(open_now if is_open else ~open_now)


def open_calls(office_ids: Sequence[UUID], at_most: int) -> list[Call]:
    """What these offices have to do, the most urgent first: what is next due soonest."""
    due = case(
        (Call.status == CallStatus.PUSHED, Call.accept_by),
        (Call.status == CallStatus.ACCEPTED, Call.on_site_by),
        (Call.status == CallStatus.ON_SITE, Call.resolve_by),
        else_=Call.resolved_at,
    )
    found = db.session.scalars(
        select(Call)
        .where(Call.office_id.in_(office_ids), Call.status.in_(OFFICE_TURN))
        .order_by(due, Call.id)
        .limit(at_most)
    )
    return sorted(found, key=lambda each: (each.due_at or each.reported_at, str(each.id)))


def waits_for_cadre() -> ColumnElement[bool]:
    """Whether a call waits for a cadre to send it on: to be looked at first, or from its office."""
    return or_(Call.status == CallStatus.REPORTED, lies_idle())


def lies_idle() -> ColumnElement[bool]:
    """Whether an office has to do with a call, and nobody answers for the office."""
    idle = select(Office.id).where(~is_answered())
    return and_(Call.status.in_(OFFICE_TURN), Call.office_id.in_(idle))


def idle_calls(village: str) -> Select[Call]:
    """A village's calls whose office nobody answers for any more."""
    return calls(village).where(lies_idle())


def is_unattended(call: Call) -> bool:
    """Whether nobody answers for the office that a call is with."""
    answered = select(Office.id).where(Office.id == call.office_id, is_answered())
    return call.office_id is not None and db.session.scalar(answered) is None


def count_to_look(village: str) -> int:
    """How many calls wait for a cadre's look."""
    return count_of(calls(village, status=CallStatus.REPORTED))


def count_to_sort(village: str) -> int:
    """How many calls wait for a cadre to send them on."""
    return count_of(calls(village).where(waits_for_cadre()))


def count_of(chosen: Select[Call]) -> int:
    """How many calls these are."""
    return db.session.scalar(chosen.with_only_columns(func.count(Call.id))) or 0


def may_read_photo(file: File, actor: Actor) -> bool:
    """Whether a photo is of a call that this person may read."""
    call = db.session.scalar(
        select(Call).join(CallStep, CallStep.call_id == Call.id).where(CallStep.photo_id == file.id)
    )
    if call is None:
        return False
    return may(actor, "village_call.read", call.village) or answers_for(actor, call.office_id)
