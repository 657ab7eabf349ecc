"""How the database keeps the fund's papers: vouchers, signatures, a closed month's bank.

No row of them is lost, no paper exchanged, and what was signed stays as it was signed, from the
day on which it was: an application, an evaluation, an end, a count, a list. Nobody approves what
is past approval. What the bank wrote stays as it was entered, and of a closed month what it was
matched with and how it was explained.

A released trigger is never edited: a change is a new one, made by a migration of its own.
"""

from incentives.fund.triggers import guard
from incentives.recovery.models import REPLAYING
from incentives.triggers import TRUNCATE, Guard, differs, kept

# What happens to a row later has columns of its own.
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


# Until 0039 what was applied for, evaluated, ended or counted stayed only once it was paid.
POLICY = ("publicity_days", "second_approval_fen")
ENDED = ("ended_by", "ended_at", "ended_reason", "reversed_event_id")
COUNTED = (
    *("id", "village", "month", "counted_on", "counted_fen", "book_fen", "note"),
    *("counted_by", "counted_at"),
)
# Who brought a call's photo is told right after it was kept.
UPLOADED = ("id", "village", "name", "kind", "size", "sha256", "uploaded_at")
DISBURSEMENT_SIGNED = f"""{differs(*APPLIED, *POLICY)}
    OR (OLD.payee_has_role AND NOT NEW.payee_has_role)
    OR (OLD.evaluated_by IS NOT NULL AND ({differs(*EVALUATED)}))
    OR (OLD.ended_by IS NOT NULL AND ({differs(*ENDED)}) AND NOT {REPLAYING})"""
PAST_APPROVAL = f"""NOT EXISTS (SELECT 1 FROM disbursement WHERE id = NEW.disbursement_id
    AND (status IN ('evaluated', 'published')
        OR (status = 'approved' AND NEW.decision = 'reject')))
    AND NOT {REPLAYING}"""  # noqa: S608 -- text of our own
GUARDS_OF_SIGNATURES = (
    guard("disbursement_as_signed", "disbursement", "UPDATE", DISBURSEMENT_SIGNED, WORDS),
    guard(
        "disbursement_approval_in_time",
        "disbursement_approval",
        "INSERT",
        PAST_APPROVAL,
        "this disbursement is not to be approved",
    ),
    guard(
        "cash_count_as_signed",
        "cash_count",
        "UPDATE",
        f"OLD.status <> 'waiting' OR {differs(*COUNTED)}",
        WORDS,
    ),
    guard(
        "file_as_uploaded",
        "file",
        "UPDATE",
        f"{differs(*UPLOADED)} OR (OLD.kept_until IS NOT NULL AND {differs('uploaded_by')})",
        "a file stays as it was uploaded",
    ),
    *kept("disbursement_list", WORDS),
)


# What the bank wrote is taken out whole where it was entered by mistake, and never changed. What a
# line and an entry are matched with may still be of a closed month on one side.
LINE = (
    *("id", "village", "statement_id", "line", "day", "amount_fen", "summary", "other"),
    "balance_fen",
)
CLOSED_ON = "EXISTS (SELECT 1 FROM month_close WHERE village = {row}.village AND ends_on >= {day})"
LINE_CLOSED = """EXISTS (SELECT 1 FROM bank_line l
    JOIN month_close m ON m.village = l.village AND m.ends_on >= l.day WHERE l.id = OLD.line_id)"""
BOTH_CLOSED = """EXISTS (SELECT 1 FROM bank_line l JOIN event e ON e.id = NEW.event_id
    JOIN month_close m ON m.village = l.village
    AND m.ends_on >= l.day AND m.ends_on >= e.occurred_on
    WHERE l.id = NEW.line_id)"""
ENTRY_CLOSED = """EXISTS (SELECT 1 FROM event e
    JOIN month_close m ON m.village = e.village AND m.ends_on >= e.occurred_on
    WHERE e.id = {row}.event_id)"""


def of_open_month(table: str, act: str, condition: str) -> Guard:
    """Refuse an act on what a closed month's agreement with the bank rests on."""
    return guard(f"{table}_open_to_{act.lower()}", table, act, condition, WORDS)


def closed_on(day: str, row: str) -> str:
    """Whether the month of a row's day is closed."""
    return CLOSED_ON.format(row=row, day=f"{row}.{day}")


GUARDS_OF_BANK = (
    of_open_month("bank_statement", "INSERT", closed_on("from_on", "NEW")),
    *kept("bank_statement", WORDS, "UPDATE", TRUNCATE),
    of_open_month("bank_statement", "DELETE", closed_on("from_on", "OLD")),
    of_open_month("bank_line", "INSERT", closed_on("day", "NEW")),
    of_open_month("bank_line", "UPDATE", f"{differs(*LINE)} OR {closed_on('day', 'OLD')}"),
    of_open_month("bank_line", "DELETE", closed_on("day", "OLD")),
    *kept("bank_line", WORDS, TRUNCATE),
    of_open_month("bank_match", "INSERT", BOTH_CLOSED),
    *kept("bank_match", WORDS, "UPDATE", TRUNCATE),
    of_open_month("bank_match", "DELETE", LINE_CLOSED),
    of_open_month("bank_note", "INSERT", ENTRY_CLOSED.format(row="NEW")),
    of_open_month(
        "bank_note",
        "UPDATE",
        f"{ENTRY_CLOSED.format(row='OLD')} OR {ENTRY_CLOSED.format(row='NEW')}",
    ),
    of_open_month("bank_note", "DELETE", ENTRY_CLOSED.format(row="OLD")),
    *kept("bank_note", WORDS, TRUNCATE),
)

# Who a team's money goes to is as it was when it was applied for.
GUARDS_OF_MEMBERS = kept("disbursement_member", "the payees of an application stay")
