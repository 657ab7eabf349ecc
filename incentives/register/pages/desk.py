"""A cadre's desk: the day, households and their people."""

from typing import Any
from uuid import UUID

from flask import request, url_for
from flask_babel import lazy_gettext as _
from markupsafe import Markup

from incentives import ledger
from incentives.access.actor import Actor, current_actor
from incentives.access.permissions import may
from incentives.access.queries import person_names
from incentives.clock import now
from incentives.errors import Refusal
from incentives.register import forms, lists, operations, queries, schemas
from incentives.register.api import get_households, get_looks, get_residents, get_statement
from incentives.register.lines import tell_lines
from incentives.register.models import Household
from incentives.register.operations.looks import note_look_of_staff
from incentives.register.pages.shared import blueprint
from incentives.register.queries import HouseholdView
from incentives.register.sections import household_sections
from incentives.web.cursors import page as page_of
from incentives.web.lists import ListPage, export_page, list_page, narrowing_of
from incentives.web.pages import Form, current_village, nav_item, page, render
from incentives.web.pages.shell import navigation_of
from incentives.web.transaction import transaction

LINES = 30
EMPTY_ROWS = 6

nav_item(_("Today"), "/desk", permission="household.register", order=10)
nav_item(_("Households"), "/desk/households", permission="household.read", order=20)


@blueprint.get("/desk")
@page(permission="household.register")
def desk() -> Any:
    """A cadre's day: what waits, and the three things done most."""
    places = navigation_of(current_actor(), current_village())
    return render("register/desk.html", waiting=[each for each in places if each["count"]])


@blueprint.get("/desk/households")
@page(permission="household.read")
def households() -> Any:
    """The households that a name, pinyin, initials, a door or a card's number finds."""
    village, actor = current_village().code, current_actor()
    shown = ListPage(lists.HOUSEHOLDS, get_households)
    chosen = queries.search_households(village, **narrowing_of(shown.query))
    found = shown.take(page_of(chosen, [Household.number], shown.query))
    return render(
        "register/households.html",
        views=queries.household_views(village, found),
        list=shown,
        may_register=may(actor, "household.register", village),
    )


export_page(blueprint, "/desk/households", get_households, lists.HOUSEHOLDS)


@blueprint.route("/desk/households/new", methods=["GET", "POST"])
@page(permission="household.register")
def new_household() -> Any:
    """Enter a household with its head and members."""
    village = current_village().code
    form = Form(schemas.HouseholdInput)
    answer = form.accept(
        lambda: operations.register_household(
            village=village, actor=current_actor(), now=now(), **form.data
        ),
        then=lambda household: url_for(".household", household_id=household.id),
        done=_("The household is registered. Make a card for it now."),
    )
    return answer or render(
        "register/new.html",
        form=form,
        grids=[(grid.code, grid.name_zh) for grid in queries.grids_of(village)],
        rows=EMPTY_ROWS,
    )


@blueprint.get("/desk/households/<uuid:household_id>")
@page(permission="household.read")
def household(household_id: UUID) -> Any:
    """One household: its people, its points and what they are made of, its cards."""
    village, actor = current_village().code, current_actor()
    note_look_of_staff(village=village, household_id=household_id, actor=actor, now=now())
    return show_household(household_id)


def show_household(household_id: UUID, member: Form | None = None) -> Any:
    """The page of a household, with the form for one more member as it stands."""
    village, actor = current_village().code, current_actor()
    view = queries.household_view(village, household_id)
    looks = queries.looks_of(household_id)
    # Each section comes out of a room's own template, which escaped what people typed.
    sections = [Markup(section(village, household_id)) for section in household_sections]  # noqa: S704
    return render(
        "register/household.html",
        view=view,
        member=member,
        sections=sections,
        may_register=may(actor, "household.register", village),
        looks=looks,
        names=person_names(each.person for each in looks),
        **statement_of(view, actor, url_for(".household", household_id=household_id)),
    )


HOUSEHOLD = "/desk/households/<uuid:household_id>"
list_page(blueprint, f"{HOUSEHOLD}/statement", get_statement, lists.STATEMENT)
list_page(blueprint, f"{HOUSEHOLD}/looks", get_looks, lists.LOOKS)
list_page(
    blueprint,
    "/desk/residents",
    get_residents,
    lists.RESIDENTS,
    back=(".households", _("Households")),
)


