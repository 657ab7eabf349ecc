"""What keeps a call's record as it was made, whoever writes.

A call moves by its states only; it is rated once an answer, opened again once, awarded once. A step
stays as it was taken, but for words and photo, which are erased in time; so does what a call was
before it was sent back. What was struck off stays so. A released trigger is never edited: a change
is a new one, made by a migration of its own.
"""

from sqlalchemy import Connection

from incentives.triggers import Guard, create_guards, differs, drop_guards

STATE = "JC001"
MOVES = (
    "reported>pushed",
    "reported>merged",
    "reported>struck",
    "pushed>accepted",
    "pushed>on_site",
    "pushed>merged",
    "pushed>struck",
    "accepted>on_site",
    "accepted>resolved",
    "accepted>pushed",
    "accepted>merged",
    "on_site>resolved",
    "on_site>pushed",
    "on_site>merged",
    "resolved>answered",
    "answered>pushed",
)
KNOWN = ", ".join(f"'{each}'" for each in MOVES)


def other(column: str) -> str:
    """Whether a column that was set is set to something else, or taken away."""
    return f"OLD.{column} IS NOT NULL AND (NEW.{column} IS NULL OR NEW.{column} <> OLD.{column})"


def rewritten(column: str) -> str:
    """Whether a column is written or written anew; it may be erased."""
    return f"NEW.{column} IS NOT NULL AND (OLD.{column} IS NULL OR NEW.{column} <> OLD.{column})"


GUARDS = (
    Guard(
        "call_moves_by_its_states",
        "call",
        "UPDATE",
        f"NEW.status <> OLD.status AND (OLD.status || '>' || NEW.status) NOT IN ({KNOWN})",
        "a call doesn't go from that state to this",
    ),
    Guard(
        "call_rated_once",
        "call",
        "UPDATE",
        f"OLD.rating IS NOT NULL AND NEW.status = 'answered'"
        f" AND (({other('rating')}) OR ({rewritten('rating_word')}))",
        "an answer is rated once",
    ),
    Guard(
        "call_reopened_once",
        "call",
        "UPDATE",
        f"({other('reopened_at')}) OR (OLD.status = 'answered' AND NEW.status = 'pushed'"
        " AND (OLD.reopened_at IS NOT NULL OR NEW.reopened_at IS NULL))",
        "a call is opened again once",
    ),
    Guard("call_awarded_once", "call", "UPDATE", other("award_id"), "a report earns once"),
    Guard("call_is_kept", "call", "DELETE", "1 = 1", "a call is kept"),
    Guard(
        "call_step_stays",
        "call_step",
        "UPDATE",
        "NEW.call_id <> OLD.call_id OR NEW.number <> OLD.number OR NEW.action <> OLD.action"
        f" OR NEW.at <> OLD.at OR ({rewritten('note')}) OR ({rewritten('photo_id')})",
        "a step stays as it was taken",
    ),
    Guard("call_step_is_kept", "call_step", "DELETE", "1 = 1", "a step is kept"),
    Guard(
        "duty_done_stays",
        "duty",
        "UPDATE",
        "OLD.done_at IS NOT NULL",
        "a duty that is struck off stays so",
    ),
)

# Made after those above, with the table of rounds.
GUARDS_OF_ROUNDS = (
    Guard(
        "call_round_stays",
        "call_round",
        "UPDATE",
        f"({rewritten('rating_word')}) OR "
        + differs(
            "call_id",
            "office_id",
            "pushed_at",
            "resolve_by",
            "accepted_at",
            "on_site_at",
            "resolved_at",
            "answered_at",
            "rating",
        ),
        "a round that is over stays as it was",
    ),
    Guard("call_round_is_kept", "call_round", "DELETE", "1 = 1", "a round is kept"),
    Guard(
        "call_sent_back_keeps_its_round",
        "call",
        "UPDATE",
        "OLD.status = 'answered' AND NEW.status = 'pushed' AND NOT EXISTS (SELECT 1"
        " FROM call_round WHERE call_round.call_id = OLD.id AND call_round.answered_at ="
        " OLD.answered_at AND call_round.rating IS NOT DISTINCT FROM OLD.rating)",
        "what a call was before it is sent back is kept",
    ),
)


def create_triggers(connection: Connection) -> None:
    """Create them in the connection's schema."""
    create_guards(connection, GUARDS, STATE)


def drop_triggers(connection: Connection) -> None:
    """Drop them; the tables stay."""
    drop_guards(connection, GUARDS)
