"""What the fund's calls give."""

from marshmallow import fields

from incentives.fund.models import Decision, Method, Place, Source, Status
from incentives.fund.schemas.inputs import Month
from incentives.web.schemas import Day, Fen, Id, InstantField, Schema, page_of


class IncomeOutput(Schema):
    """`voucher_twice`: another income of the year that stands has the same voucher number."""

    id = Id()
    source = fields.Enum(Source, by_value=True)
    amount_fen = Fen()
    received_on = Day()
    voucher = fields.String()
    method = fields.Enum(Method, by_value=True)
    giver = fields.String(allow_none=True)
    note = fields.String(allow_none=True)
    event_id = Id()
    entered_at = InstantField()
    reversed_event_id = Id(allow_none=True)
    reversed_reason = fields.String(allow_none=True)
    reversed_at = InstantField(allow_none=True)
    file_id = Id(allow_none=True)
    voucher_twice = fields.Boolean()


class MoveOutput(Schema):
    id = Id()
    from_place = fields.Enum(Place, by_value=True, data_key="from")
    to_place = fields.Enum(Place, by_value=True, data_key="to")
    amount_fen = Fen()
    moved_on = Day()
    note = fields.String(allow_none=True)
    event_id = Id()


class PayeeOutput(Schema):
    household_id = Id(allow_none=True)
    resident_id = Id(allow_none=True)
    team_id = Id(allow_none=True)
    name = fields.String()


class ApprovalOutput(Schema):
    """One supervisor's decision; `from_above`: for the township."""

    approver = fields.String()
    decision = fields.Enum(Decision, by_value=True)
    from_above = fields.Boolean()
    reason = fields.String(allow_none=True)
    decided_at = InstantField()


class ReturnOutput(Schema):
    id = Id()
    disbursement_id = Id()
    amount_fen = Fen()
    method = fields.Enum(Method, by_value=True)
    reason = fields.String()
    returned_on = Day()
    event_id = Id()
    reversed_event_id = Id(attribute="reversal.event_id", dump_default=None, allow_none=True)
    reversed_reason = fields.String(attribute="reversal.reason", dump_default=None, allow_none=True)
    reversed_at = InstantField(attribute="reversal.reversed_at", dump_default=None, allow_none=True)


class DisbursementOutput(Schema):
    """`budget_left_fen` is what the year's budget leaves after it and the list that it stands on;
    below zero: not covered.

    `cap_left_fen` is what the payee may still get in the year with this one; only a cap that the
    assembly adopted refuses more. `nearby_fen` is what others bring the same payee within 30 days:
    it counts towards a second approval. On a list, `line` is its number there. `missing_approvals`
    is at least 1 until it is approved, and 0 from then on.
    """

    id = Id()
    purpose = fields.String()
    payee = fields.Nested(PayeeOutput)
    payee_has_role = fields.Boolean()
    amount_fen = Fen()
    reason = fields.String()
    evidence = fields.List(Id())
    status = fields.Enum(Status, by_value=True)
    publicity_days = fields.Integer()
    second_approval_fen = Fen()
    budget_fen = Fen(allow_none=True)
    budget_left_fen = Fen()
    cap_fen = Fen(allow_none=True)
    cap_left_fen = Fen(allow_none=True)
    cap_is_adopted = fields.Boolean()
    nearby_fen = Fen()
    list_id = Id(allow_none=True)
    line = fields.Integer(allow_none=True)
    missing_approvals = fields.Integer()
    notice_id = Id(allow_none=True)
    concluded_at = InstantField(allow_none=True)
    applied_by = fields.String()
    applied_at = InstantField()
    evaluated_by = fields.String(allow_none=True)
    evaluated_at = InstantField(allow_none=True)
    evaluation_reason = fields.String(allow_none=True)
    approvals = fields.List(fields.Nested(ApprovalOutput))
    paid_by = fields.String(allow_none=True)
    paid_at = InstantField(allow_none=True)
    paid_on = Day(allow_none=True)
    method = fields.Enum(Method, by_value=True, allow_none=True)
    voucher = fields.String(allow_none=True)
    event_id = Id(allow_none=True)
    received_at = InstantField(allow_none=True)
    receipt_file_id = Id(allow_none=True)
    returned_fen = Fen()
    returns = fields.List(fields.Nested(ReturnOutput))
    reversed_event_id = Id(allow_none=True)
    ended_at = InstantField(allow_none=True)
    ended_reason = fields.String(allow_none=True)


class SentUpItem(Schema):
    """`step` is evaluation or approval; `why` too_small, or role where the payee holds one."""

    village = fields.String()
    step = fields.String()
    why = fields.String()
    disbursement = fields.Nested(DisbursementOutput)


class SentUpOutput(Schema):
    items = fields.List(fields.Nested(SentUpItem))


