"""What the fund's pages let people type: as the calls take it, but money in yuan."""

from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _
from marshmallow import ValidationError, fields, validate

from incentives.files.schemas import Upload
from incentives.fund.models import NAME_LENGTH, RESOLUTION_LENGTH
from incentives.fund.operations import PayeeChoice
from incentives.fund.schemas import (
    AMOUNT,
    PURPOSE,
    REASON,
    DecisionInput,
    IncomeInput,
    MoveInput,
    PaymentInput,
    ReasonInput,
    ReturnInput,
)
from incentives.web.schemas import UUID_TEXT, Schema, Yuan

KINDS = ("household_id", "resident_id", "team_id")


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
    amount_fen = Yuan(required=True, validate=AMOUNT)  # type: ignore[assignment]


class MoveForm(MoveInput):
    amount_fen = Yuan(required=True, validate=AMOUNT)  # type: ignore[assignment]


class ApplicationForm(Schema):
    """`payee` is chosen before; `payee_name` is typed where the register doesn't have them."""

    payee = PayeeField()
    payee_name = fields.String(validate=validate.Length(max=NAME_LENGTH))
    purpose = fields.String(required=True, validate=PURPOSE)
    amount_fen = Yuan(required=True, validate=AMOUNT)
    reason = fields.String(required=True, validate=REASON)
    evidence_file = Upload()


class ReturnForm(ReturnInput):
    amount_fen = Yuan(required=True, validate=AMOUNT)  # type: ignore[assignment]


class ReceiptForm(Schema):
    file = Upload(required=True)


class BudgetRow(Schema):
    purpose = fields.String(required=True, validate=PURPOSE)
    amount_fen = Yuan()


class BudgetsForm(Schema):
    resolution = fields.String(
        required=True, validate=validate.Length(min=1, max=RESOLUTION_LENGTH)
    )
    items = fields.List(fields.Nested(BudgetRow), load_default=list)


ACTIONS: dict[str, type[Schema]] = {
    "evaluation": DecisionInput,
    "approval": DecisionInput,
    "rejection": ReasonInput,
    "withdrawal": ReasonInput,
    "payment": PaymentInput,
    "receipt": ReceiptForm,
    "return": ReturnForm,
    "reversal": ReasonInput,
}
