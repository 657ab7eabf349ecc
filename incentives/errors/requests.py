"""Refusals of a request as such: it can't be read, can't be taken, or not now."""

from http import HTTPStatus

from flask_babel import lazy_gettext as _

from incentives.errors.base import Refusal


class Malformed(Refusal):
    name = "malformed"
    status = HTTPStatus.BAD_REQUEST
    title = _("The request can't be read")


class IdempotencyKeyMissing(Refusal):
    name = "idempotency_key_missing"
    status = HTTPStatus.BAD_REQUEST
    title = _("The header Idempotency-Key is missing or malformed")


class NotFound(Refusal):
    name = "not_found"
    status = HTTPStatus.NOT_FOUND
    title = _("There is no such thing here")


class MethodNotAllowed(Refusal):
    name = "method_not_allowed"
    status = HTTPStatus.METHOD_NOT_ALLOWED
    title = _("This address doesn't take that method")


class NotAcceptable(Refusal):
    name = "not_acceptable"
    status = HTTPStatus.NOT_ACCEPTABLE
    title = _("This can't be given in the form asked for")


class IdempotencyInProgress(Refusal):
    name = "idempotency_in_progress"
    status = HTTPStatus.CONFLICT
    title = _("The same request is still running")


class TooLarge(Refusal):
    name = "too_large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    title = _("This is too large")


class UnsupportedMediaType(Refusal):
    name = "unsupported_media_type"
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    title = _("This kind of content isn't taken here")


class Invalid(Refusal):
    name = "invalid"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = _("Please correct what is marked")


class IdempotencyKeyReused(Refusal):
    name = "idempotency_key_reused"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = _("This Idempotency-Key was used for another request")


class TooManyRequests(Refusal):
    name = "too_many_requests"
    status = HTTPStatus.TOO_MANY_REQUESTS
    title = _("Too many requests: please wait a moment")


class Unexpected(Refusal):
    pass


class Unavailable(Refusal):
    name = "unavailable"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    title = _("The service is busy: please try again in a moment")


class LogRolledBack(Refusal):
    name = "log_rolled_back"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    title = _("The books are older than their seals: nothing can be written until they caught up")
