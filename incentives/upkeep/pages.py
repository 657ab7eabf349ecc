"""Health for those who watch the service: the process, and whether it can serve."""

from flask import Blueprint, Response, jsonify

from incentives.errors import Unavailable
from incentives.upkeep.readiness import is_ready

blueprint = Blueprint("upkeep", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """The process runs."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def readyz() -> Response:
    """The database answers and is migrated; else 503."""
    if not is_ready():
        raise Unavailable(headers={"Retry-After": "5"})
    return jsonify(status="ready")
