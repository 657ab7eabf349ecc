"""A file on a page: for those whom its record lets read it."""

from uuid import UUID

from flask import Blueprint, Response

from incentives.access.actor import current_actor
from incentives.files.api import file_response, thumbnail_response
from incentives.files.queries import readable_file
from incentives.web.pages import page

blueprint = Blueprint("files_pages", __name__)


@blueprint.get("/v/<village>/files/<uuid:file_id>")
@page(permission="me.read", own=True)
def show(village: str, file_id: UUID) -> Response:
    """A file's bytes."""
    return file_response(readable_file(village, file_id, current_actor()))


@blueprint.get("/v/<village>/files/<uuid:file_id>/thumbnail")
@page(permission="me.read", own=True)
def show_thumbnail(village: str, file_id: UUID) -> Response:
    """A photo's small picture."""
    return thumbnail_response(readable_file(village, file_id, current_actor()))
