"""The API's own route: its document."""

from flask import Response

from incentives.web.api.calls import reads
from incentives.web.api.document import Blueprint, document_bytes

blueprint = Blueprint("web", __name__, url_prefix="/api/v1", description="The API itself")


@blueprint.route("/openapi.json")
@reads(None, permission=None, produces="application/json")
def get_document() -> Response:
    """The OpenAPI 3.1 document of this API."""
    return Response(document_bytes(), content_type="application/json")
