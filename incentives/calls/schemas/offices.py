"""What the calls about offices, their people and the limits of their clocks take and give."""

from marshmallow import fields, validate

from incentives.calls.models import NAME_LENGTH, Category
from incentives.calls.schemas.shared import CATEGORY_LIST
from incentives.web.schemas import Id, InstantField, Schema, page_of


class OfficeInput(Schema):
    division = fields.String(required=True, validate=validate.Length(min=6, max=12))
    name = fields.String(required=True, validate=validate.Length(min=1, max=NAME_LENGTH))
    categories = fields.List(
        fields.Enum(Category, by_value=True), load_default=list, validate=CATEGORY_LIST
    )


class OfficeChange(Schema):
    name = fields.String(validate=validate.Length(min=1, max=NAME_LENGTH))
    categories = fields.List(fields.Enum(Category, by_value=True), validate=CATEGORY_LIST)
    closed = fields.Boolean()


class OfficeOutput(Schema):
    id = Id()
    division = fields.String()
    name = fields.String()
    categories = fields.List(fields.Enum(Category, by_value=True))
    closed_at = InstantField(allow_none=True)


class OfficePersonInput(Schema):
    user_id = Id(required=True)
    is_deputy = fields.Boolean(load_default=False)


class OfficePeopleInput(Schema):
    people = fields.List(
        fields.Nested(OfficePersonInput), required=True, validate=validate.Length(max=50)
    )


class OfficePersonOutput(Schema):
    user_id = Id()
    name = fields.String()
    is_deputy = fields.Boolean()


class OfficePeopleOutput(Schema):
    people = fields.List(fields.Nested(OfficePersonOutput))


class LimitInput(Schema):
    """The limits of a category, in minutes from being pushed."""

    category = fields.Enum(Category, by_value=True, required=True)
    accept_minutes = fields.Integer(strict=True, required=True)
    on_site_minutes = fields.Integer(strict=True, required=True)
    resolve_minutes = fields.Integer(strict=True, required=True)


class LimitForm(LimitInput):
    """The limits of a category at a division."""

    division = fields.String(required=True, validate=validate.Length(min=6, max=12))


class LimitsOutput(Schema):
    limits = fields.List(fields.Nested(LimitInput))


OfficePage = page_of(OfficeOutput)
