"""The shop's phones: registered at the phone itself, stopped and started again from anywhere."""

from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from incentives.access import sessions
from incentives.access.actor import Actor, current_actor
from incentives.access.models import User
from incentives.access.permissions import may
from incentives.clock import now
from incentives.errors import NotFound
from incentives.extensions import db
from incentives.shop import operations, queries, schemas
from incentives.shop.keeping import keeps, may_at
from incentives.shop.models import Shop, Terminal, TerminalStatus
from incentives.shop.pages.shared import blueprint, shop_here
from incentives.shop.terminal_states import TerminalAction, allowed
from incentives.web.pages import Form, nav_item, page, render

nav_item(_("Phones of the shop"), "/shop/terminals", permission="terminal.read", order=66)
SEE_OTHER = 303


@blueprint.get("/shop/terminals")
@page(permission="terminal.read")
def terminals() -> Any:
    """The shop's phones, and a way to register the one at hand."""
    return render_terminals(shop_here("terminal.read"), Form())


@blueprint.route("/shop/terminals/<uuid:terminal_id>/suspension", methods=["GET", "POST"])
@page(permission="terminal.suspend")
def suspend(terminal_id: UUID) -> Any:
    """Stop a phone."""
    actor = current_actor()
    shop_id, keeper_id = place_of(terminal_id, actor)
    if request.method == "GET":
        return redirect(url_for("shop_pages.terminals", shop=shop_id), SEE_OTHER)
    form = Form(schemas.TerminalReason)
    answer = form.accept(
        lambda: operations.suspend_terminal(
            shop_id=shop_id, terminal_id=terminal_id, actor=actor, now=now(), **form.data
        ),
        then=lambda _terminal: url_for("shop_pages.terminals", shop=shop_id),
        done=_("Stopped: this phone sells nothing any more"),
    )
    if answer is not None and actor.user_id == keeper_id:
        # Everyone who signed in as this shopkeeper is out now, but for the browser at hand.
        user = db.session.get_one(User, keeper_id, populate_existing=True)
        sessions.renew_session(actor, sessions.user_key(user))
    return answer or render_terminals(queries.find_shop(shop_id), form)


@blueprint.route("/shop/terminals/<uuid:terminal_id>/reinstatement", methods=["GET", "POST"])
@page(permission="terminal.reinstate")
def reinstate(terminal_id: UUID) -> Any:
    """Let a stopped phone serve again."""
    actor = current_actor()
    shop_id, _keeper = place_of(terminal_id, actor)
    if request.method == "GET":
        return redirect(url_for("shop_pages.terminals", shop=shop_id), SEE_OTHER)
    form = Form(schemas.TerminalReason)
    answer = form.accept(
        lambda: operations.reinstate_terminal(
            shop_id=shop_id, terminal_id=terminal_id, actor=actor, now=now(), **form.data
        ),
        then=lambda _terminal: url_for("shop_pages.terminals", shop=shop_id),
        done=_("This phone serves again"),
    )
    return answer or render_terminals(queries.find_shop(shop_id), form)


def place_of(terminal_id: UUID, actor: Actor) -> tuple[UUID, UUID]:
    """The shop of a terminal that the actor may see, and whom it acts for."""
    terminal = db.session.get(Terminal, terminal_id)
    if terminal is None:
        raise NotFound()
    if not may(actor, "terminal.read", queries.find_shop(terminal.shop_id).division):
        raise NotFound()
    return terminal.shop_id, terminal.keeper_id


def render_terminals(shop: Shop, form: Form) -> Response:
    """The page, with a form of it that was refused."""
    actor = current_actor()
    return render(
        "shop/terminals.html",
        shop=shop,
        keeper=actor.user_id,
        terminals=[
            shown(terminal, name, shop, actor)
            for terminal, name in queries.terminals_of_shop(shop.id)
        ],
        may_register=may_at(actor, "terminal.register", shop),
        form=form,
    )


def shown(terminal: Terminal, keeper: str, shop: Shop, actor: Actor) -> dict[str, Any]:
    """A terminal as the page shows it, with what this reader may do with it."""
    actions = allowed(terminal.status)
    keeps_it = keeps(actor, shop)
    return {
        "id": terminal.id,
        "name": terminal.name,
        "status": terminal.status.value,
        "reason": terminal.reason,
        "keeper": keeper,
        "registered_at": terminal.registered_at,
        "token_at": terminal.token_at,
        "replaceable": terminal.status is not TerminalStatus.REPLACED,
        "may_suspend": TerminalAction.SUSPEND in actions
        and may_at(actor, "terminal.suspend", shop),
        "may_reinstate": TerminalAction.REINSTATE in actions
        and may(actor, "terminal.reinstate", shop.division)
        and not keeps_it,
    }
