"""What the database itself keeps of the rules of notices, whatever the program does.

A notice and its lines stay as they were put up, but that a name may be erased; it closes once, when
its last day is over, and only then are its awards posted, those that nobody objects to. Nobody with
a hand in a matter rules on it, nor writes it down for another; a ruling stays. A released trigger
is never edited: a change is a new one, made by a migration of its own.
"""

from incentives.recovery.models import REPLAYING
from incentives.triggers import Guard, differs, kept

NOTICE_STATE = "JN001"

PUT_UP = (
    "id",
    "village",
    "number",
    "year",
    "number_in_year",
    "kind",
    "names",
    "opened_on",
    "closes_on",
    "opened_by",
    "opened_at",
    "fingerprint",
)
LINE = (
    "notice_id",
    "line",
    "award_id",
    "disbursement_id",
    "opening_line_id",
    "what",
    "occurred_on",
    "quantity",
    "points",
    "amount_fen",
    "reason",
)
NOTICE_CHANGES = f"""{differs(*PUT_UP)}
    OR (OLD.closed_at IS NOT NULL AND ({differs("closed_at", "closed_by")}))"""
LINE_CHANGES = f"{differs(*LINE)} OR (NEW.holder IS NOT NULL AND ({differs('holder')}))"
CLOSED_EARLY = {
    "sqlite": "date(NEW.closed_at, '+8 hours') < NEW.closes_on",
    "postgresql": "(NEW.closed_at AT TIME ZONE 'Asia/Shanghai')::date < NEW.closes_on",
}
CLOSED_ON_ITS_LAST_DAY = {
    "sqlite": "date(NEW.closed_at, '+8 hours') <= NEW.closes_on",
    "postgresql": "(NEW.closed_at AT TIME ZONE 'Asia/Shanghai')::date <= NEW.closes_on",
}
UNLISTED = f"""NEW.status = 'published' AND OLD.status IN ('proposed', 'reviewed')
    AND NOT {REPLAYING} AND NOT EXISTS (
        SELECT 1 FROM notice n JOIN notice_line l ON l.notice_id = n.id
        WHERE n.village = NEW.village AND n.number = NEW.notice AND l.award_id = NEW.id)"""  # noqa: S608 -- text of our own
STILL_PUBLIC = f"""NEW.status = 'posted' AND OLD.status = 'published' AND NOT {REPLAYING} AND (
    NOT EXISTS (SELECT 1 FROM notice WHERE village = NEW.village AND number = NEW.notice
        AND closed_at IS NOT NULL)
    OR EXISTS (SELECT 1 FROM objection WHERE award_id = NEW.id AND status = 'open'))"""  # noqa: S608 -- text of our own

MADE = (
    "id",
    "village",
    "notice_id",
    "line",
    "award_id",
    "disbursement_id",
    "opening_line_id",
    "redemption_id",
    "missing_resident_id",
    "missing_rule_item",
    "missing_occurred_on",
    "made_by",
    "made_at",
    "on_behalf_of",
    "household_id",
    "due_on",
)
RULING = ("status", "ruling_reason", "shop_at_fault", "ruled_by", "ruled_at")
OBJECTION_CHANGES = f"{differs(*MADE)} OR (OLD.status <> 'open' AND ({differs(*RULING)}))"


ITS_AWARDS = """(a.id = NEW.award_id OR (a.rule_code = NEW.missing_rule_item
        AND a.occurred_on = NEW.missing_occurred_on AND (a.resident_id = NEW.missing_resident_id
            OR (a.resident_id IS NULL AND a.household_id = NEW.household_id))))"""


def entered_it(person: str) -> str:
    """Whether somebody entered, applied for or sold what an objection is to."""
    return f"""EXISTS (SELECT 1 FROM award a WHERE {ITS_AWARDS} AND a.proposed_by = {person})
    OR EXISTS (SELECT 1 FROM redemption WHERE id = NEW.redemption_id AND redeemed_by = {person})
    OR EXISTS (SELECT 1 FROM disbursement
        WHERE id = NEW.disbursement_id AND applied_by = {person})"""  # noqa: S608 -- names of our own


DECIDED_IT = f"""EXISTS (SELECT 1 FROM award a JOIN award_review v ON v.award_id = a.id
        WHERE {ITS_AWARDS} AND v.reviewer = NEW.ruled_by)
    OR EXISTS (SELECT 1 FROM award a JOIN award_turn t ON t.award_id = a.id
        WHERE {ITS_AWARDS} AND t.turned_by = NEW.ruled_by AND NEW.award_id IS NULL)
    OR EXISTS (SELECT 1 FROM disbursement
        WHERE id = NEW.disbursement_id AND evaluated_by = NEW.ruled_by)"""  # noqa: S608 -- text of our own
