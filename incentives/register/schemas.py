"""What the register's calls take and give."""

from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from incentives.ledger import Kind
from incentives.register.models import CODE_LENGTH, DOOR_LENGTH, NAME_LENGTH, Level
from incentives.register.operations import Person
from incentives.register.policy import NAMES
from incentives.web.schemas import Day, Id, InstantField, Points, Schema, page_of

NAME = validate.Length(min=1, max=NAME_LENGTH)
PHONE = validate.Regexp(r"^[0-9+ -]{3,20}$")
YEAR = validate.Range(min=1900, max=2200)
DIVISION = validate.Regexp(rf"^\d{{6,{CODE_LENGTH}}}$")
SEARCH = validate.Length(max=60)


class PersonInput(Schema):
    """A resident as entered; `minor` follows from the year of birth unless said."""

    name = fields.String(required=True, validate=NAME)
    phone = fields.String(allow_none=True, validate=PHONE)
    birth_year = fields.Integer(strict=True, allow_none=True, validate=YEAR)
    minor = fields.Boolean(allow_none=True)

    @post_load
    def as_person(self, data: dict[str, Any], **_options: Any) -> Person:
        """The person as operations take it."""
        return Person(**data)


class HouseholdInput(Schema):
    door = fields.String(required=True, validate=validate.Length(min=1, max=DOOR_LENGTH))
    head = fields.Nested(PersonInput, required=True)
    members = fields.List(
        fields.Nested(PersonInput), load_default=list, validate=validate.Length(max=29)
    )
    grid = fields.String(allow_none=True, validate=DIVISION)


class HouseholdChange(Schema):
    door = fields.String(validate=validate.Length(min=1, max=DOOR_LENGTH))
    grid = fields.String(allow_none=True, validate=DIVISION)
    head_id = Id()
    hide_balance = fields.Boolean()


class ResidentChange(Schema):
    name = fields.String(validate=NAME)
    phone = fields.String(allow_none=True, validate=PHONE)
    birth_year = fields.Integer(strict=True, allow_none=True, validate=YEAR)
    minor = fields.Boolean()
    left_on = Day(allow_none=True)

    @validates_schema
    def not_empty(self, data: dict[str, Any], **_options: Any) -> None:
        """Refuse a change of nothing."""
        if not data:
            raise ValidationError(str(_("Nothing to change")))


class MemberOutput(Schema):
    """A member; `phone` and `birth_year` for those who keep the register and the household."""

    id = Id()
    name = fields.String()
    minor = fields.Boolean()
    phone = fields.String(allow_none=True)
    birth_year = fields.Integer(allow_none=True)


class HouseholdOutput(Schema):
    id = Id()
    number = fields.Integer()
    door = fields.String()
    grid = fields.String(allow_none=True)
    head_id = Id(allow_none=True)
    hide_balance = fields.Boolean()
    departed_on = Day(allow_none=True)
    balance = Points()
    spendable = Points()
    debt = Points()
    members = fields.List(fields.Nested(MemberOutput))


class ResidentOutput(MemberOutput):
    household_id = Id()
    door = fields.String()
    left_on = Day(allow_none=True)


class LookInput(Schema):
    reason = fields.String(required=True, validate=validate.Length(min=1, max=200))


class LookOutput(Schema):
    """Who looked, where still known, when, and why; without a reason it was in daily work."""

    id = Id()
    looked_on = Day()
    person = Id(allow_none=True)
    name = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)


LookPage = page_of(LookOutput)


class HiddenBalance(Schema):
    """Whether a scan of the household's card shows no balance."""

    hidden = fields.Boolean(required=True)


class LineOutput(Schema):
    """A line of a statement; `debt` says that it is of what the household still owes.

    `title` says what it was for and `note` who decided it, in the caller's language.
    """

    title = fields.String()
    note = fields.String()
    event = Id()
    seq = fields.Integer()
    voucher = fields.Integer()
    kind = fields.Enum(Kind, by_value=True)
    occurred_on = Day()
    at = InstantField()
    points = Points()
    balance_after = Points()
    debt = fields.Boolean(attribute="of_debt")
    record = Id(allow_none=True)
    reverses = Id(allow_none=True)
    detail = fields.Dict(allow_none=True)


class DivisionInput(Schema):
    code = fields.String(required=True, validate=DIVISION)
    name_zh = fields.String(required=True, validate=NAME)
    name_en = fields.String(allow_none=True, validate=NAME)
    level = fields.Enum(Level, by_value=True, required=True)
    parent = fields.String(load_default=None, allow_none=True, validate=DIVISION)


class DivisionNames(Schema):
    """Both names of a division, as its page changes them."""

    name_zh = fields.String(required=True, validate=NAME)
    name_en = fields.String(load_default=None, allow_none=True, validate=NAME)


class DivisionChange(Schema):
    name_zh = fields.String(validate=NAME)
    name_en = fields.String(allow_none=True, validate=NAME)

    @validates_schema
    def not_empty(self, data: dict[str, Any], **_options: Any) -> None:
        """Refuse a change of nothing."""
        if not data:
            raise ValidationError(str(_("Nothing to change")))


class DivisionOutput(Schema):
    code = fields.String()
    name_zh = fields.String()
    name_en = fields.String(allow_none=True)
    level = fields.Enum(Level, by_value=True)
    parent = fields.String(allow_none=True)
    opened_at = InstantField(allow_none=True)


class PolicyQuery(Schema):
    on = Day(load_default=None)


PolicyInput: type[Schema] = type(
    "PolicyInput",
    (Schema,),
    {
        "__module__": __name__,
        "__doc__": "Policies by name, the day from which they hold, the resolution behind them.",
        "effective_on": Day(allow_none=True),
        "resolution": fields.String(required=True, validate=validate.Length(min=1, max=200)),
        **{name: fields.Raw(allow_none=True) for name in NAMES},
    },
)
PolicyOutput: type[Schema] = type(
    "PolicyOutput",
    (Schema,),
    {
        "__module__": __name__,
        "__doc__": "All that holds in a village on a day.",
        "on": Day(),
        **{name: fields.Raw() for name in NAMES},
    },
)

HouseholdPage = page_of(HouseholdOutput)
ResidentPage = page_of(ResidentOutput)
StatementPage = page_of(LineOutput)
DivisionPage = page_of(DivisionOutput)