def statement_of(view: HouseholdView, actor: Actor, here: str) -> dict[str, Any]:
    """A page of the household's statement, for those who may read it."""
    village = view.household.village
    if not may(actor, "statement.read", village) and not may(actor, "household.look", village):
        return {"lines": None, "older_url": None, "newest_url": None, "list_url": None}
    after = request.args.get("after")
    found = ledger.statement(
        village, view.household.account_code, query={"limit": LINES, "after": after}
    )
    joint = "&" if "?" in here else "?"
    return {
        "lines": tell_lines(found["items"]),
        "older_url": f"{here}{joint}after={found['next']}" if found["next"] else None,
        "newest_url": here if after else None,
        "list_url": url_for(".statement_list", household_id=view.household.id)
        if may(actor, "statement.read", village)
        else None,
    }


@blueprint.route("/overview/households/<uuid:household_id>")
@page(permission="household.look")
def look(household_id: UUID) -> Any:
    """A household for an overseer, who first says why; the household sees it."""
    village, actor = current_village().code, current_actor()
    reason = request.args.get("reason", "").strip()
    queries.find_household(village, household_id)
    error = None
    if reason:
        try:
            transaction(
                lambda: operations.note_look(
                    village=village,
                    household_id=household_id,
                    reason=reason,
                    actor=actor,
                    now=now(),
                ),
                in_recovery=True,
            )
        except Refusal as refusal:
            error = str(refusal.detail)
    if not reason or error:
        return render("register/look.html", error=error)
    view = queries.household_view(village, household_id)
    here = url_for(".look", household_id=household_id, reason=reason)
    return render(
        "register/household.html",
        view=view,
        member=None,
        sections=[],
        may_register=False,
        looks=[],
        names={},
        **statement_of(view, actor, here),
    )


@blueprint.post("/desk/households/<uuid:household_id>/members")
@page(permission="household.register")
def add_member(household_id: UUID) -> Any:
    """Enter one more member of a household."""
    village = current_village().code
    form = Form(schemas.PersonInput)
    answer = form.accept(
        lambda: operations.add_resident(
            village=village,
            household_id=household_id,
            person=form.data,  # type: ignore[arg-type]  # the schema makes the person
            actor=current_actor(),
            now=now(),
        ),
        then=lambda _member: url_for(".household", household_id=household_id),
        done=_("Added to the household."),
    )
    return answer or show_household(household_id, form)


@blueprint.route("/desk/households/<uuid:household_id>/edit", methods=["GET", "POST"])
@page(permission="household.register")
def edit_household(household_id: UUID) -> Any:
    """Mend a household's door, grid or head, or hide its balance."""
    village = current_village().code
    form = Form(forms.HouseholdForm)
    answer = form.accept(
        lambda: operations.edit_household(
            village=village,
            household_id=household_id,
            changes=form.data,
            actor=current_actor(),
            now=now(),
        ),
        then=lambda _household: url_for(".household", household_id=household_id),
        done=_("Changed."),
    )
    return answer or render(
        "register/edit.html",
        form=form,
        view=queries.household_view(village, household_id),
        grids=[(grid.code, grid.name_zh) for grid in queries.grids_of(village)],
    )


@blueprint.route("/desk/residents/<uuid:resident_id>", methods=["GET", "POST"])
@page(permission="household.register")
def edit_resident(resident_id: UUID) -> Any:
    """Mend what is entered of a resident, or that they have left."""
    village = current_village().code
    resident = queries.get_resident(village, resident_id)
    household_id = resident.household_id
    form = Form(forms.ResidentForm)
    answer = form.accept(
        lambda: operations.edit_resident(
            village=village,
            resident_id=resident_id,
            changes=form.data,
            actor=current_actor(),
            now=now(),
        ),
        then=lambda _resident: url_for(".household", household_id=household_id),
        done=_("Changed."),
    )
    return answer or render(
        "register/resident.html", form=form, resident=queries.get_resident(village, resident_id)
    )
