"""The query of a list: that of its JSON call, and what a page's address says of it."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from flask import request
from marshmallow import Schema
from werkzeug.datastructures import MultiDict

from incentives.web.api.call import Call
from incentives.web.guard import guard
from incentives.web.pages.shell import current_village
from incentives.web.parsing import load_query

View = Callable[..., Any]
Read = Callable[[dict[str, Any]], dict[str, Any]]

PAGING = ("limit", "after")
OF_THE_SHELL = "village"


@dataclass(frozen=True)
class Place:
    """Where a page's list stands, where the page's address isn't that of its JSON call.

    `path` gives what the call has in its path; `fixed` what the page itself asks of the list;
    `names` are the parameters of the page that say where it stands, as which shop. `read` gives
    what a loaded query finds on a page that stands in no one division, as of all that a person
    decides for: it reads only what they may.
    """

    path: Callable[[], dict[str, Any]] = dict
    fixed: Callable[[], dict[str, Any]] = dict
    names: tuple[str, ...] = ()
    read: Read | None = None

    @property
    def address(self) -> dict[str, Any]:
        """The page's own path, and the parameters that say where it stands."""
        named = {name: request.args[name] for name in self.names if name in request.args}
        return {**(request.view_args or {}), **named}


HERE = Place()


def call_of(view: View) -> Call:
    """What the JSON list takes and who may read it."""
    return cast("Call", cast("Any", view)._call)


def read_items(view: View, path: dict[str, Any], query: dict[str, Any]) -> dict[str, Any]:
    """A page of the list as the JSON call would give it."""
    given = {} if call_of(view).query is None else {"query": dict(query)}
    return cast("dict[str, Any]", inspect.unwrap(view)(**path, **given))


def admit_to(view: View, path: dict[str, Any], permission: str | None = None) -> None:
    """Refuse a page's reader whom the JSON list would; `permission` is asked in its place."""
    call = call_of(view)
    wanted = permission or call.permission
    if wanted is not None:
        division = call.division(**path) if call.division else path.get("village", path.get("code"))
        guard.check(guard.caller(), wanted, division, call.own)


def reader(view: View, place: Place, path: dict[str, Any], permission: str | None = None) -> Read:
    """What gives the items of a page with that path of its own; refuses who may not read them.

    `permission` is asked in the place of the list's own.
    """
    if place.read is not None:
        return place.read
    here = path_of(view, place, path)
    admit_to(view, here, permission)
    return partial(read_items, view, here)


def path_of(view: View, place: Place, path: dict[str, Any]) -> dict[str, Any]:
    """The path of the JSON call on a page with that path of its own."""
    taken = inspect.signature(view).parameters
    here = {"village": current_village().code} if OF_THE_SHELL in taken else {}
    return {name: value for name, value in path.items() if name in taken} | here | place.path()


def stands_in_village(view: View, place: Place) -> bool:
    """Whether the page of a list has a village, by which its place is found."""
    if place.read is not None:
        return False
    return OF_THE_SHELL in inspect.signature(view).parameters or place is not HERE


def narrowing(view: View) -> Schema:
    """The list's query without its paging."""
    return without(view, PAGING)


def without(view: View, names: tuple[str, ...]) -> Schema:
    """The list's query without some of its parameters."""
    query = call_of(view).query or Schema()
    return type(query)(exclude=[name for name in names if name in query.fields])


def narrowing_of(query: dict[str, Any]) -> dict[str, Any]:
    """A loaded query without its paging: what it narrows the list to."""
    return {name: value for name, value in query.items() if name not in PAGING}


def typed_query(
    view: View, place: Place, *, paging: bool = True
) -> tuple[dict[str, str], dict[str, Any]]:
    """A page's address as the list's query: what was typed, and that loaded with what is fixed.

    What was left empty isn't there, nor what says where the page stands. Refuses what is no
    parameter of the list.
    """
    fixed = place.fixed()
    schema = without(view, (*fixed, *(() if paging else PAGING)))
    known = {field.data_key or name for name, field in schema.fields.items()}
    apart = {OF_THE_SHELL, *place.names} - known
    typed = MultiDict(
        [
            (name, text)
            for name, text in request.args.items(multi=True)
            if name not in apart and text.strip()
        ]
    )
    return dict(typed.items()), load_query(schema, typed) | fixed
