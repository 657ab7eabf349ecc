"""What points are worth, for anyone."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, redirect, render_template, url_for
from flask_babel import lazy_gettext as _

from incentives import ledger
from incentives.access.actor import find_actor
from incentives.clock import now, village_day
from incentives.errors import Invalid
from incentives.extensions import db
from incentives.register.models import Household
from incentives.register.policy import policy_on
from incentives.register.sections import own_sections
from incentives.shop import lists, queries
from incentives.shop.api.goods import get_village_goods
from incentives.shop.api.shops import get_shops
from incentives.shop.models import Category, Good, Shop, Voucher, VoucherStatus
from incentives.shop.pages.shared import blueprint
from incentives.shop.pages.views import GoodView, good_view, voucher_views
from incentives.shop.photos import photo_response
from incentives.shop.sheets import price_list_pdf, price_list_sheet
from incentives.shop.words import CATEGORIES
from incentives.web.lists import ListPage, export_page, list_page
from incentives.web.pages import page, public_place, render

public_place(_("What points are worth"), "/v/{village}/prices", order=20)

VOUCHERS_SHOWN = 20
SEE_OTHER = 303


@blueprint.get("/v/<village>/prices")
@page(permission=None)
def prices(village: str) -> Any:
    """What the village's households can get for how many points; anyone may read it.

    Anybody may type how many points they have and sees how many each thing still needs; whoever is
    signed in by card sees it for their household's own until they do. What is no number of points
    leads to the whole list, not to a refusal.
    """
    try:
        listed = ListPage(lists.PUBLIC_GOODS, get_village_goods)
    except Invalid:
        return redirect(url_for(".prices", village=village), SEE_OTHER)
    own, typed = own_position(village), listed.query["points"]
    position = own if typed is None else ledger.Position(typed, typed, debt=0)
    today = village_day(now())
    shops: dict[UUID, tuple[Shop, dict[Category, list[GoodView]]]] = {}
    for good, shelf, shop in queries.goods_for_village(village):
        if not lists.PUBLIC_GOODS.sift([good], listed.query):
            continue
        groups = shops.setdefault(shop.id, (shop, {}))[1]
        groups.setdefault(good.category, []).append(good_view(good, shelf, today=today))
    shown = listed.hold(
        [good for _shop, groups in shops.values() for each in groups.values() for good in each]
    )
    return render(
        "shop/prices.html",
        pictured=any(good.photo for good in shown),
        shops=[
            (shop, [(CATEGORIES[each], groups[each]) for each in Category if each in groups])
            for shop, groups in shops.values()
        ],
        position=position,
        own=own,
        list=listed,
        redeemed_next=redeemed_next(village, today),
    )


def redeemed_next(village: str, today: date) -> date | None:
    """The next day on which the village redeems, where today is none."""
    days = policy_on(village, today).redemption_days
    return None if days.includes(today) else days.next_from(today)


def own_position(village: str) -> ledger.Position | None:
    """What the household of whoever is signed in has here; None for anybody else."""
    actor = find_actor()
    if actor is None or actor.household_id is None:
        return None
    household = db.session.get(Household, actor.household_id)
    if household is None or household.village != village:
        return None
    return ledger.positions(village, [household.account_code])[household.account_code]


list_page(
    blueprint,
    "/v/<village>/shops",
    get_shops,
    lists.SHOPS,
    back=(".prices", _("What points are worth")),
)
export_page(blueprint, "/v/<village>/prices", get_village_goods, lists.PUBLIC_GOODS)


@blueprint.get("/v/<village>/goods/<uuid:good_id>/photo")
@page(permission=None)
def photo(village: str, good_id: UUID) -> Response:
    """A good's small picture."""
    return photo_response(village, good_id)


@blueprint.get("/v/<village>/prices/print")
@page(permission=None)
def print_prices(village: str) -> Any:
    """The price list to put up: in Chinese with Tibetan headings, whoever prints it."""

    def address(good: Good) -> str:
        return url_for(".photo", village=village, good_id=good.id) if good.photo_id else ""

    sheet = price_list_sheet(village, village_day(now()), address)
    return render("shop/prices_print.html", sheet=sheet)


@blueprint.get("/v/<village>/prices.pdf")
@page(permission=None)
def download_prices(village: str) -> Response:
    """The price list as a PDF."""
    return price_list_pdf(village, village_day(now()))


def own_section(village: str, household_id: UUID) -> str:
    """What a household can get for its points, what comes next, and its vouchers to be used."""
    household = db.session.get_one(Household, household_id)
    position = ledger.positions(village, [household.account_code])[household.account_code]
    today = village_day(now())
    had = [
        good_view(good, shelf, today=today)
        for good, shelf, _shop in queries.goods_for_village(village)
        if good.in_season(today) and (good.is_service or shelf.quantity > 0)
    ]
    had.sort(key=lambda each: each.price_points)
    chosen = queries.vouchers(village, household_id=household_id, status=VoucherStatus.ISSUED)
    slips = list(db.session.scalars(chosen.order_by(Voucher.valid_until).limit(VOUCHERS_SHOWN)))
    if not had and not slips:
        return ""
    return render_template(
        "shop/own_section.html",
        affordable=sum(1 for each in had if each.price_points <= position.spendable),
        following=next((each for each in had if each.price_points > position.spendable), None),
        position=position,
        redeemed_next=redeemed_next(village, today),
        prices_url=url_for("shop_pages.prices", village=village),
        vouchers=voucher_views(slips),
    )


own_sections.append(own_section)
