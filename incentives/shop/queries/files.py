"""Who may read the papers of goods that came in; the books keep them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from incentives.access.actor import Actor
from incentives.access.permissions import may
from incentives.extensions import db
from incentives.files.models import File
from incentives.shop.models import Shop, StockMovement


def may_read_voucher(file: File, actor: Actor) -> bool:
    """Whether the file is the voucher of goods of a shop whose shelf this person may read."""
    query = (
        select(Shop.division).join(StockMovement).where(StockMovement.voucher_file_id == file.id)
    )
    return any(may(actor, "stock.read", division) for division in db.session.scalars(query))


def keeps_voucher(file: File) -> bool:
    """Whether the file is the voucher of goods that came in."""
    query = select(StockMovement.id).where(StockMovement.voucher_file_id == file.id).limit(1)
    return db.session.scalar(query) is not None


def papers_of(movements: Sequence[StockMovement]) -> dict[UUID | None, File]:
    """The vouchers of movements, by file id."""
    ids = [each.voucher_file_id for each in movements if each.voucher_file_id is not None]
    if not ids:
        return {}
    return {file.id: file for file in db.session.scalars(select(File).where(File.id.in_(ids)))}
