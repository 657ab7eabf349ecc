"""Refusals: every answer that says no, with a stable name, a status and a sentence.

The names and statuses are the table in `docs/api.md`; a name is the problem type of
RFC 9457 and never changes once released.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString


@dataclass(frozen=True)
class FieldError:
    """One bad field: an RFC 6901 pointer into the body (`/lines/0/quantity`) and a sentence."""

    pointer: str
    detail: str | LazyString


class Refusal(Exception):
    """Base of every refusal. Raised by operations; `web` turns it into a problem answer or a form.

    `kept` says that an idempotency key keeps this answer (the list in `docs/api.md`).
    `afterwards` is what must stay though the operation is undone (failure counters, audit
    rows): it runs after the savepoint's rollback, in the same transaction.
    """

    name = "unexpected"
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    title: str | LazyString = _("Something went wrong")
    kept = False

    def __init__(
        self,
        detail: str | LazyString | None = None,
        *,
        errors: Sequence[FieldError] = (),
        headers: dict[str, str] | None = None,
        **extensions: Any,
    ) -> None:
        super().__init__(self.name)
        self.detail = detail if detail is not None else self.title
        self.errors = tuple(errors)
        self.headers = headers or {}
        self.extensions = extensions
        self.afterwards: list[Callable[[], None]] = []


class Malformed(Refusal):
    name = "malformed"
    status = HTTPStatus.BAD_REQUEST
    title = _("The request can't be read")


class IdempotencyKeyMissing(Refusal):
    name = "idempotency_key_missing"
    status = HTTPStatus.BAD_REQUEST
    title = _("The header Idempotency-Key is missing or malformed")


class NotSignedIn(Refusal):
    name = "not_signed_in"
    status = HTTPStatus.UNAUTHORIZED
    title = _("Please sign in")


class WrongCredentials(Refusal):
    name = "wrong_credentials"
    status = HTTPStatus.UNAUTHORIZED
    title = _("Name or password is wrong")


class TokenExpired(Refusal):
    name = "token_expired"
    status = HTTPStatus.UNAUTHORIZED
    title = _("Your sign-in has expired, please sign in again")


class NotPermitted(Refusal):
    name = "not_permitted"
    status = HTTPStatus.FORBIDDEN
    title = _("Your role doesn't allow this")


class OwnHousehold(Refusal):
    name = "own_household"
    status = HTTPStatus.FORBIDDEN
    title = _("This concerns your own household: somebody else must decide")


class OwnRequest(Refusal):
    name = "own_request"
    status = HTTPStatus.FORBIDDEN
    title = _("You entered this yourself: somebody else must decide")


class SamePerson(Refusal):
    name = "same_person"
    status = HTTPStatus.FORBIDDEN
    title = _("You have already acted on this: this step needs another person")


class PinRequired(Refusal):
    name = "pin_required"
    status = HTTPStatus.FORBIDDEN
    title = _("The card's PIN is needed")


class WrongPin(Refusal):
    name = "wrong_pin"
    status = HTTPStatus.FORBIDDEN
    title = _("The PIN is wrong")


class PinLocked(Refusal):
    name = "pin_locked"
    status = HTTPStatus.FORBIDDEN
    title = _("Too many wrong PINs: the card's PIN is locked here for now")


class CsrfFailed(Refusal):
    name = "csrf"
    status = HTTPStatus.FORBIDDEN
    title = _("This page was open too long: please load it again and repeat")


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


class InsufficientPoints(Refusal):
    name = "insufficient_points"
    status = HTTPStatus.CONFLICT
    title = _("There are not enough points")
    kept = True


class InsufficientFunds(Refusal):
    name = "insufficient_funds"
    status = HTTPStatus.CONFLICT
    title = _("There is not enough money")
    kept = True


class OutOfStock(Refusal):
    name = "out_of_stock"
    status = HTTPStatus.CONFLICT
    title = _("This is sold out")
    kept = True


class WrongState(Refusal):
    name = "wrong_state"
    status = HTTPStatus.CONFLICT
    title = _("This is no longer possible: it has moved on")
    kept = True


class AlreadyReversed(Refusal):
    name = "already_reversed"
    status = HTTPStatus.CONFLICT
    title = _("This has been reversed already")
    kept = True


class Stale(Refusal):
    name = "stale"
    status = HTTPStatus.CONFLICT
    title = _("Somebody changed this meanwhile: please look again")


class IdempotencyInProgress(Refusal):
    name = "idempotency_in_progress"
    status = HTTPStatus.CONFLICT
    title = _("The same request is still running")


class CardSuspended(Refusal):
    name = "card_suspended"
    status = HTTPStatus.CONFLICT
    title = _("This card is reported lost")


class CardRevoked(Refusal):
    name = "card_revoked"
    status = HTTPStatus.CONFLICT
    title = _("This card is no longer valid")


class CodeUsed(Refusal):
    name = "code_used"
    status = HTTPStatus.CONFLICT
    title = _("This scan was used already: please scan the card again")


class CodeExpired(Refusal):
    name = "code_expired"
    status = HTTPStatus.CONFLICT
    title = _("This scan is too old: please scan the card again")


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


class CardInvalid(Refusal):
    name = "card_invalid"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = _("This is no valid card")


class WrongVillage(Refusal):
    name = "wrong_village"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = _("This card is of another village")


class CapExceeded(Refusal):
    name = "cap_exceeded"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = _("This would pass the cap")
    kept = True


class NotCovered(Refusal):
    name = "not_covered"
    status = HTTPStatus.CONFLICT
    title = _("The village can't stand by more points now")


class NoRuleInForce(Refusal):
    name = "no_rule_in_force"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = _("No rulebook was in force on that day")


class RuleNotAllowed(Refusal):
    name = "rule_not_allowed"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = _("Points may not be given for this")


class NotARedemptionDay(Refusal):
    name = "not_a_redemption_day"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = _("Today is no redemption day in this village")


class Duplicate(Refusal):
    name = "duplicate"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = _("This is recorded already")


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
