"""Health for those who watch the service: the process, and whether it can serve."""

from flask import Blueprint, Response, jsonify

from incentives.errors import LogRolledBack, Unavailable
from incentives.upkeep.readiness import readiness

blueprint = Blueprint("upkeep", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """The process runs."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def readyz() -> Response:
    """The database answers and is migrated; else 503.

    `read_only`, with the problem that writes are answered with, while the books wait for their
    recovery: pages can be read, so a balancer must not take the service away.
    """
    status = readiness()
    if status is None:
        raise Unavailable(headers={"Retry-After": "5"})
    if status == "read_only":
        return jsonify(status=status, reason=LogRolledBack.name)
    return jsonify(status=status)
