"""Jishan (积善), the points exchange for villages: one self-hosted Flask service."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from flask import Flask

from incentives import config as settings
from incentives.extensions import csrf, db, migrate
from incentives.keys import make_keys
from incentives.ledger import refusal_of
from incentives.web.transaction import map_database_error

ROOMS = (
    "web",
    "ledger",
    "access",
    "recovery",
    "register",
    "files",
    "books",
    "cards",
    "awards",
    "fund",
    "clearing",
    "calls",
    "patrols",
    "shop",
    "notices",
    "openings",
    "demo",
    "upkeep",
)
PARTS = ("models", "api", "pages", "cli")

# Web and ledger don't know each other: here the one learns what the other's failed CHECK means.
if refusal_of not in map_database_error:
    map_database_error.append(refusal_of)


def create_app(config: dict[str, Any] | None = None) -> Flask:
    """The application by the environment's settings, with `config` laid over them.

    Each room gives what it has under the names of `docs/architecture.md`: its tables in
    `models`, its blueprint in `api` and `pages`, its command group or `commands` in `cli`.
    """
    app = Flask(__name__, template_folder=str(Path(__file__).parent.parent / "templates"))
    app.config.from_mapping(settings.from_environment())
    app.config.from_mapping(config or {})
    data = Path(app.config["JISHAN_DATA"])
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    make_keys(data / "keys")
    db.init_app(app)
    migrate.init_app(
        app, db, directory=str(Path(__file__).parent / "migrations"), render_as_batch=True
    )
    import_module("incentives.installation")
    for room in ROOMS:
        package = import_module(f"incentives.{room}")
        if hasattr(package, "init_app"):
            package.init_app(app)
    csrf.init_app(app)
    for room in ROOMS:
        for part in PARTS:
            add_part(app, room, part)
    return app


def add_part(app: Flask, room: str, part: str) -> None:
    """Load one part of a room, if the room has it, and register what it offers."""
    name = f"incentives.{room}.{part}"
    if find_spec(name) is None:
        return
    module = import_module(name)
    if part == "api":
        csrf.exempt(module.blueprint)  # the API takes a bearer token and never the cookie
        app.extensions["flask-smorest-api"].register_blueprint(module.blueprint)
    elif part == "pages":
        app.register_blueprint(module.blueprint)
    elif part == "cli":
        for command in getattr(module, "commands", None) or [module.group]:
            app.cli.add_command(command)
