"""How the database keeps what is promised of publicity: that it is whole, and comes before the act.

A notice begins open, on the village's day; its lines come with it, before the audit trail has its
row, each of its own kind and village, with the figures of what it lists, for the days that this was
promised, and after the last decision on it. What goes on from a notice does so after the notice
closed. Who granted an award by a ruling, or decided on anything that was entered for a person and
day, doesn't rule on it again.

A released trigger is never edited: a change is a new one, made by a migration of its own.
"""

from incentives.fund.step_triggers import in_trail
from incentives.fund.triggers import VILLAGE_DAY
from incentives.recovery.models import REPLAYING
from incentives.triggers import Guard

BEGUN = {
    dialect: "NEW.closed_at IS NOT NULL OR NEW.closed_by IS NOT NULL"
    f" OR NEW.opened_on <> {day.format('NEW.opened_at')}"
    for dialect, day in VILLAGE_DAY.items()
}
OPENING_FEN = """CASE o.part WHEN 'fund' THEN COALESCE(o.cash_fen, 0) + COALESCE(o.bank_fen, 0)
    WHEN 'stock' THEN COALESCE(o.quantity * o.unit_cost_fen, 0) END"""
UNLIKE = f"""NOT EXISTS (SELECT 1 FROM notice n WHERE n.id = NEW.notice_id AND n.closed_at IS NULL
    AND ((n.kind = 'awards' AND EXISTS (SELECT 1 FROM award a WHERE a.id = NEW.award_id
            AND a.village = n.village AND a.points = NEW.points))
        OR (n.kind = 'disbursements' AND EXISTS (SELECT 1 FROM disbursement d
            WHERE d.id = NEW.disbursement_id AND d.village = n.village
            AND d.amount_fen = NEW.amount_fen))
        OR (n.kind = 'openings' AND EXISTS (SELECT 1 FROM opening_line o
            WHERE o.id = NEW.opening_line_id AND o.village = n.village
            AND NOT (o.points IS DISTINCT FROM NEW.points)
            AND NOT ({OPENING_FEN} IS DISTINCT FROM NEW.amount_fen)))))"""  # noqa: S608 -- text of our own
LAST_DAY = {
    "sqlite": "date(n.opened_on, '+' || {0}.publicity_days || ' days')",
    "postgresql": "n.opened_on + {0}.publicity_days::integer",
}
SHORT_OR_EARLY = {
    dialect: f"""EXISTS (SELECT 1 FROM notice n JOIN disbursement d ON d.id = NEW.disbursement_id
        WHERE n.id = NEW.notice_id
        AND (n.closes_on < {last_day.format("d")} OR n.opened_at < d.evaluated_at))
    OR EXISTS (SELECT 1 FROM notice n JOIN award a ON a.id = NEW.award_id
        WHERE n.id = NEW.notice_id
        AND (n.closes_on < {last_day.format("a")} OR n.opened_at < a.proposed_at
            OR EXISTS (SELECT 1 FROM award_review
                WHERE award_id = a.id AND reviewed_at > n.opened_at)))"""  # noqa: S608 -- text of our own
    for dialect, last_day in LAST_DAY.items()
}
CONCLUDED_BEFORE = f"""NEW.concluded_at IS NOT NULL AND OLD.concluded_at IS NULL
    AND NOT {REPLAYING}
    AND NEW.concluded_at < (SELECT closed_at FROM notice WHERE id = NEW.notice_id)"""  # noqa: S608 -- text of our own
APPROVED_BEFORE = f"""NEW.status = 'approved' AND OLD.status <> 'approved' AND NOT {REPLAYING}
    AND EXISTS (SELECT 1 FROM disbursement_approval WHERE disbursement_id = NEW.id
        AND decision = 'approve' AND decided_at < NEW.concluded_at)"""  # noqa: S608 -- text of our own

OF_THE_DAY = """a.occurred_on = NEW.missing_occurred_on AND (a.resident_id = NEW.missing_resident_id
    OR (a.resident_id IS NULL AND a.household_id = NEW.household_id))"""
RULED_OR_DECIDED = f"""NEW.ruled_by IS NOT NULL AND OLD.ruled_by IS NULL AND NOT {REPLAYING} AND (
    EXISTS (SELECT 1 FROM objection
        WHERE granted_award_id = NEW.award_id AND ruled_by = NEW.ruled_by)
    OR EXISTS (SELECT 1 FROM award a WHERE {OF_THE_DAY} AND (
        EXISTS (SELECT 1 FROM award_review WHERE award_id = a.id AND reviewer = NEW.ruled_by)
        OR EXISTS (SELECT 1 FROM award_turn WHERE award_id = a.id AND turned_by = NEW.ruled_by)
        OR EXISTS (SELECT 1 FROM objection WHERE award_id = a.id AND ruled_by = NEW.ruled_by))))"""  # noqa: S608 -- text of our own

GUARDS_OF_PUBLICITY = (
    Guard("notice_begins_open", "notice", "INSERT", BEGUN, "a notice begins open, on its day"),
    Guard(
        "notice_line_in_time",
        "notice_line",
        "INSERT",
        in_trail("NEW.notice_id"),
        "a notice stays as it was put up",
    ),
    Guard(
        "notice_line_as_its_subject",
        "notice_line",
        "INSERT",
        UNLIKE,
        "a line says what it lists, in an open notice of its village and kind",
    ),
    Guard(
        "notice_line_for_its_days",
        "notice_line",
        "INSERT",
        SHORT_OR_EARLY,
        "what is decided is listed after that, for the days it was promised",
    ),
    Guard(
        "disbursement_concluded_after_closing",
        "disbursement",
        "UPDATE OF concluded_at",
        CONCLUDED_BEFORE,
        "this disbursement was in public still then",
    ),
    Guard(
        "disbursement_approved_after_its_notice",
        "disbursement",
        "UPDATE OF status",
        APPROVED_BEFORE,
        "this disbursement was in public still when it was approved",
    ),
    Guard(
        "objection_ruled_by_no_earlier_hand",
        "objection",
        "UPDATE OF ruled_by",
        RULED_OR_DECIDED,
        "nobody rules on what they had a hand in, nor on their own household",
    ),
)
