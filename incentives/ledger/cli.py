"""`flask ledger`: seal the logs, audit the books, hand them to others to check."""

import gzip
import json
import sys
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy import select

from incentives.clock import now
from incentives.extensions import db
from incentives.installation import installation_for_command
from incentives.ledger.audit import audit, audit_guards
from incentives.ledger.export import Part, export_log
from incentives.ledger.models import LogHead
from incentives.ledger.proofs import verifier_keys
from incentives.ledger.seals import LogInconsistent, seal_all

group = AppGroup("ledger", help="The books: seal them, audit them, export them.")


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
    findings = [*audit_guards(), *(each for code in villages for each in audit(code))]
    for finding in findings:
        click.echo(json.dumps(finding.as_dict(), ensure_ascii=False))
    click.echo(f"{len(villages)} villages audited, {len(findings)} findings", err=True)
    if findings:
        sys.exit(1)


@group.command("export")
@click.argument("village")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Where to write it.")
@click.option("--public", is_flag=True, help="Only what anyone may read.")
@click.option("--details", is_flag=True, help="With what each event was for, which is personal.")
def run_export(village: str, out: Path | None, public: bool, details: bool) -> None:
    """Write a village's log into a file for docs/verify/jishan_verify.py, and say its key."""
    installation_for_command()
    if db.session.get(LogHead, village) is None:
        raise click.ClickException("no such village has books here")
    keys = verifier_keys(village)
    path = out or Path(f"{village}-{'public' if public else 'log'}.tsv.gz")
    part = Part.PUBLIC if public else Part.ALL
    try:
        with path.open("xb") as file, gzip.open(file, "wt", encoding="utf-8", newline="") as packed:
            packed.writelines(export_log(village, part=part, details=details and not public))
    except FileExistsError as error:
        raise click.ClickException(f"{path} is there already") from error
    click.echo(f"{path}\n{keys[-1]}")
