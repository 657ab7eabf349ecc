"""`make run`: everything that a start needs, in order, then the server and the worker beside it."""

import atexit
import os
import runpy
import shutil
import signal
import threading
from contextlib import suppress
from pathlib import Path
from typing import NoReturn, cast

import click
from flask import Flask, current_app
from gunicorn.app.base import BaseApplication

from incentives.demo.accounts import PASSWORD, accounts
from incentives.demo.loading import load_demo
from incentives.extensions import db
from incentives.installation import find_installation
from incentives.upkeep.jobs import run_worker
from incentives.upkeep.schema import migrate, start_over

CONFIG = Path(__file__).parent / "gunicorn_settings.py"


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


class Server(BaseApplication):
    """gunicorn with the application that is loaded already, set up by `gunicorn_settings.py`."""

    def load_config(self) -> None:
        """Take the settings of the file that gunicorn would read by itself."""
        if self.cfg is None:
            raise RuntimeError("gunicorn has made no settings")
        for name, value in runpy.run_path(str(CONFIG)).items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application."""
        return cast("Flask", current_app._get_current_object())  # type: ignore[attr-defined]


def serve() -> None:
    """Serve, with the worker in a process beside, until a signal comes; doesn't return.

    The worker is forked from this process, which has loaded everything and holds no connection:
    a second interpreter would cost a second start.
    """
    served_by = os.getpid()
    beside = os.fork()
    if beside == 0:
        work_beside(served_by)
    atexit.register(end, beside, os.getpid())
    Server().run()


def work_beside(served_by: int) -> NoReturn:
    """Be the worker until told to stop, or until the server is gone."""
    stop = threading.Event()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda _signal, _frame: stop.set())
    run_worker(stop, alive=lambda: os.getppid() == served_by)
    os._exit(0)


def end(process: int, of: int) -> None:
    """Tell a process of ours to stop; gunicorn's own children leave it alone."""
    if os.getpid() == of:
        with suppress(ProcessLookupError, ChildProcessError):  # told by the same signal as we were
            os.kill(process, signal.SIGTERM)
            os.waitpid(process, 0)
