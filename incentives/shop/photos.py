"""Pictures of goods, for anyone: small, and only of what a village's shops have on their list."""

from uuid import UUID

from flask import Response
from sqlalchemy import select

from incentives.errors import NotFound
from incentives.extensions import db
from incentives.files.api import thumbnail_response
from incentives.files.models import File
from incentives.shop.models import Good, ShopService

A_DAY = "public, max-age=86400"


def photo_response(village: str, good_id: UUID) -> Response:
    """The small picture of a good that a shop of the village has; refuses any other."""
    file = db.session.scalar(
        select(File)
        .join(Good, Good.photo_id == File.id)
        .join(ShopService, ShopService.shop_id == Good.shop_id)
        .where(Good.id == good_id, ShopService.village == village, File.erased_at.is_(None))
    )
    if file is None:
        raise NotFound()
    response = thumbnail_response(file)
    response.headers["Cache-Control"] = A_DAY
    return response
