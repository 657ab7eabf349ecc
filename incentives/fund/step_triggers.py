"""How the database keeps the order of the fund's steps, and that each has what it rests on.

A disbursement begins as an application and moves as `states.py` says, to approval only once its
publicity is over; its payees and its list are those of the application. Whatever says that money
moved has the event that moved as much; a reversal has the one that takes back its own. Budgets
change by an adoption alone, and a month closes once it is over. A recovery alone moves a
disbursement to where its sealed events show it.

An application, a list or an adoption is under way until the audit trail has its row, which its
operation leaves last. A released trigger is never edited: a change is a new one, made by a
migration of its own.
"""

from incentives.fund.triggers import VILLAGE_DAY, guard
from incentives.recovery.models import REPLAYING
from incentives.triggers import TRUNCATE, differs, kept

# The moves of `states.TRANSITIONS`, as they were when these guards were made.
MOVES = (
    "applied>evaluated",
    "evaluated>published",
    "evaluated>approved",
    "published>approved",
    "approved>paid",
    "paid>received",
    "paid>returned",
    "received>returned",
    "paid>reversed",
    "received>reversed",
    "applied>rejected",
    "evaluated>rejected",
    "published>rejected",
    "approved>rejected",
    "applied>withdrawn",
    "evaluated>withdrawn",
    "published>withdrawn",
    "approved>withdrawn",
)
STRAYS = f"""NEW.status <> OLD.status AND NOT {REPLAYING}
    AND OLD.status || '>' || NEW.status NOT IN ({", ".join(f"'{each}'" for each in MOVES)})"""
# A CHECK ties what is paid, came back or is over to the state.
LATER = (
    *("evaluated_by", "evaluated_at", "evaluation_reason", "notice_id", "concluded_at"),
    *("received_by", "received_at", "receipt_file_id"),
)
BEGUN = "NEW.status <> 'applied' OR " + " OR ".join(f"NEW.{each} IS NOT NULL" for each in LATER)
UNPUBLISHED = f"""NEW.status = 'approved' AND OLD.status <> 'approved' AND NOT {REPLAYING}
    AND CASE WHEN NEW.notice_id IS NULL THEN NEW.publicity_days > 0
        ELSE NEW.concluded_at IS NULL END"""
NOTICE_CHANGES = f"""(OLD.notice_id IS NOT NULL AND ({differs("notice_id")}))
    OR (OLD.concluded_at IS NOT NULL AND ({differs("concluded_at")}))
    OR (NEW.notice_id IS NOT NULL AND OLD.notice_id IS NULL AND NEW.status <> 'published')"""
RETURNED_UNLIKE = """NEW.returned_fen <> COALESCE((SELECT SUM(amount_fen) FROM payment_return
    WHERE disbursement_id = NEW.id), 0)"""


def in_trail(subject: str) -> str:
    """Whether the audit trail has a row of it: what made it is over."""
    return f"EXISTS (SELECT 1 FROM audit_row WHERE subject = {subject})"  # noqa: S608 -- names of our own


def unposted(kind: str) -> str:
    """Whether a row's event isn't one of this kind that moved the row's sum."""
    return f"""NOT EXISTS (SELECT 1 FROM event e
    JOIN transfer t ON t.village = e.village AND t.seq = e.seq
    WHERE e.id = NEW.event_id AND e.kind = '{kind}' AND e.record = NEW.id
    AND t.amount = NEW.amount_fen)"""  # noqa: S608 -- names of our own


NOT_REVERSED = """NEW.reversed_event_id IS NOT NULL AND OLD.reversed_event_id IS NULL
    AND NOT EXISTS (SELECT 1 FROM event
        WHERE id = NEW.reversed_event_id AND reverses = NEW.event_id)"""
PAID_UNPOSTED = f"NEW.event_id IS NOT NULL AND OLD.event_id IS NULL AND {unposted('disbursement')}"
PAYEE_ADDED = f"""{in_trail("NEW.disbursement_id")} OR NOT EXISTS (SELECT 1 FROM disbursement
    WHERE id = NEW.disbursement_id AND status = 'applied' AND team_id IS NOT NULL)"""  # noqa: S608 -- text of our own
