"""The audit trail: a row for each decision, in the transaction that makes it."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from incentives.access.actor import Actor
from incentives.access.models import AuditRow
from incentives.extensions import db


class Tag(StrEnum):
    """What was done."""

    USER_ADDED = "user_added"
    USER_CHANGED = "user_changed"
    USER_DEACTIVATED = "user_deactivated"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 -- a tag, no password
    SIGNED_IN = "signed_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    CARD_SIGN_IN_REFUSED = "card_sign_in_refused"
    DIVISION_ADDED = "division_added"
    DIVISION_RENAMED = "division_renamed"
    VILLAGE_OPENED = "village_opened"
    POLICY_SET = "policy_set"
    HOUSEHOLD_REGISTERED = "household_registered"
    HOUSEHOLD_EDITED = "household_edited"
    HOUSEHOLD_LOOKED = "household_looked"
    RESIDENT_ADDED = "resident_added"
    RESIDENT_EDITED = "resident_edited"
    TEAM_MADE = "team_made"
    TEAM_CHANGED = "team_changed"
    WAYPOINT_ADDED = "waypoint_added"
    WAYPOINT_CHANGED = "waypoint_changed"
    WAYPOINT_REPLACED = "waypoint_replaced"
    ROUTE_SET = "route_set"
    SHIFTS_PLANNED = "shifts_planned"
    SHIFT_CANCELLED = "shift_cancelled"
    SWAP_ASKED = "swap_asked"
    SWAP_ANSWERED = "swap_answered"
    PATROL_STARTED = "patrol_started"
    PATROL_CLOSED = "patrol_closed"
    PATROL_ATTENDANCE_ADDED = "patrol_attendance_added"
    PATROL_CANCELLED = "patrol_cancelled"
    FILE_ERASED = "file_erased"
    CARD_ISSUED = "card_issued"
    CARD_PIN_SET = "card_pin_set"
    CARD_SUSPENDED = "card_suspended"
    CARD_REINSTATED = "card_reinstated"
    CARD_REISSUED = "card_reissued"
    CARD_REVOKED = "card_revoked"
    CARDS_ISSUED = "cards_issued"
    CARD_SHEETS_ASKED = "card_sheets_asked"
    SCAN_REFUSED = "scan_refused"
    COUNTER_STOPPED = "counter_stopped"
    VOUCH_ASKED = "vouch_asked"
    VOUCH_CONFIRMED = "vouch_confirmed"
    VOUCH_REFUSED = "vouch_refused"
    RULEBOOK_DRAFTED = "rulebook_drafted"
    RULEBOOK_EDITED = "rulebook_edited"
    RULEBOOK_ADOPTED = "rulebook_adopted"
    RULEBOOK_DISCARDED = "rulebook_discarded"
    MINUTES_KEPT = "minutes_kept"
    AWARD_PROPOSED = "award_proposed"
    AWARD_EDITED = "award_edited"
    AWARD_APPROVED = "award_approved"
    AWARD_REJECTED = "award_rejected"
    AWARD_WITHDRAWN = "award_withdrawn"
    AWARD_POSTED = "award_posted"
    AWARD_REVERSED = "award_reversed"
    AWARD_REINSTATED = "award_reinstated"
    CLEARING_ANNOUNCED = "clearing_announced"
    CLEARED = "cleared"
    NOTICE_OPENED = "notice_opened"
    NOTICE_CLOSED = "notice_closed"
    OBJECTION_MADE = "objection_made"
    OBJECTION_RULED = "objection_ruled"
    INCOME_RECORDED = "income_recorded"
    INCOME_REVERSED = "income_reversed"
    MONEY_MOVED = "money_moved"
    BUDGET_SET = "budget_set"
    CASH_COUNTED = "cash_counted"
    CASH_COUNT_CONFIRMED = "cash_count_confirmed"
    CASH_COUNT_REFUSED = "cash_count_refused"
    BANK_STATEMENT_ENTERED = "bank_statement_entered"
    BANK_STATEMENT_REMOVED = "bank_statement_removed"
    BANK_MATCHED = "bank_matched"
    BANK_UNMATCHED = "bank_unmatched"
    BANK_EXPLAINED = "bank_explained"
    BANK_CONFIRMED = "bank_confirmed"
    MONTH_CLOSED = "month_closed"
    DISBURSEMENT_LIST_APPLIED = "disbursement_list_applied"
    DISBURSEMENT_APPLIED = "disbursement_applied"
    DISBURSEMENT_EVALUATED = "disbursement_evaluated"
    DISBURSEMENT_APPROVED = "disbursement_approved"
    DISBURSEMENT_PAID = "disbursement_paid"
    DISBURSEMENT_RECEIVED = "disbursement_received"
    DISBURSEMENT_RETURNED = "disbursement_returned"
    RETURN_REVERSED = "return_reversed"
    DISBURSEMENT_REVERSED = "disbursement_reversed"
    DISBURSEMENT_REJECTED = "disbursement_rejected"
    DISBURSEMENT_WITHDRAWN = "disbursement_withdrawn"
    SHOP_OPENED = "shop_opened"
    SHOP_SERVES = "shop_serves"
    SHOP_LEFT = "shop_left"
    SHOP_AGREED = "shop_agreed"
    GOOD_ADDED = "good_added"
    GOOD_CHANGED = "good_changed"
    STOCK_MOVED = "stock_moved"
    PURCHASE_LINKED = "purchase_linked"
    VOUCHER_SERVED = "voucher_served"
    SETTLEMENT_SUBMITTED = "settlement_submitted"
    SETTLEMENT_CHECKED = "settlement_checked"
    SETTLEMENT_APPROVED = "settlement_approved"
    SETTLEMENT_PAID = "settlement_paid"
    SETTLEMENT_CONFIRMED = "settlement_confirmed"
    SETTLEMENT_REJECTED = "settlement_rejected"
    SETTLEMENT_REVERSED = "settlement_reversed"
    TERMINAL_REGISTERED = "terminal_registered"
    TERMINAL_SUSPENDED = "terminal_suspended"
    TERMINAL_REINSTATED = "terminal_reinstated"
    TERMINAL_REPLACED = "terminal_replaced"
    DAY_CLOSED = "day_closed"
    LOG_EXPORTED = "log_exported"
    LIST_EXPORTED = "list_exported"
    OPENING_DRAFTED = "opening_drafted"
    OPENING_EDITED = "opening_edited"
    OPENING_SUBMITTED = "opening_submitted"
    OPENING_CHECKED = "opening_checked"
    OPENING_POSTED = "opening_posted"
    OPENING_REJECTED = "opening_rejected"
    OPENING_WITHDRAWN = "opening_withdrawn"
    OPENING_REVERSED = "opening_reversed"
    OFFICE_ADDED = "office_added"
    OFFICE_CHANGED = "office_changed"
    OFFICE_PEOPLE_SET = "office_people_set"
    CALL_LIMITS_SET = "call_limits_set"
    CALL_REPORTED = "call_reported"
    CALL_PUSHED = "call_pushed"
    CALL_ACCEPTED = "call_accepted"
    CALL_ARRIVED = "call_arrived"
    CALL_RESOLVED = "call_resolved"
    CALL_ANSWERED = "call_answered"
    CALL_HANDED_OVER = "call_handed_over"
    CALL_MERGED = "call_merged"
    CALL_STRUCK = "call_struck"
    CALL_RATED = "call_rated"
    CALL_REOPENED = "call_reopened"
    DUTY_ENTERED = "duty_entered"
    DUTY_DONE = "duty_done"
    RECOVERY_SIGNED = "recovery_signed"
    RECOVERY_ENDED = "recovery_ended"


def record(
    actor: Actor | None,
    tag: Tag,
    *,
    village: str | None,
    subject: UUID | None = None,
    now: datetime,
    details: dict[str, Any] | None = None,
) -> None:
    """Leave a row of what was done, by whom (None: by nobody signed in) and on what.

    `village` may be any division; `details` is JSON and holds no secret.
    """
    db.session.add(
        AuditRow(
            village=village,
            tag=tag.value,
            person=actor.person if actor else None,
            user_id=actor.user_id if actor else None,
            subject=subject,
            details=details,
            at=now,
        )
    )
