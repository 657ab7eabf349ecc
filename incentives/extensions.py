"""The Flask extensions, made once and bound to each application by `create_app`."""

from collections.abc import Iterable
from typing import Any, TypeVar, cast
from uuid import UUID

from flask_babel import Babel
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from incentives.database import Base

Row = TypeVar("Row", bound=Base)

db = SQLAlchemy(model_class=Base, disable_autonaming=True)
migrate = Migrate()
babel = Babel()
login_manager = LoginManager()
csrf = CSRFProtect()


def rows_by_id(model: type[Row], ids: Iterable[UUID | None]) -> dict[UUID, Row]:
    """The rows of a table with these ids, one statement; those missing, and None, left out."""
    wanted = {each for each in ids if each is not None}
    if not wanted:
        return {}
    key = cast("Any", model).id
    found = db.session.scalars(select(model).where(key.in_(wanted)))
    return {cast("Any", row).id: row for row in found}


def add_unless_there(model: type[Row], **values: Any) -> None:
    """Insert a row, one statement; nothing where one of its key is there, be it by another."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    db.session.execute(insert(model).values(**values).on_conflict_do_nothing())
