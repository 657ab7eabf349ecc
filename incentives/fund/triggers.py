"""What the database itself keeps of the fund's rules, whatever the program does.

A decision is never by who applied or evaluated, nor a payment by who decided; what is approved has
the approvals that its sum and its payee ask for; nothing is paid that isn't approved, but what a
recovery replays; no money is written off by one person; none moves on a day of a closed month, and
no month opens again; a file that accounting keeps isn't erased before its day.

A released trigger is never edited: a change is a new one, made by a migration of its own.
"""

from collections.abc import Sequence

from sqlalchemy import Connection

from incentives.recovery.models import REPLAYING
from incentives.triggers import Guard, create_guards, drop_guards

FUND_STATE = "JF001"

TOTAL = """COALESCE((SELECT l.total_fen FROM disbursement_list l
    JOIN disbursement_list_line n ON n.list_id = l.id WHERE n.disbursement_id = NEW.id),
    NEW.amount_fen)"""
APPROVALS = """(SELECT count(*) FROM disbursement_approval
    WHERE disbursement_id = NEW.id AND decision = 'approve')"""
FROM_ABOVE = """EXISTS (SELECT 1 FROM disbursement_approval
    WHERE disbursement_id = NEW.id AND decision = 'approve' AND from_above)"""

DECIDER_ACTED = """EXISTS (SELECT 1 FROM disbursement WHERE id = NEW.disbursement_id
    AND (applied_by = NEW.approver OR evaluated_by = NEW.approver))"""
TOO_FEW = f"""NEW.status = 'approved' AND OLD.status <> 'approved' AND (
    {APPROVALS} < CASE WHEN {TOTAL} > NEW.second_approval_fen THEN 2 ELSE 1 END
    OR (NEW.payee_has_role AND NOT {FROM_ABOVE}))"""
UNAPPROVED = f"""NEW.status = 'paid' AND OLD.status <> 'approved' AND NOT {REPLAYING}"""
PAYER_DECIDED = f"""NEW.paid_by IS NOT NULL AND OLD.paid_by IS NULL AND NOT {REPLAYING}
    AND EXISTS (SELECT 1 FROM disbursement_approval
        WHERE disbursement_id = NEW.id AND approver = NEW.paid_by)"""  # noqa: S608 -- text of our own
CLOSED = """EXISTS (SELECT 1 FROM month_close m JOIN event e
    ON e.village = m.village AND e.seq = NEW.seq
    WHERE m.village = NEW.village AND m.ends_on >= e.occurred_on)"""
ERASED_EARLY = {
    "sqlite": "NEW.erased_at IS NOT NULL AND OLD.erased_at IS NULL"
    " AND date(NEW.erased_at, '+8 hours') <= OLD.kept_until",
    "postgresql": "NEW.erased_at IS NOT NULL AND OLD.erased_at IS NULL"
    " AND (NEW.erased_at AT TIME ZONE 'Asia/Shanghai')::date <= OLD.kept_until",
}
BROUGHT_FORWARD = (
    "OLD.kept_until IS NOT NULL AND (NEW.kept_until IS NULL OR NEW.kept_until < OLD.kept_until)"
)

# Transfers of points pay nothing for the guard of closed months.
OF_MONEY = "NEW.unit = 'fen'"


def guard(
    name: str, table: str, act: str, condition: str | dict[str, str], words: str, only: str = ""
) -> Guard:
    """One of the fund's."""
    return Guard(name, table, act, condition, words, only, function=f"fund_{name}")


GUARDS = (
    guard(
        "disbursement_approver_is_another",
        "disbursement_approval",
        "INSERT",
        DECIDER_ACTED,
        "nobody approves what they applied for or evaluated",
    ),
    guard(
        "disbursement_has_its_approvals",
        "disbursement",
        "UPDATE",
        TOO_FEW,
        "this disbursement lacks approvals",
    ),
    guard(
        "disbursement_paid_if_approved",
        "disbursement",
        "UPDATE",
        UNAPPROVED,
        "nothing is paid that is not approved",
    ),
    guard(
        "disbursement_payer_is_another",
        "disbursement",
        "UPDATE",
        PAYER_DECIDED,
        "nobody pays what they decided on",
    ),
    guard("transfer_of_open_month", "transfer", "INSERT", CLOSED, "this month is closed", OF_MONEY),
    guard("month_close_stays", "month_close", "UPDATE", "1 = 1", "a closed month stays closed"),
    guard("month_close_is_kept", "month_close", "DELETE", "1 = 1", "a closed month stays closed"),
    guard("file_erased_in_time", "file", "UPDATE", ERASED_EARLY, "accounting keeps this file"),
    guard("file_kept_longer_only", "file", "UPDATE", BROUGHT_FORWARD, "accounting keeps this file"),
)


# Made with the column that it asks for, by a migration of its own.
MISSING = """NEW.to_place = 'difference'
    AND (NEW.confirmed_by IS NULL OR NEW.confirmed_by = NEW.entered_by)"""
GUARDS_OF_MOVES = (
    guard("money_missing_by_two", "money_move", "INSERT", MISSING, "missing money has two people"),
)


def create_triggers(connection: Connection, guards: Sequence[Guard] = GUARDS) -> None:
    """Create them in the connection's schema."""
    create_guards(connection, guards, FUND_STATE)


def drop_triggers(connection: Connection, guards: Sequence[Guard] = GUARDS) -> None:
    """Drop them; the tables stay."""
    drop_guards(connection, guards)
