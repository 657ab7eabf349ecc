"""How the database keeps who checks the fund: its receipts, its bank, its months.

A payment is received by somebody, with a receipt; nobody of those whom it goes to approves it. A
line of the bank's statement is matched with what moved the bank's money of its own village, and an
explanation says something. Months close in their order, with what the book holds, once two people
counted the cash, the statement reaches the month's end, and each line of it is an entry, to the
last fen, or explained, with a second person who stands by each explanation as it is worded.

A released trigger is never edited: a change is a new one, made by a migration of its own.
"""

from incentives.fund.triggers import HOME, guard
from incentives.recovery.models import REPLAYING
from incentives.triggers import Guard, differs

RECEIPT = ("received_by", "received_at", "receipt_file_id")
RECEIVED_IN_PART = f"""NOT {REPLAYING} AND CASE
    WHEN NEW.status = 'received' OR {" OR ".join(f"NEW.{each} IS NOT NULL" for each in RECEIPT)}
    THEN {" OR ".join(f"NEW.{each} IS NULL" for each in RECEIPT)} ELSE 1 = 0 END"""

OF_THE_PAYEE = f"""NOT {REPLAYING} AND EXISTS (SELECT 1 FROM disbursement d
    WHERE d.id = NEW.disbursement_id AND (d.resident_id = NEW.approver
        OR EXISTS (SELECT 1 FROM resident r WHERE r.id = NEW.approver
            AND r.household_id = {HOME.format("d")})
        OR EXISTS (SELECT 1 FROM disbursement_member m JOIN resident r ON r.id = NEW.approver
            WHERE m.disbursement_id = d.id
            AND (m.resident_id = r.id OR m.household_id = r.household_id))))"""  # noqa: S608 -- text of our own

MATCHED_UNLIKE = """NOT EXISTS (SELECT 1 FROM bank_line l JOIN event e ON e.village = l.village
    JOIN transfer t ON t.village = e.village AND t.seq = e.seq
    WHERE l.id = NEW.line_id AND l.village = NEW.village AND e.id = NEW.event_id
    AND (t.to_code = 'bank' OR t.from_code = 'bank'))"""
# Blanks, letters without a shape, and signs: `texts.is_blank` knows more of them.
SAYING_NOTHING = (
    "\t\n\v\f\r \u00a0\u00ad\u200b\u200c\u200d\u2060\u2800\u3000\u3164\ufeff"
    "-_.,;!?*/~+=#()\u2013\u2014\u2026\u3001\u3002\uff01\uff08\uff09\uff0c\uff1b\uff1f\uff5e"
)
UNSAID = f"ltrim(NEW.explanation, '{SAYING_NOTHING}') = ''"


def held(code: str, day: str) -> str:
    """What cash or bank held at a day's end by the book, of a closed month's village."""
    return f"""COALESCE((SELECT SUM(CASE WHEN t.to_code = '{code}' THEN t.amount ELSE -t.amount END)
        FROM event e JOIN transfer t ON t.village = e.village AND t.seq = e.seq
        WHERE e.village = NEW.village AND e.occurred_on <= {day}
        AND (t.to_code = '{code}' OR t.from_code = '{code}')), 0)"""  # noqa: S608 -- names of our own


def used(code: str) -> str:
    """Whether cash or bank ever moved there."""
    return f"""EXISTS (SELECT 1 FROM account
        WHERE village = NEW.village AND code = '{code}' AND version > 0)"""  # noqa: S608 -- names of our own


FIRST_MONTH = """EXISTS (SELECT 1 FROM event e
    JOIN transfer t ON t.village = e.village AND t.seq = e.seq
    WHERE e.village = NEW.village AND e.occurred_on < NEW.month
    AND (t.to_code IN ('cash', 'bank') OR t.from_code IN ('cash', 'bank')))"""
LAST_CLOSED = "(SELECT MAX(ends_on) FROM month_close WHERE village = NEW.village)"
DAY_AFTER = {"sqlite": "date({0}, '+1 day')", "postgresql": "({0} + 1)"}
OUT_OF_ORDER = {
    dialect: f"""CASE WHEN {LAST_CLOSED} IS NULL THEN {FIRST_MONTH}
        ELSE NEW.month <> {day_after.format(LAST_CLOSED)} END"""
    for dialect, day_after in DAY_AFTER.items()
}
OTHER_SUMS = " OR ".join(
    f"NEW.{code}_fen <> {held(code, 'NEW.ends_on')}" for code in ("cash", "bank")
)
UNCOUNTED = f"""{used("cash")} AND NOT EXISTS (SELECT 1 FROM cash_count c
    WHERE c.village = NEW.village AND c.month = NEW.month AND c.status = 'confirmed'
    AND c.counted_fen = {held("cash", "c.counted_on")})"""  # noqa: S608 -- text of our own
COME_TO = """(SELECT SUM(CASE WHEN t.to_code = 'bank' THEN t.amount ELSE -t.amount END)
    FROM bank_match m JOIN event e ON e.id = m.event_id
    JOIN transfer t ON t.village = e.village AND t.seq = e.seq
    WHERE m.line_id = l.id AND (t.to_code = 'bank' OR t.from_code = 'bank'))"""
