"""What is fixed for ever when an installation is made: its id, its address and its log's origin."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import click
from flask import current_app
from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from incentives.database import Base
from incentives.extensions import db


class Installation(Base):
    """The one row that names this installation.

    `url` is printed on every card, `origin` is in every leaf and checkpoint: neither changes.
    `loading` is the mark set while the demo county is being loaded.
    """

    __tablename__ = "installation"
    __table_args__ = (CheckConstraint("one = 1", name="one_row"),)

    one: Mapped[int] = mapped_column(primary_key=True, default=1)
    id: Mapped[UUID]
    url: Mapped[str] = mapped_column(String(200))
    origin: Mapped[str] = mapped_column(String(100))
    made_at: Mapped[datetime]
    demo: Mapped[bool] = mapped_column(default=False)
    loading: Mapped[bool] = mapped_column(default=False)


def find_installation() -> Installation | None:
    """The installation, or None where none was made yet."""
    return db.session.get(Installation, 1)


# Why no command may touch the books just now, None where nothing speaks against it: set by rooms.
command_refusals: list[Callable[[], str | None]] = []


class SettingRefused(RuntimeError):
    """A setting names another installation than the one in the database."""


def get_installation() -> Installation:
    """The installation; LookupError with what to do where none was made yet.

    `SettingRefused` where `JISHAN_URL` or `JISHAN_ORIGIN` is given and is another than its own.
    """
    installation = find_installation()
    if installation is None:
        raise LookupError("no installation yet: run `flask init` or `flask demo load`")
    for setting, kept in (("JISHAN_URL", installation.url), ("JISHAN_ORIGIN", installation.origin)):
        given = current_app.config.get(setting)
        if given is not None and given.rstrip("/") != kept:
            raise SettingRefused(
                f"{setting} is {given}, but this installation was made with {kept},"
                " which is printed on its cards and in its log"
            )
    return installation


def refuse_command() -> None:
    """End a command with the reason where a room refuses all of them (`command_refusals`)."""
    for refusing in command_refusals:
        if (reason := refusing()) is not None:
            raise click.ClickException(reason)


def installation_for_command() -> Installation:
    """The installation for a command line, which ends with the reason where there is none.

    So it does where a room refuses all commands.
    """
    refuse_command()
    try:
        return get_installation()
    except (LookupError, SettingRefused) as refusal:
        raise click.ClickException(str(refusal)) from refusal
