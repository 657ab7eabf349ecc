"""What the calls about users, sign-in and the audit trail take and give."""

from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from incentives.access.actor import Assignment, Role
from incentives.web.languages import LANGUAGES
from incentives.web.schemas import Id, InstantField, Schema, page_of

DIVISION = validate.Regexp(r"^[0-9]{6}([0-9]{3}){0,3}$")
NAME = validate.Length(min=1, max=60)
LANGUAGE = validate.OneOf(list(LANGUAGES))
TYPED = validate.Length(min=1, max=500)


def password_field(**options: Any) -> fields.String:
    """A password: taken as typed, never given."""
    return fields.String(
        validate=TYPED, load_only=True, metadata={"verbatim": True, "format": "password"}, **options
    )


class RoleSchema(Schema):
    """A role at a division; it covers everything below."""

    role = fields.Enum(Role, by_value=True, required=True)
    division = fields.String(required=True, validate=DIVISION)

    @post_load
    def assign(self, data: dict[str, Any], **_options: Any) -> Assignment:
        return Assignment(**data)


def roles_field(**options: Any) -> fields.List[Any]:
    """A user's roles, at least one."""
    return fields.List(
        fields.Nested(RoleSchema), validate=validate.Length(min=1, max=50), **options
    )


class TokenInput(Schema):
    """Either a user's name and password, or a card (its number or code) and its PIN."""

    username = fields.String(validate=TYPED)
    password = password_field()
    card = fields.String(validate=TYPED, load_only=True)
    pin = fields.String(validate=validate.Length(min=1, max=20), load_only=True)

    @validates_schema
    def one_of_both(self, data: dict[str, Any], **_options: Any) -> None:
        if set(data) not in ({"username", "password"}, {"card", "pin"}):
            message = _("Give either user name and password, or card and PIN")
            raise ValidationError(str(message), "username" if "card" not in data else "card")


class SignInForm(Schema):
    username = fields.String(required=True, validate=TYPED)
    password = password_field(required=True)


class SignedInOutput(Schema):
    id = Id()
    name = fields.String()
    roles = fields.List(fields.Nested(RoleSchema))
    household_id = Id(allow_none=True)


class TokenOutput(Schema):
    token = fields.String()
    expires_at = InstantField()
    user = fields.Nested(SignedInOutput)


class MeOutput(SignedInOutput):
    resident_id = Id(allow_none=True)
    village = fields.String(allow_none=True)
    language = fields.String(allow_none=True)


class OwnPasswordInput(Schema):
    current_password = password_field(required=True)
    password = password_field(required=True)


class PasswordInput(Schema):
    password = password_field(required=True)


class LanguageInput(Schema):
    language = fields.String(required=True, validate=LANGUAGE)


class UserInput(Schema):
    username = fields.String(required=True, validate=TYPED)
    name = fields.String(required=True, validate=NAME)
    password = password_field(required=True)
    roles = roles_field(required=True)
    resident_id = Id(allow_none=True)
    language = fields.String(allow_none=True, validate=LANGUAGE)


class UserChange(Schema):
    name = fields.String(validate=NAME)
    password = password_field()
    roles = roles_field()
    resident_id = Id(allow_none=True)
    language = fields.String(allow_none=True, validate=LANGUAGE)

    @validates_schema
    def something(self, data: dict[str, Any], **_options: Any) -> None:
        if not data:
            raise ValidationError(str(_("Say what is to change")))


class UserForm(Schema):
    """What the page of a user changes."""

    name = fields.String(required=True, validate=NAME)
    roles = roles_field(required=True)


class UserOutput(Schema):
    id = Id()
    username = fields.String()
    name = fields.String()
    roles = fields.List(fields.Nested(RoleSchema))
    resident_id = Id(allow_none=True)
    language = fields.String(allow_none=True)
    added_at = InstantField()
    deactivated_at = InstantField(allow_none=True)


UserPage = page_of(UserOutput)


class AuditOutput(Schema):
    """`name` is who acted, where still known."""

    id = Id()
    at = InstantField()
    village = fields.String(allow_none=True)
    tag = fields.String()
    person = Id(allow_none=True)
    name = fields.String(allow_none=True)
    subject = Id(allow_none=True)
    details = fields.Dict(allow_none=True)


AuditPage = page_of(AuditOutput)
