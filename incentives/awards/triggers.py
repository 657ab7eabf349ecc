"""What the database itself keeps of the rules of awards, whatever the program does.

Of a version that the assembly adopted only its minutes may be set, once; no version is deleted, as
its number is never given again. An award begins as proposed, with the points that its rule gives
and within its cap, moves as `states.py` says, and gets on only with the approvals it needs, by
others than who entered it and none of its household; what was decided stays. A recovery alone
moves awards to where their sealed events show them. A released trigger is never edited: a change
is a new one, made by a migration of its own.
"""

from incentives.recovery.models import REPLAYING
from incentives.triggers import Guard, differs, kept

CLOSED_STATE = "JR001"

VERSION = (
    "id",
    "village",
    "number",
    "status",
    "revision",
    "drafted_by",
    "drafted_at",
    "held_on",
    "present",
    "in_favour",
    "against",
    "effective_on",
    "adopted_by",
    "adopted_at",
)
VERSION_CHANGES = f"""OLD.status <> 'draft' AND ({differs(*VERSION)}
    OR (OLD.minutes_id IS NOT NULL AND {differs("minutes_id")}))"""
ITEMS_STAY = "the items of this version stay as they were adopted"


def closed(row: str) -> str:
    """Whether the version of an item's row is no draft any more."""
    return f"EXISTS (SELECT 1 FROM rulebook WHERE id = {row}.rulebook_id AND status <> 'draft')"  # noqa: S608 -- names of our own


RULEBOOK_GUARDS = (
    Guard("rule_item_closed_to_insert", "rule_item", "INSERT", closed("NEW"), ITEMS_STAY),
    Guard(
        "rule_item_closed_to_update",
        "rule_item",
        "UPDATE",
        f"{closed('OLD')} OR {closed('NEW')}",
        ITEMS_STAY,
    ),
    Guard("rule_item_closed_to_delete", "rule_item", "DELETE", closed("OLD"), ITEMS_STAY),
    *kept("rule_item", ITEMS_STAY, "TRUNCATE"),
    Guard(
        "rulebook_closed_to_update",
        "rulebook",
        "UPDATE",
        VERSION_CHANGES,
        "this version stays as it was adopted",
    ),
    *kept("rulebook", "no version is deleted", "DELETE", "TRUNCATE"),
)

UNANSWERED = """NEW.status IN ('rejected', 'withdrawn') AND NEW.status <> OLD.status
    AND (NEW.closed_at IS NULL OR (NEW.status = 'rejected' AND OLD.status = 'proposed'
        AND NOT EXISTS (SELECT 1 FROM award_review WHERE award_id = NEW.id
            AND decision = 'reject' AND length(trim(reason)) > 0)))"""
ANSWER_GUARDS = (
    Guard(
        "award_answered",
        "award",
        "UPDATE OF status",
        UNANSWERED,
        "a no has a reason, and what is closed says when",
    ),
)

# The moves of `states.TRANSITIONS`, as they were when these guards were made.
MOVES = (
    "proposed>reviewed",
    "proposed>rejected",
    "proposed>withdrawn",
    "proposed>published",
    "reviewed>published",
    "reviewed>posted",
    "published>posted",
    "published>objected",
    "objected>published",
    "objected>rejected",
    "posted>reversed",
    "reversed>posted",
)
STRAYS = f"""NEW.status <> OLD.status AND NOT {REPLAYING}
    AND OLD.status || '>' || NEW.status NOT IN ({", ".join(f"'{each}'" for each in MOVES)})"""
TOO_FEW = f"""NEW.status IN ('reviewed', 'published', 'posted') AND NEW.status <> OLD.status
    AND NOT {REPLAYING}
    AND (SELECT count(*) FROM award_review WHERE award_id = NEW.id AND decision = 'approve')
        < NEW.reviews_needed"""  # noqa: S608 -- text of our own
UNPUBLISHED = f"""NEW.status = 'posted' AND OLD.status = 'reviewed' AND NEW.publicity_days > 0
    AND NOT {REPLAYING}"""
DECIDED = (
    "village",
    "household_id",
    "resident_id",
    "rule_item_id",
    "rule_code",
    "occurred_on",
    "quantity",
    "points",
    "reviews_needed",
)
ENTERED = (
    "reviewers",
    "review_above",
    "publicity_days",
    "objection_days",
    "notice_names",
    "claimed",
    "on_behalf_of",
    "proposed_by",
    "proposed_at",
)
CHANGED = f"{differs(*ENTERED)} OR (OLD.status <> 'proposed' AND ({differs(*DECIDED)}))"
NOT_BY_RULE = """NEW.points <> NEW.quantity * COALESCE((SELECT points FROM rule_item
        WHERE id = NEW.rule_item_id AND code = NEW.rule_code), 0)
    OR NEW.reviews_needed
        <> CASE WHEN NEW.points >= NEW.review_above THEN 2 ELSE NEW.reviewers END"""

