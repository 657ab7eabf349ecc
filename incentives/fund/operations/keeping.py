"""How long the fund's papers are kept, and that nobody takes them out before.

Source: Measures for the Administration of Accounting Archives (Ministry of Finance and State
Archives Administration, order 79, 2015), articles 14 and 15 and the annex's first table: vouchers
and ledgers 30 years at least, from the first day after their year's end
(docs/decisions/0024-fund.md).
"""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from incentives.files.operations import keep_until

VOUCHER_YEARS = 30


def last_day_kept(day: date) -> date:
    """The last day on which the voucher of an act of that day must still be there."""
    return date(day.year + VOUCHER_YEARS, 12, 31)


def keep_for_accounting(file_ids: Iterable[UUID], day: date) -> None:
    """Keep these files as vouchers of an act of that day."""
    keep_until(file_ids, last_day_kept(day))
