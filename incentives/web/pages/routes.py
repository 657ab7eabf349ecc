"""The pages of no room: choose a village, a village's own page, the language, the API's docs."""

from typing import Any

from flask import Blueprint, redirect, request, session
from werkzeug.wrappers import Response

from incentives.errors import NotFound
from incentives.web.api.document import document
from incentives.web.guard import guard
from incentives.web.languages import LANGUAGES
from incentives.web.pages.forms import local_address
from incentives.web.pages.places import places_of
from incentives.web.pages.shell import current_village, page, render

blueprint = Blueprint("web_pages", __name__)


@blueprint.get("/")
@page(permission=None)
def start() -> Any:
    """Choose a village."""
    villages = [
        {"code": each.code, "name": each.name, "url": f"/v/{each.code}"}
        for each in guard.open_villages()
    ]
    return render("web/start.html", villages=villages)


@blueprint.get("/v/<village>")
@page(permission=None)
def show_village(village: str) -> Any:
    """What anyone may read about a village."""
    return render("web/village.html", places=places_of(current_village().code))


@blueprint.get("/language/<code>")
def choose_language(code: str) -> Response:
    """Read on in another language; kept in the session."""
    if code not in LANGUAGES:
        raise NotFound()
    session["language"] = code
    session.permanent = True
    return redirect(local_address(request.args.get("next")) or "/", 303)


@blueprint.get("/api/docs")
@page(permission=None)
def api_docs() -> Any:
    """The API's reference, made of its document."""
    described = document()
    schemas = described.get("components", {}).get("schemas", {})
    return render("web/api_docs.html", groups=operations_by_room(described), schemas=schemas)


def operations_by_room(described: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The document's operations by their tag, in the order of their paths."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in described.get("paths", {}).items():
        for method, operation in methods.items():
            if method == "parameters":
                continue
            tag = (operation.get("tags") or ["web"])[0]
            groups.setdefault(tag, []).append({"method": method.upper(), "path": path, **operation})
    return groups