# A year's rows of one holder and rule are found by index; those of the period are among them.
THIS_PERIOD = {
    "sqlite": """a.occurred_on BETWEEN date(NEW.occurred_on, 'start of year')
        AND date(NEW.occurred_on, 'start of year', '+1 year', '-1 day')
    AND CASE i.cap_period
        WHEN 'day' THEN a.occurred_on = NEW.occurred_on
        WHEN 'month' THEN substr(a.occurred_on, 6, 2) = substr(NEW.occurred_on, 6, 2)
        WHEN 'quarter' THEN (substr(a.occurred_on, 6, 2) + 2) / 3
            = (substr(NEW.occurred_on, 6, 2) + 2) / 3
        ELSE 1 END""",
    "postgresql": """a.occurred_on BETWEEN date_trunc('year', NEW.occurred_on::timestamp)::date
        AND (date_trunc('year', NEW.occurred_on::timestamp) + interval '1 year -1 day')::date
    AND date_trunc(i.cap_period, a.occurred_on::timestamp)
        = date_trunc(i.cap_period, NEW.occurred_on::timestamp)""",
}


def over_cap(dialect: str) -> str:
    """Whether the row passes its rule's cap with what its holder has besides, or has no holder."""

    def had(holder: str) -> str:
        return f"""(SELECT COALESCE(sum(a.points), 0) FROM award a
    WHERE a.{holder} = NEW.{holder} AND a.rule_code = NEW.rule_code AND a.id <> NEW.id
    AND a.status NOT IN ('rejected', 'withdrawn', 'reversed') AND {THIS_PERIOD[dialect]})"""  # noqa: S608 -- names of our own

    return f"""EXISTS (SELECT 1 FROM rule_item i WHERE i.id = NEW.rule_item_id
    AND ((i.cap_per = 'person' AND NEW.resident_id IS NULL)
        OR i.cap_points < NEW.points + CASE i.cap_per
            WHEN 'person' THEN {had("resident_id")}
            ELSE {had("household_id")} END))"""  # noqa: S608 -- names of our own


# What was open already counts already; an edit, and what is given again, count anew.
COUNTS_ANEW = f"""((OLD.status = 'proposed' AND NEW.status = 'proposed')
    OR (OLD.status = 'reversed' AND NEW.status = 'posted')) AND NOT {REPLAYING}"""
MENDED = (
    "household_id, resident_id, rule_item_id, rule_code, occurred_on, quantity, points,"
    " reviews_needed"
)
RULE_SAYS = "an award has the points of its rule, and the reviews of its policy"
PASSES_CAP = "this passes the cap of its rule"

OWN_ENTRY = """EXISTS (SELECT 1 FROM award
    WHERE id = NEW.award_id AND proposed_by = NEW.reviewer)"""
OWN_HOUSEHOLD = """EXISTS (SELECT 1 FROM award a JOIN resident r ON r.household_id = a.household_id
    WHERE a.id = NEW.award_id AND r.id = NEW.reviewer)"""
NOT_OPEN = """NOT EXISTS (SELECT 1 FROM award
    WHERE id = NEW.award_id AND status = 'proposed')"""

AWARD_GUARDS = (
    Guard(
        "award_begins_as_proposed",
        "award",
        "INSERT",
        "NEW.status <> 'proposed'",
        "an award begins as proposed",
    ),
    Guard("award_entered_by_its_rule", "award", "INSERT", NOT_BY_RULE, RULE_SAYS),
    Guard("award_mended_by_its_rule", "award", f"UPDATE OF {MENDED}", NOT_BY_RULE, RULE_SAYS),
    Guard(
        "award_entered_within_cap",
        "award",
        "INSERT",
        {each: over_cap(each) for each in THIS_PERIOD},
        PASSES_CAP,
    ),
    Guard(
        "award_counts_within_cap",
        "award",
        f"UPDATE OF status, {MENDED}",
        {each: f"{COUNTS_ANEW} AND {over_cap(each)}" for each in THIS_PERIOD},
        PASSES_CAP,
    ),
    Guard("award_stays_as_decided", "award", "UPDATE", CHANGED, "what was decided stays"),
    Guard(
        "award_moves_by_the_table",
        "award",
        "UPDATE OF status",
        STRAYS,
        "no act leads an award from this state to that",
    ),
    Guard(
        "award_has_its_approvals",
        "award",
        "UPDATE OF status",
        TOO_FEW,
        "this award lacks approvals",
    ),
    Guard(
        "award_posted_once_public",
        "award",
        "UPDATE OF status",
        UNPUBLISHED,
        "this award was promised a notice",
    ),
    *kept("award", "no award is deleted", "DELETE", "TRUNCATE"),
    Guard(
        "award_review_by_another",
        "award_review",
        "INSERT",
        OWN_ENTRY,
        "nobody reviews what they entered",
    ),
    Guard(
        "award_review_of_others",
        "award_review",
        "INSERT",
        OWN_HOUSEHOLD,
        "nobody reviews their own household",
    ),
    Guard(
        "award_review_while_open",
        "award_review",
        "INSERT",
        NOT_OPEN,
        "this award was decided already",
    ),
    *kept("award_review", "a review stays as it was given"),
    *kept("award_turn", "a reversal stays as it was made"),
)
