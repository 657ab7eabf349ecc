"""The pages of the shop: the counter, receipts and refunds, stock, goods and the public prices."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, request, url_for
from flask_babel import get_locale
from flask_babel import lazy_gettext as _

from incentives import ledger
from incentives.access.actor import Actor, current_actor
from incentives.access.permissions import may
from incentives.cards.models import Card
from incentives.cards.paper import printed_checkpoint, printed_receipt
from incentives.cards.queries import holder_names
from incentives.clock import now, village_day
from incentives.errors import NotFound
from incentives.extensions import db
from incentives.register.models import Household
from incentives.register.policy import policy_on
from incentives.register.queries import masked
from incentives.shop import forms, operations, queries
from incentives.shop.models import (
    Good,
    MovementKind,
    Redemption,
    Shop,
    Stock,
    StockMovement,
    StockOwner,
    StockSource,
)
from incentives.shop.words import unit_word
from incentives.web.cursors import page as list_page
from incentives.web.pages import Form, current_village, nav_item, page, public_place, render

blueprint = Blueprint("shop_pages", __name__)

nav_item(_("Counter"), "/shop", permission="redemption.make", order=5)
nav_item(_("Receipts"), "/receipts", permission="redemption.read", order=60)
nav_item(_("Shelf"), "/stock", permission="stock.read", order=62)
nav_item(_("Goods and prices"), "/desk/goods", permission="good.set", order=64)
public_place(_("What points are worth"), "/v/{village}/prices", order=20)

MOVEMENTS = (
    MovementKind.IN,
    MovementKind.COUNT,
    MovementKind.SPOILED,
    MovementKind.RETURN,
)


@dataclass(frozen=True)
class GoodView:
    """A good as pages show it, named in the reader's language."""

    id: UUID
    sku: str
    barcode: str | None
    name: str
    unit: str
    price_points: int
    cost_fen: int
    household_cap: int | None
    quantity: int
    on_sale: bool


def good_view(good: Good, stock: Stock) -> GoodView:
    """A good and what stands on the shelf."""
    return GoodView(
        id=good.id,
        sku=good.sku,
        barcode=good.barcode,
        name=in_language(good.name_zh, good.name_en),
        unit=unit_word(good.unit),
        price_points=good.price_points,
        cost_fen=good.cost_fen,
        household_cap=good.household_cap,
        quantity=stock.quantity,
        on_sale=good.on_sale,
    )


def in_language(name_zh: str, name_en: str | None) -> str:
    """A good's name in the reader's language."""
    return name_en if name_en and str(get_locale()) == "en" else name_zh


def shop_here(permission: str) -> Shop:
    """The shop that serves the page's village: the one asked for, else the first."""
    actor: Actor = current_actor()
    shops = [
        shop
        for shop in queries.shops_of_village(current_village().code)
        if may(actor, permission, shop.division)
    ]
    asked = request.args.get("shop")
    for shop in shops:
        if asked is None or str(shop.id) == asked:
            return shop
    raise NotFound(_("No shop serves this village yet"))


@blueprint.get("/shop")
@page(permission="redemption.make")
def counter() -> Any:
    """The counter: scan a card, tick goods, hand over."""
    shop = shop_here("redemption.make")
    village = current_village().code
    policy = policy_on(village, village_day(now()))
    goods = queries.goods_of_shop(shop.id, on_sale=True)
    return render(
        "shop/counter.html",
        shop=shop,
        goods=[good_view(good, stock) for good, stock in goods],
        policy=policy,
        cash_top_up=policy.cash_top_up and shop.stock_owner is StockOwner.SHOPKEEPER,
        receipts_url="/receipts/",
    )


@blueprint.get("/receipts")
@page(permission="redemption.read")
def receipts() -> Any:
    """What was handed over, newest first."""
    village = current_village().code
    query = {"limit": 30, "after": request.args.get("after")}
    found = list_page(queries.redemptions(village), [Redemption.id.desc()], query)
    sales = queries.sales(found["items"])
    return render(
        "shop/receipts.html",
        sales=sales,
        holders=holders_of([sale.redemption for sale in sales]),
        older_url=url_for("shop_pages.receipts", after=found["next"]) if found["next"] else None,
        newest_url=url_for("shop_pages.receipts") if query["after"] else None,
    )


def holders_of(redemptions: list[Redemption]) -> dict[UUID, str]:
    """Whose card each sale was by, masked."""
    ids = {each.card_id for each in redemptions}
    cards = [card for card in (db.session.get(Card, each) for each in ids) if card is not None]
    names = holder_names(cards)
    return {each.id: masked(names.get(each.card_id, "")) for each in redemptions}


