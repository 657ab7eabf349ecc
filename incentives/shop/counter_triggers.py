"""What keeps a day's close as it was made, and a replaced terminal replaced, whoever writes.

A closing is neither changed nor deleted; a sale or refund that a closing took in stays in it; a
terminal's key is never another, and a replaced one never comes back. A released trigger is never
edited: a change is a new one, made by a migration of its own.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from incentives.triggers import create_function, create_trigger, own_schema, refusal, sqlite_trigger

STATE = "JS001"
OTHER_CLOSING = "OLD.closing_id IS NOT NULL AND NEW.closing_id {differs} OLD.closing_id"
OTHER_TERMINAL = (
    "(OLD.status = 'replaced' AND NEW.status <> 'replaced')"
    " OR NEW.public_key <> OLD.public_key OR NEW.shop_id <> OLD.shop_id"
    " OR NEW.keeper_id <> OLD.keeper_id"
)


@dataclass(frozen=True)
class Guard:
    """Refuse an act on a table under a condition, and say why."""

    table: str
    act: str
    condition: str
    words: str

    @property
    def name(self) -> str:
        """The trigger's name, and on PostgreSQL its function's."""
        return f"{self.table}_stays_{self.act.split()[0].lower()}"


GUARDS = (
    Guard("closing", "UPDATE", "1 = 1", "a day's close stays as it was made"),
    Guard("closing", "DELETE", "1 = 1", "a day's close stays as it was made"),
    Guard("redemption", "UPDATE OF closing_id", OTHER_CLOSING, "this sale was closed already"),
    Guard("refund", "UPDATE OF closing_id", OTHER_CLOSING, "this refund was closed already"),
    Guard("terminal", "UPDATE", OTHER_TERMINAL, "this terminal stays what it is"),
)


def create_triggers(connection: Connection) -> None:
    """Create them in the connection's schema."""
    if connection.dialect.name == "sqlite":
        for guard in GUARDS:
            condition = guard.condition.format(differs="IS NOT")
            words = quoted(guard.words)
            connection.exec_driver_sql(
                sqlite_trigger(guard.name, guard.act, guard.table, condition, words)
            )
        return
    with own_schema(connection):
        for guard in GUARDS:
            create_on_postgresql(connection, guard)


def create_on_postgresql(connection: Connection, guard: Guard) -> None:
    """One trigger and its function."""
    condition = guard.condition.format(differs="IS DISTINCT FROM")
    row = "OLD" if guard.act == "DELETE" else "NEW"
    create_function(connection, guard.name, refusal(condition, quoted(guard.words), STATE, row))
    create_trigger(connection, guard.name, f"BEFORE {guard.act}", guard.table, "ROW", guard.name)


def quoted(words: str) -> str:
    """Words within an SQL string."""
    return words.replace("'", "''")


def drop_triggers(connection: Connection) -> None:
    """Drop them; the tables stay."""
    for guard in GUARDS:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(f"DROP TRIGGER {guard.name}")
            continue
        connection.exec_driver_sql(f"DROP TRIGGER {guard.name} ON {guard.table}")
        connection.exec_driver_sql(f"DROP FUNCTION {guard.name}()")
