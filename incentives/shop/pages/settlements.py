"""What shopkeepers are owed: asked for, checked against shelf and ledger, approved, paid."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Response, render_template, request, url_for
from flask_babel import lazy_gettext as _
from markupsafe import Markup

from incentives.access.actor import Actor, current_actor
from incentives.clock import now, village_day
from incentives.errors import NotFound
from incentives.extensions import db
from incentives.fund.models import Method
from incentives.fund.words import PLACES
from incentives.shop import forms, lists, operations, queries, schemas, statements, timeline, words
from incentives.shop.api.settlements import (
    get_settlement_queue,
    get_settlements,
    sent_up_page,
    view_of,
)
from incentives.shop.keeping import keeps
from incentives.shop.models import Settlement, Shop, ShopService, StockOwner
from incentives.shop.pages.shared import blueprint
from incentives.shop.queries.agreements import agreements_of, basis_on
from incentives.shop.queries.settlements import (
    Due,
    before,
    find_service,
    month_statement,
    next_due,
    settlements,
)
from incentives.web.cursors import page as page_of
from incentives.web.guard import Village, get_village
from incentives.web.lists import ListPage, Place, export_page, list_page
from incentives.web.pages import Form, current_village, nav_item, page, render
from incentives.web.pages.shell import page_section

MONTHS_SHOWN = 6


def waits_for_me(actor: Actor, village: Village) -> int:
    """How many settlements wait for a step of this person."""
    return len(all_waiting(actor, village.code))


def all_waiting(actor: Actor, village: str) -> list[Settlement]:
    """What waits here for this person, and what other villages have nobody for."""
    here = timeline.waiting_for(actor, village)
    return here + [each for each in timeline.sent_up_to(actor) if each.village != village]


nav_item(
    _("Paying the shop"),
    "/settlements",
    permission="settlement.read",
    order=42,
    count=waits_for_me,
)


def waiting_section(actor: Any, village: Village) -> str:
    """What waits for this person, on top of the pages where they look for it."""
    waiting = all_waiting(actor, village.code)
    if not waiting:
        return ""
    text = render_template("shop/settlements_section.html", waiting=rows_of(waiting))
    return Markup(text)  # noqa: S704 -- a template's output


for address in ("/review", "/supervise", "/fund"):
    page_section(address, waiting_section)


def rows_of(found: Sequence[Settlement]) -> list[tuple[Settlement, str]]:
    """Settlements with the names of their shops, and of their villages where it is another one."""
    rows = []
    for each in found:
        name = db.session.get_one(Shop, each.shop_id).name
        if each.village != current_village().code:
            name = f"{get_village(each.village).name} · {name}"
        rows.append((each, name))
    return rows


@blueprint.route("/settlements", methods=["GET", "POST"])
@page(permission="settlement.read")
def show_settlements() -> Any:
    """What waits for me, what my shop can ask for, and what was asked for before."""
    village, actor = current_village().code, current_actor()
    form = Form(schemas.SettlementInput)
    answer = form.accept(
        lambda: operations.submit_settlement(
            village=village, actor=current_actor(), now=now(), **form.data
        ),
        then=lambda settlement: url_for(".show_settlement", settlement_id=settlement.id),
        done=_("Sent. The review group checks it first."),
    )
    if answer is not None:
        return answer
    shown = ListPage(lists.SETTLEMENTS, get_settlements)
    own = queries.own_shops(actor, "settlement.read", village)
    chosen = lists.SETTLEMENTS.narrow(settlements(village, shops=own), shown.query)
    return render(
        "shop/settlements.html",
        form=form,
        waiting=rows_of(all_waiting(actor, village)),
        dues=dues_of(actor, village),
        shops=queries.shops_read_by(actor, "settlement.read", village),
        months=last_months(),
        settled=rows_of(shown.take(page_of(chosen, [Settlement.id.desc()], shown.query))),
        list=shown,
        above=timeline.decides_above(actor),
        words=words,
    )


export_page(blueprint, "/settlements", get_settlements, lists.SETTLEMENTS)


def read_sent_up(query: dict[str, Any]) -> dict[str, Any]:
    """What waits for the reader from all villages below; refuses who decides for none."""
    if not timeline.decides_above(current_actor()):
        raise NotFound()
    return sent_up_page(query)


list_page(
    blueprint,
    "/settlements/sent-up",
    get_settlement_queue,
    lists.SETTLEMENTS_SENT_UP,
    back=(".show_settlements", _("Paying the shop")),
    note=_("What a village has nobody to check or approve for comes here."),
    place=Place(read=read_sent_up),
)


def dues_of(actor: Actor, village: str) -> list[tuple[Shop, Due | None]]:
    """What each shop that this person keeps can ask for next, where its goods are their own."""
    return [
        (shop, next_due(find_service(shop.id, village), now()))
        for shop in queries.shops_of_village(village, also_left=True)
        if shop.stock_owner is StockOwner.SHOPKEEPER and keeps(actor, shop)
    ]


def last_months() -> list[Any]:
    """This month and those before it, newest first."""
    months = [village_day(now()).replace(day=1)]
    while len(months) < MONTHS_SHOWN:
        months.append(before(months[-1]))
    return months


@blueprint.get("/settlements/months/<month>")
@page(permission="settlement.read")
def show_month(month: str) -> Any:
    """Points, goods and money of a shop's month on one page, whoever owns the stock."""
    village = current_village().code
    asked = forms.month_of(month)
    service = service_asked(village)
    due = month_statement(service, asked)
    shop = queries.find_shop(service.shop_id)
    return render(
        "shop/settlement_month.html",
        shop=shop,
        due=due,
        statement=due.statement,
        owed=shop.stock_owner is StockOwner.SHOPKEEPER,
        basis=words.BASES[basis_on(agreements_of(shop.id), asked)],
        months=last_months(),
        words=words,
        name_of_line=statements.name_of_line,
    )


