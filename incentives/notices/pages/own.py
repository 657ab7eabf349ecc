"""A household's own objections, by itself or written down for it by staff."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask_babel import lazy_gettext as _

from incentives.access.actor import current_actor, find_actor
from incentives.access.permissions import may
from incentives.awards.models import Award
from incentives.awards.queries import award_view, award_views, enterable_items, own_award
from incentives.awards.words import item_name, other_names, until
from incentives.clearing.queries import Gone, find_clearing, taken
from incentives.clock import now, village_day
from incentives.errors import Invalid, NotFound, OwnHousehold
from incentives.notices import forms, lists, operations, queries
from incentives.notices.api import get_objections
from incentives.notices.described import described
from incentives.notices.models import Objection
from incentives.notices.operations.disputes import DISPUTE_DAYS, why_all_is_back
from incentives.notices.pages.cleared import objectionable_clearing
from incentives.notices.pages.shared import blueprint, writes_for
from incentives.register.models import Household
from incentives.register.policy import policy_on
from incentives.register.queries import find_household, members_of
from incentives.register.sections import household_sections, own_sections
from incentives.shop.models import Redemption
from incentives.shop.queries import find_redemption
from incentives.web.cursors import page as page_of
from incentives.web.lists import ListPage, Place, export_page
from incentives.web.pages import Form, current_village, page, render

KEPT = _("Your objection is kept. Somebody else of the review group rules on it.")
NEWEST = 3
NAMED = ("award", "redemption", "clearing")


@blueprint.route("/c/claims/<uuid:award_id>/objection", methods=["GET", "POST"])
@page(permission="objection.make", own=True)
def object_to_claim(award_id: UUID) -> Any:
    """Say no to what became of one's own award or claim, with a reason."""
    form, actor = Form(forms.ClaimObjectionForm), current_actor()
    award = own_award(award_id, actor)
    answer = form.accept(
        lambda: operations.object_to_claim(
            village=current_village().code, award_id=award_id, actor=actor, now=now(), **form.data
        ),
        then=lambda _objection: url_for("awards_pages.show_own", award_id=award_id),
        done=KEPT,
    )
    view = award_views([award])[0]
    return answer or render("notices/object_claim.html", form=form, view=view, name_of=item_name)


def way_to_object(award: Award) -> str | None:
    """Where a household objects to how its award stands, None where it can't now."""
    may_now = operations.may_object(award, now())
    return url_for("notices_pages.object_to_claim", award_id=award.id) if may_now else None


@dataclass(frozen=True)
class Subject:
    """What is objected to on a page: an award, a redemption, a clearing, or a missing award."""

    award: Award | None = None
    redemption: Redemption | None = None
    gone: Gone | None = None
    missing: bool = False

    @property
    def kind(self) -> str:
        """Its word in addresses; empty where it is still to be chosen."""
        if self.award is not None:
            return "award"
        if self.redemption is not None:
            return "redemption"
        if self.gone is not None:
            return "clearing"
        return "missing" if self.missing else ""


def chosen_subject(home: Household) -> Subject:
    """What the address says that the objection is to; refuses another household's."""
    given = {name: request.args[name] for name in NAMED if name in request.args}
    try:
        ids = {name: UUID(text) for name, text in given.items()}
    except ValueError as error:
        raise NotFound() from error
    if "award" in ids:
        award = award_view(home.village, ids["award"]).award
        if award.household_id != home.id:
            raise NotFound()
        return Subject(award=award)
    if "redemption" in ids:
        redemption = find_redemption(home.village, ids["redemption"])
        if redemption.household_id != home.id:
            raise NotFound()
        return Subject(redemption=redemption)
    if "clearing" in ids:
        gone = taken(find_clearing(home.village, ids["clearing"]), home.account_code)
        if gone is None:
            raise NotFound()
        return Subject(gone=gone)
    return Subject(missing="missing" in request.args)


def about_of(subject: Subject, data: dict[str, Any]) -> operations.About:
    """What the form and its address object to."""
    if subject.award is not None:
        return operations.About(award=subject.award.id)
    if subject.redemption is not None:
        return operations.About(redemption=subject.redemption.id)
    if subject.gone is not None:
        return operations.About(clearing=subject.gone.clearing.id)
    return operations.About(missing=operations.Missing(**data["about"]["missing"]))


def form_of(subject: Subject, *, for_others: bool) -> Form:
    """The form: who lacks what and since when for a missing award, for whom where staff write."""
    form = Form(forms.MissingForm if subject.missing else forms.ObjectionForm)
    if form.submitted and not subject.kind:
        form.refuse(Invalid(_("Say what the objection is to")))
    if form.submitted and for_others and form.status == 200 and "on_behalf_of" not in form.data:
        form.refuse(Invalid(_("Say whose objection it is")))
    return form


@blueprint.route("/c/objections/new", methods=["GET", "POST"])
@page(permission="objection.make", own=True)
def new_objection() -> Any:
    """Object to something of one's own household: points, a redemption, or what is missing."""
    actor = current_actor()
    if actor.household_id is None:
        raise NotFound()
    home = find_household(current_village().code, actor.household_id)
    subject = chosen_subject(home)
    form = form_of(subject, for_others=False)
    answer = form.accept(
        lambda: operations.make_objection(
            village=home.village,
            about=about_of(subject, form.data),
            reason=form.data["reason"],
            actor=actor,
            now=now(),
        ),
        then=lambda _objection: url_for(".list_own"),
        done=KEPT,
    )
    return answer or show_new(home, subject, form, for_others=False)


