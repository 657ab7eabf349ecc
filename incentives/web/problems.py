"""Refusals as answers: problem details (RFC 9457) for the API, a page in plain words for people."""

import json
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import structlog
from flask import Response, g, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException

from incentives.errors import (
    CsrfFailed,
    FieldError,
    Malformed,
    MethodNotAllowed,
    NotAcceptable,
    NotFound,
    NotPermitted,
    NotSignedIn,
    Refusal,
    TooLarge,
    TooManyRequests,
    Unavailable,
    Unexpected,
    UnsupportedMediaType,
)
from incentives.web.transaction import is_lost

PROBLEM = "application/problem+json"
BY_STATUS: dict[int, type[Refusal]] = {
    400: Malformed,
    401: NotSignedIn,
    403: NotPermitted,
    404: NotFound,
    405: MethodNotAllowed,
    406: NotAcceptable,
    413: TooLarge,
    415: UnsupportedMediaType,
    429: TooManyRequests,
    503: Unavailable,
}
SERVICE = ("/session/", "/healthz", "/readyz")

log = structlog.get_logger()


def as_refusal(error: HTTPException) -> Refusal:
    """The refusal that stands for an HTTP error, with its headers (`Allow`, `Retry-After`)."""
    original = getattr(error, "original_exception", None)
    if isinstance(original, Refusal):
        return original
    if isinstance(error, CSRFError):
        return CsrfFailed()
    kind = BY_STATUS.get(error.code or 500, Malformed if (error.code or 500) < 500 else Unexpected)
    if isinstance(original, DBAPIError) and is_lost(original):
        log.warning("database lost", exc_info=original)
        return Unavailable(headers={"Retry-After": "1"})
    if kind is Unexpected:
        return unexpected(original or error)
    headers = {
        name: value
        for name, value in error.get_headers()
        if name.lower() in ("allow", "retry-after", "www-authenticate")
    }
    return kind(headers=headers)


def unexpected(error: BaseException) -> Unexpected:
    """The refusal for a fault of ours: it carries an id to quote, which the log has too."""
    number = g.get("request_id") or uuid4().hex
    log.error("unexpected", request_id=number, error=type(error).__name__, exc_info=error)
    return Unexpected(id=number)


def wants_problem() -> bool:
    """Whether the request is for a program rather than a person."""
    return request.path.startswith(("/api/v1/", *SERVICE)) or request.path == "/api/v1"


def problem(refusal: Refusal) -> Response:
    """A refusal as problem details, in the caller's language."""
    response = Response(problem_bytes(refusal), status=int(refusal.status), content_type=PROBLEM)
    response.headers.extend(refusal.headers)
    if refusal.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def problem_bytes(refusal: Refusal) -> bytes:
    """The body of a problem answer."""
    body: dict[str, Any] = {
        "type": f"/problems/{refusal.name}",
        "title": str(refusal.title),
        "status": int(refusal.status),
        "detail": str(refusal.detail),
    }
    if refusal.errors:
        body["errors"] = [
            {"pointer": each.pointer, "detail": str(each.detail)} for each in refusal.errors
        ]
    body |= {name: value for name, value in refusal.extensions.items() if name not in body}
    return json.dumps(body, ensure_ascii=False, default=str).encode()


def read_problem(content: bytes) -> Refusal:
    """A refusal made of a kept problem answer, to be shown once more."""
    body = json.loads(content)
    refusal = Refusal(
        body["detail"],
        errors=[FieldError(each["pointer"], each["detail"]) for each in body.get("errors", [])],
    )
    refusal.status = HTTPStatus(body["status"])
    return refusal
