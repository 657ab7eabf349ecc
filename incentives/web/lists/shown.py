"""A list on a page: what it was narrowed by, and where it goes on."""

from typing import Any

from flask import request, url_for
from marshmallow import Schema

from incentives.web.lists.listing import Listing
from incentives.web.lists.queries import PAGING, View, call_of, typed_filters
from incentives.web.parsing import load_query


class ListPage:
    """A list on a page: its query as loaded, and what `components/listing.html` shows of it.

    `endpoint` and `place` are the page's where a form's address shows it too.
    """

    def __init__(
        self,
        listing: Listing,
        view: View,
        *,
        limit: int | None = None,
        endpoint: str | None = None,
        place: dict[str, Any] | None = None,
    ) -> None:
        self.listing = listing
        self.endpoint = endpoint or str(request.endpoint)
        self.place: dict[str, Any] = dict(request.view_args or {}) if place is None else place
        schema = call_of(view).query or Schema()
        self.typed = typed_filters()
        self.query: dict[str, Any] = load_query(schema, self.typed)
        if limit is not None and "limit" not in self.typed:
            self.query["limit"] = limit
        self.following: str | None = None
        self.is_empty = False

    def take(self, found: dict[str, Any]) -> Any:
        """The items of a page of the list, whose cursor is kept."""
        self.following = found.get("next")
        self.is_empty = not found["items"]
        return found["items"]

    @property
    def kept(self) -> dict[str, Any]:
        """The filters in use, as an address has them."""
        return {name: text for name, text in self.typed.items() if name not in PAGING}

    @property
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
        ]

    @property
    def can_be_narrowed(self) -> bool:
        """Whether filters are of use: not to a list that is empty without them."""
        return self.is_narrowed or not self.is_empty

    @property
    def is_narrowed(self) -> bool:
        """Whether a filter is in use."""
        return bool(self.kept)

    def address(self, endpoint: str | None = None, **more: Any) -> str:
        """This page, or another of the same place, with these parameters."""
        return url_for(endpoint or self.endpoint, **self.place, **more)

    def narrowed(self, **changes: Any) -> str:
        """This page with a filter set, or taken out where it is None."""
        kept = {**self.kept, **changes}
        return self.address(**{name: value for name, value in kept.items() if value is not None})

    @property
    def next_url(self) -> str | None:
        """Where the list goes on."""
        return self.address(**self.kept, after=self.following) if self.following else None

    @property
    def first_url(self) -> str | None:
        """Where it begins, on a page that isn't the first."""
        return self.address(**self.kept) if self.query.get("after") else None

    @property
    def excel_url(self) -> str:
        """The list as a sheet, narrowed as here."""
        return self.address(f".{self.listing.name}_workbook", **self.kept)

    @property
    def all_url(self) -> str:
        """The list without its filters."""
        return self.address()
