"""Claims: a household's own page behind card and PIN, and the desk's for one that can't."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import render_template, url_for
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from incentives.access.actor import Actor, current_actor, find_actor
from incentives.access.permissions import may
from incentives.awards import forms, lists, operations, queries, words
from incentives.awards.api.awards import get_awards
from incentives.awards.models import Award
from incentives.awards.operations.evidence import NEEDS_FILE
from incentives.awards.pages.own import OWN_CLAIMS, own_home_id, show_list, show_own_award, told
from incentives.awards.pages.shared import blueprint
from incentives.clock import now, village_day
from incentives.errors import OwnHousehold
from incentives.files.operations import keep_file
from incentives.register.models import Household
from incentives.register.queries import find_household, members_of
from incentives.register.sections import household_sections, own_sections
from incentives.web.lists import export_page
from incentives.web.pages import Form, current_village, page, render

NEWEST = 3
SHOWN = 30
PHOTOS = ("photo_1", "photo_2", "photo_3")


@blueprint.route("/c/claims/new", methods=["GET", "POST"])
@page(permission="claim.make", own=True)
def new_claim() -> Any:
    """Ask for points for one's own household."""
    actor, village = current_actor(), current_village().code
    form = Form(forms.ClaimForm)
    answer = form.accept(
        lambda: claim(village, form.data, actor),
        then=lambda award: url_for(".show_claim", award_id=award.id),
        done=_("Your claim is in. You will read here what is decided, and why."),
    )
    household = own_home(actor)
    return answer or show_form(household, form, earner=actor.resident_id or household.head_id)


@blueprint.route("/desk/households/<uuid:household_id>/claims/new", methods=["GET", "POST"])
@page(permission="award.propose")
def new_claim_for(household_id: UUID) -> Any:
    """Write down a claim for a household that can't itself; never for one's own."""
    actor, village = current_actor(), current_village().code
    household = find_household(village, household_id)
    if household.id == actor.household_id:
        raise OwnHousehold()
    form = Form(forms.StaffClaimForm)
    answer = form.accept(
        lambda: claim(village, form.data, actor),
        then=lambda award: url_for(".show_award", award_id=award.id),
        done=_("The claim is in. The household reads that you wrote it down."),
    )
    return answer or show_form(household, form, for_others=True)


def claim(village: str, data: dict[str, Any], actor: Actor) -> Award:
    """Keep the photos and the claim that they show, all or nothing."""
    at = now()
    photos = [data.pop(name).read() for name in PHOTOS if name in data]
    kept = [keep_file(village=village, content=each, actor=actor, now=at) for each in photos]
    act = operations.Act(
        rule_item=data.pop("rule_item"),
        occurred_on=data.pop("occurred_on"),
        note=data.pop("note", None),
        evidence=[file.id for file in kept],
    )
    return operations.claim_award(village=village, act=act, actor=actor, now=at, **data)


def own_home(actor: Actor) -> Household:
    """The household of whoever reads; refuses who has none."""
    return find_household(current_village().code, own_home_id(actor))


def show_form(
    household: Household, form: Form, *, earner: UUID | None = None, for_others: bool = False
) -> Any:
    """The page on which a claim is written."""
    at = now()
    return render(
        "awards/claim_new.html",
        form=form,
        household=household,
        items=queries.claimable_items(household.village, village_day(at)),
        people=members_of([household.id])[household.id],
        earner=earner,
        for_others=for_others,
        photos=PHOTOS,
        left=queries.claims_left(household.id, at),
        most=queries.CLAIMS_A_WEEK,
        again_on=queries.next_week(at),
        today=village_day(at),
        needs_file=NEEDS_FILE,
        words=words,
    )


@blueprint.get("/c/claims")
@page(permission="claim.make", own=True)
def list_claims() -> Any:
    """All claims of one's own household, newest first."""
    return show_list("awards/claims.html", lists.CLAIMS, OWN_CLAIMS)


