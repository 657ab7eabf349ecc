"""Refusals of who asks: not signed in, not allowed, or of their own matter."""

from http import HTTPStatus

from flask_babel import lazy_gettext as _

from incentives.errors.base import Refusal


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


class CsrfFailed(Refusal):
    name = "csrf"
    status = HTTPStatus.FORBIDDEN
    title = _("This page was open too long: please load it again and repeat")
