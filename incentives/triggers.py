"""How migrations make triggers: on SQLite one statement each, on PostgreSQL with functions.

PostgreSQL's functions are SECURITY DEFINER with the search path they were made under, so that
they touch their own schema only, whoever calls them from where (CREATE FUNCTION, "Writing
SECURITY DEFINER Functions Safely").
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, text

TRUNCATE = "TRUNCATE"  # as only PostgreSQL has it; its condition speaks of no row
# What a trigger's function gives back, by act: otherwise the new row.
ROWS = {"DELETE": "OLD", TRUNCATE: "NULL"}


@dataclass(frozen=True)
class Guard:
    """Refuse an act on a table under a condition, and say why.

    `condition` is one text, or one a dialect; `IS DISTINCT FROM` becomes what each of them says.
    `only` is a condition on the row alone, which PostgreSQL asks before it calls the function.
    `function` is its name there, the trigger's where it is left empty.
    """

    name: str
    table: str
    act: str
    condition: str | Mapping[str, str]
    words: str
    only: str = ""
    function: str = ""

    def condition_on(self, dialect: str) -> str:
        """When it refuses, on that dialect."""
        found = self.condition if isinstance(self.condition, str) else self.condition[dialect]
        if dialect == "sqlite":  # it has the words of the standard from 3.39 on only
            found = found.replace("IS DISTINCT FROM", "IS NOT")
        return found


def kept(table: str, words: str, *acts: str) -> tuple[Guard, ...]:
    """Refuse these acts on a table always; where none is said, all that change or lose rows."""
    return tuple(
        Guard(f"{table}_refuses_{act.lower()}", table, act, "1 = 1", words)
        for act in acts or ("UPDATE", "DELETE", TRUNCATE)
    )


def differs(*columns: str) -> str:
    """Whether an update changes one of these columns."""
    return " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in columns)


def create_guards(connection: Connection, guards: Sequence[Guard], state: str) -> None:
    """Create these in the connection's schema; `state` is the SQLSTATE of what they refuse."""
    if connection.dialect.name == "sqlite":
        for guard in on_sqlite(guards):
            condition = guard.condition_on("sqlite")
            condition = f"{guard.only} AND ({condition})" if guard.only else condition
            connection.exec_driver_sql(
                sqlite_trigger(guard.name, guard.act, guard.table, condition, guard.words)
            )
        return
    with own_schema(connection):
        for guard in guards:
            function = guard.function or guard.name
            row = ROWS.get(guard.act, "NEW")
            body = refusal(guard.condition_on("postgresql"), guard.words, state, row)
            each = f"ROW WHEN ({guard.only})" if guard.only else "ROW"
            if guard.act == TRUNCATE:
                each = "STATEMENT"
            create_function(connection, function, body)
            create_trigger(
                connection, guard.name, f"BEFORE {guard.act}", guard.table, each, function
            )


def drop_guards(connection: Connection, guards: Sequence[Guard]) -> None:
    """Drop these; the tables stay."""
    if connection.dialect.name == "sqlite":
        for guard in on_sqlite(guards):
            connection.exec_driver_sql(f"DROP TRIGGER {guard.name}")
        return
    for guard in guards:
        connection.exec_driver_sql(f"DROP TRIGGER {guard.name} ON {guard.table}")
        connection.exec_driver_sql(f"DROP FUNCTION {guard.function or guard.name}()")


def on_sqlite(guards: Sequence[Guard]) -> list[Guard]:
    """Those that SQLite has: it knows no TRUNCATE."""
    return [guard for guard in guards if guard.act != TRUNCATE]


def quoted(words: str) -> str:
    """Words within an SQL string."""
    return words.replace("'", "''")


def sqlite_trigger(name: str, when: str, table: str, condition: str, words: str) -> str:
    """A trigger that refuses a change of a row under a condition, on SQLite."""
    return (
        f"CREATE TRIGGER {name} BEFORE {when} ON {table}\nWHEN {condition}\n"
        f"BEGIN\n    SELECT RAISE(ABORT, '{quoted(words)}');\nEND"
    )


def refusal(condition: str, words: str, state: str, row: str = "NEW") -> str:
    """A function's body that refuses a change of a row under a condition, on PostgreSQL."""
    # In brackets: PL/pgSQL ends an IF's condition at the first THEN outside of any, a CASE's, too.
    return (
        f"\nBEGIN\n    IF ({condition}) THEN\n"
        f"        RAISE EXCEPTION '{quoted(words)}' USING ERRCODE = '{state}';\n"
        f"    END IF;\n    RETURN {row};\nEND\n"
    )


@contextmanager
def own_schema(connection: Connection) -> Iterator[None]:
    """Make functions here: they will see the connection's schema alone, and pg_temp last."""
    schema = connection.scalar(text("SELECT quote_ident(current_schema())"))
    path = connection.scalar(text("SELECT current_setting('search_path')"))
    connection.exec_driver_sql(f"SET LOCAL search_path = {schema}, pg_temp")
    yield
    connection.execute(text("SELECT set_config('search_path', :path, true)"), {"path": path})


def create_function(connection: Connection, name: str, body: str) -> None:
    """Make a trigger's function.

    Nobody else may execute it: who may could hang it on a table of their own and make points.
    """
    connection.exec_driver_sql(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER "
        f"SET search_path FROM CURRENT AS $${body}$$"
    )
    connection.exec_driver_sql(f"REVOKE EXECUTE ON FUNCTION {name}() FROM PUBLIC")


def create_trigger(
    connection: Connection, name: str, when: str, table: str, each: str, function: str
) -> None:
    """Hang a function on a table; `when` is as in `BEFORE UPDATE`, `each` with its WHEN if any."""
    connection.exec_driver_sql(
        f"CREATE TRIGGER {name} {when} ON {table} FOR EACH {each} EXECUTE FUNCTION {function}()"
    )
