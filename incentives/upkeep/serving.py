"""`make run`: everything that a start needs, in order, then the server and the worker beside it."""

import atexit
import os
import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from typing import cast

import click
from flask import Flask, current_app
from gunicorn.app.base import BaseApplication

from incentives.config import ROOT
from incentives.demo.accounts import PASSWORD, accounts
from incentives.demo.loading import load_demo
from incentives.extensions import db
from incentives.installation import find_installation
from incentives.upkeep.schema import migrate, start_over

CONFIG = Path(__file__).parent / "gunicorn.conf.py"


def prepare() -> None:
    """Migrate the database, and load the demo county into a new one; begun anew if cut off."""
    migrate()
    installation = find_installation()
    if installation is not None and installation.loading:
        click.echo("The demo county was not loaded to its end: beginning anew.")
        seals = Path(current_app.config["JISHAN_SEALS"]) / installation.id.hex
        start_over()
        shutil.rmtree(seals, ignore_errors=True)
        installation = None
    if installation is None:
        load_demo()
    db.session.remove()
    db.engine.dispose()


def greet() -> None:
    """Say where the service is and who can sign in."""
    port = os.environ.get("PORT", "8000")
    click.echo(f"\nJishan 积善: http://127.0.0.1:{port}")
    installation = find_installation()
    if installation is not None and installation.demo:
        click.echo(f"Demo accounts, all with the password {PASSWORD}:")
        for account in accounts():
            click.echo(f"  {account.username:28} {account.what}")
        click.echo("Cards with their PINs: .venv/bin/flask demo cards")
    click.echo("Stop with Ctrl-C.\n")
    db.session.remove()
    db.engine.dispose()


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with the application that is loaded already, set up by `gunicorn.conf.py`."""

    def load_config(self) -> None:
        """Take the settings of the file that gunicorn would read by itself."""
        for name, value in runpy.run_path(str(CONFIG)).items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application."""
        return cast("Flask", current_app._get_current_object())  # type: ignore[attr-defined]


def serve() -> None:
    """Serve, with the worker beside, until a signal comes; doesn't return."""
    command = [sys.executable, "-m", "flask", "--app", "app", "worker"]
    worker = subprocess.Popen(command, cwd=ROOT)  # noqa: S603 -- our own program
    atexit.register(worker.terminate)
    Server().run()
