"""What keeps a no from standing without its reason, whatever the program does.

An award that was proposed becomes rejected only where a reviewer's no with a reason is kept; what
is rejected or withdrawn says when. A released trigger is never edited: a change is a new one, made
by a migration of its own.
"""

from sqlalchemy import Connection

from incentives.awards.triggers import CLOSED_STATE
from incentives.triggers import create_function, create_trigger, own_schema, sqlite_trigger

NAME = "award_answered"
FUNCTION = "awards_no_has_reason"
WORDS = "a no has a reason, and what is closed says when"
UNANSWERED = (
    "NEW.status IN ('rejected', 'withdrawn') AND NEW.status <> OLD.status AND ("
    "NEW.closed_at IS NULL OR (NEW.status = 'rejected' AND OLD.status = 'proposed'"
    " AND NOT EXISTS (SELECT 1 FROM award_review WHERE award_id = NEW.id"
    " AND decision = 'reject' AND length(trim(reason)) > 0)))"
)
BODY = f"""
BEGIN
    IF {UNANSWERED} THEN
        RAISE EXCEPTION '{WORDS}' USING ERRCODE = '{CLOSED_STATE}';
    END IF;
    RETURN NEW;
END
"""


def create_answer_trigger(connection: Connection) -> None:
    """Create it in the connection's schema."""
    if connection.dialect.name == "sqlite":
        sql = sqlite_trigger(NAME, "UPDATE OF status", "award", UNANSWERED, WORDS)
        connection.exec_driver_sql(sql)
        return
    with own_schema(connection):
        create_function(connection, FUNCTION, BODY)
        create_trigger(connection, NAME, "BEFORE UPDATE OF status", "award", "ROW", FUNCTION)


def drop_answer_trigger(connection: Connection) -> None:
    """Drop it; the tables stay."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"DROP TRIGGER {NAME}")
        return
    connection.exec_driver_sql(f"DROP TRIGGER {NAME} ON award")
    connection.exec_driver_sql(f"DROP FUNCTION {FUNCTION}()")
