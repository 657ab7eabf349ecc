"""A cadre's phone: who stands at the counter; and a supervisor's warnings of stopped counters."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import render_template, url_for
from flask_babel import lazy_gettext as _

from incentives.access.actor import current_actor
from incentives.cards import lists, operations, queries, schemas
from incentives.cards.api.cards import get_household_cards
from incentives.cards.api.counters import get_alarms, get_household_vouches, get_vouches
from incentives.cards.bands import waits
from incentives.cards.models import Vouch
from incentives.cards.pages.views import blueprint
from incentives.clock import now
from incentives.errors import NotFound
from incentives.register.sections import own_sections
from incentives.web.lists import ListPage, export_page, list_page
from incentives.web.pages import Form, current_village, nav_item, page, render

nav_item(_("Who is it?"), "/desk/vouches", permission="vouch.answer", order=60, count=waits)


@blueprint.get("/desk/vouches")
@page(permission="vouch.answer")
def vouches() -> Any:
    """The counters that wait for somebody who knows the holder."""
    return show_vouches(Form())


def show_vouches(form: Form, at: UUID | None = None) -> Any:
    """The page, with a form that was refused."""
    actor = current_actor()
    waiting = queries.waiting_vouches(actor, current_village().code, now=now())
    form.at = at  # type: ignore[attr-defined]  # which vouch it is about
    return render(
        "cards/vouches.html", views=queries.vouch_views(waiting, actor, now=now()), form=form
    )


ANSWERS: dict[str, Callable[..., Vouch]] = {
    "confirmation": operations.confirm_vouch,
    "refusal": operations.refuse_vouch,
}


@blueprint.post("/desk/vouches/<uuid:vouch_id>/<answer>")
@page(permission="vouch.answer")
def answer_vouch(vouch_id: UUID, answer: str) -> Any:
    """Say that it is the holder, or that one doesn't know who it is."""
    if answer not in ANSWERS:
        raise NotFound()
    operation = ANSWERS[answer]
    form = Form(schemas.RefusalInput if answer == "refusal" else None)
    village = current_village().code
    sent = form.accept(
        lambda: operation(
            village=village, vouch_id=vouch_id, actor=current_actor(), now=now(), **form.data
        ),
        then=lambda _vouch: url_for("cards_pages.vouches"),
        done=_("The counter knows now"),
    )
    return sent or show_vouches(form, vouch_id)


@blueprint.get("/supervise/cards")
@page(permission="audit.read")
def alarms() -> Any:
    """Counters that were stopped for an hour after 20 wrong PINs and numbers."""
    shown = ListPage(lists.ALARMS, get_alarms)
    return render("cards/alarms.html", alarms=shown.read(), list=shown)


export_page(blueprint, "/supervise/cards", get_alarms, lists.ALARMS)
list_page(
    blueprint,
    "/desk/vouches/all",
    get_vouches,
    lists.VOUCHES,
    back=(".vouches", _("Who is it?")),
    permission="vouch.answer",
)
list_page(
    blueprint,
    "/desk/households/<uuid:household_id>/vouches",
    get_household_vouches,
    lists.OWN_VOUCHES,
)
list_page(blueprint, "/desk/households/<uuid:household_id>/cards", get_household_cards, lists.CARDS)


def own_section(village: str, household_id: UUID) -> str:
    """Who vouched for a household, on its own page."""
    actor = current_actor()
    seen = queries.vouches_of_household(household_id)
    return render_template(
        "cards/vouched.html",
        views=queries.vouch_views(seen, actor, now=now()),
        all_url=url_for("cards_pages.own_vouches_list", household_id=household_id),
    )


own_sections.append(own_section)
