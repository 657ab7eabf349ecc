"""`make run`: everything that a start needs, in order, then the server and the worker beside it."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

import click
from flask import current_app

from incentives.config import ROOT
from incentives.demo.accounts import PASSWORD, accounts
from incentives.demo.loading import load_demo
from incentives.extensions import db
from incentives.installation import find_installation
from incentives.upkeep.schema import migrate, start_over


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


def serve() -> int:
    """Run gunicorn and the worker until one of them ends or a signal comes; the exit status."""
    config = Path(__file__).parent / "gunicorn.conf.py"
    programs = [
        [sys.executable, "-m", "gunicorn", "-c", str(config)],
        [sys.executable, "-m", "flask", "--app", "app", "worker"],
    ]
    running = [subprocess.Popen(program, cwd=ROOT) for program in programs]  # noqa: S603 -- ours

    def end(_signal: int, _frame: FrameType | None) -> None:
        for each in running:
            each.terminate()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    status = running[0].wait()
    running[1].terminate()
    running[1].wait()
    return max(status, 0)
