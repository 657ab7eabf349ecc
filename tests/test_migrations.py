"""Migrations: to the models' shape, and down and up again, on both databases."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import CheckConstraint, Engine, create_engine, event, inspect, text

from incentives import create_app
from incentives.extensions import db
from incentives.ledger.audit import audit
from incentives.ledger.guards import GuardMissing, missing_guards, require_guards
from tests.ledger.books import open_books


@pytest.fixture
def owner_engine(app):
    engine = create_engine(
        app.config["OWNER_DATABASE_URI"] or app.config["SQLALCHEMY_DATABASE_URI"]
    )
    yield engine
    engine.dispose()


def test_the_migrated_tables_are_those_of_the_models(owner_engine):
    with owner_engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


def test_every_migration_goes_down_and_up_again(app, owner_engine):
    db.session.remove()
    downgrade(revision="base")
    with owner_engine.connect() as connection:
        assert set(inspect(connection).get_table_names()) == {"alembic_version"}
    upgrade()
    with owner_engine.connect() as connection:
        assert missing_guards(connection) == []


def test_a_ledger_of_the_release_before_goes_on(app, owner_engine):
    """What was posted under the triggers of once a row, and is posted under those that follow."""
    books = open_books(1)
    (anna,) = books.households
    books.post(books.award(anna, 5))
    db.session.remove()
    downgrade(revision="0025_patrols")
    given, _more = books.post(books.award(anna, 3), books.award(anna, 2))
    db.session.remove()
    upgrade()
    with owner_engine.connect() as connection:
        assert missing_guards(connection) == []
    books.post(books.reversal(given.id), *(books.award(anna, 1) for _each in range(20)))
    assert books.position(anna).balance == 27
    assert audit(books.village) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_missing_trigger_refuses_the_start(owner_engine):
    with owner_engine.connect().execution_options(write=True) as connection, connection.begin():
        connection.execute(text("DROP TRIGGER leaf_refuses_delete"))
    with pytest.raises(GuardMissing, match="leaf_refuses_delete"):
        require_guards(owner_engine)


def test_models_and_migrations_have_the_same_checks(owner_engine):
    """Alembic compares no CHECKs: this does, by their names."""
    with owner_engine.connect() as connection:
        inspector = inspect(connection)
        for table in db.metadata.sorted_tables:
            migrated = {each["name"] for each in inspector.get_check_constraints(table.name)}
            modelled = {
                str(each.name)
                for each in table.constraints
                if isinstance(each, CheckConstraint)
                and (each._ddl_if is None or each._ddl_if.dialect == connection.dialect.name)
            }
            assert migrated == modelled, table.name


def test_an_unknown_folder_of_data_is_made(tmp_path: Path):
    app = create_app({"JISHAN_DATA": tmp_path / "new" / "data", "TESTING": True})
    assert (tmp_path / "new" / "data" / "keys" / "pepper").read_bytes()
    assert app.config["JISHAN_DATA"] == tmp_path / "new" / "data"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_migration_loses_a_guard(app, owner_engine):
    """SQLite drops a table's triggers with the table that a batch makes anew."""
    lost = []

    def look(_connection, cursor, statement, *_rest):
        if statement.strip().startswith("DROP TABLE"):
            table = statement.split()[2].strip('"')
            found = cursor.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", (table,)
            )
            lost.extend(name for (name,) in found)

    db.session.remove()
    downgrade(revision="base")
    event.listen(Engine, "before_cursor_execute", look)
    try:
        upgrade()
    finally:
        event.remove(Engine, "before_cursor_execute", look)
    assert lost == []
