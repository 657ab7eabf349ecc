"""What is done with openings: enter, mend, submit, check, post, end, take back."""

from incentives.openings.operations.checking import check_opening, reject_opening
from incentives.openings.operations.drafting import (
    Entry,
    draft_opening,
    draft_opening_from_book,
    replace_book,
)
from incentives.openings.operations.mending import drop_line, mend_line
from incentives.openings.operations.posting import post_opening
from incentives.openings.operations.reversing import reverse_opening, take_back_line
from incentives.openings.operations.submitting import submit_opening, withdraw_opening

__all__ = [
    "Entry",
    "check_opening",
    "draft_opening",
    "draft_opening_from_book",
    "drop_line",
    "mend_line",
    "post_opening",
    "reject_opening",
    "replace_book",
    "reverse_opening",
    "submit_opening",
    "take_back_line",
    "withdraw_opening",
]
