"""How the database keeps mistyped returns, matches of a closed month, and whom money went to.

A return is reversed once, by the event that takes back its own, and counts as come back no more:
the disbursement is then as it was before it. What a line of the bank's statement was matched with
when a month of either was closed stays, and what was said of an entry then; what it was matched
with since may be parted from it again, and what stands alone since be explained. Who
headed the household that was paid stays with the payment.

A released trigger is never edited: a change is a new one, made by a migration of its own.
"""

from incentives.fund.paper_triggers import GUARDS_OF_BANK, WORDS
from incentives.fund.step_triggers import GUARDS_OF_STEPS, MOVES, OWN_EVENT
from incentives.fund.triggers import GUARDS, guard
from incentives.recovery.models import REPLAYING
from incentives.triggers import differs, kept

NAMED_BEFORE = (
    "disbursement_paid_if_approved",
    "disbursement_moves_by_the_table",
    "disbursement_returned_in_all",
    "bank_match_open_to_delete",
    "bank_note_open_to_insert",
    "bank_note_open_to_update",
)
# Those that the ones below take the place of.
GUARDS_BEFORE = tuple(
    each for each in (*GUARDS, *GUARDS_OF_STEPS, *GUARDS_OF_BANK) if each.name in NAMED_BEFORE
)

MOVES_BACK = ("returned>paid", "returned>received")
UNAPPROVED = f"""NEW.status = 'paid' AND OLD.status NOT IN ('approved', 'returned')
    AND NOT {REPLAYING}"""
STRAYS = f"""NEW.status <> OLD.status AND NOT {REPLAYING}
    AND (OLD.status || '>' || NEW.status
            NOT IN ({", ".join(f"'{each}'" for each in (*MOVES, *MOVES_BACK))})
        OR (OLD.status = 'returned' AND NEW.status = 'paid' AND OLD.received_by IS NOT NULL))"""
RETURNED_UNLIKE = """NEW.returned_fen <> COALESCE((SELECT SUM(amount_fen) FROM payment_return
    WHERE disbursement_id = NEW.id
    AND id NOT IN (SELECT return_id FROM return_reversal)), 0)"""
UNDONE_BY_ANOTHER = """NOT EXISTS (SELECT 1 FROM event e
    JOIN payment_return r ON r.event_id = e.reverses
    WHERE e.id = NEW.event_id AND r.id = NEW.return_id)"""
CLOSED_WITH_IT = """EXISTS (SELECT 1 FROM bank_line l
    JOIN event e ON e.id = OLD.event_id
    JOIN month_close m ON m.village = l.village
        AND (m.ends_on >= l.day OR m.ends_on >= e.occurred_on)
    WHERE l.id = OLD.line_id AND m.closed_at >= OLD.matched_at)"""
# Of a closed month an entry that stands alone is explained anew for the next, if it wasn't then.
SAID_WHEN_CLOSED = """EXISTS (SELECT 1 FROM event e
    JOIN month_close m ON m.village = e.village AND m.ends_on >= e.occurred_on
    WHERE e.id = {row}.event_id AND (m.closed_at >= {row}.explained_at
        OR EXISTS (SELECT 1 FROM bank_match WHERE event_id = e.id)))"""

GUARDS_OF_RETURNS = (
    *kept("return_reversal", WORDS),
    guard(
        "return_reversed_by_its_event", "return_reversal", "INSERT", UNDONE_BY_ANOTHER, OWN_EVENT
    ),
    guard(
        "disbursement_paid_or_paid_again",
        "disbursement",
        "UPDATE",
        UNAPPROVED,
        "nothing is paid that is not approved",
    ),
    guard(
        "disbursement_moves_there_and_back",
        "disbursement",
        "UPDATE OF status",
        STRAYS,
        "no act leads a disbursement from this state to that",
    ),
    guard(
        "disbursement_returned_and_stayed",
        "disbursement",
        "UPDATE",
        RETURNED_UNLIKE,
        "what came back is the sum of its returns that stand",
    ),
    guard(
        "disbursement_payee_as_paid",
        "disbursement",
        "UPDATE OF paid_head_id",
        f"OLD.event_id IS NOT NULL AND ({differs('paid_head_id')})",
        WORDS,
    ),
    guard("bank_match_stays_as_closed", "bank_match", "DELETE", CLOSED_WITH_IT, WORDS),
    guard(
        "bank_note_after_the_close",
        "bank_note",
        "INSERT",
        SAID_WHEN_CLOSED.format(row="NEW"),
        WORDS,
    ),
    guard(
        "bank_note_stays_as_closed",
        "bank_note",
        "UPDATE",
        f"{SAID_WHEN_CLOSED.format(row='OLD')} OR {SAID_WHEN_CLOSED.format(row='NEW')}",
        WORDS,
    ),
)
