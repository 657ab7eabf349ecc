"""What the awards' pages let people type."""

from marshmallow import fields, validate

from incentives.awards.models import NOTE_LENGTH, Decision
from incentives.awards.operations.proposing import LINES_AT_MOST
from incentives.awards.schemas import CODE, RuleItemInput, SheetField, VoteInput, quantity
from incentives.awards.schemas.batches import GRID, TEXT_AT_MOST
from incentives.files.schemas import Upload
from incentives.web.schemas import Day, Id, Schema

NAME_AT_MOST = 120
LEFT_OUT = "none"
# What to do with those of a printed sheet who have these points already; nothing: ask.
LEAVE, AGAIN = "leave", "again"
PICK = validate.Regexp(rf"\A({LEFT_OUT}|[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}})?\Z")


class BadLine(Schema):
    """A line of a list that meant nobody: what was typed, mended, and who was picked for it.

    `pick` is a person's id, `none` to leave the line out, or nothing yet.
    """

    typed = fields.String(load_default="", validate=validate.Length(max=NAME_AT_MOST))
    was = fields.String(load_default="", validate=validate.Length(max=NAME_AT_MOST))
    pick = fields.String(load_default="", validate=PICK)


class NewAwards(Schema):
    """One act of one or many people: ticked, pasted by name, or from a sheet."""

    rule_item = fields.String(required=True, validate=CODE)
    occurred_on = Day(required=True)
    quantity = quantity(load_default=1)
    note = fields.String(validate=validate.Length(max=NOTE_LENGTH))
    people = fields.List(Id(), load_default=list, validate=validate.Length(max=LINES_AT_MOST))
    standing = fields.String(load_default="", validate=validate.OneOf(("", LEAVE, AGAIN)))
    names = fields.String(load_default="", validate=validate.Length(max=TEXT_AT_MOST))
    sheet = SheetField(load_default=None)
    lines = fields.List(
        fields.Nested(BadLine), load_default=list, validate=validate.Length(max=LINES_AT_MOST)
    )


class NamesToLookUp(NewAwards):
    """The same form while names are looked up: the act may still be missing."""

    rule_item = fields.String(load_default=None, validate=CODE)
    occurred_on = Day(load_default=None)


class SignUpForm(Schema):
    """For which act, on which day, of which grid a sign-up sheet is."""

    rule_item = fields.String(required=True, validate=CODE)
    occurred_on = Day(required=True)
    grid = fields.String(load_default=None, validate=GRID)


class ReviewForm(Schema):
    """A decision on the awards that were ticked."""

    ids = fields.List(Id(), required=True, validate=validate.Length(min=1, max=LINES_AT_MOST))
    decision = fields.Enum(Decision, by_value=True, required=True)
    reason = fields.String(validate=validate.Length(max=NOTE_LENGTH))


class OneReviewForm(Schema):
    """A decision on one award."""

    decision = fields.Enum(Decision, by_value=True, required=True)
    reason = fields.String(validate=validate.Length(max=NOTE_LENGTH))


class MendForm(Schema):
    """What an entry is mended to before anybody has reviewed it; an empty note is none."""

    occurred_on = Day(required=True)
    quantity = quantity(required=True)
    note = fields.String(load_default=None, validate=validate.Length(max=NOTE_LENGTH))


class ReasonForm(Schema):
    """Why something is taken back, or given again."""

    reason = fields.String(required=True, validate=validate.Length(min=1, max=NOTE_LENGTH))


class ClaimForm(Schema):
    """A household's claim: what, when, how often, who of it, and up to three photos."""

    rule_item = fields.String(required=True, validate=CODE)
    occurred_on = Day(required=True)
    quantity = quantity(load_default=1)
    note = fields.String(validate=validate.Length(max=NOTE_LENGTH))
    resident_id = Id()
    photo_1 = Upload()
    photo_2 = Upload()
    photo_3 = Upload()


class StaffClaimForm(ClaimForm):
    """The same by staff, for one of the household's people."""

    on_behalf_of = Id(required=True)


class PhotoForm(Schema):
    """A photo or a document."""

    photo = Upload(required=True)


class ItemRow(RuleItemInput):
    """A rule in the editor; `place` says where it is to stand, and one to `remove` is left out."""

    place = fields.Integer(strict=True, load_default=None, validate=validate.Range(min=1, max=999))
    remove = fields.Boolean(load_default=False)


class ItemsForm(Schema):
    """All rules of a draft, as it was when they were read."""

    revision = fields.Integer(strict=True, required=True)
    items = fields.List(
        fields.Nested(ItemRow), required=True, validate=validate.Length(min=1, max=250)
    )


class AdoptionForm(VoteInput):
    """The assembly's vote, with its minutes as a file."""

    revision = fields.Integer(strict=True, required=True)
    minutes = Upload()


class MinutesForm(Schema):
    """The assembly's minutes."""

    minutes = Upload(required=True)


class DraftForm(Schema):
    """Where a draft begins: `template`, or a version's id."""

    source = fields.String(required=True, validate=validate.Length(min=1, max=40))