def service_asked(village: str) -> ShopService:
    """The shop asked for, else the first that serves the village."""
    asked = request.args.get("shop")
    for shop in queries.shops_read_by(current_actor(), "settlement.read", village):
        if asked is None or str(shop.id) == asked:
            return find_service(shop.id, village)
    raise NotFound(_("No shop serves this village yet"))


@blueprint.get("/settlements/<uuid:settlement_id>")
@page(permission="settlement.read")
def show_settlement(settlement_id: UUID) -> Any:
    """One settlement: whether all agrees, its lines, who did what, what this person can do."""
    return show_one(settlement_id)


def show_one(settlement_id: UUID, action: str | None = None, form: Form | None = None) -> Any:
    """The page of a settlement, with the form of one act as it stands."""
    view = view_of(current_village().code, settlement_id)
    return render(
        "shop/settlement.html",
        view=view,
        row=view.settlement,
        statement=view.statement,
        actions=timeline.actions_of(view.settlement, current_actor()),
        steps=timeline.steps_of(view),
        action=action,
        form=form,
        methods=[(method.value, PLACES[method.value]) for method in Method],
        today=village_day(now()),
        words=words,
        name_of_line=statements.name_of_line,
    )


@blueprint.get("/settlements/<uuid:settlement_id>.pdf")
@page(permission="settlement.read")
def settlement_pdf(settlement_id: UUID) -> Response:
    """The statement as a sheet of A4."""
    return statements.statement_pdf(view_of(current_village().code, settlement_id))


@blueprint.get("/settlements/<uuid:settlement_id>.xlsx")
@page(permission="settlement.read")
def settlement_workbook(settlement_id: UUID) -> Response:
    """The statement's lines as an Excel sheet."""
    return statements.statement_workbook(view_of(current_village().code, settlement_id))


@blueprint.post("/settlements/<uuid:settlement_id>/<action>")
@page(permission="settlement.read")
def act_on_settlement(settlement_id: UUID, action: str) -> Any:
    """Take a step of a settlement; the operation asks who may."""
    if action not in forms.SETTLEMENT_ACTIONS:
        raise NotFound()
    village = current_village().code
    form = Form(forms.SETTLEMENT_ACTIONS[action])
    answer = form.accept(
        lambda: take_step(village, settlement_id, action, form.data),
        then=lambda _settlement: url_for(".show_settlement", settlement_id=settlement_id),
        done=words.SETTLEMENT_DONE[action],
    )
    return answer or show_one(settlement_id, action, form)


def take_step(village: str, settlement_id: UUID, action: str, data: dict[str, Any]) -> Settlement:
    """Call the operation of a step."""
    steps: dict[str, Any] = {
        "check": operations.check_settlement,
        "approval": operations.approve_settlement,
        "payment": operations.pay_settlement,
        "confirmation": operations.confirm_settlement,
        "reversal": operations.reverse_settlement,
    }
    settlement: Settlement = steps[action](
        village=village, settlement_id=settlement_id, actor=current_actor(), now=now(), **data
    )
    return settlement
