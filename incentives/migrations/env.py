"""How migrations run: by the owner's role, one transaction each, guards and rights after them.

On SQLite foreign keys are off while tables are rebuilt, which can't be switched within a
transaction, and are checked before the end.
"""

from alembic import context
from flask import current_app
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.engine import make_url

from incentives.extensions import db
from incentives.ledger.guards import GuardMissing, missing_guards
from incentives.ledger.rights import settle_rights

LOCK_TIMEOUT = "10s"


def migrate() -> None:
    """Run what is asked for; refuses to leave a database of ours without its guards."""
    if context.is_offline_mode():
        raise RuntimeError("migrations need a database: there is no offline mode")
    owner_url = current_app.config.get("OWNER_DATABASE_URI")
    engine = create_engine(owner_url) if owner_url else db.engine
    with engine.connect().execution_options(write=True) as connection:
        prepare(connection)
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_as_batch=True,
            compare_type=True,
            transaction_per_migration=True,
            transactional_ddl=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        conclude(connection, engine)
    if owner_url:
        engine.dispose()


def prepare(connection: Connection) -> None:
    """Settings of the connection that must be made outside a transaction."""
    if connection.dialect.name == "sqlite":
        # Straight to the driver: SQLAlchemy would open a transaction, where this does nothing.
        cursor = connection.connection.cursor()
        cursor.execute("PRAGMA foreign_keys=OFF")
        cursor.close()
    else:
        connection.exec_driver_sql(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        connection.commit()


def conclude(connection: Connection, engine: Engine) -> None:
    """Check and restore what a migration may have loosened, and give the service its rights.

    The guards are those of the newest tables: on the way down there are others.
    """
    if connection.in_transaction():
        connection.commit()
    with connection.begin():
        newest = context.get_context().get_current_revision() == context.get_head_revision()
        missing = missing_guards(connection) if newest else []
        if missing:
            raise GuardMissing("after the migration: " + "; ".join(missing))
        if connection.dialect.name == "sqlite":
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            if broken:
                raise GuardMissing(f"after the migration: broken foreign keys {broken[:5]}")
        else:
            settle_rights(connection, make_url(current_app.config["SQLALCHEMY_DATABASE_URI"]))
    if connection.dialect.name == "sqlite":
        cursor = connection.connection.cursor()
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()


migrate()
