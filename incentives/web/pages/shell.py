"""Who may open a page, in which village, and what stands around it."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import current_app, g, make_response, redirect, render_template, request, session
from flask import url_for as address_of
from flask_babel import gettext as _
from flask_babel.speaklater import LazyString
from sqlalchemy import select
from werkzeug.wrappers import Response

from incentives.errors import NotFound
from incentives.extensions import db
from incentives.installation import find_installation
from incentives.web.guard import Caller, Village, allows, get_village, guard
from incentives.web.languages import LANGUAGES, current_language
from incentives.web.pages.forms import Form

View = Callable[..., Any]
Count = Callable[[Any, Village], int | None]


@dataclass(frozen=True)
class NavItem:
    """A place in the navigation, for whoever has the permission."""

    label: LazyString
    url: str
    permission: str
    order: int
    count: Count | None
    own: bool
    of_village: bool


navigation: dict[str, NavItem] = {}

# What belongs to a village and stands in addresses by its id: its model, by the id's name there.
of_villages: dict[str, Any] = {}

# What rooms say under the header of every page, by the page's village: kind and text.
band_makers: list[Callable[[Village | None], list[dict[str, str]]]] = []

# What rooms above put on top of a page, by its address: HTML by caller and village, or nothing.
page_sections: dict[str, list[Callable[[Any, Village], str]]] = {}


def page_section(url: str, make: Callable[[Any, Village], str]) -> None:
    """Put something on top of a page of another room, once however often it is asked."""
    made = page_sections.setdefault(url, [])
    if make not in made:
        made.append(make)


def nav_item(
    label: LazyString,
    url: str,
    *,
    permission: str,
    order: int = 50,
    count: Count | None = None,
    own: bool = False,
    of_village: bool = True,
) -> None:
    """Put a place into the navigation of everyone who has the permission anywhere.

    `count` gives what waits there, by actor and village. Places stand in the order of `order`. A
    place `of_village` leads to the same place in the caller's other villages.
    """
    navigation[url] = NavItem(label, url, permission, order, count, own, of_village)


def page(
    permission: str | None, *, own: bool = False, village: bool = True
) -> Callable[[View], View]:
    """Let in who has the permission in the page's village; `None` is public.

    The village is the path's `village`, else the one chosen by `?village=` of those that the
    caller covers, else that of the thing whose id is in the path (`of_villages`), else the one of
    last time (kept in the session), else the first. `village=False` is a page of no village:
    the permission is then wanted anywhere. The public is led to the sign-in.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def route(**path: Any) -> Any:
            caller = guard.caller()
            if "village" in path:
                g.village = get_village(path["village"])
            if permission is not None:
                if caller is None:
                    return to_sign_in()
                admit(caller, permission, own=own, village=village, path=path)
            return view(**path)

        route._permission = permission  # type: ignore[attr-defined]
        return route

    return decorate


def admit(
    caller: Caller, permission: str, *, own: bool, village: bool, path: dict[str, Any]
) -> None:
    """Choose the page's village and refuse a caller who may not do this there."""
    code = path.get("village")
    if code is None and village:
        g.villages = [
            each
            for each in guard.villages_of(caller)
            if allows(caller, permission, each.code, own=own)
        ]
        code = choose_village(g.villages, path)
    guard.check(caller, permission, code, own)


def choose_village(villages: list[Village], path: dict[str, Any]) -> str | None:
    """The village asked for, else that of the thing in the path, the one of last time, the first.

    What is in a village that the caller doesn't cover isn't looked for: the page finds nothing.
    """
    by_code = {each.code: each for each in villages}
    asked = request.args.get("village")
    if asked is not None and asked not in by_code:
        raise not_there(asked)
    code = asked or session.get("village")
    if asked is None and len(villages) > 1:
        there = village_of_thing(path)
        code = there if there in by_code else code
    if code not in by_code:
        code = next(iter(by_code), None)
    if code is None:
        return None
    if session.get("village") != code:  # each change sends the cookie anew, which may come late
        session["village"] = code
    g.village = by_code[code]
    return code


