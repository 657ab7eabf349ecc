"""The shape of the database: whether it is the newest, and bringing it there."""

from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text

from incentives.extensions import db


def migrations() -> ScriptDirectory:
    """The migrations that the code has."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent.parent / "migrations"))
    return ScriptDirectory.from_config(config)


def newest_revision() -> str | None:
    """The last migration that the code has."""
    return migrations().get_current_head()


def knows_revision(revision: str) -> bool:
    """Whether the code has a migration of that name."""
    return any(each.revision == revision for each in migrations().walk_revisions())


def current_revision() -> str | None:
    """The last migration that the database has had; None for an empty one."""
    with db.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return None if found is None else str(found)


NOT_MIGRATED = "the database isn't migrated: run `flask db upgrade`"


def why_not_migrated() -> str | None:
    """That the database isn't of the shape that the code wants, or None."""
    return None if current_revision() == newest_revision() else NOT_MIGRATED


def why_empty() -> str | None:
    """That the database has no tables yet, or None: an older one can still be backed up."""
    return NOT_MIGRATED if current_revision() is None else None


def migrate() -> bool:
    """Bring the database to the newest shape; whether there was anything to do."""
    if why_not_migrated() is None:
        return False
    upgrade()
    return True


def start_over() -> None:
    """Drop every table and make them anew: for a load that was cut off, never for real books."""
    db.session.remove()
    downgrade(revision="base")
    upgrade()
