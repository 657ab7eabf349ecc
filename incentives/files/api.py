"""Files by HTTP: bring one, fetch one."""

from typing import Any
from uuid import UUID

from flask import Response

from incentives.access.actor import current_actor
from incentives.clock import now
from incentives.files import operations, queries, schemas
from incentives.files.models import File, FileKind
from incentives.web.api import Blueprint, reads, writes

blueprint = Blueprint("files", __name__, url_prefix="/api/v1", description=__doc__)

TYPES = {
    FileKind.JPEG: "image/jpeg",
    FileKind.PNG: "image/png",
    FileKind.WEBP: "image/webp",
    FileKind.PDF: "application/pdf",
}


def file_response(file: File) -> Response:
    """A file's bytes; a paper only ever as an attachment."""
    response = Response(queries.file_bytes(file), mimetype=TYPES[file.kind])
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    if file.kind is FileKind.PDF:
        response.headers["Content-Disposition"] = f'attachment; filename="{file.id}.pdf"'
    return response


def thumbnail_response(file: File) -> Response:
    """A photo's small picture."""
    response = Response(queries.thumbnail_bytes(file), mimetype="image/jpeg")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.route("/villages/<village>/files", methods=["POST"])
@writes(schemas.FileOutput, status=201, upload=schemas.FileInput, permission="file.keep", own=True)
def post_file(village: str, body: dict[str, Any]) -> File:
    """Bring a photo (JPEG, PNG, WebP: drawn anew, metadata gone) or a PDF."""
    return operations.keep_file(
        village=village, content=body["file"].read(), actor=current_actor(), now=now()
    )


@blueprint.route("/villages/<village>/files/<uuid:file_id>")
@reads(None, permission="me.read", own=True, produces="*/*")
def get_file(village: str, file_id: UUID) -> Response:
    """A file's bytes, for those whom its record lets read it."""
    return file_response(queries.readable_file(village, file_id, current_actor()))


@blueprint.route("/villages/<village>/files/<uuid:file_id>/thumbnail")
@reads(None, permission="me.read", own=True, produces="image/jpeg")
def get_thumbnail(village: str, file_id: UUID) -> Response:
    """A photo's small picture (JPEG), for those who may read the photo; a PDF has none."""
    return thumbnail_response(queries.readable_file(village, file_id, current_actor()))
