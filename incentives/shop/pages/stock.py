"""The shelf: what stands there, what is short, and each change that is entered."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import lazy_gettext as _

from incentives.access.actor import Actor, current_actor
from incentives.access.permissions import may
from incentives.access.queries import person_names
from incentives.clock import now
from incentives.errors import NotFound
from incentives.files.models import File
from incentives.files.operations import keep_file
from incentives.shop import forms, lists, operations, queries
from incentives.shop.api.outputs import chosen_goods
from incentives.shop.api.stock import get_purchases, get_stock, get_stock_movements
from incentives.shop.keeping import may_at
from incentives.shop.models import (
    MovementKind,
    Shop,
    StockMovement,
    StockMovementLine,
    StockOwner,
    StockSource,
)
from incentives.shop.pages.shared import blueprint, place_of_shop, shop_here
from incentives.shop.pages.views import good_view
from incentives.shop.queries.files import papers_of
from incentives.shop.words import KINDS, SOURCES, who_sets
from incentives.web.cursors import page as list_page
from incentives.web.guard import Village
from incentives.web.languages import in_language
from incentives.web.lists import ListPage, export_page
from incentives.web.pages import Form, current_village, nav_item, page, render

SHELF, PAYMENTS = place_of_shop("stock.read"), place_of_shop("disbursement.read")
ENTERED = (MovementKind.IN, MovementKind.COUNT, MovementKind.SPOILED, MovementKind.RETURN)


def low_here(_actor: Actor, village: Village) -> int:
    """How many goods the village's shops are short of."""
    return queries.count_low(village.code)


nav_item(_("Shelf"), "/stock", permission="stock.read", order=62, count=low_here, of_village=False)


@dataclass(frozen=True)
class MovementView:
    """A movement as a page shows it: who entered it, each good with its change, its paper."""

    movement: StockMovement
    by: str | None
    lines: list[tuple[str, StockMovementLine]]
    paper_url: str | None


@blueprint.get("/stock")
@page(permission="stock.read")
def stock() -> Any:
    """The shelf: what stands there, what is short, the last changes."""
    shop = shop_here("stock.read")
    shown = ListPage(lists.STOCK, get_stock, place=SHELF)
    listed = shown.hold(chosen_goods(shop.id, shown.query))
    goods = [good_view(good, stock) for good, stock in listed if not good.is_service]
    moved = list_page(queries.movements(shop.id), [StockMovement.id.desc()], {"limit": 5})
    actor = current_actor()
    return render(
        "shop/stock.html",
        shop=shop,
        goods=sorted(goods, key=lambda each: not (each.low and each.on_sale)),
        list=shown,
        who_sets=who_sets(shop),
        movements=movement_views(moved["items"], shop.id),
        kinds=[(each, KINDS[each]) for each in ENTERED],
        words=KINDS,
        sources=SOURCES,
        may_move=may_at(actor, "stock.move", shop),
        shows_payments=shop.stock_owner is StockOwner.VILLAGE
        and may(actor, "disbursement.read", shop.division),
    )


@blueprint.get("/stock/movements")
@page(permission="stock.read")
def movements() -> Any:
    """All changes of the shelf, newest first, of one kind where asked."""
    shop = shop_here("stock.read")
    shown = ListPage(lists.MOVEMENT_LINES, get_stock_movements, limit=30, place=SHELF)
    moved = queries.movements(shop.id, good_id=shown.query["good_id"])
    chosen = lists.MOVEMENT_LINES.narrow(moved, shown.query)
    found = shown.take(list_page(chosen, [StockMovement.id.desc()], shown.query))
    return render(
        "shop/movements.html",
        shop=shop,
        list=shown,
        movements=movement_views(found, shop.id),
        words=KINDS,
        sources=SOURCES,
    )


export_page(blueprint, "/stock", get_stock, lists.STOCK, place=SHELF)
export_page(blueprint, "/stock/movements", get_stock_movements, lists.MOVEMENT_LINES, place=SHELF)


@blueprint.route("/stock/<any(in, count, spoiled, return):kind>", methods=["GET", "POST"])
@page(permission="stock.move")
def enter_stock(kind: str) -> Any:
    """Enter what came in, was counted, spoiled or went back to the supplier."""
    what = MovementKind(kind)
    shop = shop_here("stock.move")
    shop_id, village = shop.id, current_village().code
    form = Form(forms.StockForm)
    answer = form.accept(
        lambda: enter_movement(what, shop_id, village, form.data),
        then=lambda _movement: url_for("shop_pages.stock", shop=shop_id),
        done=_("Entered"),
    )
    if answer is not None:
        return answer
    shop = queries.find_shop(shop_id)
    goods = [
        good_view(good, stock)
        for good, stock in queries.goods_of_shop(shop_id)
        if not good.is_service and (good.on_sale or stock.quantity)
    ]
    return render(
        "shop/enter_stock.html",
        shop=shop,
        kind=what,
        title=KINDS[what],
        goods=goods,
        who_sets=who_sets(shop),
        sources=[(each.value, SOURCES[each]) for each in sources_of(shop)],
        form=form,
    )


