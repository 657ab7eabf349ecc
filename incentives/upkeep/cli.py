"""`flask init`, `flask start`, `flask worker`, `flask daily` and `flask backup`."""

import json
import signal
import threading

import click
from flask.cli import with_appcontext

from incentives.access.actor import SYSTEM, Assignment, Role
from incentives.access.operations import add_user
from incentives.clock import now
from incentives.errors import Refusal
from incentives.installation import installation_for_command
from incentives.ledger.seals import seal_all
from incentives.register.operations.installing import InstallationRefused, make_installation
from incentives.upkeep.backup.cli import group as backup
from incentives.upkeep.backup.marker import UNFINISHED, read_marker
from incentives.upkeep.jobs import do_daily_jobs, run_worker
from incentives.upkeep.schema import migrate
from incentives.upkeep.serving import greet, prepare, serve
from incentives.web.transaction import transaction


@click.command("init")
@click.option("--username", default="admin", show_default=True, help="The first administrator.")
@click.option("--name", default="管理员", show_default=True, help="Their name, as others see it.")
@click.option("--division", default="513336", show_default=True, help="What they administer.")
@click.password_option(help="At least 10 characters; asked for without the option.")
@with_appcontext
def init(username: str, name: str, division: str, password: str) -> None:
    """Make an empty installation with its first administrator."""

    def work() -> None:
        make_installation(demo=False, now=now())
        add_user(
            username=username,
            name=name,
            password=password,
            roles=[Assignment(Role.ADMINISTRATOR, division)],
            actor=SYSTEM,
            now=now(),
        )

    refuse_half_restored()
    migrate()
    try:
        transaction(work)
    except InstallationRefused as refusal:
        raise click.ClickException(str(refusal)) from refusal
    except Refusal as refusal:
        texts = [str(each.detail) for each in refusal.errors] or [str(refusal.detail)]
        raise click.ClickException(" ".join(texts)) from refusal
    seal_all(now=now())
    click.echo(f"Made. {username} can sign in once the service runs: flask start")


@click.command("start")
@with_appcontext
def start() -> None:
    """Migrate, load the demo county into a new database, and serve until Ctrl-C."""
    refuse_half_restored()
    prepare()
    installation_for_command()
    greet()
    serve()


@click.command("worker")
@with_appcontext
def worker() -> None:
    """Sign the logs within a minute of a change, and do the daily jobs, until stopped."""
    installation_for_command()
    stop = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda _signal, _frame: stop.set())
    run_worker(stop)


@click.command("daily")
@with_appcontext
def daily() -> None:
    """Do the daily jobs now: for installations that have a timer of their own."""
    installation_for_command()
    try:
        click.echo(json.dumps(do_daily_jobs(now=now())))
    except Refusal as refusal:
        raise click.ClickException(str(refusal.detail)) from refusal


def refuse_half_restored() -> None:
    """End a command where a restore hasn't come to its end: its database may be empty yet."""
    if read_marker() is not None:
        raise click.ClickException(UNFINISHED)


commands = [init, start, worker, daily, backup]
