"""PostgreSQL: the installation's schema by pg_dump, within the snapshot that the manifest is of.

The dump is made by the service's role, which may read everything, and has neither owners nor
rights in it: they are given anew when it is restored, whatever the roles are called there.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from flask import current_app
from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.engine import URL, make_url

from incentives.extensions import db
from incentives.ledger.rights import settle_rights
from incentives.upkeep.backup.manifest import Snapshot, describe
from incentives.upkeep.backup.workroom import BackupRefused, require_space


def take_snapshot(copy: Path) -> Snapshot:
    """Dump the installation's schema as it is at one moment, and say what it holds."""
    connection = db.engine.connect().execution_options(isolation_level="REPEATABLE READ")
    with connection, connection.begin():
        size = connection.scalar(text("SELECT pg_database_size(current_database())"))
        require_space(copy.parent, int(size or 0))
        snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
        found = describe(connection)
        options = ("--format=custom", "--compress=0", "--no-owner", "--no-privileges")
        run(
            "pg_dump",
            (
                *options,
                f'--schema="{found.moment.schema}"',
                f"--snapshot={snapshot}",
                "--file",
                copy,
            ),
            db.engine.url,
        )
    return found


def owner_url() -> URL:
    """The address of the role that owns the tables, else of the service's own."""
    config = current_app.config
    return make_url(config["OWNER_DATABASE_URI"] or config["SQLALCHEMY_DATABASE_URI"])


def tables() -> list[str]:
    """What tables there are, whoever may read them."""
    engine = create_engine(owner_url())
    try:
        return inspect(engine).get_table_names()
    finally:
        engine.dispose()


def load(copy: Path, schema: str) -> None:
    """Restore a dump into an empty database, whole or not at all, as the owner."""
    options = ("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction")
    engine = create_engine(owner_url())
    try:
        require_schema(engine, schema)
        run("pg_restore", (*options, f"--schema={schema}", copy), engine.url)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")
    finally:
        engine.dispose()


def require_schema(engine: Engine, schema: str) -> None:
    """Refuse another schema than the one that the dump's functions name."""
    with engine.connect() as connection:
        found = connection.scalar(text("SELECT current_schema()"))
    if found != schema:
        raise BackupRefused(f"the backup is of the schema {schema}, the database offers {found}")


def give_rights() -> None:
    """Give the service's role its rights to what was restored; doing it twice changes nothing."""
    engine = create_engine(owner_url())
    try:
        with engine.begin() as connection:
            settle_rights(connection, make_url(current_app.config["SQLALCHEMY_DATABASE_URI"]))
    finally:
        engine.dispose()


def empty(url: URL) -> None:
    """Drop every table and function of a scratch database's schema."""
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            drops = connection.scalars(
                text(
                    "SELECT format('DROP TABLE %s CASCADE', c.oid::regclass) FROM pg_class c"
                    " WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'"
                    " UNION ALL"
                    " SELECT format('DROP FUNCTION %s CASCADE', p.oid::regprocedure) FROM pg_proc p"
                    " WHERE p.pronamespace = current_schema()::regnamespace"
                )
            ).all()
            for drop in drops:
                connection.exec_driver_sql(drop)
    finally:
        engine.dispose()


def unreadable(copy: Path) -> str | None:
    """Why a dump can't be read from its beginning to its end, or None."""
    try:
        run("pg_restore", ("--file=/dev/null", copy), None)
    except BackupRefused as refusal:
        return str(refusal)
    return None


def run(program: str, options: Sequence[str | Path], url: URL | None) -> None:
    """Run one of PostgreSQL's programs; refuses with its own words. The password isn't told."""
    if shutil.which(program) is None:
        raise BackupRefused(
            f"{program} is missing: install PostgreSQL's client programs of the server's version"
            " (on Debian: apt-get install postgresql-client)"
        )
    environment = {**os.environ, "LC_MESSAGES": "C"}
    where: list[str] = []
    if url is not None:
        plain = url._replace(drivername="postgresql", password=None)
        where = ["--no-password", "--dbname", plain.render_as_string(hide_password=False)]
        if url.password is not None:
            environment["PGPASSWORD"] = str(url.password)
    # No shell, the program by its name, and options of our own.
    ended = subprocess.run(  # noqa: S603
        [program, *where, *map(str, options)], env=environment, capture_output=True, text=True
    )
    if ended.returncode != 0:
        lines = [line for line in ended.stderr.splitlines() if line.strip()]
        raise BackupRefused(f"{program} failed: " + "; ".join(lines[:3]))
