"""What is done for recovery: find out, catch up, sign, open the log anew."""

from incentives.recovery.operations.catching_up import CatchUpRefused, catch_up
from incentives.recovery.operations.finding import check_books
from incentives.recovery.operations.signing import sign_list, sign_reopening

__all__ = ["CatchUpRefused", "catch_up", "check_books", "sign_list", "sign_reopening"]
