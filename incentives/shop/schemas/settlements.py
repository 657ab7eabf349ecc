"""What the calls of settlements and agreements take and give."""

from marshmallow import fields, validate

from incentives.fund.models import REASON_LENGTH, VOUCHER_LENGTH, Decision, Method
from incentives.fund.schemas import DecisionInput, Month
from incentives.shop.models import Basis, SettlementStatus, Undone
from incentives.shop.models.agreements import DOCUMENT_LENGTH
from incentives.shop.queries.reconciling import Witness
from incentives.web.schemas import Day, Fen, Id, InstantField, Points, Schema, page_of


class AgreementInput(Schema):
    basis = fields.Enum(Basis, by_value=True, required=True)
    effective_on = Day(required=True)
    document = fields.String(required=True, validate=validate.Length(min=1, max=DOCUMENT_LENGTH))


class AgreementOutput(AgreementInput):
    set_at = InstantField()


AgreementPage = page_of(AgreementOutput)


class SettlementInput(Schema):
    shop_id = Id(required=True)
    month = Month(required=True)


class CheckInput(DecisionInput):
    """A yes unless said otherwise."""

    decision = fields.Enum(Decision, by_value=True, load_default=Decision.APPROVE)


class SettlementPaymentInput(Schema):
    """`paid_on` is today unless said otherwise."""

    method = fields.Enum(Method, by_value=True, required=True)
    voucher = fields.String(required=True, validate=validate.Length(min=1, max=VOUCHER_LENGTH))
    paid_on = Day(load_default=None)


class SettlementReversalInput(Schema):
    reason = fields.String(required=True, validate=validate.Length(min=1, max=REASON_LENGTH))


class StatementQuery(Schema):
    shop_id = Id(required=True)
    month = Month(required=True)


class StatementLineOutput(Schema):
    """One good; without `good_id` the sales whose receipts were lost in a restore."""

    good_id = Id(allow_none=True)
    name_zh = fields.String()
    name_en = fields.String(allow_none=True)
    unit = fields.String()
    handed_out = fields.Integer()
    brought_back = fields.Integer()
    not_owed = fields.Integer()
    price_points = Points()
    goods_fen = Fen()


class DifferenceOutput(Schema):
    """Two witnesses that don't agree; `detail` says it in the caller's language."""

    what = fields.Enum(Witness, by_value=True)
    expected = fields.Integer()
    found = fields.Integer()
    receipt = fields.Integer(allow_none=True)
    good = fields.String(allow_none=True)
    detail = fields.String()


class StatementOutput(Schema):
    """Points, goods and money of a month on one page; `amount_fen` below zero is carried on."""

    shop_id = Id()
    month = Month()
    points = Points()
    redeemed_points = Points()
    refunded_points = Points()
    price_points = Points()
    goods_fen = Fen()
    cash_fen = Fen()
    amount_fen = Fen()
    lines = fields.List(fields.Nested(StatementLineOutput))
    differences = fields.List(fields.Nested(DifferenceOutput))


class StepReversalOutput(Schema):
    undone = fields.Enum(Undone, by_value=True)
    event_id = Id()
    reason = fields.String()
    reversed_by = fields.String()
    reversed_at = InstantField()


class SettlementOutput(Schema):
    """A settlement; people by name."""

    id = Id()
    shop_id = Id()
    shop = fields.String()
    month = Month()
    status = fields.Enum(SettlementStatus, by_value=True)
    points = Points()
    goods_fen = Fen()
    cash_fen = Fen()
    amount_fen = Fen()
    submitted_by = fields.String()
    submitted_at = InstantField()
    checked_by = fields.String(allow_none=True)
    checked_at = InstantField(allow_none=True)
    approved_by = fields.String(allow_none=True)
    approved_at = InstantField(allow_none=True)
    approved_event_id = Id(allow_none=True)
    paid_by = fields.String(allow_none=True)
    paid_at = InstantField(allow_none=True)
    paid_on = Day(allow_none=True)
    method = fields.Enum(Method, by_value=True, allow_none=True)
    voucher = fields.String(allow_none=True)
    paid_event_id = Id(allow_none=True)
    confirmed_by = fields.String(allow_none=True)
    confirmed_at = InstantField(allow_none=True)
    ended_by = fields.String(allow_none=True)
    ended_at = InstantField(allow_none=True)
    ended_reason = fields.String(allow_none=True)


class SentUpSettlement(SettlementOutput):
    """A settlement that its village has nobody for: the township checks or approves it."""

    village = fields.String()


SettlementQueue = page_of(SentUpSettlement)


class WholeSettlementOutput(SettlementOutput):
    """A settlement with its lines as submitted, what was taken back, and what doesn't agree."""

    lines = fields.List(fields.Nested(StatementLineOutput))
    reversals = fields.List(fields.Nested(StepReversalOutput))
    differences = fields.List(fields.Nested(DifferenceOutput))


SettlementPage = page_of(SettlementOutput)
