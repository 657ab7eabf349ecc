"""The pieces of HTML that stand hundreds of times on a page, written by Python.

A macro of the templates takes many times as long: with 500 goods or 2,000 people that was most of a
page's time. Templates have them by the names of their components (templates/components/README.md).
"""

from collections.abc import Callable, Collection, Sequence
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from flask import Flask, url_for
from flask_babel import ngettext
from markupsafe import Markup, escape

NOBODY = UUID(int=0)


def init_app(app: Flask) -> None:
    """Let components name these pieces."""
    app.jinja_env.globals["pieces"] = SimpleNamespace(
        number=number, points=points, yuan=yuan, row=row, table_row=table_row, tick_tile=tick_tile
    )
    app.jinja_env.globals["addresses"] = addresses


def number(n: int, sign: bool = False) -> str:
    """A number with a real minus sign, and a plus where signs are wanted."""
    before = "−" if n < 0 else "+" if sign and n > 0 else ""
    return f"{before}{abs(n):,}"


def tone(n: int, sign: bool) -> str:
    """The class of what came in or went out."""
    return " amount-in" if sign and n > 0 else " amount-out" if sign and n < 0 else ""


def points(n: int, sign: bool = False, unit: bool = True) -> Markup:
    """Points with their word."""
    word = f' <span class="unit">{escape(ngettext("point", "points", abs(n)))}</span>'
    return Markup(  # noqa: S704 -- what isn't ours is escaped
        f'<span class="amount{tone(n, sign)}">{number(n, sign)}{word if unit else ""}</span>'
    )


def yuan(fen: int, sign: bool = False) -> Markup:
    """Money of so many fen."""
    before = "−" if fen < 0 else "+" if sign and fen > 0 else ""
    whole, rest = divmod(abs(fen), 100)
    return Markup(  # noqa: S704 -- numbers alone
        f'<span class="amount yuan{tone(fen, sign)}">{before}¥{whole:,}.{rest:02d}</span>'
    )


def row(
    title: Any,
    small: Any = "",
    figure: Any = "",
    url: str | None = None,
    words: Any = "",
    caller: Callable[[], str] | None = None,
) -> Markup:
    """A row of a list: a title, its reason in small print, a figure; more of it from the caller."""
    name = f'<span class="row-title">{escape(title)}</span>'
    if url:
        name = f'<a class="row-title" href="{escape(url)}">{escape(title)}</a>'
    found = f' data-words="{escape(words)}"' if words else ""
    reason = f'<p class="row-small">{escape(small)}</p>' if small else ""
    amount = ""
    if not isinstance(figure, str) or figure:
        amount = f'<div class="row-figure">{escape(figure)}</div>'
    more = caller().strip() if caller else ""
    rest = f'<div class="row-more">{escape(more)}</div>' if more else ""
    return Markup(  # noqa: S704 -- all that came in is escaped
        f'<li class="row"{found}><div class="row-words">{name}{reason}</div>{amount}{rest}</li>'
    )


def table_row(heads: Sequence[Any], cells: Sequence[Any], numeric: Collection[int] = ()) -> Markup:
    """A row of a table that becomes a card on phones: its first cell is its heading."""
    first = "".join(f'<th role="rowheader" scope="row">{escape(cell)}</th>' for cell in cells[:1])
    ends = [' class="end"' if at in numeric else "" for at in range(len(cells))]
    rest = "".join(
        f'<td role="cell" data-label="{escape(head)}"{end}>{escape(cell)}</td>'
        for head, cell, end in list(zip(heads, cells, ends, strict=False))[1:]
    )
    return Markup(f'<tr role="row">{first}{rest}</tr>')  # noqa: S704 -- its cells are escaped


def tick_tile(
    name: str,
    value: Any,
    title: Any,
    small: Any = "",
    checked: bool = False,
    disabled: bool = False,
    points: int | None = None,
    words: Any = "",
    type: str = "checkbox",
    line: Any = "",
) -> Markup:
    """A tile to tick: a person of a patrol, a good of a shop.

    `line` is what a draft keeps of a ticked one that a page may not have again (js/drafts.js).
    """
    found = f' data-words="{escape(words)}"' if words else ""
    worth = "" if points is None else f' data-points="{points}"'
    kept = f' data-draft-line="{escape(line)}"' if line else ""
    state = f"{' checked' if checked else ''}{' disabled' if disabled else ''}"
    reason = f' <span class="tile-small">{escape(small)}</span>' if small else ""
    return Markup(  # noqa: S704 -- all that came in is escaped
        f'<label class="tile"{found}>'
        f'<input type="{type}" name="{escape(name)}" value="{escape(value)}"{worth}{kept}{state}>'
        f'<span class="tile-words"><span class="tile-title">{escape(title)}</span>{reason}</span>'
        "</label>"
    )


def addresses(endpoint: str, name: str, **values: Any) -> Callable[[UUID], str]:
    """The addresses of many things of one kind, by their ids: the way is looked up once."""
    named: dict[str, Any] = {name: NOBODY, **values}
    before, after = url_for(endpoint, **named).split(str(NOBODY))
    return lambda each: f"{before}{each}{after}"
