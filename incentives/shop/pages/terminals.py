"""The shop's phones: registered at the phone itself, stopped and started again from anywhere."""

from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from incentives.access import sessions
from incentives.access.actor import Actor, Role, current_actor
from incentives.access.models import User
from incentives.access.permissions import may
from incentives.clock import now
from incentives.errors import NotFound
from incentives.extensions import db
from incentives.shop import lists, operations, queries, schemas
from incentives.shop.api.terminals import get_terminals, terminal_output
from incentives.shop.keeping import may_at
from incentives.shop.models import Shop, Terminal, TerminalStatus
from incentives.shop.pages.shared import blueprint, place_of_shop, shop_here
from incentives.shop.terminal_states import TerminalAction, allowed
from incentives.web.lists import ListPage, export_page
from incentives.web.pages import Form, nav_item, page, render

nav_item(
    _("Phones of the shop"),
    "/shop/terminals",
    permission="terminal.read",
    order=66,
    of_village=False,
)
SEE_OTHER = 303
HERE = place_of_shop("terminal.read")


@blueprint.get("/shop/terminals")
@page(permission="terminal.read")
def terminals() -> Any:
    """The shop's phones, and a way to register the one at hand."""
    return render_terminals(shop_here("terminal.read"), Form())


export_page(blueprint, "/shop/terminals", get_terminals, lists.TERMINALS, place=HERE)


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
    listed = ListPage(
        lists.TERMINALS,
        get_terminals,
        place=HERE,
        endpoint="shop_pages.terminals",
        address={"shop": shop.id},
    )
    phones = queries.terminals_of_shop(shop.id)
    kept = listed.hold(
        [each for each in phones if lists.TERMINALS.sift([terminal_output(*each)], listed.query)]
    )
    return render(
        "shop/terminals.html",
        shop=shop,
        keeper=actor.user_id,
        terminals=[shown(terminal, name, shop, actor) for terminal, name in kept],
        phones=[each for each, _name in phones if each.status is not TerminalStatus.REPLACED],
        list=listed,
        may_register=may_at(actor, "terminal.register", shop),
        form=form,
    )


def shown(terminal: Terminal, keeper: str, shop: Shop, actor: Actor) -> dict[str, Any]:
    """A terminal as the page shows it, with what this reader may do with it."""
    actions = allowed(terminal.status)
    keeps_it = actor.has_role(Role.SHOPKEEPER, shop.division)
    return {
        "id": terminal.id,
        "name": terminal.name,
        "status": terminal.status.value,
        "reason": terminal.reason,
        "keeper": keeper,
        "registered_at": terminal.registered_at,
        "token_at": terminal.token_at,
        "may_suspend": TerminalAction.SUSPEND in actions
        and may_at(actor, "terminal.suspend", shop),
        "may_reinstate": TerminalAction.REINSTATE in actions
        and may(actor, "terminal.reinstate", shop.division)
        and not keeps_it,
    }
