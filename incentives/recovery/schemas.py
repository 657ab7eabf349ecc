"""What the calls and forms of recovery take and give."""

from marshmallow import fields, validate

from incentives.ledger.seals import Cause
from incentives.recovery.models import LostKind, Signer, Way
from incentives.web.schemas import Id, InstantField, Schema, page_of

NOTE_LENGTH = 2000
DIGEST = validate.Regexp(r"^[0-9a-f]{64}$")


class FindingOutput(Schema):
    """One village's books against its seals: how many events were sealed, how many are there."""

    village = fields.String()
    cause = fields.Enum(Cause, by_value=True)
    sealed = fields.Integer()
    found = fields.Integer()
    sentence = fields.String()


class SignatureOutput(Schema):
    signer = fields.Enum(Signer, by_value=True)
    name = fields.String(allow_none=True)
    way = fields.Enum(Way, by_value=True)
    signed_at = InstantField()


class RecoveryOutput(Schema):
    """How the books stand: `waiting` (only reading is possible), `ended`, or `none` ever was.

    `counts` is how many lines of each kind the list has, `digest` what is signed with it.
    """

    status = fields.String(required=True, validate=validate.OneOf(["none", "waiting", "ended"]))
    cause = fields.Enum(Cause, by_value=True)
    found_at = InstantField()
    findings = fields.List(fields.Nested(FindingOutput))
    may_catch_up = fields.Boolean()
    unusable = fields.List(fields.String())
    caught_up_at = InstantField(allow_none=True)
    digest = fields.String(allow_none=True)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer())
    signatures = fields.List(fields.Nested(SignatureOutput))
    ended_at = InstantField(allow_none=True)
    way = fields.Enum(Way, by_value=True, allow_none=True)


class LostOutput(Schema):
    """One line of the list of what can't be rebuilt; `text` says it in the caller's language."""

    id = Id()
    village = fields.String()
    kind = fields.Enum(LostKind, by_value=True)
    voucher = fields.Integer(allow_none=True)
    event_id = Id(allow_none=True)
    data = fields.Dict()
    text = fields.String()


LostPage = page_of(LostOutput)


class SignatureInput(Schema):
    signer = fields.Enum(Signer, by_value=True, required=True)
    digest = fields.String(required=True, validate=DIGEST)


class ReopeningInput(Schema):
    """`checkpoint` is the newest one known from paper; `digest` that of the list, if there is."""

    signer = fields.Enum(Signer, by_value=True, required=True)
    digest = fields.String(load_default=None, allow_none=True, validate=DIGEST)
    checkpoint = fields.String(
        load_default=None, allow_none=True, validate=validate.Length(max=NOTE_LENGTH)
    )
