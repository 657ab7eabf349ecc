"""An award's way as its page shows it: by which rule, who did what, what is still to come."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import format_datetime
from flask_babel import gettext as _

from incentives import ledger
from incentives.access.queries import person_names
from incentives.awards.models import Award, AwardStatus, Decision, Rulebook, Turn
from incentives.awards.queries import AwardView, Closed, closed_to, sent_up_of
from incentives.awards.words import item_name, worth
from incentives.clock import VILLAGE_TIME
from incentives.extensions import db

# Set by notices: what else happened to an award, each step with its `at`.
more_steps: list[Callable[[Award], list[dict[str, Any]]]] = []
# Set by notices: where the household objects to how its claim stands, None where it can't now.
ways_to_object: list[Callable[[Award], str | None]] = []


def when(at: datetime) -> str:
    """An instant in the village's time."""
    return str(format_datetime(at.astimezone(VILLAGE_TIME), "yyyy-MM-dd HH:mm", rebase=False))


def step(title: str, at: datetime, name: str | None, note: str | None = None) -> dict[str, Any]:
    """One step that was taken."""
    small = f"{name} · {when(at)}" if name else when(at)
    return {"title": title, "small": small, "note": note or "", "state": "done", "at": at}


def steps_of(view: AwardView) -> list[dict[str, Any]]:
    """Everything that happened to an award, in order, then what comes next."""
    award = view.award
    names = person_names(view.people)
    rulebook = db.session.get_one(Rulebook, view.item.rulebook_id)
    rule = {
        "title": f"{view.item.code} {item_name(view.item)}",
        "small": _("Rules, version %(number)s", number=rulebook.number) + " · " + worth(view.item),
        "state": "done",
    }
    taken = [
        step(entered(award, names), award.proposed_at, names.get(award.proposed_by), award.note)
    ]
    for review in view.reviews:
        yes = review.decision is Decision.APPROVE
        title = _("Approved") if yes else _("Not approved")
        taken.append(step(title, review.reviewed_at, names.get(review.reviewer), review.reason))
    for more in more_steps:
        taken += more(award)
    if award.event_id is not None and award.posted_at is not None:
        taken.append(step(_("Points given"), award.posted_at, None, voucher(award.event_id)))
    for turn in view.turns:
        back = turn.turn is Turn.REVERSAL
        title = _("Taken back") if back else _("Given again")
        note = f"{turn.reason} · {voucher(turn.event_id)}"
        taken.append(step(title, turn.turned_at, names.get(turn.turned_by), note))
    if award.status is AwardStatus.WITHDRAWN and award.closed_at is not None:
        taken.append(step(_("Withdrawn"), award.closed_at, None))
    return [rule, *sorted(taken, key=lambda each: each["at"]), *next_steps(view)]


def entered(award: Award, names: dict[UUID, str]) -> str:
    """How it came in: by the village, or claimed, and for whom if somebody else wrote it down."""
    if not award.claimed:
        return _("Registered")
    if award.on_behalf_of is None:
        return _("Claimed")
    return _("Claimed on behalf of %(name)s", name=names.get(award.on_behalf_of, ""))


def voucher(event_id: UUID) -> str:
    """The number that people quote."""
    event = db.session.get(ledger.Event, event_id)
    return _("Voucher %(number)s", number=event.seq + 1) if event else ""


def next_steps(view: AwardView) -> list[dict[str, Any]]:
    """What is still to come, the next first."""
    award = view.award
    steps = []
    if award.status is AwardStatus.PROPOSED and award.reviews_needed:
        left = award.reviews_needed - len(view.reviews)
        steps.append(_("%(count)s of the review group to decide", count=left))
    if award.status in (AwardStatus.PROPOSED, AwardStatus.REVIEWED) and award.publicity_days:
        steps.append(_("In public for %(days)s days", days=award.publicity_days))
    if award.status is AwardStatus.OBJECTED:
        steps.append(_("The objection is ruled on"))
    if steps or award.status is AwardStatus.PUBLISHED:
        steps.append(_("Points given"))
    return [
        {"title": title, "state": "now" if place == 0 else "next"}
        for place, title in enumerate(steps)
    ]


def actions_of(view: AwardView, actor: Any, may: Callable[[str], bool]) -> list[str]:
    """What this person can do with an award now, by role, state and what they did before."""
    award = view.award
    mine = award.proposed_by == actor.person
    own = award.household_id == actor.household_id
    proposed = award.status is AwardStatus.PROPOSED
    posted, reversed_ = AwardStatus.POSTED, AwardStatus.REVERSED
    decides = award.reviews_needed > 0 and may("award.review") and why_closed(view, actor) is None
    possible = {
        "review": proposed and decides,
        "photo": mine and proposed and not view.reviews and may("file.keep"),
        "withdrawal": mine and proposed and may("award.withdraw"),
        "reversal": award.status is posted and not own and may("award.reverse"),
        "reinstatement": award.status is reversed_
        and not own
        and not mine
        and may("award.reinstate"),
    }
    return [action for action, fits in possible.items() if fits]


def why_closed(view: AwardView, actor: Any) -> Closed | None:
    """Why this reviewer can't decide on a proposed award, None where they can."""
    return closed_to(view, actor, is_sent_up=view.award.id in sent_up_of([view.award.id]))