@blueprint.route("/receipts/<uuid:redemption_id>", methods=["GET", "POST"])
@page(permission="redemption.read")
def receipt(redemption_id: UUID) -> Any:
    """One receipt; the shopkeeper takes goods back here, by line."""
    village = current_village()
    redemption = queries.find_redemption(village.code, redemption_id)
    form = Form(forms.RefundForm)
    answer = form.accept(
        lambda: operations.refund_redemption(
            village=village.code,
            redemption_id=redemption_id,
            reason=form.data["reason"],
            lines=[
                operations.ReturnedLine(**line) for line in form.data["lines"] if line["quantity"]
            ],
            actor=current_actor(),
            now=now(),
        ),
        then=lambda _refund: url_for("shop_pages.receipt", redemption_id=redemption_id),
        done=_("Taken back: the points are with the household again"),
    )
    if answer is not None:
        return answer
    sale = queries.sales([queries.find_redemption(village.code, redemption_id)])[0]
    shop = queries.find_shop(redemption.shop_id)
    household = db.session.get_one(Household, redemption.household_id)
    position = ledger.positions(village.code, [household.account_code])[household.account_code]
    return render(
        "shop/receipt.html",
        sale=sale,
        shop=shop,
        holder=holders_of([redemption])[redemption.id],
        balance=position.balance,
        names={line.id: in_language(line.name_zh, line.name_en) for line in sale.lines},
        may_refund=may(current_actor(), "redemption.refund", shop.division),
        form=form,
        printed=printed_receipt(village.code, redemption.event_id),
        checkpoint=printed_checkpoint(village.code),
    )


@blueprint.route("/stock", methods=["GET", "POST"])
@page(permission="stock.read")
def stock() -> Any:
    """The shelf: what stands there, and what comes in, was counted, spoiled or went back."""
    shop = shop_here("stock.read")
    form = Form(forms.StockForm)
    shop_id = shop.id
    answer = form.accept(
        lambda: enter_movement(shop_id, form.data),
        then=lambda _movement: url_for("shop_pages.stock", shop=shop_id),
        done=_("Entered"),
    )
    if answer is not None:
        return answer
    shop = queries.find_shop(shop_id)
    goods = [good_view(good, stock) for good, stock in queries.goods_of_shop(shop.id)]
    moved = list_page(queries.movements(shop.id), [StockMovement.id.desc()], {"limit": 10})
    return render(
        "shop/stock.html",
        shop=shop,
        goods=goods,
        movements=moved["items"],
        kinds=MOVEMENTS,
        sources=sources_of(shop),
        may_move=may(current_actor(), "stock.move", shop.division),
        form=form,
    )


def sources_of(shop: Shop) -> list[StockSource]:
    """Where goods may come from: the village's by purchase or as a gift, else the shopkeeper's."""
    if shop.stock_owner is StockOwner.VILLAGE:
        return [StockSource.PURCHASE, StockSource.DONATION]
    return [StockSource.SHOPKEEPER]


def enter_movement(shop_id: UUID, data: dict[str, Any]) -> StockMovement:
    """Call the operation of a movement's kind with the rows that were filled in."""
    rows = [row for row in data["lines"] if row["quantity"] is not None]
    common: dict[str, Any] = {
        "shop_id": shop_id,
        "lines": [operations.StockLine(row["good_id"], row["quantity"]) for row in rows],
        "note": data["note"],
        "actor": current_actor(),
        "now": now(),
    }
    if data["kind"] is MovementKind.IN:
        source = data["source"] or sources_of(queries.find_shop(shop_id))[0]
        return operations.receive_stock(source=source, voucher=data["voucher"], **common)
    if data["kind"] is MovementKind.COUNT:
        return operations.count_stock(**common)
    return operations.remove_stock(kind=data["kind"], **common)


@blueprint.route("/desk/goods", methods=["GET", "POST"])
@page(permission="good.set")
def goods() -> Any:
    """The shop's list: add a good, change a price."""
    shop_id = shop_here("good.set").id
    form = Form(forms.GoodForm)
    answer = form.accept(
        lambda: operations.add_good(
            shop_id=shop_id, category="other", actor=current_actor(), now=now(), **form.data
        ),
        then=lambda _good: url_for("shop_pages.goods", shop=shop_id),
        done=_("The good is on the list"),
    )
    if answer is not None:
        return answer
    listed = [good_view(good, stock) for good, stock in queries.goods_of_shop(shop_id)]
    return render("shop/goods.html", shop=queries.find_shop(shop_id), goods=listed, form=form)


@blueprint.route("/desk/goods/<uuid:good_id>", methods=["GET", "POST"])
@page(permission="good.set")
def good(good_id: UUID) -> Any:
    """One good: its price, cost and cap, and whether it is on sale."""
    shop_id = shop_here("good.set").id
    kept = queries.find_good(shop_id, good_id)
    form = Form(
        forms.GoodChangeForm,
        {
            "price_points": kept.price_points,
            "cost_fen": f"{kept.cost_fen // 100}.{kept.cost_fen % 100:02d}",
            "household_cap": kept.household_cap or "",
            "on_sale": kept.on_sale,
        },
    )
    answer = form.accept(
        lambda: operations.change_good(
            shop_id=shop_id, good_id=good_id, changes=form.data, actor=current_actor(), now=now()
        ),
        then=lambda _good: url_for("shop_pages.goods", shop=shop_id),
        done=_("Changed"),
    )
    if answer is not None:
        return answer
    kept = queries.find_good(shop_id, good_id)
    shelf = db.session.get_one(Stock, good_id)
    return render("shop/good.html", good=good_view(kept, shelf), shop_id=shop_id, form=form)


@blueprint.get("/v/<village>/prices")
@page(permission=None)
def prices(village: str) -> Any:
    """What the village's households can get for how many points; anyone may read it."""
    listed: dict[UUID, tuple[Shop, list[GoodView]]] = {}
    for good, shelf, shop in queries.goods_for_village(village):
        listed.setdefault(shop.id, (shop, []))[1].append(good_view(good, shelf))
    return render("shop/prices.html", shops=list(listed.values()))
