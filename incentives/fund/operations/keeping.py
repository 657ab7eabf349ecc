"""How long the fund's papers are kept, and that nobody takes them out before.

Source: Measures for the Administration of Accounting Archives (Ministry of Finance and State
Archives Administration, order 79, 2015), articles 14 and 15 and the annex's first table: vouchers
and ledgers 30 years at least, from the first day after their year's end
(docs/decisions/0024-fund.md).
"""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import or_, select

from incentives.errors import FieldError, Invalid
from incentives.extensions import db
from incentives.files.models import File
from incentives.files.operations import keep_until
from incentives.fund.models import Disbursement, DisbursementListLine, Status

VOUCHER_YEARS = 30


def last_day_kept(day: date) -> date:
    """The last day on which the voucher of an act of that day must still be there."""
    return date(day.year + VOUCHER_YEARS, 12, 31)


def keep_for_accounting(file_ids: Iterable[UUID], day: date) -> None:
    """Keep these files as vouchers of an act of that day."""
    keep_until(file_ids, last_day_kept(day))


def refuse_other_receipt(file: File, disbursement: Disbursement) -> None:
    """Refuse a file, or another of the same bytes, that is another payment's signed receipt.

    The payees of a list sign one sheet: it is the receipt of each of its lines. A payment that was
    taken back leaves its receipt to the one that comes instead.
    """
    beside = select(DisbursementListLine.list_id).where(
        DisbursementListLine.disbursement_id == disbursement.id
    )
    on_its_list = select(DisbursementListLine.disbursement_id).where(
        DisbursementListLine.list_id.in_(beside)
    )
    found = (
        select(Disbursement.id)
        .join(File, File.id == Disbursement.receipt_file_id)
        .where(
            Disbursement.village == file.village,
            Disbursement.status != Status.REVERSED,
            Disbursement.id.not_in(on_its_list),
            or_(File.id == file.id, File.sha256 == file.sha256),
        )
    )
    if db.session.scalar(found.limit(1)) is not None:
        detail = _("This is the signed receipt of another payment already")
        raise Invalid(errors=[FieldError("/file", detail)])
