"""How the database keeps the order of a settlement's steps, and that each has what it rests on.

A settlement begins as submitted and moves as `states.py` says. An approval and a payment have the
event that moved as much, not taken back since; what takes one back is a reversal of that event,
with its reason. Who took a step stays. A recovery alone moves a settlement to where its sealed
events show it.

A released trigger is never edited: a change is a new one, made by a migration of its own.
"""

from incentives.recovery.models import REPLAYING
from incentives.shop.triggers import WORDS
from incentives.triggers import Guard, differs

# The moves of `states.TRANSITIONS`, as they were when these guards were made.
MOVES = (
    "submitted>checked",
    "checked>approved",
    "approved>paid",
    "paid>confirmed",
    "submitted>rejected",
    "checked>rejected",
    "approved>checked",
    "paid>approved",
)
STRAYS = f"""NEW.status <> OLD.status AND NOT {REPLAYING}
    AND OLD.status || '>' || NEW.status NOT IN ({", ".join(f"'{each}'" for each in MOVES)})"""
STEPS = {
    "approved": ("approved_by", "approved_at"),
    "paid": ("paid_by", "paid_at", "paid_on", "method", "voucher"),
}
SIGNED = " OR ".join(
    (
        f"(OLD.checked_by IS NOT NULL AND ({differs('checked_by', 'checked_at')}))",
        *(
            f"(OLD.{step}_event_id = NEW.{step}_event_id AND ({differs(*columns)}))"
            for step, columns in STEPS.items()
        ),
    )
)


def unposted(step: str) -> str:
    """Whether a step's event isn't one that moved the sum for it, or was taken back.

    A recovery puts all events back before it moves settlements by them.
    """
    return f"""NEW.{step}_event_id IS NOT NULL AND ({differs(f"{step}_event_id")})
    AND NOT EXISTS (SELECT 1 FROM event e
        JOIN transfer t ON t.village = e.village AND t.seq = e.seq
        WHERE e.id = NEW.{step}_event_id AND e.kind = 'settlement_{step}' AND e.record = NEW.id
        AND t.unit = 'fen' AND t.amount = NEW.amount_fen
        AND ({REPLAYING} OR NOT EXISTS (SELECT 1 FROM event WHERE reverses = e.id)))"""  # noqa: S608 -- names of our own


def undone(step: str) -> str:
    """Whether a step's event goes without the reversal that takes it back."""
    return f"""OLD.{step}_event_id IS NOT NULL AND ({differs(f"{step}_event_id")})
    AND NOT EXISTS (SELECT 1 FROM settlement_reversal v JOIN event e ON e.id = v.event_id
        WHERE v.settlement_id = NEW.id AND v.undone_event_id = OLD.{step}_event_id
        AND e.reverses = OLD.{step}_event_id)"""  # noqa: S608 -- names of our own


GUARDS_OF_SETTLEMENTS = (
    Guard(
        "settlement_begins_as_submitted",
        "settlement",
        "INSERT",
        "NEW.status <> 'submitted'",  # a CHECK ties each step's columns to the state
        "a settlement begins as submitted",
    ),
    Guard(
        "settlement_moves_by_the_table",
        "settlement",
        "UPDATE OF status",
        STRAYS,
        "no act leads a settlement from this state to that",
    ),
    Guard("settlement_as_signed", "settlement", "UPDATE", SIGNED, WORDS),
    *(
        Guard(
            f"settlement_{step}_{name}",
            "settlement",
            f"UPDATE OF {step}_event_id",
            condition(step),
            "a step has its event, and goes with its reversal",
        )
        for step in STEPS
        for name, condition in (("by_its_event", unposted), ("undone_by_its_event", undone))
    ),
)