@blueprint.route("/desk/households/<uuid:household_id>/objections/new", methods=["GET", "POST"])
@page(permission="objection.make")
def new_objection_for(household_id: UUID) -> Any:
    """Write down what a household objects to on paper; never for one's own household."""
    actor, village = current_actor(), current_village().code
    home = find_household(village, household_id)
    if home.id == actor.household_id:
        raise OwnHousehold()
    subject = chosen_subject(home)
    form = form_of(subject, for_others=True)
    answer = form.accept(
        lambda: operations.make_objection(
            village=village,
            about=about_of(subject, form.data),
            reason=form.data["reason"],
            on_behalf_of=form.data["on_behalf_of"],
            actor=actor,
            now=now(),
        ),
        then=lambda _objection: url_for("register_pages.household", household_id=household_id),
        done=_("The objection is in. The household reads that you wrote it down."),
    )
    return answer or show_new(home, subject, form, for_others=True)


def show_new(home: Household, subject: Subject, form: Form, *, for_others: bool) -> Any:
    """The page of a new objection: what it is to, then why."""
    today = village_day(now())
    choosing = not subject.kind
    awards = queries.objectionable_awards(home.id, today) if choosing else []
    since = today - timedelta(days=DISPUTE_DAYS)
    return render(
        "notices/object_own.html",
        form=form,
        household=home,
        subject=subject,
        award=award_views([subject.award])[0] if subject.award is not None else None,
        awards=award_views(awards),
        name_of=item_name,
        gone=objectionable_clearing(home, today) if choosing else None,
        redemptions=queries.disputable_redemptions(home.village, home.id, since)
        if choosing
        else [],
        people=members_of([home.id])[home.id],
        items=items_to_miss(home.village, today) if subject.missing else [],
        standing=standing_for(home, form, today) if subject.missing else None,
        refused=subject.redemption and why_all_is_back(subject.redemption),
        for_others=for_others,
        here=request.path,
        days=operations.RULING_DAYS,
        objection_days=policy_on(home.village, today).objection_days,
        dispute_days=DISPUTE_DAYS,
        today=today,
    )


def standing_for(home: Household, form: Form, today: date) -> UUID | None:
    """The award that stands already for what a refused form says is missing."""
    if not form.refusal or "about" not in form.data:
        return None
    said = form.data["about"]["missing"]
    missing = {f"missing_{name}": value for name, value in said.items()}
    asked = Objection(village=home.village, household_id=home.id, made_at=now(), **missing)
    return queries.standing_award(asked, today)


def items_to_miss(village: str, today: date) -> list[tuple[str, str]]:
    """The acts that can still be entered, by code, to choose what is missing from."""
    named = []
    for each in enterable_items(village, today):
        parts = [f"{each.code} {item_name(each.latest.item)}"]
        if each.latest.last is not None:
            parts.append(until(each.latest.last))
        parts += other_names(each, each.latest.item)
        named.append((each.code, " · ".join(parts)))
    return named


def own_home() -> dict[str, Any]:
    """What narrows a list to the reader's household; refuses who has none."""
    household_id = current_actor().household_id
    if household_id is None:
        raise NotFound()
    return {"household": household_id}


OWN = Place(fixed=own_home)


@blueprint.get("/c/objections")
@page(permission="objection.read", own=True)
def list_own() -> Any:
    """All objections of one's own household, with their rulings, newest first."""
    village = current_village().code
    shown = ListPage(lists.OWN_OBJECTIONS, get_objections, limit=30, place=OWN)
    chosen = lists.OWN_OBJECTIONS.narrow(queries.objections(village), shown.query)
    found = shown.take(page_of(chosen, [Objection.id.desc()], shown.query))
    return render(
        "notices/own.html",
        objections=described(village, found),
        list=shown,
        today=village_day(now()),
    )


export_page(blueprint, "/c/objections", get_objections, lists.OWN_OBJECTIONS, place=OWN)


def own_section(village: str, household_id: UUID) -> str:
    """The newest objections on a household's own page, and the way to a new one."""
    return section(village, household_id, url_for("notices_pages.new_objection"), own=True)


def desk_section(village: str, household_id: UUID) -> str:
    """The same at the desk, for staff who may read them; new ones by who may write them down."""
    actor = find_actor()
    if actor is None or not may(actor, "objection.read", village):
        return ""
    writes = writes_for(village, household_id)
    url = url_for("notices_pages.new_objection_for", household_id=household_id)
    return section(village, household_id, url if writes else None, own=False)


def section(village: str, household_id: UUID, new_url: str | None, *, own: bool) -> str:
    """A household's newest objections."""
    reader = None if own else find_actor()
    found = queries.newest_objections(village, household_id, NEWEST + 1, reader)
    return render_template(
        "notices/section.html",
        objections=described(village, found[:NEWEST]),
        more=len(found) > NEWEST,
        new_url=new_url,
        own=own,
        today=village_day(now()),
    )


own_sections.append(own_section)
household_sections.append(desk_section)
