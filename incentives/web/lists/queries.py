"""The query of a list: that of its JSON call, with and without paging."""

from collections.abc import Callable
from typing import Any, cast

from flask import request
from marshmallow import Schema
from werkzeug.datastructures import MultiDict

from incentives.web.api.call import Call

View = Callable[..., Any]

PAGING = ("limit", "after")


def call_of(view: View) -> Call:
    """What the JSON list takes and who may read it."""
    return cast("Call", cast("Any", view)._call)


def narrowing(view: View) -> Schema:
    """The list's query without its paging."""
    query = call_of(view).query or Schema()
    return type(query)(exclude=[name for name in PAGING if name in query.fields])


def narrowing_of(query: dict[str, Any]) -> dict[str, Any]:
    """A loaded query without its paging: what it narrows the list to."""
    return {name: value for name, value in query.items() if name not in PAGING}


def typed_filters() -> MultiDict[str, str]:
    """The page's query without what was left empty.

    Nor with the village, which the shell has read, and `sent`, the form that led here, by whose
    key the browser forgets its draft.
    """
    return MultiDict(
        [
            (name, text)
            for name, text in request.args.items(multi=True)
            if name not in ("village", "sent") and text.strip()
        ]
    )