OWN_HOUSEHOLD = """EXISTS (SELECT 1 FROM resident r WHERE r.id = NEW.ruled_by
        AND (r.household_id = NEW.household_id OR r.household_id
            = (SELECT household_id FROM award WHERE id = NEW.award_id)))"""
RULER_HAS_A_HAND = f"""NEW.ruled_by IS NOT NULL AND OLD.ruled_by IS NULL AND NOT {REPLAYING}
    AND ({entered_it("NEW.ruled_by")} OR {DECIDED_IT} OR {OWN_HOUSEHOLD})"""

# As released first: it let a notice close on its last day. The other one stands in its place.
CLOSES_IN_TIME = Guard(
    "notice_closes_in_time",
    "notice",
    "UPDATE OF closed_at",
    CLOSED_EARLY,
    "a notice stays open for its days",
)
CLOSES_AFTER_ITS_LAST_DAY = Guard(
    "notice_closes_after_its_last_day",
    "notice",
    "UPDATE OF closed_at",
    CLOSED_ON_ITS_LAST_DAY,
    "a notice stays open through its last day",
)
GUARDS = (
    Guard("notice_stays", "notice", "UPDATE", NOTICE_CHANGES, "a notice stays as it was put up"),
    CLOSES_IN_TIME,
    *kept("notice", "no notice is deleted", "DELETE", "TRUNCATE"),
    Guard("notice_line_stays", "notice_line", "UPDATE", LINE_CHANGES, "a line stays as it stood"),
    *kept("notice_line", "no line is deleted", "DELETE", "TRUNCATE"),
    Guard(
        "award_published_in_its_notice",
        "award",
        "UPDATE OF status",
        UNLISTED,
        "no notice lists this award",
    ),
    Guard(
        "award_posted_once_closed",
        "award",
        "UPDATE OF status",
        STILL_PUBLIC,
        "this award is in public still, or objected to",
    ),
    Guard(
        "objection_stays",
        "objection",
        "UPDATE",
        OBJECTION_CHANGES,
        "an objection and its ruling stay",
    ),
    Guard(
        "objection_ruled_by_no_hand",
        "objection",
        "UPDATE OF ruled_by",
        RULER_HAS_A_HAND,
        "nobody rules on what they had a hand in, nor on their own household",
    ),
    Guard(
        "objection_written_by_no_hand",
        "objection",
        "INSERT",
        f"NEW.on_behalf_of IS NOT NULL AND ({entered_it('NEW.made_by')})",
        "nobody writes down an objection to what they entered",
    ),
    *kept("objection", "no objection is deleted", "DELETE", "TRUNCATE"),
)
GUARDS_OF_CLEARINGS = (
    Guard(
        "objection_to_clearing_stays",
        "objection",
        "UPDATE OF clearing_id",
        differs("clearing_id"),
        "an objection and its ruling stay",
    ),
)
# As one says which award is missing, it says how often the act was done.
GUARDS_OF_MISSING = (
    Guard(
        "objection_missing_quantity_stays",
        "objection",
        "UPDATE OF missing_quantity",
        differs("missing_quantity"),
        "an objection and its ruling stay",
    ),
)

OBJECTED = """EXISTS (SELECT 1 FROM objection
    WHERE disbursement_id = NEW.id AND status = 'open')"""
DISBURSEMENT_UNLISTED = f"""NEW.status = 'published' AND OLD.status <> 'published'
    AND NOT {REPLAYING} AND NOT EXISTS (SELECT 1 FROM notice_line
        WHERE notice_id = NEW.notice_id AND disbursement_id = NEW.id)"""  # noqa: S608 -- text of our own
NOT_CONCLUDED = f"""NEW.concluded_at IS NOT NULL AND OLD.concluded_at IS NULL
    AND NOT {REPLAYING} AND ({OBJECTED} OR NOT EXISTS (SELECT 1 FROM notice
        WHERE id = NEW.notice_id AND closed_at IS NOT NULL))"""  # noqa: S608 -- text of our own
# Disbursements go through a notice as awards do.
GUARDS_OF_DISBURSEMENTS = (
    Guard(
        "disbursement_published_in_its_notice",
        "disbursement",
        "UPDATE OF status",
        DISBURSEMENT_UNLISTED,
        "no notice lists this disbursement",
    ),
    Guard(
        "disbursement_concluded_once_closed",
        "disbursement",
        "UPDATE OF concluded_at",
        NOT_CONCLUDED,
        "this disbursement is in public still, or objected to",
    ),
    Guard(
        "disbursement_approved_unobjected",
        "disbursement",
        "UPDATE OF status",
        f"NEW.status = 'approved' AND OLD.status <> 'approved' AND {OBJECTED} AND NOT {REPLAYING}",
        "this disbursement is objected to",
    ),
)
