"""What the database itself keeps of the fund's rules, whatever the program does.

A decision is never by who applied or evaluated, nor a payment by who decided; what is approved has
the approvals that its sum and its payee ask for; nothing is paid that isn't approved, but what a
recovery replays; no money is written off by one person; none moves on a day of a closed month, and
no month opens again; a file that accounting keeps isn't erased before its day, nor its row deleted;
days go in order, and cash and bank hold enough on each; a closed year's budgets stay; vouchers and
signatures are kept.

A released trigger is never edited: a change is a new one, made by a migration of its own.
"""

from collections.abc import Sequence

from sqlalchemy import Connection

from incentives.recovery.models import REPLAYING
from incentives.triggers import (
    TRUNCATE,
    Guard,
    create_guards,
    differs,
    drop_guards,
    kept,
)

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


# What follows was found by people who looked for a way round the rules.
HOME = "COALESCE({0}.household_id, (SELECT household_id FROM resident WHERE id = {0}.resident_id))"
DAYS_BETWEEN = {
    "sqlite": "abs(julianday(date(o.applied_at, '+8 hours'))"
    " - julianday(date(NEW.applied_at, '+8 hours')))",
    "postgresql": "abs((o.applied_at AT TIME ZONE 'Asia/Shanghai')::date"
    " - (NEW.applied_at AT TIME ZONE 'Asia/Shanghai')::date)",
}
# A name is the same here only as it was typed; the operation knows it however it is written.
NEARBY = """COALESCE((SELECT SUM(o.amount_fen - o.returned_fen) FROM disbursement o
    WHERE o.village = NEW.village AND o.id <> NEW.id
    AND o.status NOT IN ('rejected', 'withdrawn', 'reversed')
    AND ({home} = {other} OR o.team_id = NEW.team_id OR o.payee_name = NEW.payee_name)
    AND {days} <= 30
    AND NOT EXISTS (SELECT 1 FROM disbursement_list_line n
        JOIN disbursement_list_line l ON l.list_id = n.list_id
        WHERE n.disbursement_id = NEW.id AND l.disbursement_id = o.id)), 0)"""
SPLIT = {
    dialect: f"NEW.status = 'approved' AND OLD.status <> 'approved' AND {APPROVALS} < 2"
    f" AND {TOTAL} + "
    + NEARBY.format(home=HOME.format("NEW"), other=HOME.format("o"), days=days)
    + " > NEW.second_approval_fen"
    for dialect, days in DAYS_BETWEEN.items()
}

VILLAGE_DAY = {
    "sqlite": "date({0}, '+8 hours')",
    "postgresql": "({0} AT TIME ZONE 'Asia/Shanghai')::date",
}
APPROVED_ON = """(SELECT MAX({day}) FROM disbursement_approval
    WHERE disbursement_id = NEW.id AND decision = 'approve')"""
PAID_EARLY = {
    dialect: "NEW.paid_on IS NOT NULL AND OLD.paid_on IS NULL AND NEW.paid_on < "
    + APPROVED_ON.format(day=day.format("decided_at"))
    + f" AND NOT {REPLAYING}"
    for dialect, day in VILLAGE_DAY.items()
}
BACK_EARLY = f"""NEW.returned_on < (SELECT paid_on FROM disbursement WHERE id = NEW.disbursement_id)
    AND NOT {REPLAYING}"""  # noqa: S608 -- text of our own

# What each day since the act's held: all before it is in that day's.
SHORT = f"""EXISTS (SELECT 1 FROM (
    SELECT SUM(SUM(moved.fen)) OVER (ORDER BY moved.day) AS held FROM (
        SELECT CASE WHEN e.occurred_on < act.occurred_on THEN act.occurred_on
                ELSE e.occurred_on END AS day,
            CASE WHEN t.to_code = NEW.from_code THEN t.amount ELSE -t.amount END AS fen
        FROM event act JOIN transfer t ON t.village = act.village
        JOIN event e ON e.village = t.village AND e.seq = t.seq
        WHERE act.village = NEW.village AND act.seq = NEW.seq AND t.village = NEW.village
        AND (t.to_code = NEW.from_code OR t.from_code = NEW.from_code)
    ) AS moved GROUP BY moved.day) AS days WHERE days.held < NEW.amount)
    AND NOT {REPLAYING}"""  # noqa: S608 -- text of our own
OUT_OF_MONEY = "NEW.unit = 'fen' AND NEW.from_code IN ('cash', 'bank')"

YEAR_CLOSED = {
    "sqlite": "EXISTS (SELECT 1 FROM month_close WHERE village = {0}.village"
    " AND ends_on >= {0}.year || '-12-31')",
    "postgresql": "EXISTS (SELECT 1 FROM month_close WHERE village = {0}.village"
    " AND ends_on >= make_date({0}.year::integer, 12, 31))",
}
STILL_KEPT = {
    "sqlite": "OLD.kept_until >= date('now', '+8 hours')",
    "postgresql": "OLD.kept_until >= (now() AT TIME ZONE 'Asia/Shanghai')::date",
}


