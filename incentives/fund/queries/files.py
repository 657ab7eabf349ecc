"""Who may read the files that come with disbursements."""

from sqlalchemy import or_, select

from incentives.access.actor import Actor
from incentives.access.permissions import may
from incentives.extensions import db
from incentives.files.models import File
from incentives.fund.models import Disbursement, DisbursementFile


def may_read_file(file: File, actor: Actor) -> bool:
    """Whether the file comes with a disbursement that this person may read."""
    return may(actor, "disbursement.read", file.village) and keeps_file(file)


def keeps_file(file: File) -> bool:
    """Whether the file comes with a disbursement: the book keeps its papers."""
    evidence = select(DisbursementFile.disbursement_id).where(DisbursementFile.file_id == file.id)
    carrier = select(Disbursement.id).where(
        Disbursement.village == file.village,
        or_(Disbursement.receipt_file_id == file.id, Disbursement.id.in_(evidence)),
    )
    return db.session.scalar(carrier.limit(1)) is not None
