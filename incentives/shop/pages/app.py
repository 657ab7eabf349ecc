"""The counter as an installable app: its manifest and its service worker, the same for all."""

from typing import Any

from flask import Response, jsonify, render_template, url_for
from flask_babel import gettext as _

from incentives.shop.assets import shell_files, shell_version
from incentives.shop.pages.shared import blueprint
from incentives.web.pages import page

GREEN, PAPER = "#22614C", "#FBF8F3"


@blueprint.get("/shop/manifest.webmanifest")
@page(permission=None)
def manifest() -> Response:
    """What the phone shows of the counter on its start screen."""
    icons = [
        {"src": icon("shop-192.png"), "sizes": "192x192", "type": "image/png"},
        {"src": icon("shop-512.png"), "sizes": "512x512", "type": "image/png"},
        {
            "src": icon("shop-maskable-512.png"),
            "sizes": "512x512",
            "type": "image/png",
            "purpose": "maskable",
        },
    ]
    answer = jsonify(
        id="/shop",
        name=_("Points shop"),
        short_name=_("Points shop"),
        start_url="/shop",
        scope="/shop",
        display="standalone",
        orientation="portrait",
        background_color=PAPER,
        theme_color=GREEN,
        icons=icons,
    )
    answer.mimetype = "application/manifest+json"
    return answer


def icon(name: str) -> str:
    """Where an icon is."""
    return url_for("static", filename=f"icons/{name}")


@blueprint.get("/shop/worker.js")
@page(permission=None)
def worker() -> Any:
    """The service worker, which names what it keeps: a change of any file is a change of it."""
    files = [url_for("static", filename=name) for name in shell_files()]
    text = render_template("shop/worker.js", version=shell_version(), files=files)
    answer = Response(text, mimetype="text/javascript")
    # Its own folder is /shop/, and the counter stands at /shop.
    answer.headers["Service-Worker-Allowed"] = "/shop"
    answer.headers["Cache-Control"] = "no-cache"
    return answer