def of_open_year(name: str, table: str, act: str) -> Guard:
    """Refuse an act on budgets of a closed year."""
    row = "OLD" if act == "DELETE" else "NEW"
    condition = {dialect: text.format(row) for dialect, text in YEAR_CLOSED.items()}
    return guard(name, table, act, condition, "the budgets of a closed year stay")


GUARDS_OF_DAYS = (
    guard(
        "disbursement_split_has_two",
        "disbursement",
        "UPDATE",
        SPLIT,
        "this disbursement lacks approvals, with what its payee gets beside it",
    ),
    guard(
        "disbursement_paid_once_approved",
        "disbursement",
        "UPDATE",
        PAID_EARLY,
        "nothing is paid before the day of its approval",
    ),
    guard(
        "payment_return_after_payment",
        "payment_return",
        "INSERT",
        BACK_EARLY,
        "nothing comes back before it was paid",
    ),
    guard(
        "transfer_held_each_day",
        "transfer",
        "INSERT",
        SHORT,
        "cash and bank did not hold this on each day since",
        OUT_OF_MONEY,
    ),
    of_open_year("budget_adoption_of_open_year", "budget_adoption", "INSERT"),
    of_open_year("budget_of_open_year", "budget", "INSERT"),
    of_open_year("budget_changed_in_open_year", "budget", "UPDATE"),
    of_open_year("budget_dropped_in_open_year", "budget", "DELETE"),
    guard("file_kept_is_there", "file", "DELETE", STILL_KEPT, "accounting keeps this file"),
)


# Vouchers and signatures are kept: no row of them is lost, no paper of theirs exchanged, and what
# was signed stays as it was signed. What happens to a row later has columns of its own.
WRITTEN_ONCE = ("disbursement_approval", "payment_return", "money_move", "disbursement_list_line")
SIGNED = (*WRITTEN_ONCE, "disbursement", "income", "budget_adoption", "cash_count")
OF_INCOME = (
    *("id", "village", "source", "amount_fen", "received_on", "voucher", "method", "giver", "note"),
    *("event_id", "entered_by", "entered_at"),
)
REVERSED = ("reversed_event_id", "reversed_reason", "reversed_by", "reversed_at")
OF_VOTE = (
    *("id", "village", "year", "resolution", "held_on", "present", "in_favour", "against"),
    *("adopted_by", "adopted_at"),
)
PAYEE = ("household_id", "resident_id", "team_id", "payee_name")
APPLIED = ("id", "village", "purpose", *PAYEE, "amount_fen", "reason", "applied_by", "applied_at")
EVALUATED = ("evaluated_by", "evaluated_at", "evaluation_reason")
PAID = ("paid_by", "paid_at", "paid_on", "method", "voucher", "event_id")
RECEIVED = ("received_by", "received_at")
SIGNED_COLUMNS = {
    "income_as_entered": ("income", differs(*OF_INCOME)),
    "income_as_reversed": ("income", f"OLD.reversed_by IS NOT NULL AND ({differs(*REVERSED)})"),
    "adoption_as_voted": ("budget_adoption", differs(*OF_VOTE)),
    "count_as_made": (
        "cash_count",
        "OLD.confirmed_by IS NOT NULL AND (NEW.confirmed_by IS NULL"
        f" OR {differs('counted_on', 'counted_fen', 'counted_by', 'confirmed_by')})",
    ),
    "disbursement_as_paid": (
        "disbursement",
        f"OLD.event_id IS NOT NULL AND ({differs(*APPLIED, *EVALUATED, *PAID)})"
        f" AND NOT {REPLAYING}",
    ),
    "disbursement_as_received": (
        "disbursement",
        f"OLD.received_by IS NOT NULL AND ({differs(*RECEIVED)}) AND NOT {REPLAYING}",
    ),
}
VOUCHERS = {
    "disbursement": "receipt_file_id",
    "budget_adoption": "minutes_id",
    "bank_statement": "file_id",
}
WORDS = "vouchers and signatures are kept"
GUARDS_OF_PAPERS = (
    *(each for table in SIGNED for each in kept(table, WORDS, "DELETE", TRUNCATE)),
    *(each for table in WRITTEN_ONCE for each in kept(table, WORDS, "UPDATE")),
    *(
        guard(name, table, "UPDATE", condition, WORDS)
        for name, (table, condition) in SIGNED_COLUMNS.items()
    ),
    *kept("income_file", WORDS),
    *kept("disbursement_file", WORDS),
    *(
        guard(
            f"{table}_keeps_its_paper",
            table,
            "UPDATE",
            f"OLD.{column} IS NOT NULL AND ({differs(column)})",
            WORDS,
        )
        for table, column in VOUCHERS.items()
    ),
)

# Who a team's money goes to is as it was when it was applied for.
GUARDS_OF_MEMBERS = kept("disbursement_member", "the payees of an application stay")


def create_triggers(connection: Connection, guards: Sequence[Guard] = GUARDS) -> None:
    """Create them in the connection's schema."""
    create_guards(connection, guards, FUND_STATE)


def drop_triggers(connection: Connection, guards: Sequence[Guard] = GUARDS) -> None:
    """Drop them; the tables stay."""
    drop_guards(connection, guards)
