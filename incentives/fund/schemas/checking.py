"""What the calls take and give that check the money: counts, statements, closed months, lists."""

from marshmallow import fields, validate

from incentives.files.schemas import Upload
from incentives.fund.models import (
    NAME_LENGTH,
    REASON_LENGTH,
    VOUCHER_LENGTH,
    CountStatus,
    Method,
    Status,
)
from incentives.fund.schemas.inputs import AMOUNT, PURPOSE, REASON, Month, PayeeInput
from incentives.fund.schemas.outputs import DisbursementOutput
from incentives.web.schemas import Day, Fen, Id, InstantField, Schema, page_of

MONEY = validate.Range(min=0, max=10**12)
EITHER_WAY = validate.Range(min=-(10**12), max=10**12)


class CountInput(Schema):
    """What lay in the cash box, and of which month's end it is the count."""

    month = Month(required=True)
    counted_on = Day(required=True)
    counted_fen = Fen(required=True, validate=MONEY)
    note = fields.String(allow_none=True, validate=validate.Length(max=REASON_LENGTH))


class CountOutput(Schema):
    """A count of the cash; `move_id` is the move that its difference became."""

    id = Id()
    month = Month()
    counted_on = Day()
    counted_fen = Fen()
    book_fen = Fen()
    note = fields.String(allow_none=True)
    status = fields.Enum(CountStatus, by_value=True)
    counted_by = fields.String()
    counted_at = InstantField()
    confirmed_by = fields.String(allow_none=True)
    confirmed_at = InstantField(allow_none=True)
    refused_reason = fields.String(allow_none=True)
    move_id = Id(allow_none=True)


class BankLineInput(Schema):
    """A line of the bank's statement: below zero what went out."""

    day = Day(required=True)
    amount_fen = Fen(required=True, validate=EITHER_WAY)
    summary = fields.String(required=True, validate=REASON)
    other = fields.String(allow_none=True, validate=validate.Length(max=NAME_LENGTH))
    balance_fen = Fen(allow_none=True, load_default=None, validate=EITHER_WAY)


class StatementInput(Schema):
    """A statement; what it begins and ends with may be left out where the lines say it."""

    from_on = Day(required=True)
    to_on = Day(required=True)
    opening_fen = Fen(allow_none=True, load_default=None, validate=EITHER_WAY)
    closing_fen = Fen(allow_none=True, load_default=None, validate=EITHER_WAY)
    file = Id(allow_none=True, load_default=None)
    lines = fields.List(
        fields.Nested(BankLineInput), required=True, validate=validate.Length(max=2000)
    )


class ImportInput(Schema):
    """A statement as a workbook or .csv; `paper` is the bank's own, kept before as a file."""

    file = Upload(required=True)
    paper = Id(allow_none=True, load_default=None)
    from_on = Day(required=True)
    to_on = Day(required=True)
    opening_fen = fields.Integer(load_default=None, validate=EITHER_WAY)
    closing_fen = fields.Integer(load_default=None, validate=EITHER_WAY)


class OpenLineOutput(Schema):
    """A line that is in the statement alone; `confirmed_by` stands by why, as the second person."""

    id = Id()
    line = fields.Integer()
    day = Day()
    amount_fen = Fen()
    summary = fields.String()
    other = fields.String(allow_none=True)
    balance_fen = Fen(allow_none=True)
    explanation = fields.String(allow_none=True)
    explained_by = fields.String(allow_none=True)
    confirmed_by = fields.String(allow_none=True)
    confirmed_at = InstantField(allow_none=True)


class BankLineOutput(OpenLineOutput):
    """A line, and the events of the book that it is."""

    events = fields.List(Id())


class StatementOutput(Schema):
    id = Id()
    from_on = Day()
    to_on = Day()
    opening_fen = Fen()
    closing_fen = Fen()
    file_id = Id(allow_none=True)
    entered_at = InstantField()
    lines = fields.List(fields.Nested(BankLineOutput))


