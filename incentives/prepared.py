"""Statements that are made once, of SQLAlchemy's, and go straight to the driver each time.

To build a statement, to look up what was compiled of it, and to keep the session's books of each
row costs several times what a database takes for a short one. What is written at each sale has
its text and its values' conversions ready here; connection and transaction are the session's own
(decision 0019). The ledger's statements are texts by themselves (`ledger/sql.py`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, Dialect, Table, bindparam, insert
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.types import TypeEngine

from incentives import pipeline
from incentives.database import Base
from incentives.extensions import db

Convert = Callable[[Any], Any]


class Prepared:
    """A statement that is made once: its values have names."""

    def __init__(self, build: Callable[[str], Any]) -> None:
        """`build` gets the dialect's name, and is asked once for each."""
        self.build = build
        self.made: dict[str, Compiled] = {}

    def send(self, *rows: Mapping[str, Any]) -> None:
        """Run it for each of these rows of values, without waiting where the driver can."""
        connection = ready()
        made = self.compiled(connection)
        pipeline.send(connection, made.text, [made.take(row) for row in rows])

    def ask(self, **values: Any) -> Sequence[tuple[Any, ...]]:
        """Run it and wait for its rows."""
        connection = ready()
        made = self.compiled(connection)
        return [made.give(row) for row in pipeline.ask(connection, made.text, made.take(values))()]

    def compiled(self, connection: Connection) -> "Compiled":
        """The statement as this connection's database has it."""
        dialect = connection.dialect
        if dialect.name not in self.made:
            self.made[dialect.name] = compile_for(dialect, self.build(dialect.name))
        return self.made[dialect.name]


def ready() -> Connection:
    """The session's connection, with all that the session has to write written."""
    db.session.flush()
    return db.session.connection()


@dataclass(frozen=True)
class Compiled:
    """A statement's text; its values' names in their order, and what makes them the driver's."""

    text: str
    names: Sequence[tuple[str, Convert | None]]
    constants: Mapping[str, Any]
    columns: Sequence[Convert | None]

    def take(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """The values in their order, as the driver takes them."""
        if self.constants:
            values = {**self.constants, **values}
        return tuple(
            values[name] if convert is None else convert(values[name])
            for name, convert in self.names
        )

    def give(self, row: Sequence[Any]) -> tuple[Any, ...]:
        """A row that came back, as the program has it."""
        return tuple(
            value if convert is None else convert(value)
            for value, convert in zip(row, self.columns, strict=True)
        )


def compile_for(dialect: Dialect, statement: Any) -> Compiled:
    """The statement for a database, its values as `?` or as `$1`, which `pipeline` sends."""
    if dialect.name == "postgresql":
        speaking: Any = type(dialect)
        dialect = speaking(paramstyle="numeric_dollar")
    compiled = statement.compile(dialect=dialect)
    gives = statement.is_select or compiled.effective_returning
    return Compiled(
        str(compiled),
        [(name, binding(compiled.binds[name].type, dialect)) for name in compiled.positiontup],
        {name: each.value for name, each in compiled.binds.items() if not each.required},
        [reading(each.type, dialect) for each in statement.exported_columns] if gives else (),
    )


def binding(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    """What makes a value the driver's."""
    return kind.dialect_impl(dialect).bind_processor(dialect)


def reading(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    """What makes the driver's value the program's."""
    return kind.dialect_impl(dialect).result_processor(dialect, None)


@cache
def insertion(table: Table) -> Prepared:
    """The INSERT of a whole row of a table, its values by their columns' keys."""
    return Prepared(lambda _dialect: insert(table).values(every_column(table)))


def every_column(table: Table) -> dict[str, Any]:
    """A value for each column, named as the column."""
    return {each.key: bindparam(each.key, type_=each.type) for each in table.columns}


def store(*rows: Base) -> None:
    """Write new rows straight; from then on they are the session's, as if it had read them.

    All are of one table. What their columns have by default is filled in; what a relationship
    would fill in must be there already.
    """
    if not rows:
        return
    table: Any = rows[0].__table__
    for row in rows:
        fill_in(row, table)
    insertion(table).send(*(vars(row) for row in rows))
    for row in rows:
        make_transient_to_detached(row)
    db.session.add_all(rows)


def fill_in(row: Base, table: Table) -> None:
    """Give a new row what its columns have by default."""
    for column in table.columns:
        if column.key in row.__dict__:
            continue
        default: Any = column.default
        value = None
        if default is not None:
            value = default.arg(None) if default.is_callable else default.arg
        setattr(row, column.key, value)
