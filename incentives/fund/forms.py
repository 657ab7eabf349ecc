"""What the fund's pages let people type: as the calls take it, but money in yuan."""

from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _
from marshmallow import ValidationError, fields, validate

from incentives.files.schemas import Upload
from incentives.fund.models import NAME_LENGTH
from incentives.fund.operations import PayeeChoice
from incentives.fund.operations.steps import AMOUNT_AT_MOST
from incentives.fund.schemas import (
    PURPOSE,
    REASON,
    CountInput,
    DecisionInput,
    IncomeInput,
    MoveInput,
    PaymentInput,
    ReasonInput,
    ReturnInput,
    VoteInput,
)
from incentives.web.schemas import UUID_TEXT, Day, Id, Schema, Yuan

PEOPLE = validate.Range(min=0, max=100_000)
KINDS = ("household_id", "resident_id", "team_id")


def above_nothing(amount_fen: int) -> None:
    """Refuse an amount that is nothing, or past every fund's size."""
    if not 0 < amount_fen <= AMOUNT_AT_MOST:
        raise ValidationError(str(_("Write an amount above 0")))


class PayeeField(fields.Field[PayeeChoice]):
    """A payee as the page's search gives it (`household_id:…`), or a typed name (`name:…`)."""

    def _serialize(self, value: Any, *_args: Any, **_options: Any) -> Any:
        return value

    def _deserialize(self, value: Any, *_args: Any, **_options: Any) -> PayeeChoice:
        kind, _colon, text = str(value).partition(":")
        if kind in KINDS and UUID_TEXT.fullmatch(text):
            chosen: dict[str, Any] = {kind: UUID(text)}
            return PayeeChoice(**chosen)
        raise ValidationError(str(_("Choose who gets the money")))


class IncomeForm(IncomeInput):
    """An income, its voucher brought along as a photo or paper."""

    class Meta:
        exclude = ("file",)

    amount_fen = Yuan(required=True, validate=above_nothing)  # type: ignore[assignment]
    voucher_file = Upload()


class MoveForm(MoveInput):
    amount_fen = Yuan(required=True, validate=above_nothing)  # type: ignore[assignment]


class ApplicationForm(Schema):
    """`payee` is chosen before; `payee_name` is typed where the register doesn't have them."""

    payee = PayeeField()
    payee_name = fields.String(validate=validate.Length(max=NAME_LENGTH))
    purpose = fields.String(required=True, validate=PURPOSE)
    amount_fen = Yuan(required=True, validate=above_nothing)
    reason = fields.String(required=True, validate=REASON)
    evidence_file = Upload()


class ReturnForm(ReturnInput):
    amount_fen = Yuan(required=True, validate=above_nothing)  # type: ignore[assignment]


class ReturnReversalForm(ReasonInput):
    return_id = Id(required=True)


class ReceiptForm(Schema):
    file = Upload(required=True)


class BudgetRow(Schema):
    purpose = fields.String(required=True, validate=PURPOSE)
    amount_fen = Yuan()
    carried_fen = Yuan()
    cap_fen = Yuan(validate=above_nothing)


class BudgetsForm(VoteInput):
    """A year's budgets with the assembly's vote; its minutes as a photo or paper."""

    class Meta:
        exclude = ("minutes",)

    present = fields.Integer(required=True, validate=PEOPLE)  # type: ignore[assignment]
    in_favour = fields.Integer(required=True, validate=PEOPLE)  # type: ignore[assignment]
    against = fields.Integer(required=True, validate=PEOPLE)  # type: ignore[assignment]
    minutes_file = Upload()
    items = fields.List(fields.Nested(BudgetRow), load_default=list)


class CountForm(CountInput):
    class Meta:
        exclude = ("month",)

    counted_fen = Yuan(required=True)  # type: ignore[assignment]


class SignedYuan(Yuan):
    """Money that may be below zero, as an overdrawn account's."""

    def _deserialize(self, value: Any, *args: Any, **options: Any) -> int:
        typed = str(value).strip()
        if typed.startswith("-"):
            return -super()._deserialize(typed[1:], *args, **options)
        return super()._deserialize(typed, *args, **options)


class StatementRow(Schema):
    """A typed line: what came in or what went out."""

    day = Day(required=True)
    in_fen = Yuan(load_default=0)
    out_fen = Yuan(load_default=0)
    summary = fields.String(load_default="-", validate=REASON)


class StatementForm(Schema):
    """A statement: a sheet brought along, or its lines typed; and the bank's own paper."""

    from_on = Day(required=True)
    to_on = Day(required=True)
    opening_fen = SignedYuan(load_default=None)
    closing_fen = SignedYuan(load_default=None)
    sheet = Upload()
    paper_file = Upload()
    lines = fields.List(fields.Nested(StatementRow), load_default=list)


class MatchForm(Schema):
    """Which entries of the book a line is."""

    events = fields.List(Id(), load_default=list)


class ListForm(Schema):
    """Many payees: ticked, pasted or in a sheet; `amount_fen` is for those without their own."""

    title = fields.String(required=True, validate=validate.Length(min=1, max=NAME_LENGTH))
    purpose = fields.String(required=True, validate=PURPOSE)
    reason = fields.String(required=True, validate=REASON)
    amount_fen = Yuan(load_default=None, validate=above_nothing)
    households = fields.List(Id(), load_default=list)
    names = fields.String(load_default="", validate=validate.Length(max=40_000))
    sheet = Upload()
    evidence_file = Upload()


class TickedLines(Schema):
    """The lines of a list that were ticked."""

    lines = fields.List(fields.Integer(), load_default=list)


class ListPaymentForm(TickedLines, PaymentInput):
    """A payment to the payees of these lines."""


class ListReceiptForm(TickedLines, ReceiptForm):
    """The sheet that the payees of these lines signed."""


ACTIONS: dict[str, type[Schema]] = {
    "evaluation": DecisionInput,
    "approval": DecisionInput,
    "rejection": ReasonInput,
    "withdrawal": ReasonInput,
    "payment": PaymentInput,
    "receipt": ReceiptForm,
    "return": ReturnForm,
    "return_reversal": ReturnReversalForm,
    "reversal": ReasonInput,
}
