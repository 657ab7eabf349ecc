"""`flask demo`: load the demo county, list its cards."""

import click
from flask.cli import AppGroup
from sqlalchemy import select

from incentives.cards.models import Card
from incentives.cards.queries import url_of
from incentives.demo.loading import HOUSEHOLDS, DemoRefused, load_demo
from incentives.demo.pins import demo_pin
from incentives.extensions import db
from incentives.installation import installation_for_command, refuse_command
from incentives.register.models import Household

group = AppGroup("demo", help="The demo county: real places, made-up people.")


@group.command("load")
@click.option("--villages", default=2, show_default=True, help="How many villages.")
@click.option("--households", default=HOUSEHOLDS, show_default=True, help="How many in each.")
def load(villages: int, households: int) -> None:
    """Load the demo county into a migrated, empty database."""
    refuse_command()
    try:
        load_demo(villages=villages, households=households)
    except DemoRefused as refusal:
        raise click.ClickException(str(refusal)) from refusal


@group.command("cards")
@click.option("--village", help="The code of one village; all of them without it.")
@click.option("--limit", default=10, show_default=True, help="How many of each village.")
def cards(village: str | None, limit: int) -> None:
    """List cards with their PINs and the address that each card's QR leads to."""
    if not installation_for_command().demo:
        raise click.ClickException("this is no demo installation")
    chosen = (
        select(Card, Household)
        .join(Household, Household.id == Card.household_id)
        .where(Household.number <= limit)
        .order_by(Card.village, Household.number)
    )
    if village is not None:
        chosen = chosen.where(Card.village == village)
    for card, household in db.session.execute(chosen):
        pin = demo_pin(card.village, household.number)
        click.echo(
            f"{card.village}  {household.number:3}  {card.number}  PIN {pin}  {url_of(card)}"
        )
