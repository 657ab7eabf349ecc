"""What the database itself keeps of the fund's rules, whatever the program does.

A decision is never by who applied or evaluated, nor a payment by who decided; what is approved has
the approvals that its sum and its payee ask for; nothing is paid that isn't approved, but what a
recovery replays; no money moves on a day of a closed month, and no month opens again; a file that
accounting keeps isn't erased before its day. A released trigger is never edited: a change is a new
one, made by a migration of its own.
"""

from sqlalchemy import Connection

from incentives.triggers import create_function, create_trigger, own_schema, refusal, sqlite_trigger

FUND_STATE = "JF001"

TOTAL = """COALESCE((SELECT l.total_fen FROM disbursement_list l
    JOIN disbursement_list_line n ON n.list_id = l.id WHERE n.disbursement_id = NEW.id),
    NEW.amount_fen)"""
APPROVALS = """(SELECT count(*) FROM disbursement_approval
    WHERE disbursement_id = NEW.id AND decision = 'approve')"""
FROM_ABOVE = """EXISTS (SELECT 1 FROM disbursement_approval
    WHERE disbursement_id = NEW.id AND decision = 'approve' AND from_above)"""
REPLAYING = "EXISTS (SELECT 1 FROM recovery WHERE waiting AND replaying)"

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

# Name: when, table, condition (one text, or one a dialect), what it says.
RULES: dict[str, tuple[str, str, str | dict[str, str], str]] = {
    "disbursement_approver_is_another": (
        "INSERT",
        "disbursement_approval",
        DECIDER_ACTED,
        "nobody approves what they applied for or evaluated",
    ),
    "disbursement_has_its_approvals": (
        "UPDATE",
        "disbursement",
        TOO_FEW,
        "this disbursement lacks approvals",
    ),
    "disbursement_paid_if_approved": (
        "UPDATE",
        "disbursement",
        UNAPPROVED,
        "nothing is paid that is not approved",
    ),
    "disbursement_payer_is_another": (
        "UPDATE",
        "disbursement",
        PAYER_DECIDED,
        "nobody pays what they decided on",
    ),
    "transfer_of_open_month": (
        "INSERT",
        "transfer",
        CLOSED,
        "this month is closed",
    ),
    "month_close_stays": ("UPDATE", "month_close", "1 = 1", "a closed month stays closed"),
    "month_close_is_kept": ("DELETE", "month_close", "1 = 1", "a closed month stays closed"),
    "file_erased_in_time": ("UPDATE", "file", ERASED_EARLY, "accounting keeps this file"),
    "file_kept_longer_only": ("UPDATE", "file", BROUGHT_FORWARD, "accounting keeps this file"),
}
# On PostgreSQL a condition on the row alone is asked before the function is called: transfers of
# points pay nothing for it.
ONLY_WHEN = {"transfer_of_open_month": "NEW.unit = 'fen'"}


def condition_of(name: str, dialect: str) -> str:
    """When a rule refuses, on that dialect."""
    condition = RULES[name][2]
    return condition if isinstance(condition, str) else condition[dialect]


def create_triggers(connection: Connection) -> None:
    """Create them in the connection's schema."""
    if connection.dialect.name == "sqlite":
        for name, (when, table, _condition, words) in RULES.items():
            only = f"{ONLY_WHEN[name]} AND " if name in ONLY_WHEN else ""
            condition = f"{only}({condition_of(name, 'sqlite')})"
            connection.exec_driver_sql(sqlite_trigger(name, when, table, condition, words))
        return
    with own_schema(connection):
        for name, (when, table, _condition, words) in RULES.items():
            row = "OLD" if when == "DELETE" else "NEW"
            body = refusal(condition_of(name, "postgresql"), words, FUND_STATE, row)
            create_function(connection, f"fund_{name}", body)
            each = f"ROW WHEN ({ONLY_WHEN[name]})" if name in ONLY_WHEN else "ROW"
            create_trigger(connection, name, f"BEFORE {when}", table, each, f"fund_{name}")


def drop_triggers(connection: Connection) -> None:
    """Drop them; the tables stay."""
    for name, (_when, table, _condition, _words) in RULES.items():
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            connection.exec_driver_sql(f"DROP TRIGGER {name} ON {table}")
            connection.exec_driver_sql(f"DROP FUNCTION fund_{name}()")