def sources_of(shop: Shop) -> list[StockSource]:
    """Where goods may come from: the village's by purchase or as a gift, else the shopkeeper's."""
    if shop.stock_owner is StockOwner.VILLAGE:
        return [StockSource.PURCHASE, StockSource.DONATION]
    return [StockSource.SHOPKEEPER]


def enter_movement(
    kind: MovementKind, shop_id: UUID, village: str, data: dict[str, Any]
) -> StockMovement:
    """Call the operation of a movement's kind with the rows that were filled in."""
    rows = [row for row in data["lines"] if row["quantity"] is not None]
    common: dict[str, Any] = {
        "shop_id": shop_id,
        "lines": [operations.StockLine(**row) for row in rows],
        "note": data["note"],
        "actor": current_actor(),
        "now": now(),
    }
    if kind is MovementKind.COUNT:
        return operations.count_stock(counted_by=data["counted_by"], **common)
    if kind is not MovementKind.IN:
        return operations.remove_stock(kind=kind, supplier=data["supplier"], **common)
    photo = data.get("voucher_photo")
    file = None
    if photo is not None:
        file = keep_file(village=village, content=photo.read(), actor=current_actor(), now=now())
    return operations.receive_stock(
        source=data["source"] or sources_of(queries.find_shop(shop_id))[0],
        voucher=data["voucher"],
        supplier=data["supplier"],
        voucher_file_id=file.id if file else None,
        **common,
    )


@blueprint.route("/stock/purchases", methods=["GET", "POST"])
@page(permission="disbursement.read")
def purchases() -> Any:
    """What the fund paid for goods beside what came in for it, and what has no payment yet."""
    shop = shop_here("disbursement.read")
    if shop.stock_owner is not StockOwner.VILLAGE:
        raise NotFound(_("The fund buys no goods for the shopkeeper's own shelf"))
    shop_id = shop.id
    form = Form(forms.PurchaseForm)
    answer = form.accept(
        lambda: link_or_undo(shop_id, form.data),
        then=lambda _done: url_for("shop_pages.purchases", shop=shop_id),
        done=_("Entered"),
    )
    if answer is not None:
        return answer
    shop = queries.find_shop(shop_id)
    unlinked = queries.unlinked_purchases(shop_id)
    payments = queries.payments_for_goods(shop)
    shown = ListPage(lists.PURCHASES, get_purchases, place=PAYMENTS)
    return render(
        "shop/purchases.html",
        shop=shop,
        list=shown,
        payments=shown.hold(lists.PURCHASES.sift(payments, shown.query)),
        open_payments=[each for each in payments if each.difference_fen > 0],
        unlinked=unlinked,
        sums=queries.sums_of_movements([each.id for each in unlinked]),
        may_link=may(current_actor(), "stock.link", shop.division),
        form=form,
    )


export_page(blueprint, "/stock/purchases", get_purchases, lists.PURCHASES, place=PAYMENTS)


def link_or_undo(shop_id: UUID, data: dict[str, Any]) -> None:
    """Link goods with the payment chosen, or undo their link where none is."""
    common = {"shop_id": shop_id, "movement_id": data["movement_id"]}
    if data["disbursement_id"] is None:
        operations.unlink_purchase(actor=current_actor(), now=now(), **common)
    else:
        operations.link_purchase(
            disbursement_id=data["disbursement_id"], actor=current_actor(), now=now(), **common
        )


def movement_views(rows: list[StockMovement], shop_id: UUID) -> list[MovementView]:
    """Movements with their lines, papers and who entered them, in four statements for all."""
    names = {
        good.id: in_language(good.name_zh, good.name_en)
        for good, _stock in queries.goods_of_shop(shop_id)
    }
    people = person_names(each.entered_by for each in rows)
    lines = queries.movement_lines([each.id for each in rows])
    papers = papers_of(rows)
    return [
        MovementView(
            movement=each,
            by=people.get(each.entered_by),
            lines=[(names[line.good_id], line) for line in lines[each.id]],
            paper_url=paper_url(papers.get(each.voucher_file_id)),
        )
        for each in rows
    ]


def paper_url(paper: File | None) -> str | None:
    """Where a paper is read: in the village that keeps it, of those that the shop serves."""
    if paper is None:
        return None
    return url_for("files_pages.show", village=paper.village, file_id=paper.id)
