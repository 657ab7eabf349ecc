"""A household's own awards behind card and PIN: each one's way, from the rule to its proof."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import render_template
from flask_babel import gettext

from incentives import ledger
from incentives.access.actor import Actor, current_actor
from incentives.access.queries import person_names
from incentives.awards import lists, queries, timeline, words
from incentives.awards.api.awards import get_awards
from incentives.awards.models import Award, AwardStatus, Decision
from incentives.awards.operations.evidence import NEEDS_FILE
from incentives.awards.pages.shared import blank_form, blueprint
from incentives.awards.queries import AwardView
from incentives.clock import now, village_day
from incentives.errors import NotFound
from incentives.extensions import db
from incentives.register.sections import own_sections
from incentives.web.cursors import page as page_of
from incentives.web.lists import Listing, ListPage, Place, export_page
from incentives.web.pages import Form, current_village, page, render

NEWEST = 3
SHOWN = 30


@blueprint.get("/c/awards")
@page(permission="claim.make", own=True)
def list_own() -> Any:
    """All awards of one's own household, newest first."""
    return show_list("awards/own_list.html", lists.OWN_AWARDS, OWN)


def own_home_id(actor: Actor) -> UUID:
    """The household of whoever reads; refuses who has none."""
    if actor.household_id is None:
        raise NotFound()
    return actor.household_id


def show_list(template: str, listing: Listing, place: Place) -> Any:
    """A page of some of one's own household's awards, newest first."""
    shown = ListPage(listing, get_awards, limit=SHOWN, place=place)
    chosen = listing.narrow(queries.awards(current_village().code), shown.query)
    found = shown.take(page_of(chosen, [Award.id.desc()], shown.query))
    return render(template, awards=told(queries.award_views(found)), list=shown, words=words)


OWN = Place(fixed=lambda: {"household": own_home_id(current_actor())})
OWN_CLAIMS = Place(fixed=lambda: {**OWN.fixed(), "claimed": True})
export_page(
    blueprint, "/c/awards", get_awards, lists.OWN_AWARDS, place=OWN, permission="claim.make"
)


@blueprint.get("/c/awards/<uuid:award_id>")
@page(permission="claim.make", own=True)
def show_own(award_id: UUID) -> Any:
    """Everything that happened to an award of one's own household, and what can be done."""
    return show_own_award(queries.own_award(award_id, current_actor()))


def show_own_award(award: Award, action: str = "", form: Form | None = None) -> Any:
    """An award's page for its household, with the form that was refused, if any."""
    view = queries.award_views([award])[0]
    open_ = award.status is AwardStatus.PROPOSED and queries.is_asked_for(award)
    account = view.household.account_code
    owed = ledger.positions(award.village, [account])[account].debt
    return render(
        "awards/own.html",
        view=view,
        award=view.award,
        steps=timeline.steps_of(view),
        answer=answer_to(view, person_names(view.people)),
        objection_url=next(
            filter(None, (way(view.award) for way in timeline.ways_to_object)), None
        ),
        owed=owed if award.status is AwardStatus.REVERSED else 0,
        may_withdraw=open_,
        granted=queries.is_granted(view.award),
        may_mend=open_ and not view.reviews,
        missing=open_ and view.item.evidence in NEEDS_FILE and not view.evidence,
        action=action,
        today=village_day(now()),
        form=form,
        blank=blank_form,
        words=words,
    )


@dataclass(frozen=True)
class Told:
    """A claim in a list, with the answer to it in a sentence; `writer` wrote it down for them."""

    view: AwardView
    answer: str
    writer: str


def told(views: Sequence[AwardView]) -> list[Told]:
    """These claims with their answers, names in one statement."""
    names = person_names({person for view in views for person in view.people})
    unknown = gettext("no longer known")
    return [
        Told(
            view,
            answer_to(view, names),
            names.get(view.award.proposed_by, unknown) if view.award.on_behalf_of else "",
        )
        for view in views
    ]


def answer_to(view: AwardView, names: dict[UUID, str]) -> str:
    """Who said what to a claim, and why; or what it waits for."""
    award = view.award
    if view.turns:
        turn = view.turns[-1]
        name = names.get(turn.turned_by, gettext("no longer known"))
        if award.status is AwardStatus.REVERSED:
            return gettext("Taken back by %(name)s: %(reason)s", name=name, reason=turn.reason)
        return gettext("Given again by %(name)s: %(reason)s", name=name, reason=turn.reason)
    no = next((each for each in view.reviews if each.decision is Decision.REJECT), None)
    if no is not None:
        name = names.get(no.reviewer, gettext("no longer known"))
        return gettext("No, says %(name)s: %(reason)s", name=name, reason=no.reason)
    if award.status is AwardStatus.REJECTED:
        return gettext("An objection to it was right. Who decided that and why stands below.")
    if award.status is AwardStatus.PROPOSED and award.reviews_needed:
        return gettext("The review group decides. It always says why.")
    if view.reviews:
        names_of = gettext(", ").join(
            names.get(each.reviewer, gettext("no longer known")) for each in view.reviews
        )
        return gettext("Yes, says %(names)s", names=names_of)
    return ""


def own_section(_village: str, household_id: UUID) -> str:
    """What the village registered for a household lately, and the way to all of it."""
    registered = queries.awards_of(household_id).where(~Award.claimed)
    found = db.session.scalars(registered.order_by(Award.id.desc()).limit(NEWEST)).all()
    if not found:
        return ""
    return render_template(
        "awards/own_section.html", awards=told(queries.award_views(found)), words=words
    )


own_sections.append(own_section)
