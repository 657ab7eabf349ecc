"""`flask ledger`: seal, verify, audit the books, hand them to others; recovery adds its own."""

import gzip
import json
import sys
from pathlib import Path
from typing import TextIO

import click
from flask.cli import AppGroup
from sqlalchemy import select

from incentives.clock import now
from incentives.extensions import db
from incentives.installation import installation_for_command
from incentives.ledger.audit import audit_database
from incentives.ledger.examining import examine_with_seals, lost_villages
from incentives.ledger.export import Part, export_log
from incentives.ledger.models import LogHead
from incentives.ledger.proofs import verifier_keys
from incentives.ledger.seals import LogInconsistent, seal_all
from incentives.ledger.verifying import read_kept, verify, villages_to_verify

group = AppGroup("ledger", help="The books: seal them, audit them, export them.")


@group.command("seal")
def seal() -> None:
    """Sign each village's log that has grown, and keep what was signed in JISHAN_SEALS."""
    installation_for_command()
    try:
        click.echo(f"{seal_all(now=now())} signed")
    except (LogInconsistent, OSError) as reason:
        raise click.ClickException(str(reason)) from reason


@group.command("verify")
@click.option("--village", help="The code of one village; all of them without it.")
@click.option(
    "--checkpoint",
    type=click.File("r"),
    help="A checkpoint that somebody kept, as a file or - for what is typed or scanned.",
)
@click.option("--size", type=click.IntRange(min=0), help="How many events a printed notice names.")
@click.option("--root", help="The root that it names beside, in base64.")
def run_verify(
    village: str | None, checkpoint: TextIO | None, size: int | None, root: str | None
) -> None:
    """Check the logs against every checkpoint: the database's, the seals', one from paper.

    Findings as JSON lines. Exit code 0: all holds; 1: something doesn't; 2: could not check.
    """
    installation_for_command()
    try:
        kept = read_kept(checkpoint.read() if checkpoint else None, village, size, root)
        villages = villages_to_verify(village, kept)
    except ValueError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    findings, checked = audit_database(), 0
    for code in villages:
        found, roots = verify(code, [each for each in kept if each.village == code])
        findings += found
        checked += roots
    for finding in findings:
        click.echo(json.dumps(finding.as_dict(), ensure_ascii=False))
    click.echo(
        f"{len(villages)} villages and {checked} checkpoints verified, {len(findings)} findings",
        err=True,
    )
    if findings:
        sys.exit(1)


@group.command("audit")
@click.option("--village", help="The code of one village; all of them without it.")
def run_audit(village: str | None) -> None:
    """Recompute the books from their rows, and hold them against their seals.

    Findings as JSON lines, and exit code 1 if any.
    """
    installation_for_command()
    chosen = select(LogHead.village).order_by(LogHead.village)
    if village is not None:
        chosen = chosen.where(LogHead.village == village)
    villages = list(db.session.scalars(chosen))
    lost = [each for each in lost_villages() if village in (None, each.village)]
    if not villages and not lost:
        click.echo("no such village has books here", err=True)
        sys.exit(2)
    audited = [examine_with_seals(code) for code in villages]
    findings = [*audit_database(), *(each for one in audited for each in one.findings), *lost]
    for finding in findings:
        click.echo(json.dumps(finding.as_dict(), ensure_ascii=False))
    events = sum(one.events for one in audited)
    click.echo(
        f"{len(villages)} villages audited, {events} events: {len(findings)} findings", err=True
    )
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
            packed.writelines(export_log(village, part=part, details=details))
    except FileExistsError as error:
        raise click.ClickException(f"{path} is there already") from error
    click.echo(f"{path}\n{keys[-1]}")
