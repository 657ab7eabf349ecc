"""The shop's list: goods and prices."""

from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import lazy_gettext as _

from incentives.access.actor import current_actor
from incentives.access.queries import person_names
from incentives.clock import now
from incentives.extensions import db
from incentives.files.operations import keep_file
from incentives.shop import forms, lists, operations, queries
from incentives.shop.api.goods import get_goods, get_prices
from incentives.shop.api.outputs import chosen_goods
from incentives.shop.importing import HEADINGS, WANTED, GoodsImport
from incentives.shop.models import Category, Good, Shop, Stock
from incentives.shop.pages.shared import blueprint, place_of_shop, shop_here
from incentives.shop.pages.views import good_view
from incentives.shop.words import CATEGORIES, unit_word
from incentives.web.lists import ListPage, export_page, list_page
from incentives.web.pages import Form, current_village, nav_item, page, render
from incentives.web.workbooks import workbook_response

nav_item(_("Goods and prices"), "/desk/goods", permission="good.list", order=64, of_village=False)

GOODS_HERE = place_of_shop("good.set")
NO_SHOP_TO_SET = _(
    "There is no shop here whose goods you set. A village's own are set by its cadres; "
    "a township's shop is opened under “Shops”."
)
TYPED_AS_THEY_ARE = (
    "barcode",
    "name_zh",
    "name_en",
    "price_points",
    "household_cap",
    "low_at",
    "season_from",
    "season_until",
    "voucher_days",
    "month_limit",
)


def shop_to_set() -> Shop:
    """The shop whose goods this page sets: a cadre's of the village, an administrator's above."""
    return shop_here("good.set", NO_SHOP_TO_SET)


@blueprint.route("/desk/goods", methods=["GET", "POST"])
@page(permission="good.list")
def goods() -> Any:
    """The shop's list, and a good more on it."""
    shop_id, village = shop_to_set().id, current_village().code
    form = Form(forms.GoodForm)
    answer = form.accept(
        lambda: operations.add_good(
            shop_id=shop_id, actor=current_actor(), now=now(), **with_photo(village, form.data)
        ),
        then=lambda _good: url_for("shop_pages.goods", shop=shop_id),
        done=_("The good is on the list"),
    )
    if answer is not None:
        return answer
    shown = ListPage(lists.GOODS, get_goods, place=GOODS_HERE)
    return render(
        "shop/goods.html",
        shop=queries.find_shop(shop_id),
        goods=[good_view(*each) for each in shown.hold(chosen_goods(shop_id, shown.query))],
        list=shown,
        categories=[(each.value, CATEGORIES[each]) for each in Category],
        form=form,
    )


export_page(blueprint, "/desk/goods", get_goods, lists.GOODS, place=GOODS_HERE)


@blueprint.route("/desk/goods/import", methods=["GET", "POST"])
@page(permission="good.list")
def import_goods() -> Any:
    """A list of goods as a workbook: all of it, or what is wrong row by row."""
    shop_id = shop_to_set().id
    form = Form(GoodsImport)
    answer = form.accept(
        lambda: operations.import_goods(
            shop_id=shop_id, goods=form.data["file"], actor=current_actor(), now=now()
        ),
        then=lambda _done: url_for("shop_pages.goods", shop=shop_id),
        done=_("The list is taken over"),
    )
    if answer is not None:
        return answer
    return render(
        "shop/import_goods.html",
        shop=queries.find_shop(shop_id),
        headings=HEADINGS,
        wanted=WANTED,
        problems=[problem_of(name, text) for name, text in form.errors.items() if name != "file"],
        form=form,
    )


def problem_of(name: str, text: str) -> tuple[str, str, str]:
    """The row, the heading and the sentence of a bad field, as `file-12-sku` names it."""
    _file, row, *field = name.split("-", 2)
    heading = HEADINGS.get(field[0]) if field else None
    return row, str(heading or ""), text


@blueprint.get("/desk/goods/import.xlsx")
@page(permission="good.list")
def import_template() -> Any:
    """The shop's list as a workbook, to be filled in and brought back."""
    shop = shop_to_set()
    rows = [
        [cell_of(good, name) for name in HEADINGS]
        for good, _stock in queries.goods_of_shop(shop.id)
    ]
    heads = [str(heading) for heading in HEADINGS.values()]
    return workbook_response(f"goods-{shop.division}", str(_("Goods and prices")), heads, rows)


def cell_of(good: Good, name: str) -> Any:
    """A good's field as a cell of that workbook."""
    value = getattr(good, name)
    if name == "cost_fen":
        return f"{value // 100}.{value % 100:02d}"
    if name == "unit":
        return unit_word(value)
    return str(CATEGORIES[value]) if name == "category" else value


@blueprint.route("/desk/goods/<uuid:good_id>", methods=["GET", "POST"])
@page(permission="good.list")
def good(good_id: UUID) -> Any:
    """One good: all that can change of it, and what it was for since when."""
    shop_id, village = shop_to_set().id, current_village().code
    form = Form(forms.GoodChangeForm, typed_of(queries.find_good(shop_id, good_id)))
    answer = form.accept(
        lambda: operations.change_good(
            shop_id=shop_id,
            good_id=good_id,
            changes=with_photo(village, form.data),
            actor=current_actor(),
            now=now(),
        ),
        then=lambda _good: url_for("shop_pages.good", good_id=good_id, shop=shop_id),
        done=_("Changed"),
    )
    if answer is not None:
        return answer
    kept = queries.find_good(shop_id, good_id)
    history = queries.price_history([good_id])
    shelf = db.session.get_one(Stock, good_id)
    return render(
        "shop/good.html",
        good=good_view(kept, shelf),
        held=shelf.quantity,
        shop_id=shop_id,
        categories=[(each.value, CATEGORIES[each]) for each in Category],
        history=history,
        names=person_names(each.set_by for each in history),
        form=form,
    )


list_page(
    blueprint,
    "/desk/goods/<uuid:good_id>/prices",
    get_prices,
    lists.PRICE_HISTORY,
    back=(".good", _("The good")),
    place=GOODS_HERE,
    permission="good.list",
)


def typed_of(good: Good) -> dict[str, Any]:
    """A good's fields as its form shows them."""
    values = {name: getattr(good, name) for name in TYPED_AS_THEY_ARE}
    return {name: "" if value is None else value for name, value in values.items()} | {
        "category": good.category.value,
        "unit": unit_word(good.unit),
        "cost_fen": f"{good.cost_fen // 100}.{good.cost_fen % 100:02d}",
        "on_sale": good.on_sale,
    }


def with_photo(village: str, data: dict[str, Any]) -> dict[str, Any]:
    """What was typed, the photo kept as a file of the village; none brought leaves the old one."""
    photo = data.pop("photo", None)
    if photo is None:
        return data
    file = keep_file(village=village, content=photo.read(), actor=current_actor(), now=now())
    return {**data, "photo_id": file.id}
