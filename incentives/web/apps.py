"""Pages that are installed on a phone and open without signal: manifest, service worker, shell.

    add_app(blueprint, App(key="shop", page="/shop", scope="/shop", name=_("Points shop"), …))

The shell is found by following the page's modules, styles and icons, so that none is forgotten; the
worker names what it keeps, and a change of any file is a change of it.
"""

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, jsonify, render_template, url_for
from flask_babel.speaklater import LazyString

from incentives.web.pages import page

STATIC = Path(__file__).parent.parent / "static"
EVERY_PAGE = "js/page.js"
# Sheets that are laid out by the server, and not by a browser.
NOT_FOR_BROWSERS = {"pdf.css"}
IMPORTED = re.compile(r"""(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]""")
NAMED = re.compile(r"""url\(["']?([^"')]+)["']?\)""")
PAPER = "#FBF8F3"


@dataclass(frozen=True)
class App:
    """An installable page: its address, the scope of its worker, and its own modules.

    `key` names its caches, and its icons: `<key>-192.png`, `-512.png` and `-maskable-512.png`.
    `also` are addresses that lead to the page and open it without signal, too; `besides` are pages
    of their own that open without signal as they were last. Once the session has ended, the sign-in
    opens in the page's place where it has come whole, else the page as it was last; with `stays`
    always the page, whose script then says so.
    """

    key: str
    page: str
    scope: str
    name: LazyString
    modules: tuple[str, ...]
    colour: str
    also: tuple[str, ...] = ()
    besides: tuple[str, ...] = ()
    stays: bool = False


@cache
def shell_files(modules: tuple[str, ...]) -> tuple[str, ...]:
    """The files below `static/` that a page of these modules needs to open, in order."""
    wanted = [STATIC / name for name in (EVERY_PAGE, *modules)]
    wanted += [each for each in STATIC.glob("css/*.css") if each.name not in NOT_FOR_BROWSERS]
    wanted += STATIC.glob("icons/*")
    found: set[Path] = set()
    while wanted:
        path = wanted.pop()
        if path not in found:
            found.add(path)
            wanted += named_by(path)
    return tuple(sorted(path.relative_to(STATIC).as_posix() for path in found))


def named_by(path: Path) -> list[Path]:
    """The files that a module imports or a stylesheet names."""
    pattern = {".js": IMPORTED, ".css": NAMED}.get(path.suffix)
    if pattern is None:
        return []
    names = pattern.findall(path.read_text(encoding="utf-8"))
    return [(path.parent / name).resolve() for name in names]


@cache
def shell_version(modules: tuple[str, ...]) -> str:
    """A name of what these files hold now: another one makes browsers fetch them anew."""
    digest = hashlib.sha256()
    for name in shell_files(modules):
        digest.update(name.encode() + b"\n" + hashlib.sha256((STATIC / name).read_bytes()).digest())
    return digest.hexdigest()[:16]


def add_app(blueprint: Blueprint, app: App) -> None:
    """Give an installable page its manifest and its worker, below its own address."""

    @page(permission=None)
    def manifest() -> Response:
        """What the phone shows of the page on its start screen."""
        return manifest_of(app)

    @page(permission=None)
    def worker() -> Response:
        """The page's service worker."""
        return worker_of(app)

    blueprint.add_url_rule(f"{app.page}/manifest.webmanifest", "manifest", manifest)
    blueprint.add_url_rule(f"{app.page}/worker.js", "worker", worker)


def manifest_of(app: App) -> Response:
    """The manifest (W3C Web Application Manifest)."""
    icons = [
        {"src": icon(app, "192"), "sizes": "192x192", "type": "image/png"},
        {"src": icon(app, "512"), "sizes": "512x512", "type": "image/png"},
        {
            "src": icon(app, "maskable-512"),
            "sizes": "512x512",
            "type": "image/png",
            "purpose": "maskable",
        },
    ]
    answer = jsonify(
        id=app.page,
        name=str(app.name),
        short_name=str(app.name),
        start_url=app.page,
        scope=app.scope,
        display="standalone",
        orientation="portrait",
        background_color=PAPER,
        theme_color=app.colour,
        icons=icons,
    )
    answer.mimetype = "application/manifest+json"
    return answer


def icon(app: App, name: str) -> str:
    """Where an icon is."""
    return url_for("static", filename=f"icons/{app.key}-{name}.png")


def worker_of(app: App) -> Response:
    """The worker's text, which names what it keeps."""
    files = [url_for("static", filename=name) for name in shell_files(app.modules)]
    version = shell_version(app.modules)
    text = render_template("web/worker.js", app=app, version=version, files=files)
    answer = Response(text, mimetype="text/javascript")
    # Its own folder is below the page, and the page stands above it.
    answer.headers["Service-Worker-Allowed"] = app.scope
    answer.headers["Cache-Control"] = "no-cache"
    return answer
