"""Refusals of the matter itself: what the rules, the books or its state don't allow."""

from http import HTTPStatus

from flask_babel import lazy_gettext as _

from incentives.errors.base import Refusal


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