# A list's sum holds all that stands on it: it is asked instead of each line's own.
LINE_ADDED = f"""{in_trail("NEW.list_id")} OR NOT EXISTS (SELECT 1 FROM disbursement_list l
    JOIN disbursement d ON d.village = l.village AND d.purpose = l.purpose
        AND d.applied_by = l.applied_by AND d.applied_at = l.applied_at
    WHERE l.id = NEW.list_id AND d.id = NEW.disbursement_id AND d.status = 'applied'
    AND l.total_fen >= d.amount_fen + COALESCE((SELECT SUM(o.amount_fen) FROM disbursement o
        JOIN disbursement_list_line n ON n.disbursement_id = o.id WHERE n.list_id = l.id), 0))"""  # noqa: S608 -- text of our own
BUDGET_OF_NO_VOTE = f"""{in_trail("NEW.adoption_id")} OR NOT EXISTS (
    SELECT 1 FROM budget_adoption
    WHERE id = NEW.adoption_id AND village = NEW.village AND year = NEW.year)"""  # noqa: S608 -- text of our own
BUDGET_STANDS = f"""NOT EXISTS (SELECT 1 FROM budget_adoption a
    WHERE a.village = OLD.village AND a.year = OLD.year AND NOT {in_trail("a.id")})"""  # noqa: S608 -- text of our own
MONTH_IS_WHOLE = {
    "sqlite": "NEW.month = date(NEW.month, 'start of month')"
    " AND NEW.ends_on = date(NEW.month, 'start of month', '+1 month', '-1 day')",
    "postgresql": "NEW.month = date_trunc('month', NEW.month::timestamp)"
    " AND NEW.ends_on = NEW.month::timestamp + interval '1 month -1 day'",
}
MONTH_GOES_ON = {
    dialect: f"{day.format('NEW.closed_at')} <= NEW.ends_on OR NOT ({MONTH_IS_WHOLE[dialect]})"
    for dialect, day in VILLAGE_DAY.items()
}

BY_ADOPTION = "budgets change by an adoption"
OF_APPLICATION = "the payees of an application stay"
OWN_EVENT = "what says that money moved has the event that moved it"

GUARDS_OF_STEPS = (
    guard(
        "disbursement_begins_as_applied",
        "disbursement",
        "INSERT",
        BEGUN,
        "a disbursement begins as an application",
    ),
    guard(
        "disbursement_moves_by_the_table",
        "disbursement",
        "UPDATE OF status",
        STRAYS,
        "no act leads a disbursement from this state to that",
    ),
    guard(
        "disbursement_approved_once_public",
        "disbursement",
        "UPDATE OF status",
        UNPUBLISHED,
        "this disbursement was promised a notice",
    ),
    guard(
        "disbursement_stays_in_its_notice",
        "disbursement",
        "UPDATE",
        NOTICE_CHANGES,
        "a disbursement stays in its notice",
    ),
    guard(
        "disbursement_returned_in_all",
        "disbursement",
        "UPDATE",
        RETURNED_UNLIKE,
        "what came back is the sum of its returns",
    ),
    guard("disbursement_paid_by_its_event", "disbursement", "UPDATE", PAID_UNPOSTED, OWN_EVENT),
    guard("disbursement_reversed_by_its_event", "disbursement", "UPDATE", NOT_REVERSED, OWN_EVENT),
    guard(
        "payment_return_has_its_event",
        "payment_return",
        "INSERT",
        unposted("payment_return"),
        OWN_EVENT,
    ),
    guard("money_move_has_its_event", "money_move", "INSERT", unposted("money_move"), OWN_EVENT),
    guard(
        "income_has_its_event",
        "income",
        "INSERT",
        f"NEW.reversed_event_id IS NOT NULL OR {unposted('income')}",
        OWN_EVENT,
    ),
    guard("income_reversed_by_its_event", "income", "UPDATE", NOT_REVERSED, OWN_EVENT),
    guard(
        "disbursement_member_in_time",
        "disbursement_member",
        "INSERT",
        PAYEE_ADDED,
        OF_APPLICATION,
    ),
    guard(
        "disbursement_list_line_in_time",
        "disbursement_list_line",
        "INSERT",
        LINE_ADDED,
        "a list stays as it was applied for",
    ),
    *kept("budget", BY_ADOPTION, "UPDATE", TRUNCATE),
    guard("budget_by_adoption", "budget", "INSERT", BUDGET_OF_NO_VOTE, BY_ADOPTION),
    guard("budget_dropped_by_adoption", "budget", "DELETE", BUDGET_STANDS, BY_ADOPTION),
    guard(
        "month_close_once_over", "month_close", "INSERT", MONTH_GOES_ON, "this month is not over"
    ),
)
