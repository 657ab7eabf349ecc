"""What keeps a no from standing without its reason, whatever the program does.

An award that was proposed becomes rejected only where a reviewer's no with a reason is kept; what
is rejected or withdrawn says when. A released trigger is never edited: a change is a new one, made
by a migration of its own.
"""

from sqlalchemy import Connection, text

from incentives.awards.triggers import CLOSED_STATE, sqlite_trigger

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
    schema = connection.scalar(text("SELECT quote_ident(current_schema())"))
    path = connection.scalar(text("SELECT current_setting('search_path')"))
    connection.exec_driver_sql(f"SET LOCAL search_path = {schema}, pg_temp")
    connection.exec_driver_sql(
        f"CREATE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER "
        f"SET search_path FROM CURRENT AS $${BODY}$$"
    )
    connection.exec_driver_sql(f"REVOKE EXECUTE ON FUNCTION {FUNCTION}() FROM PUBLIC")
    connection.exec_driver_sql(
        f"CREATE TRIGGER {NAME} BEFORE UPDATE OF status ON award "
        f"FOR EACH ROW EXECUTE FUNCTION {FUNCTION}()"
    )
    connection.execute(text("SELECT set_config('search_path', :path, true)"), {"path": path})


def drop_answer_trigger(connection: Connection) -> None:
    """Drop it; the tables stay."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"DROP TRIGGER {NAME}")
        return
    connection.exec_driver_sql(f"DROP TRIGGER {NAME} ON award")
    connection.exec_driver_sql(f"DROP FUNCTION {FUNCTION}()")
