"""A list on a page: what it was narrowed by, and where it goes on."""

from collections.abc import Sequence
from datetime import date
from functools import cached_property
from typing import Any

from flask import current_app, request, url_for

from incentives.web.dates import day_word, month_word
from incentives.web.lists.filters import Look
from incentives.web.lists.listing import Column, Item, Listing
from incentives.web.lists.queries import (
    HERE,
    OF_THE_SHELL,
    PAGING,
    Place,
    View,
    reader,
    typed_query,
)


class ListPage:
    """A list on a page: its query as loaded, and what `components/listing.html` shows of it.

    `endpoint` and `address` are the page's where a form's address shows it too.
    """

    def __init__(
        self,
        listing: Listing,
        view: View,
        *,
        limit: int | None = None,
        place: Place = HERE,
        endpoint: str | None = None,
        address: dict[str, Any] | None = None,
    ) -> None:
        self.listing, self.view, self.place = listing, view, place
        self.endpoint = endpoint or str(request.endpoint)
        self.address: dict[str, Any] = place.address if address is None else address
        self.typed, self.query = typed_query(view, place)
        if limit is not None and "limit" not in self.typed:
            self.query["limit"] = limit
        self.following: str | None = None
        self.is_empty = False

    def take(self, found: dict[str, Any]) -> Any:
        """The items of a page of the list, whose cursor is kept."""
        self.following = found.get("next")
        self.is_empty = not found["items"]
        return found["items"]

    def hold(self, items: list[Item]) -> list[Item]:
        """The items of a list that is given whole."""
        self.is_empty = not items
        return items

    def read(self, permission: str | None = None) -> Any:
        """The items that the JSON list gives here; `permission` is asked in the list's place."""
        read = reader(self.view, self.place, request.view_args or {}, permission)
        return self.take(read(self.query))

    @property
    def kept(self) -> dict[str, Any]:
        """The filters in use, as an address has them."""
        return {name: text for name, text in self.typed.items() if name not in PAGING}

    @cached_property
    def filters(self) -> list[dict[str, Any]]:
        """The filters with what was typed."""
        return [
            {
                "name": each.name,
                "label": each.label,
                "type": each.look.value,
                "options": list(each.options()),
                "value": self.typed.get(each.name, ""),
            }
            for each in self.listing.filters
            if each.look is not Look.HIDDEN or each.name in self.typed
        ]

    @property
    def used(self) -> list[dict[str, Any]]:
        """The filters in use in words, each with the address of the list without it."""
        return [
            {
                "name": each["name"],
                "label": each["label"],
                "text": self.said(each),
                "url": self.narrowed(**{each["name"]: None}),
            }
            for each in self.filters
            if each["value"]
        ]

    @staticmethod
    def said(used: dict[str, Any]) -> Any:
        """What a filter is set to, in words; nothing of an id that only a link knows."""
        if used["type"] == Look.HIDDEN:
            return ""
        if used["type"] == Look.DAY:
            return day_word(date.fromisoformat(used["value"]))
        if used["type"] == Look.MONTH:
            return month_word(date.fromisoformat(f"{used['value']}-01"))
        return dict(used["options"]).get(used["value"], used["value"])

    @property
    def where(self) -> dict[str, str]:
        """What the address says of where the list stands, for a form that would lose it."""
        names = (*self.place.names, OF_THE_SHELL)
        known = {each.name for each in self.listing.filters}
        return {
            name: request.args[name] for name in names if name in request.args and name not in known
        }

    def columns(self, rows: Sequence[Any]) -> list[Column]:
        """The columns that a page of rows says something in; the sheet has all of them."""
        return [
            each
            for each in self.listing.columns
            if any(each.value_of(row) not in (None, "") for row in rows)
        ]

    @property
    def can_be_narrowed(self) -> bool:
        """Whether filters are of use: not to a list that is empty without them."""
        return self.is_narrowed or not self.is_empty

    @property
    def is_narrowed(self) -> bool:
        """Whether a filter is in use."""
        return bool(self.kept)

    def url(self, endpoint: str | None = None, **more: Any) -> str:
        """This page, or another of the same place, with these parameters."""
        return url_for(endpoint or self.endpoint, **self.address, **more)

    def above(self, endpoint: str) -> str:
        """A page that this one lies below, by what its address takes of this one's."""
        name = f"{request.blueprint}{endpoint}" if endpoint.startswith(".") else endpoint
        taken = next(current_app.url_map.iter_rules(name)).arguments | {*self.place.names}
        kept = {key: value for key, value in self.address.items() if key in taken}
        return url_for(endpoint, **kept)

    def narrowed(self, **changes: Any) -> str:
        """This page with a filter set, or taken out where it is None."""
        kept = {**self.kept, **changes}
        return self.url(**{name: value for name, value in kept.items() if value is not None})

    @property
    def next_url(self) -> str | None:
        """Where the list goes on."""
        return self.url(**self.kept, after=self.following) if self.following else None

    @property
    def first_url(self) -> str | None:
        """Where it begins, on a page that isn't the first."""
        return self.url(**self.kept) if self.query.get("after") else None

    @property
    def here_url(self) -> str:
        """This page of the list as it is narrowed, to come back to after what is done on it."""
        return self.url(**self.typed)

    @property
    def excel_url(self) -> str:
        """The list as a sheet, narrowed as here."""
        return self.url(f".{self.listing.name}_workbook", **self.kept)

    @property
    def all_url(self) -> str:
        """The list without its filters."""
        return self.url()
