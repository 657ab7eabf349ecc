"""What the calls about the books give."""

from marshmallow import fields, validate

from incentives.ledger import Kind, Unit
from incentives.ledger.export import Part
from incentives.web.schemas import Day, Id, InstantField, Schema

HASHES_AT_MOST = 1000


class AccountOutput(Schema):
    code = fields.String()
    unit = fields.Enum(Unit, by_value=True)
    kind = fields.String()
    balance = fields.Integer()
    version = fields.Integer()


class AccountPage(Schema):
    items = fields.List(fields.Nested(AccountOutput), required=True)
    next = fields.String(allow_none=True, dump_default=None)


class BalanceOutput(Schema):
    code = fields.String()
    unit = fields.Enum(Unit, by_value=True)
    balance = fields.Integer()


class TrialBalanceOutput(Schema):
    """`sums` are zero in every unit: what the ledger promises."""

    items = fields.List(fields.Nested(BalanceOutput))
    sums = fields.Dict(keys=fields.String(), values=fields.Integer())


class FindingOutput(Schema):
    """One thing that isn't as it must be; `place` is the row within the table's."""

    sentence = fields.String()
    table = fields.String()
    place = fields.String()
    seq = fields.Integer(allow_none=True)
    column = fields.String()
    expected = fields.String()
    found = fields.String()


class AuditOutput(Schema):
    """What a check of the books came to.

    `complete` is false where the log is too long for a call: `flask ledger audit` checks it then.
    """

    holds = fields.Boolean()
    complete = fields.Boolean()
    events = fields.Integer()
    checked_at = InstantField()
    findings = fields.List(fields.Nested(FindingOutput))


class RangeQuery(Schema):
    """Events by `seq`: `from` inclusive, `to` exclusive, at most 1,000 a call."""

    start = fields.Integer(
        data_key="from", strict=True, load_default=0, validate=validate.Range(min=0)
    )
    end = fields.Integer(
        data_key="to", strict=True, load_default=None, validate=validate.Range(min=0)
    )


class HashesOutput(Schema):
    """Leaf hashes in hex, oldest first; `next` is the `from` of the next call, or null."""

    items = fields.List(fields.String())
    next = fields.Integer(allow_none=True)


class LeafOutput(Schema):
    seq = fields.Integer()
    leaf = fields.String()


class LeavesOutput(Schema):
    items = fields.List(fields.Nested(LeafOutput))
    next = fields.Integer(allow_none=True)


class CheckpointOutput(Schema):
    size = fields.Integer()
    at = InstantField()
    note = fields.String()


class CheckpointPage(Schema):
    items = fields.List(fields.Nested(CheckpointOutput))
    next = fields.String(allow_none=True, dump_default=None)


class ProofQuery(Schema):
    """`size`: that of an earlier checkpoint to prove the event in; the newest without it."""

    size = fields.Integer(strict=True, load_default=None, validate=validate.Range(min=0))


class ProofOutput(Schema):
    """An inclusion proof (RFC 9162): hashes in hex, and the checkpoint that it leads to."""

    format = fields.String()
    village = fields.String()
    event = Id()
    seq = fields.Integer()
    leaf_hash = fields.String()
    size = fields.Integer()
    path = fields.List(fields.String())
    checkpoint = fields.String()


class SizesQuery(Schema):
    """Two tree sizes."""

    start = fields.Integer(
        data_key="from", strict=True, required=True, validate=validate.Range(min=0)
    )
    end = fields.Integer(data_key="to", strict=True, required=True, validate=validate.Range(min=0))


class ConsistencyOutput(Schema):
    """A consistency proof (RFC 9162) between the trees of two sizes: hashes in hex."""

    format = fields.String()
    village = fields.String()
    old = fields.Integer(data_key="from")
    new = fields.Integer(data_key="to")
    path = fields.List(fields.String())


class ProvenEventOutput(Schema):
    seq = fields.Integer()
    leaf = fields.String()
    path = fields.List(fields.String())


class ProvenStatementOutput(Schema):
    """A household's events under a checkpoint, each with its leaf and inclusion proof.

    `household` is its name in the log; `balance` and `debt` are what the events add up to.
    """

    format = fields.String()
    village = fields.String()
    household = fields.String()
    balance = fields.Integer()
    debt = fields.Integer()
    checkpoint = fields.String()
    events = fields.List(fields.Nested(ProvenEventOutput))


class ExportQuery(Schema):
    """`part`: `public`, or `all` for the village's supervisors; `details`: with their texts."""

    part = fields.Enum(Part, by_value=True, load_default=Part.PUBLIC)
    details = fields.Boolean(load_default=False, truthy={"true"}, falsy={"false"})


class TransferOutput(Schema):
    source = fields.String(data_key="from")
    target = fields.String(data_key="to")
    unit = fields.Enum(Unit, by_value=True)
    amount = fields.Integer()


class EventOutput(Schema):
    id = Id()
    seq = fields.Integer()
    voucher = fields.Integer()
    at = InstantField()
    kind = fields.Enum(Kind, by_value=True)
    occurred_on = Day()
    reverses = Id(allow_none=True)
    record = Id(allow_none=True)
    transfers = fields.List(fields.Nested(TransferOutput))


class EventPage(Schema):
    items = fields.List(fields.Nested(EventOutput))
    next = fields.String(allow_none=True, dump_default=None)
