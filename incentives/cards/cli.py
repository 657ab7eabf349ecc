"""`flask cards`: what the worker does for cards, for installations with a timer of their own."""

import click
from flask.cli import AppGroup

from incentives.cards.operations import forget_sheets, lay_out_next
from incentives.clock import now
from incentives.installation import installation_for_command

group = AppGroup("cards", help="Sheets of cards, without a worker.")


@group.command("sheets")
def sheets() -> None:
    """Lay out all sheets that are asked for, and delete those that are past their day."""
    installation_for_command()
    parts = 0
    while lay_out_next(now=now()):
        parts += 1
    click.echo(f"parts laid out: {parts}; files deleted: {forget_sheets(now=now())}")
