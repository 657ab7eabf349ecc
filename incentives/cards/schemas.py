"""What the calls about cards take and give."""

from typing import Any, cast

from flask_babel import lazy_gettext as _
from marshmallow import ValidationError, fields, validate, validates_schema

from incentives.cards.models import CardStatus, SheetStatus, ShownBy
from incentives.web.schemas import Day, Id, InstantField, Points, Schema, page_of

REASON = validate.Length(min=1, max=200)
PIN = validate.Regexp(r"^[0-9]{6}$", error=cast("str", _("A PIN has 6 digits")))


class CardInput(Schema):
    household_id = Id(required=True)
    resident_id = Id(allow_none=True)
    pin = fields.String(validate=PIN, load_only=True)


class CardOutput(Schema):
    id = Id()
    household_id = Id()
    resident_id = Id(allow_none=True)
    number = fields.String()
    code = fields.String()
    url = fields.String()
    status = fields.Enum(CardStatus, by_value=True)
    issue = fields.Integer()
    issued_on = Day()
    expires_on = Day()
    renewal_due = fields.Boolean()
    has_pin = fields.Boolean()


class HeldCard(Schema):
    """A card as its holder sees it: without the code, which could be spent with."""

    id = Id()
    number = fields.String()
    status = fields.Enum(CardStatus, by_value=True)
    resident_id = Id(allow_none=True)
    issue = fields.Integer()
    issued_on = Day()
    expires_on = Day()


ShownCardPage = page_of(HeldCard)


class PinInput(Schema):
    pin = fields.String(required=True, validate=PIN, load_only=True)


class ReasonInput(Schema):
    reason = fields.String(validate=REASON, allow_none=True)


class RevocationInput(Schema):
    reason = fields.String(required=True, validate=REASON)


class ScanInput(Schema):
    """The code (or the QR's whole text), the number that was typed, or the card that was found by
    its holder's name."""

    code = fields.String(validate=validate.Length(max=500), load_only=True)
    number = fields.String(validate=validate.Length(max=30))
    card_id = Id()

    @validates_schema
    def one_of_them(self, data: dict[str, Any], **_options: Any) -> None:
        if len(data) != 1:
            raise ValidationError(str(_("Give either a code or a number")), "code")


class ShownCard(Schema):
    id = Id()
    number = fields.String()
    status = fields.Enum(CardStatus, by_value=True)
    renewal_due = fields.Boolean()


class ScanOutput(Schema):
    """`balance` is null where the household hides it, it and `spendable` where the card was found
    by name; `pin_needed_above` is null where no PIN is needed, as a phone's code was shown."""

    village = fields.String()
    card = fields.Nested(ShownCard)
    holder = fields.String()
    balance = Points(allow_none=True)
    spendable = Points(allow_none=True)
    scan_id = Id()
    pin_needed_above = Points(allow_none=True)
    shown_by = fields.Enum(ShownBy, by_value=True)


class CardForm(Schema):
    """The form that makes a card: for whom, the whole household where left empty."""

    resident_id = Id()


class CardSignInForm(Schema):
    """The form under a scanned card."""

    code = fields.String(required=True, validate=validate.Length(max=500))
    pin = fields.String(required=True, validate=PIN, metadata={"verbatim": True})


GRID = validate.Regexp(r"^[0-9]{15}$")
MANY = validate.Length(min=1, max=2000)


class ManyCardsInput(Schema):
    """For whom: a grid, some households, or with neither the whole village."""

    grid = fields.String(validate=GRID)
    household_ids = fields.List(Id(), validate=MANY)

    @validates_schema
    def not_both(self, data: dict[str, Any], **_options: Any) -> None:
        if "grid" in data and "household_ids" in data:
            raise ValidationError(str(_("Give either a grid or households")), "grid")


class MadeCard(HeldCard):
    household_id = Id()


class ManyCardsOutput(Schema):
    """`skipped` households hold a card already, in use or reported lost."""

    items = fields.List(fields.Nested(MadeCard))
    made = fields.Integer()
    skipped = fields.Integer()


class SheetsInput(ManyCardsInput):
    """`new_only` leaves out the cards that were laid out before."""

    new_only = fields.Boolean(load_default=False)


class UnprintableOutput(Schema):
    """A card on which letters are missing: the font has none for them."""

    card_id = Id()
    holder = fields.String()
    number = fields.String()
    letters = fields.String()


class SheetsOutput(Schema):
    id = Id()
    status = fields.Enum(SheetStatus, by_value=True)
    grid = fields.String(allow_none=True)
    cards = fields.Integer()
    cards_done = fields.Integer()
    sheets = fields.Integer()
    unprintable = fields.List(fields.Nested(UnprintableOutput))
    asked_at = InstantField()
    ready_at = InstantField(allow_none=True)


SheetsPage = page_of(SheetsOutput)


class PhoneCodeOutput(Schema):
    """`code` is good until `expires_at`, for one scan; ask for the next one at `renew_at`."""

    card_id = Id()
    code = fields.String()
    expires_at = InstantField()
    renew_at = InstantField()


class ForgottenQuery(Schema):
    q = fields.String(required=True, validate=validate.Length(min=2, max=40))


class ForgottenOutput(Schema):
    card_id = Id()
    holder = fields.String()
    door = fields.String()


ForgottenPage = page_of(ForgottenOutput)


class VouchInput(Schema):
    """`points`: the sale may take so many at most."""

    scan_id = Id(required=True)
    points = Points(required=True, validate=validate.Range(min=1, max=1_000_000))


class VouchOutput(Schema):
    """`status` is waiting, confirmed, refused or expired. `door` and the whole name are for those
    who may answer; `spendable` for the asker, once it is confirmed."""

    id = Id()
    scan_id = Id()
    card_id = Id()
    status = fields.String()
    holder = fields.String()
    door = fields.String(allow_none=True)
    points = Points()
    asked_by_name = fields.String()
    asked_at = InstantField()
    expires_at = InstantField()
    vouched_by = Id(allow_none=True)
    answered_by_name = fields.String(allow_none=True)
    answered_at = InstantField(allow_none=True)
    reason = fields.String(allow_none=True)
    spendable = Points(allow_none=True)


VouchPage = page_of(VouchOutput)


class RefusalInput(Schema):
    reason = fields.String(validate=REASON, allow_none=True)


class AlarmOutput(Schema):
    """A counter that was stopped for an hour: a user's or a terminal's, by its id."""

    id = Id()
    at = InstantField()
    counter = fields.String()
    subject = Id(allow_none=True)
    name = fields.String(allow_none=True)
    wrong = fields.Integer()


AlarmPage = page_of(AlarmOutput)


class ManyCardsForm(Schema):
    """The form that makes many cards: for a grid, or all where left empty."""

    grid = fields.String(validate=GRID)


class SheetsForm(ManyCardsForm):
    """The form that asks for sheets."""

    new_only = fields.Boolean(load_default=False)
