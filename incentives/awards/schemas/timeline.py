"""What the call about an award's way gives."""

from marshmallow import fields

from incentives.awards.models import AwardStatus
from incentives.web.schemas import Id, InstantField, Points, Schema


class PostingOutput(Schema):
    """An event of the ledger: `receipt` is what /verify checks; `points` what the account got.

    `debt` is what made up a debt, negative where points that were spent already became one.
    `sealed` says that its proof can be given: `/villages/{village}/ledger/proofs/{event_id}`.
    """

    event_id = Id()
    seq = fields.Integer()
    voucher = fields.Integer()
    receipt = fields.String()
    points = Points()
    debt = Points()
    sealed = fields.Boolean()


class StepOutput(Schema):
    """`kind`: rule, proposed, claimed, approved, rejected, notice, objection, ruling, posted,
    reversed, reinstated, withdrawn, unfounded (its report proved untrue), or next for what is
    still to come.

    `title` and `note` are in the caller's language. `rulebook` and `notice` are numbers.
    """

    kind = fields.String()
    title = fields.String()
    at = InstantField()
    name = fields.String(allow_none=True)
    note = fields.String()
    rulebook = fields.Integer()
    notice = fields.Integer()
    event = fields.Nested(PostingOutput)


class TimelineOutput(Schema):
    id = Id()
    status = fields.Enum(AwardStatus, by_value=True)
    steps = fields.List(fields.Nested(StepOutput))