UNEXPLAINED = f"""EXISTS (SELECT 1 FROM bank_line l
        WHERE l.village = NEW.village AND l.day <= NEW.ends_on
        AND CASE WHEN {COME_TO} IS NULL THEN l.explanation IS NULL
            ELSE {COME_TO} <> l.amount_fen END)
    OR (({used("bank")} OR EXISTS (SELECT 1 FROM bank_statement WHERE village = NEW.village))
        AND NOT EXISTS (SELECT 1 FROM bank_statement
            WHERE village = NEW.village AND to_on >= NEW.ends_on))"""  # noqa: S608 -- text of our own

OPEN_DAYS = f"> COALESCE({LAST_CLOSED}, date('1900-01-01'))"


def alone(event: str) -> str:
    """Whether an event moved the bank's money and is no line of its statement.

    What lies before the first statement, and what the book began with, is in what that began with.
    """
    return f"""{event}.village = NEW.village AND {event}.occurred_on <= NEW.ends_on
        AND {event}.kind <> 'opening'
        AND {event}.occurred_on >= (
            SELECT MIN(from_on) FROM bank_statement WHERE village = NEW.village)
        AND EXISTS (SELECT 1 FROM transfer t
            WHERE t.village = {event}.village AND t.seq = {event}.seq
            AND (t.to_code = 'bank' OR t.from_code = 'bank'))
        AND NOT EXISTS (SELECT 1 FROM bank_match WHERE event_id = {event}.id)"""  # noqa: S608 -- names of our own


# An entry and its reversal cancel each other out where both stand alone. What was explained when a
# month was closed is asked for no more, nor is a second person who wasn't asked for then.
UNCONFIRMED = f"""EXISTS (SELECT 1 FROM bank_line l
        WHERE l.village = NEW.village AND l.day <= NEW.ends_on AND l.day {OPEN_DAYS}
        AND l.explanation IS NOT NULL AND l.confirmed_by IS NULL
        AND NOT EXISTS (SELECT 1 FROM bank_match WHERE line_id = l.id))
    OR EXISTS (SELECT 1 FROM event e LEFT JOIN bank_note n ON n.event_id = e.id
        WHERE {alone("e")} AND n.confirmed_by IS NULL
        AND NOT EXISTS (SELECT 1 FROM month_close c WHERE c.village = e.village
            AND c.ends_on >= e.occurred_on AND c.closed_at >= n.explained_at)
        AND NOT EXISTS (SELECT 1 FROM event o
            WHERE {alone("o")} AND (o.reverses = e.id OR e.reverses = o.id)))"""  # noqa: S608 -- text of our own
SAID_ANEW = f"NEW.confirmed_by IS NOT NULL AND ({differs('explanation', 'explained_by')})"


def explained(table: str, act: str) -> Guard:
    """Refuse an explanation that says nothing."""
    name = f"{table}_explained_{act.split()[0].lower()}"
    return guard(name, table, act, UNSAID, "an explanation says something")


GUARDS_OF_CHECKING = (
    guard(
        "disbursement_received_in_full",
        "disbursement",
        f"UPDATE OF status, {', '.join(RECEIPT)}",
        RECEIVED_IN_PART,
        "a receipt has who took it, when, and its paper",
    ),
    guard(
        "disbursement_approver_is_no_payee",
        "disbursement_approval",
        "INSERT",
        OF_THE_PAYEE,
        "nobody approves what goes to their household",
    ),
    guard(
        "bank_match_of_its_village",
        "bank_match",
        "INSERT",
        MATCHED_UNLIKE,
        "a line is matched with what moved the bank's money of its village",
    ),
    *(
        explained(table, act)
        for table in ("bank_line", "bank_note")
        for act in ("INSERT", "UPDATE OF explanation")
    ),
    guard(
        "month_close_in_order",
        "month_close",
        "INSERT",
        OUT_OF_ORDER,
        "months close one after the other",
    ),
    guard(
        "month_close_as_the_book",
        "month_close",
        "INSERT",
        OTHER_SUMS,
        "a month closes with what the book holds",
    ),
    guard(
        "month_close_once_counted",
        "month_close",
        "INSERT",
        UNCOUNTED,
        "two people count the cash of a month",
    ),
    guard(
        "month_close_once_explained",
        "month_close",
        "INSERT",
        UNEXPLAINED,
        "each line of the bank's statement is an entry or explained",
    ),
)

GUARDS_OF_SECOND_WORDS = (
    guard(
        "month_close_once_confirmed",
        "month_close",
        "INSERT",
        UNCONFIRMED,
        "each difference is explained, and a second person stands by it",
    ),
    *(
        guard(
            f"{table}_confirmed_as_said",
            table,
            "UPDATE OF explanation, explained_by",
            SAID_ANEW,
            "an explanation said anew takes a second person's word anew",
        )
        for table in ("bank_line", "bank_note")
    ),
)
