"""What keeps a day's close as it was made, and a replaced terminal replaced, whoever writes.

A closing is neither changed nor deleted; a sale or refund that a closing took in stays in it; a
terminal's key is never another, and a replaced one never comes back. A released trigger is never
edited: a change is a new one, made by a migration of its own.
"""

from sqlalchemy import Connection

from incentives.triggers import Guard, create_guards, drop_guards

STATE = "JS001"
OTHER_CLOSING = {
    dialect: f"OLD.closing_id IS NOT NULL AND NEW.closing_id {differs} OLD.closing_id"
    for dialect, differs in (("sqlite", "IS NOT"), ("postgresql", "IS DISTINCT FROM"))
}
OTHER_TERMINAL = (
    "(OLD.status = 'replaced' AND NEW.status <> 'replaced')"
    " OR NEW.public_key <> OLD.public_key OR NEW.shop_id <> OLD.shop_id"
    " OR NEW.keeper_id <> OLD.keeper_id"
)


GUARDS = (
    Guard(
        "closing_stays_update", "closing", "UPDATE", "1 = 1", "a day's close stays as it was made"
    ),
    Guard(
        "closing_stays_delete", "closing", "DELETE", "1 = 1", "a day's close stays as it was made"
    ),
    Guard(
        "redemption_stays_update",
        "redemption",
        "UPDATE OF closing_id",
        OTHER_CLOSING,
        "this sale was closed already",
    ),
    Guard(
        "refund_stays_update",
        "refund",
        "UPDATE OF closing_id",
        OTHER_CLOSING,
        "this refund was closed already",
    ),
    Guard(
        "terminal_stays_update",
        "terminal",
        "UPDATE",
        OTHER_TERMINAL,
        "this terminal stays what it is",
    ),
)


def create_triggers(connection: Connection) -> None:
    """Create them in the connection's schema."""
    create_guards(connection, GUARDS, STATE)


def drop_triggers(connection: Connection) -> None:
    """Drop them; the tables stay."""
    drop_guards(connection, GUARDS)