export_page(
    blueprint, "/c/claims", get_awards, lists.CLAIMS, place=OWN_CLAIMS, permission="claim.make"
)


@blueprint.get("/c/claims/<uuid:award_id>")
@page(permission="claim.make", own=True)
def show_claim(award_id: UUID) -> Any:
    """What became of a claim of one's own household, and what can be done."""
    return show_own_award(queries.own_claim(award_id, current_actor()))


@blueprint.post("/c/claims/<uuid:award_id>/withdrawal")
@page(permission="claim.make", own=True)
def withdraw_claim(award_id: UUID) -> Any:
    """Take back one's own household's claim before it is decided."""
    return answer_claim(
        award_id,
        "withdrawal",
        Form(),
        lambda village, actor: operations.withdraw_award(
            village=village, award_id=award_id, actor=actor, now=now()
        ),
        _("Withdrawn."),
    )


@blueprint.post("/c/claims/<uuid:award_id>/mending")
@page(permission="claim.make", own=True)
def mend_claim(award_id: UUID) -> Any:
    """Mend day, number or words of one's own household's claim before anybody has decided on it."""
    form = Form(forms.MendForm)
    return answer_claim(
        award_id,
        "mending",
        form,
        lambda village, actor: operations.edit_award(
            village=village, award_id=award_id, changes=form.data, actor=actor, now=now()
        ),
        _("Changed."),
    )


@blueprint.post("/c/claims/<uuid:award_id>/photo")
@page(permission="claim.make", own=True)
def add_claim_photo(award_id: UUID) -> Any:
    """Add a photo to one's own household's claim before anybody has decided on it."""
    form = Form(forms.PhotoForm)
    return answer_claim(
        award_id,
        "photo",
        form,
        lambda village, actor: add_photo(village, award_id, form.data["photo"].read(), actor),
        _("The photo is added."),
    )


def answer_claim(
    award_id: UUID,
    action: str,
    form: Form,
    work: Callable[[str, Actor], Award],
    done: LazyString,
) -> Any:
    """Do what was sent by the form of an action, and show one's own household's claim again."""
    actor = current_actor()
    village = queries.own_claim(award_id, actor).village
    answer = form.accept(
        lambda: work(village, actor),
        then=lambda award: url_for(".show_claim", award_id=award.id),
        done=done,
    )
    return answer or show_own_award(queries.own_claim(award_id, actor), action, form)


def add_photo(village: str, award_id: UUID, content: bytes, actor: Actor) -> Award:
    """Keep a photo and show it with the claim."""
    at = now()
    kept = queries.award_view(village, award_id).evidence
    file = keep_file(village=village, content=content, actor=actor, now=at)
    changes = {"evidence": [*kept, file.id]}
    return operations.edit_award(
        village=village, award_id=award_id, changes=changes, actor=actor, now=at
    )


def own_section(village: str, household_id: UUID) -> str:
    """The newest claims on a household's own page, and the way to a new one."""
    return section(village, household_id, url_for("awards_pages.new_claim"), own=True)


def desk_section(village: str, household_id: UUID) -> str:
    """The same at the desk, for staff who write claims down for others."""
    actor = find_actor()
    if actor is None or not may(actor, "award.propose", village):
        return ""
    mine = actor.household_id == household_id
    url = url_for("awards_pages.new_claim_for", household_id=household_id)
    return section(village, household_id, None if mine else url, own=False)


def section(village: str, household_id: UUID, new_url: str | None, *, own: bool) -> str:
    """The newest claims of a household; nothing where the village has no rule to claim by."""
    found = queries.claims_of(household_id, NEWEST + 1)
    claimable = queries.claimable_items(village, village_day(now()))
    if not found and not claimable:
        return ""
    return render_template(
        "awards/claims_section.html",
        claims=told(queries.award_views(found[:NEWEST])),
        more=len(found) > NEWEST,
        new_url=new_url if claimable else None,
        own=own,
        words=words,
    )


own_sections.append(own_section)
household_sections.append(desk_section)