class BudgetOutput(Schema):
    """A purpose in a year: its budget, and what is applied for, approved and spent against it.

    `of_before_fen` came back of what earlier years paid: `left_fen` is the budget less what was
    spent and less that, which isn't spent again.
    """

    purpose = fields.String()
    amount_fen = Fen(allow_none=True)
    carried_fen = Fen()
    cap_fen = Fen(allow_none=True)
    applied_fen = Fen()
    approved_fen = Fen()
    spent_fen = Fen()
    of_before_fen = Fen()
    left_fen = Fen()
    resolution = fields.String(allow_none=True)


class AdoptionOutput(Schema):
    held_on = Day()
    present = fields.Integer()
    in_favour = fields.Integer()
    against = fields.Integer()
    resolution = fields.String()
    minutes_id = Id(allow_none=True)
    adopted_at = InstantField()


class BudgetsOutput(Schema):
    """A year's budgets; `adoptions` are the assembly's votes on them, the one that holds first."""

    year = fields.Integer()
    adoptions = fields.List(fields.Nested(AdoptionOutput))
    items = fields.List(fields.Nested(BudgetOutput))


class SpentOnPurpose(Schema):
    purpose = fields.String()
    name_zh = fields.String()
    name_en = fields.String()
    spent_fen = Fen()


class PurposeFigures(SpentOnPurpose):
    """`left_fen` is what the year's budget leaves, below zero where more was spent; null without.

    It is the budget less what was spent, and less `of_before_fen`, which came back of what earlier
    years paid and isn't spent again. `month_fen` was spent in the month that is asked for, null
    where none is.
    """

    budget_fen = Fen(allow_none=True)
    of_before_fen = Fen()
    left_fen = Fen(allow_none=True)
    month_fen = Fen(allow_none=True)


class SourceFigures(Schema):
    source = fields.String()
    income_fen = Fen()


class YearOutput(Schema):
    year = fields.Integer()
    income_fen = Fen()
    spent_fen = Fen()
    by_source = fields.List(fields.Nested(SourceFigures))
    by_purpose = fields.List(fields.Nested(PurposeFigures(exclude=("month_fen",))))


class MonthFiguresOutput(Schema):
    """A month: what came in and went out, less what was taken back, and what then remained."""

    month = Month()
    in_fen = Fen()
    out_fen = Fen()
    remaining_fen = Fen()


class FundOutput(Schema):
    """`balance_fen` is cash and bank together.

    `payable_fen` was approved for shops and counts as spent, and isn't paid yet.
    """

    balance_fen = Fen()
    cash_fen = Fen()
    bank_fen = Fen()
    payable_fen = Fen()
    by_purpose = fields.List(fields.Nested(SpentOnPurpose))
    by_year = fields.List(fields.Nested(YearOutput))
    by_month = fields.List(fields.Nested(MonthFiguresOutput))


class HandOutput(Schema):
    step = fields.String()
    name = fields.String()


class BookLineOutput(Schema):
    """`amount_fen` is below zero for what went out.

    For a payee in need `day`, `voucher`, `event_id`, `paper`, `reason` and `entered_on` are null.
    """

    voucher = fields.Integer(allow_none=True)
    event_id = Id(allow_none=True)
    kind = fields.String()
    day = Day(allow_none=True)
    entered_on = Day(allow_none=True)
    month = Month()
    amount_fen = Fen()
    remaining_fen = Fen()
    source = fields.String(allow_none=True)
    purpose = fields.String(allow_none=True)
    paper = fields.String(allow_none=True)
    payee = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)
    hands = fields.List(fields.Nested(HandOutput))


IncomePage = page_of(IncomeOutput)
DisbursementPage = page_of(DisbursementOutput)


class YearByPurposeOutput(Schema):
    year = fields.Integer()
    items = fields.List(fields.Nested(PurposeFigures))


class DifferenceOutput(Schema):
    """An entry that the statement lacked (`is_entry`), or a line of it that the book lacked.

    `day` and `voucher` are null for a line, and for an entry of a payee in need.
    """

    is_entry = fields.Boolean()
    voucher = fields.Integer(allow_none=True)
    day = Day(allow_none=True)
    month = Month()
    amount_fen = Fen()
    hands = fields.List(fields.Nested(HandOutput))


class BankDifferencesOutput(Schema):
    """What the bank's statement said at a closed month's end beyond the book, and why it differs.

    `hands`: who explained each difference, and the second person who stands by that.
    """

    month = Month()
    statement_fen = Fen()
    book_fen = Fen()
    difference_fen = Fen()
    items = fields.List(fields.Nested(DifferenceOutput))


class BookPage(Schema):
    """Lines of a part of the book, with the figures of that part by month and by purpose.

    `bank_differences` is of the part's last closed month, null where nothing differed.
    """

    items = fields.List(fields.Nested(BookLineOutput), required=True)
    next = fields.String(allow_none=True, required=True, dump_default=None)
    by_month = fields.List(fields.Nested(MonthFiguresOutput))
    by_purpose = fields.List(fields.Nested(YearByPurposeOutput))
    bank_differences = fields.Nested(BankDifferencesOutput, allow_none=True)
