"""The page Recovery: what happened, what is lost, what to do, and the two signatures."""

from typing import Any

from flask import Blueprint, url_for
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from incentives.access.actor import Actor, current_actor
from incentives.clock import now
from incentives.recovery import lists, operations, queries, schemas
from incentives.recovery.api import get_items
from incentives.recovery.models import LostItem, Signer
from incentives.recovery.operations.signing import ROLES
from incentives.recovery.telling import tell_item
from incentives.web.cursors import page as page_of
from incentives.web.guard import guard
from incentives.web.lists import ListPage, export_page
from incentives.web.pages import Form, page, render

blueprint = Blueprint("recovery_pages", __name__)


@blueprint.get("/recovery")
@page(permission="recovery.read", village=False)
def show() -> Response:
    """How the books stand, and the list of what can't be rebuilt."""
    return show_recovery()


@blueprint.post("/recovery/signature")
@page(permission="recovery.sign", village=False)
def sign() -> Any:
    """Sign the list."""
    form, actor = Form(schemas.SignatureInput), current_actor()
    answer = form.accept(
        lambda: operations.sign_list(actor=actor, now=now(), **form.data).id,
        then=lambda _id: url_for("recovery_pages.show"),
        done=_("Your signature is kept."),
        in_recovery=True,
    )
    return answer or show_recovery(sign_form=form)


@blueprint.post("/recovery/reopening")
@page(permission="recovery.sign", village=False)
def reopen() -> Any:
    """Ask that the log be opened anew, or agree to it."""
    form, actor = Form(schemas.ReopeningInput), current_actor()
    answer = form.accept(
        lambda: operations.sign_reopening(actor=actor, now=now(), **form.data).id,
        then=lambda _id: url_for("recovery_pages.show"),
        done=_("Your signature is kept."),
        in_recovery=True,
    )
    return answer or show_recovery(reopen_form=form)


export_page(blueprint, "/recovery", get_items, lists.LOST)


def show_recovery(**forms: Form) -> Response:
    """The page, with a form of it that was refused."""
    recovery = queries.newest_recovery()
    if recovery is None:
        return render("recovery/show.html", view=None)
    view = queries.view_of(recovery)
    shown = ListPage(lists.LOST, get_items, endpoint="recovery_pages.show")
    chosen = lists.LOST.narrow(queries.lost_items(recovery.id), shown.query)
    found = shown.take(page_of(chosen, [LostItem.id], shown.query))
    return render(
        "recovery/show.html",
        view=view,
        recovery=recovery,
        lines=[(each, tell_item(each)) for each in found],
        list=shown,
        places={each.code: f"{each.name} · {each.code}" for each in guard.open_villages()},
        capacities=capacities_of(current_actor()),
        **{"sign_form": Form(schemas.SignatureInput), "reopen_form": Form(schemas.ReopeningInput)}
        | forms,
    )


def capacities_of(actor: Actor) -> list[Signer]:
    """In which capacities this person can sign at all."""
    held = {each.role for each in actor.roles}
    return [signer for signer, role in ROLES.items() if role in held]
