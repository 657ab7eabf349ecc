"""A shop's phones."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from incentives.access.models import Token, User
from incentives.errors import NotFound
from incentives.extensions import db
from incentives.shop.models import Shop, Terminal


def find_terminal(shop_id: UUID, terminal_id: UUID) -> Terminal:
    """A terminal of that shop."""
    terminal = db.session.get(Terminal, terminal_id)
    if terminal is None or terminal.shop_id != shop_id:
        raise NotFound()
    return terminal


def join_terminal(statement: Select[Any]) -> Select[Any]:
    """What asks for a token, with its terminal's state and division; NULL where it has none."""
    return (
        statement.add_columns(Terminal.status, Shop.division)
        .outerjoin(Terminal, Terminal.id == Token.terminal_id)
        .outerjoin(Shop, Shop.id == Terminal.shop_id)
    )


def terminals_of_shop(shop_id: UUID) -> list[tuple[Terminal, str]]:
    """A shop's terminals with the name of the shopkeeper that each acts for, newest first."""
    query = (
        select(Terminal, User.name)
        .join(User, User.id == Terminal.keeper_id)
        .where(Terminal.shop_id == shop_id)
        .order_by(Terminal.id.desc())
    )
    return [(terminal, name) for terminal, name in db.session.execute(query)]
