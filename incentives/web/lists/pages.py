"""The page of a list that needs nothing but its rows: filters, a table that folds, the sheet."""

from typing import Any, cast

from flask import Blueprint
from flask_babel.speaklater import LazyString

from incentives.web.lists.exporting import export_page
from incentives.web.lists.listing import Listing
from incentives.web.lists.queries import HERE, Place, View, call_of, stands_in_village
from incentives.web.lists.shown import ListPage
from incentives.web.pages.shell import page, render

ROWS_ON_A_PAGE = 30


def list_page(
    blueprint: Blueprint,
    rule: str,
    view: View,
    listing: Listing,
    *,
    back: tuple[str, LazyString] | None = None,
    note: LazyString | None = None,
    place: Place = HERE,
    permission: str | None = None,
) -> None:
    """Give a JSON list its page and the page's sheet, under the list's own permission.

    `back` is the endpoint that the page lies below, and its name; `note` a sentence above the list.
    `permission` is the page's, where it wants more than the list does.
    """
    call = call_of(view)
    permission = permission or call.permission

    @page(permission=permission, own=call.own, village=stands_in_village(view, place))
    def show_list(**_path: Any) -> Any:
        paged = call.query is not None and "limit" in call.query.fields
        shown = ListPage(listing, view, limit=ROWS_ON_A_PAGE if paged else None, place=place)
        rows = listing.rows(shown.read(permission))
        return render("web/list.html", list=shown, rows=rows, back_to=back, note=note)

    cast("Any", show_list)._shows = (listing, view)
    blueprint.add_url_rule(rule, f"{listing.name}_list", show_list)
    export_page(blueprint, rule, view, listing, place=place, permission=permission)
