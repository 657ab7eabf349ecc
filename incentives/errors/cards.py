"""Refusals of a card, its code and its PIN."""

from http import HTTPStatus

from flask_babel import lazy_gettext as _

from incentives.errors.base import Refusal


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


class CardInvalid(Refusal):
    name = "card_invalid"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = _("This is no valid card")


class WrongVillage(Refusal):
    name = "wrong_village"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = _("This card is of another village")
