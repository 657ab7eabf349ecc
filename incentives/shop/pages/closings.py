"""The day's close: what stands open, the cash counted, and each close to be printed."""

from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import lazy_gettext as _

from incentives.access.actor import current_actor
from incentives.access.queries import person_names
from incentives.clock import now
from incentives.errors import NotFound
from incentives.extensions import db
from incentives.shop import forms, lists, operations, queries
from incentives.shop.api.closings import get_closings
from incentives.shop.keeping import may_at
from incentives.shop.models import Closing
from incentives.shop.pages.shared import blueprint, place_of_shop, shop_here
from incentives.shop.words import unit_word
from incentives.web.cursors import page as list_page
from incentives.web.languages import in_language
from incentives.web.lists import ListPage, export_page
from incentives.web.pages import Form, nav_item, page, render

nav_item(_("Day's close"), "/shop/closings", permission="closing.read", order=61, of_village=False)
HERE = place_of_shop("closing.read")


@blueprint.route("/shop/closings", methods=["GET", "POST"])
@page(permission="closing.read")
def closings() -> Any:
    """What stands open, to be closed with the cash that was counted; and the closes before."""
    shop = shop_here("closing.read")
    shop_id = shop.id
    form = Form(forms.ClosingForm)
    answer = form.accept(
        lambda: operations.close_day(
            shop_id=shop_id, actor=current_actor(), now=now(), **form.data
        ),
        then=lambda closing: url_for("shop_pages.closing", closing_id=closing.id),
        done=_("The day is closed"),
    )
    if answer is not None:
        return answer
    shop = queries.find_shop(shop_id)
    shown = ListPage(lists.CLOSINGS, get_closings, limit=30, place=HERE)
    chosen = lists.CLOSINGS.narrow(queries.closings_of_shop(shop_id), shown.query)
    return render(
        "shop/closings.html",
        shop=shop,
        day=queries.day_of(shop_id, None),
        goods_of=goods_of,
        may_close=may_at(current_actor(), "closing.make", shop),
        closings=shown.take(list_page(chosen, [Closing.id.desc()], shown.query)),
        list=shown,
        form=form,
    )


export_page(blueprint, "/shop/closings", get_closings, lists.CLOSINGS, place=HERE)


@blueprint.get("/shop/closings/<uuid:closing_id>")
@page(permission="closing.read")
def closing(closing_id: UUID) -> Any:
    """One day's close, to be read and printed."""
    made = db.session.get(Closing, closing_id)
    if made is None:
        raise NotFound()
    shop = queries.find_shop(made.shop_id)
    if not may_at(current_actor(), "closing.read", shop):
        raise NotFound()
    return render(
        "shop/closing.html",
        shop=shop,
        closing=made,
        closed_by=person_names({made.closed_by}).get(made.closed_by, ""),
        day=queries.day_of(shop.id, made),
        goods_of=goods_of,
    )


def goods_of(day: queries.Day) -> list[tuple[str, str, int, int]]:
    """The goods of a day in the reader's language: name, unit, handed out, came back."""
    return [
        (
            in_language(each.name_zh, each.name_en),
            unit_word(each.unit),
            each.handed_out,
            each.came_back,
        )
        for each in day.goods
    ]
