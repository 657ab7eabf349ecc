"""A shop's phones."""

from uuid import UUID

from sqlalchemy import select

from incentives.access.models import User
from incentives.errors import NotFound
from incentives.extensions import db
from incentives.shop.models import Terminal


def find_terminal(shop_id: UUID, terminal_id: UUID) -> Terminal:
    """A terminal of that shop."""
    terminal = db.session.get(Terminal, terminal_id)
    if terminal is None or terminal.shop_id != shop_id:
        raise NotFound()
    return terminal


def terminals_of_shop(shop_id: UUID) -> list[tuple[Terminal, str]]:
    """A shop's terminals with the name of the shopkeeper that each acts for, newest first."""
    query = (
        select(Terminal, User.name)
        .join(User, User.id == Terminal.keeper_id)
        .where(Terminal.shop_id == shop_id)
        .order_by(Terminal.id.desc())
    )
    return [(terminal, name) for terminal, name in db.session.execute(query)]