def not_there(asked: str) -> NotFound:
    """What is said of a village in which the caller may not open the page."""
    village = guard.find_village(asked)
    if village is None:
        return NotFound()
    return NotFound(_("This is of %(village)s, where you can't open it", village=village.name))


def village_of_thing(path: dict[str, Any]) -> str | None:
    """The village of the thing whose id stands in a page's address, if it is one of a village."""
    for name, value in path.items():
        if name in of_villages:
            model = of_villages[name]
            found: str | None = db.session.scalar(select(model.village).where(model.id == value))
            return found
    return None


def go_to_village(code: str) -> None:
    """Make another village that the caller covers the page's, as if it had been asked for."""
    village = next((each for each in g.get("villages", []) if each.code == code), None)
    if village is not None and village != g.get("village"):
        g.village = village
        session["village"] = code


def to_sign_in() -> Response:
    """Lead to the sign-in, and back here afterwards."""
    target = request.full_path if request.query_string else request.path
    if request.method != "GET":
        target = request.path
    return redirect("/login?" + urlencode({"next": target}), 303)


def current_village() -> Village:
    """The village of this page; refuses where there is none."""
    village: Village | None = g.get("village")
    if village is None:
        raise NotFound()
    return village


def render(template: str, **context: Any) -> Response:
    """A page in its shell; the status is that of a refused form in it, else 200."""
    forms = [value for value in context.values() if isinstance(value, Form)]
    status = next((form.status for form in forms if form.status != 200), 200)
    return make_response(render_template(template, **(shell() | context)), status)


def shell() -> dict[str, Any]:
    """What `base.html` expects (templates/components/README.md)."""
    caller = guard.caller()
    village: Village | None = g.get("village")
    return {
        "actor": caller,
        "village": village,
        "other_villages": other_villages(village),
        "nav": navigation_of(caller, village),
        "languages": languages(),
        "demo": is_demo(),
        "bands": [each for make in band_makers for each in make(village)],
        "sections_above": sections(caller, village),
        "sign_in_url": None if request.path == "/login" else "/login",
        "sign_out_url": "/logout",
    }


def other_villages(village: Village | None) -> list[tuple[str, str]]:
    """This place in the other villages where the caller may open it: names and addresses."""
    place = navigation.get(request.path)
    if village is None or place is None or not place.of_village:
        return []
    return [
        (each.name, f"{place.url}?{urlencode({'village': each.code})}")
        for each in g.get("villages", [])
        if each.code != village.code
    ]


def sections(caller: Caller | None, village: Village | None) -> list[str]:
    """What rooms above put on top of this page."""
    if caller is None or village is None:
        return []
    made = [make(caller, village) for make in page_sections.get(request.path, ())]
    return [each for each in made if each]


def navigation_of(caller: Caller | None, village: Village | None) -> list[dict[str, Any]]:
    """The places that the caller may open, with what waits there."""
    if caller is None:
        return []
    shown = [
        item
        for item in sorted(navigation.values(), key=lambda each: each.order)
        if allows(caller, item.permission, None, own=item.own)
    ]
    here = place_of(request.path, [item.url for item in shown])
    return [
        {
            "label": item.label,
            "url": item.url,
            "count": item.count(caller, village) if item.count and village else None,
            "active": item.url == here,
        }
        for item in shown
    ]


def place_of(path: str, urls: Sequence[str]) -> str | None:
    """The place that a page belongs to: the longest address that its own begins with."""
    above = [url for url in urls if path == url or path.startswith(url + "/")]
    return max(above, key=len, default=None)


def languages() -> list[dict[str, Any]]:
    """The languages to switch to."""
    here = request.full_path if request.query_string else request.path
    chosen = current_language()
    return [
        {
            "code": language.html,
            "label": language.label,
            "name": language.name,
            "url": address_of("web_pages.choose_language", code=code, next=here),
            "active": code == chosen,
        }
        for code, language in LANGUAGES.items()
    ]


def is_demo() -> bool:
    """Whether this is the made-up county; asked once, as it never changes."""
    kept = current_app.extensions.setdefault("jishan-demo", {})
    if "demo" not in kept:
        installation = find_installation()
        if installation is None:
            return False
        kept["demo"] = installation.demo
    return bool(kept["demo"])