class BankEventOutput(Schema):
    """An entry of the book that moved the bank's money: below zero what went out."""

    event_id = Id()
    voucher = fields.Integer()
    kind = fields.String()
    day = Day()
    amount_fen = Fen()
    explanation = fields.String(allow_none=True)
    explained_by = fields.String(allow_none=True)
    confirmed_by = fields.String(allow_none=True)
    confirmed_at = InstantField(allow_none=True)


class ProposalOutput(Schema):
    line_id = Id(attribute="line.id")
    event_id = Id(attribute="event.event_id")
    amount_fen = Fen(attribute="line.amount_fen")


class MonthStandingOutput(Schema):
    """A month before it is closed: what is on one side alone, and in `missing` what it lacks.

    `rest_fen` is what the first statement began with beyond the book; `later_lines` and
    `later_events` are matched with what came on the other side only after the month's end.
    """

    month = Month()
    is_closed = fields.Boolean()
    cash_fen = Fen()
    bank_fen = Fen()
    statement_fen = Fen()
    rest_fen = Fen()
    count = fields.Nested(CountOutput, allow_none=True)
    lines = fields.List(fields.Nested(OpenLineOutput))
    events = fields.List(fields.Nested(BankEventOutput))
    later_lines = fields.List(fields.Nested(OpenLineOutput))
    later_events = fields.List(fields.Nested(BankEventOutput))
    proposals = fields.List(fields.Nested(ProposalOutput))
    missing = fields.List(fields.String())


class MatchInput(Schema):
    events = fields.List(Id(), required=True, validate=validate.Length(min=1, max=200))


class MatchedOutput(Schema):
    matched = fields.Integer()


class ExplanationInput(Schema):
    explanation = fields.String(
        allow_none=True, required=True, validate=validate.Length(max=REASON_LENGTH)
    )


class NoteOutput(Schema):
    event_id = Id()
    explanation = fields.String()
    explained_by = fields.String(allow_none=True)
    confirmed_by = fields.String(allow_none=True)
    confirmed_at = InstantField(allow_none=True)


class ClosedMonthOutput(Schema):
    """A closed month: what cash and bank held at its end."""

    month = Month()
    cash_fen = Fen()
    bank_fen = Fen()
    closed_at = InstantField()


class ListLineInput(Schema):
    """A line of a list; without a reason of its own, the list's."""

    payee = fields.Nested(PayeeInput, required=True)
    amount_fen = Fen(required=True, validate=AMOUNT)
    reason = fields.String(allow_none=True, load_default=None, validate=REASON)


class ListInput(Schema):
    """Money for many payees in one application."""

    title = fields.String(required=True, validate=validate.Length(min=1, max=NAME_LENGTH))
    purpose = fields.String(required=True, validate=PURPOSE)
    reason = fields.String(required=True, validate=REASON)
    evidence = fields.List(Id(), load_default=list, validate=validate.Length(max=10))
    lines = fields.List(
        fields.Nested(ListLineInput), required=True, validate=validate.Length(min=2, max=200)
    )


class ListPaymentInput(Schema):
    """`lines`: the numbers of those to pay, else all that are approved."""

    paid_on = Day(required=True)
    method = fields.Enum(Method, by_value=True, required=True)
    voucher = fields.String(required=True, validate=validate.Length(min=1, max=VOUCHER_LENGTH - 4))
    lines = fields.List(
        fields.Integer(strict=True, validate=validate.Range(min=1, max=200)), load_default=None
    )


class ListOutput(Schema):
    """`budget_left_fen` is what the year's budget leaves after it; below zero: not covered."""

    id = Id()
    title = fields.String()
    purpose = fields.String()
    total_fen = Fen()
    budget_fen = Fen(allow_none=True)
    budget_left_fen = Fen()
    applied_at = InstantField()
    by_status = fields.Dict(keys=fields.Enum(Status, by_value=True), values=fields.Integer())
    lines = fields.List(fields.Nested(DisbursementOutput))


ListPage = page_of(type("ListSummaryOutput", (ListOutput,), {"__module__": __name__}))
ClosedMonthPage = page_of(ClosedMonthOutput)
StatementPage = page_of(StatementOutput)
CountPage = page_of(CountOutput)
