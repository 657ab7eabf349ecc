"""What keeps a statement as it was submitted, whatever the program does.

Of a settlement only its steps change, its lines and its reversals never; none is deleted. A
released trigger is never edited: a change is a new one, made by a migration of its own.
"""

from sqlalchemy import Connection

from incentives.triggers import TRUNCATE, Guard, create_guards, drop_guards

STATE = "JS001"
WORDS = "a statement stays as it was submitted"
ALWAYS = "1 = 1"
FROZEN = (
    "id",
    "village",
    "shop_id",
    "month",
    "from_size",
    "to_size",
    "points",
    "goods_fen",
    "cash_fen",
    "amount_fen",
    "submitted_by",
    "submitted_at",
)
CHANGED = " OR ".join(f"NEW.{name} <> OLD.{name}" for name in FROZEN)
REFUSED = f"OLD.status IN ('confirmed', 'rejected') OR {CHANGED}"
GUARDS = (
    Guard("settlement_stays", "settlement", "UPDATE", REFUSED, WORDS),
    *(
        Guard(f"{table}_refuses_{act.lower()}", table, act, ALWAYS, WORDS)
        for table, acts in {
            "settlement": ("DELETE", TRUNCATE),
            "settlement_line": ("UPDATE", "DELETE", TRUNCATE),
            "settlement_reversal": ("UPDATE", "DELETE", TRUNCATE),
        }.items()
        for act in acts
    ),
)


def create_statement_triggers(connection: Connection) -> None:
    """Create them in the connection's schema."""
    create_guards(connection, GUARDS, STATE)


def drop_statement_triggers(connection: Connection) -> None:
    """Drop them; the tables stay."""
    drop_guards(connection, GUARDS)
