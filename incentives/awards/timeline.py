"""An award's way as its page shows it: by which rule, who did what, what is still to come."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _

from incentives.access.queries import person_names
from incentives.awards.models import (
    Award,
    AwardReview,
    AwardStatus,
    AwardTurn,
    Decision,
    Rulebook,
    Turn,
)
from incentives.awards.queries import (
    AwardView,
    Closed,
    approvers_of_struck,
    closed_to,
    granted_among,
    is_granted,
    sent_up_of,
    turned_by_village,
)
from incentives.awards.queries.postings import Posting, postings
from incentives.awards.words import item_name, worth
from incentives.extensions import db
from incentives.web.dates import instant_word

# Set by rooms: what else happened to an award, each step with its `at`.
more_steps: list[Callable[[Award], list[dict[str, Any]]]] = []
# Set by notices: where the household objects to how its award stands, None where it can't now.
ways_to_object: list[Callable[[Award], str | None]] = []


def step(
    title: str,
    at: datetime,
    name: str | None,
    note: str | None = None,
    *,
    kind: str,
    links: Sequence[dict[str, str]] = (),
    **more: Any,
) -> dict[str, Any]:
    """One step that was taken; `kind` and `more` are for programs, `links` lead on."""
    return {
        "kind": kind,
        "title": title,
        "small": f"{name} · {instant_word(at)}" if name else instant_word(at),
        "note": note or "",
        "state": "done",
        "at": at,
        "name": name,
        "links": list(links),
        **more,
    }


def link(label: str, url: str, download: str = "") -> dict[str, str]:
    """Where a step leads; `download` is the name of the file that is kept."""
    return {"label": label, "url": url, "download": download}


def steps_of(view: AwardView) -> list[dict[str, Any]]:
    """Everything that happened to an award, in order, then what comes next."""
    award = view.award
    names = person_names(view.people)
    events = [award.event_id, *(turn.event_id for turn in view.turns)]
    found = postings(view.household, [each for each in events if each is not None])
    taken = [entry_step(view, names), *(review_step(each, names) for each in view.reviews)]
    for more in more_steps:
        taken += more(award)
    if award.event_id is not None and award.posted_at is not None:
        posting = found.get(award.event_id)
        taken.append(posted(_("Points given"), award.posted_at, None, posting, kind="posted"))
    taken += [turn_step(turn, names, found.get(turn.event_id)) for turn in view.turns]
    if award.status is AwardStatus.WITHDRAWN and award.closed_at is not None:
        taken.append(step(_("Withdrawn"), award.closed_at, None, kind="withdrawn"))
    return [rule_step(view), *sorted(taken, key=lambda each: each["at"]), *next_steps(view)]


def rule_step(view: AwardView) -> dict[str, Any]:
    """Under which rule of which version it stands, and where that is read."""
    rulebook = db.session.get_one(Rulebook, view.item.rulebook_id)
    small = _("Rules, version %(number)s", number=rulebook.number) + " · " + worth(view.item)
    village, number = rulebook.village, rulebook.number
    url = url_for("awards_pages.show_version", village=village, number=number)
    return {
        "kind": "rule",
        "title": f"{view.item.code} {item_name(view.item)}",
        "small": small,
        "state": "done",
        "rulebook": rulebook.number,
        "links": [link(_("Read these rules"), url)],
    }


def entry_step(view: AwardView, names: dict[UUID, str]) -> dict[str, Any]:
    """How it came in."""
    award = view.award
    kind = "claimed" if award.claimed else "proposed"
    name = names.get(award.proposed_by)
    return step(entered(award, names), award.proposed_at, name, award.note, kind=kind)


def review_step(review: AwardReview, names: dict[UUID, str]) -> dict[str, Any]:
    """What one reviewer decided."""
    yes = review.decision is Decision.APPROVE
    title = _("Approved") if yes else _("Not approved")
    kind = "approved" if yes else "rejected"
    return step(title, review.reviewed_at, names.get(review.reviewer), review.reason, kind=kind)


def turn_step(turn: AwardTurn, names: dict[UUID, str], posting: Posting | None) -> dict[str, Any]:
    """That it was taken back, or given again."""
    back = turn.turn is Turn.REVERSAL
    title = _("Taken back") if back else _("Given again")
    kind = "reversed" if back else "reinstated"
    name = names.get(turn.turned_by)
    return posted(title, turn.turned_at, name, posting, kind=kind, reason=turn.reason)


def posted(
    title: str,
    at: datetime,
    name: str | None,
    posting: Posting | None,
    *,
    kind: str,
    reason: str = "",
) -> dict[str, Any]:
    """A step that stands in the ledger: its voucher, what was owed, and its proof."""
    if posting is None:
        return step(title, at, name, reason, kind=kind)
    notes = [reason, _("Voucher %(number)s", number=posting.voucher), owed_words(posting)]
    return step(
        title,
        at,
        name,
        " · ".join(each for each in notes if each),
        kind=kind,
        event=posting,
        links=proof_links(posting),
    )


def proof_links(posting: Posting) -> list[dict[str, str]]:
    """Where an event is checked against the log, and its proof to keep once it is signed."""
    links = [link(_("Check the proof"), f"/verify#{posting.receipt}")]
    if posting.sealed:
        village = posting.village
        proof = url_for("books.get_proof", village=village, event_id=posting.event_id)
        file_name = f"{village}-{posting.voucher}-proof.json"
        links.append(link(_("Keep the proof as a file"), proof, file_name))
    return links


def owed_words(posting: Posting) -> str:
    """What of these points filled a debt, or became one."""
    if posting.debt > 0:
        return _("%(points)s of them made up what was owed", points=posting.debt)
    if posting.debt < 0:
        return _(
            "%(points)s were spent already: new points make them up first", points=-posting.debt
        )
    return ""


def entered(award: Award, names: dict[UUID, str]) -> str:
    """How it came in: by the village, or claimed, and for whom if somebody else wrote it down."""
    if not award.claimed:
        return _("Registered")
    if award.on_behalf_of is None:
        return _("Claimed")
    return _("Claimed on behalf of %(name)s", name=names.get(award.on_behalf_of, ""))


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
        {"kind": "next", "title": title, "state": "now" if place == 0 else "next"}
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
        "mending": mine and proposed and not view.reviews and may("award.propose"),
        "photo": mine and proposed and not view.reviews and may("file.keep"),
        "withdrawal": mine
        and proposed
        and may("award.withdraw")
        and (own or not is_granted(award)),
        "reversal": award.status is posted
        and not own
        and may("award.reverse")
        and not turned_by_village(award, actor),
        "reinstatement": award.status is reversed_
        and not own
        and not mine
        and may("award.reinstate")
        and gives_again(award, actor),
    }
    return [action for action, fits in possible.items() if fits]


def gives_again(award: Award, actor: Any) -> bool:
    """Whether this reviewer may give an award again that no objection to their yes took."""
    approvers = approvers_of_struck(award)
    barred = (award.proposed_by, *approvers)
    return actor.person not in approvers and not turned_by_village(award, actor, *barred)


def why_closed(view: AwardView, actor: Any) -> Closed | None:
    """Why this reviewer can't decide on a proposed award, None where they can."""
    ids = [view.award.id]
    return closed_to(
        view,
        actor,
        is_sent_up=bool(sent_up_of(ids)),
        is_granted=bool(granted_among(ids, actor.person)),
    )
