"""What the calls about public duties take and give."""

from marshmallow import fields, validate

from incentives.calls.models import NOTE_LENGTH, PLACE_LENGTH
from incentives.calls.queries.lines import DutySource
from incentives.web.schemas import Day, Id, InstantField, Schema, page_of


class DutyInput(Schema):
    title = fields.String(required=True, validate=validate.Length(min=1, max=PLACE_LENGTH))
    office_id = Id(required=True)
    due_on = Day(required=True)


class DoneInput(Schema):
    note = fields.String(required=True, validate=validate.Length(min=1, max=NOTE_LENGTH))


class LedgerLineOutput(Schema):
    """A duty on a public ledger, `red` or `blue`: which office has to do what by when, and by how
    many whole days it is late; no villager's name."""

    source = fields.Enum(DutySource, by_value=True)
    id = Id(allow_none=True)
    division = fields.String()
    title = fields.String()
    office = fields.String()
    office_id = Id(allow_none=True)
    due_on = Day()
    ledger = fields.String()
    days_overdue = fields.Integer()


class DutyOutput(Schema):
    """A duty that was entered by hand; `note` says how it was done."""

    id = Id()
    division = fields.String()
    title = fields.String()
    office = fields.String()
    office_id = Id()
    due_on = Day()
    done_at = InstantField(allow_none=True)
    note = fields.String(allow_none=True)


class DoneLineOutput(Schema):
    """What has left a ledger, and in `note` how: what its office wrote of a duty by hand, the step
    that ended a call, the outcome of a ruling; no villager's name. A call is due on no day."""

    source = fields.Enum(DutySource, by_value=True)
    id = Id(allow_none=True)
    division = fields.String()
    title = fields.String()
    office = fields.String()
    office_id = Id(allow_none=True)
    due_on = Day(allow_none=True)
    done_at = InstantField()
    note = fields.String()


LedgerLinePage = page_of(LedgerLineOutput)
DoneLinePage = page_of(DoneLineOutput)
