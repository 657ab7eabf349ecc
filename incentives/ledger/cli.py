"""`flask ledger`: seal the logs, audit the books."""

import json
import sys

import click
from flask.cli import AppGroup
from sqlalchemy import select

from incentives.clock import now
from incentives.extensions import db
from incentives.installation import installation_for_command
from incentives.ledger.audit import audit_database, examine
from incentives.ledger.models import LogHead
from incentives.ledger.seals import LogInconsistent, seal_all

group = AppGroup("ledger", help="The books: seal them, audit them.")


@group.command("seal")
def seal() -> None:
    """Sign each village's log that has grown, and keep what was signed in JISHAN_SEALS."""
    installation_for_command()
    try:
        click.echo(f"{seal_all(now=now())} signed")
    except LogInconsistent as inconsistent:
        raise click.ClickException(str(inconsistent)) from inconsistent


@group.command("audit")
@click.option("--village", help="The code of one village; all of them without it.")
def run_audit(village: str | None) -> None:
    """Recompute the books from their rows; findings as JSON lines, and exit code 1 if any."""
    installation_for_command()
    chosen = select(LogHead.village).order_by(LogHead.village)
    if village is not None:
        chosen = chosen.where(LogHead.village == village)
    villages = list(db.session.scalars(chosen))
    if not villages:
        click.echo("no such village has books here", err=True)
        sys.exit(2)
    audited = [examine(code) for code in villages]
    findings = [*audit_database(), *(each for one in audited for each in one.findings)]
    for finding in findings:
        click.echo(json.dumps(finding.as_dict(), ensure_ascii=False))
    events = sum(one.events for one in audited)
    click.echo(
        f"{len(villages)} villages audited, {events} events: {len(findings)} findings", err=True
    )
    if findings:
        sys.exit(1)
