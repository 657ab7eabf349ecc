"""What the calls about batches take and give: lists of names, what caps leave, sign-up sheets."""

from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import ValidationError, fields, validate
from werkzeug.datastructures import FileStorage

from incentives.awards.models import CapPer, CapPeriod
from incentives.awards.naming import NameProblem
from incentives.awards.schemas.awards import EnteredOutput
from incentives.awards.schemas.shared import CODE
from incentives.files.schemas import is_upload
from incentives.files.sheets import Unreadable, read_sheets, shown
from incentives.web.schemas import Day, Id, Points, Schema

TEXT_AT_MOST = 40_000
GRID = validate.Regexp(r"\A[0-9]{15}\Z")


class SheetField(fields.Field[list[list[str]]]):
    """The rows of an uploaded workbook's first sheet that has any, read before a transaction."""

    def __init__(self, **options: Any) -> None:
        super().__init__(metadata={"type": "string", "format": "binary"}, **options)

    def _serialize(self, value: Any, *_args: Any, **_options: Any) -> Any:
        return None

    def _deserialize(self, value: Any, *_args: Any, **_options: Any) -> list[list[str]]:
        is_upload(value)
        file: FileStorage = value
        content = file.stream.read()
        file.stream.seek(0)
        try:
            sheets = read_sheets(content)
        except Unreadable as unreadable:
            raise ValidationError(str(unreadable.detail)) from unreadable
        for sheet in sheets:
            rows = [[shown(cell) for cell in row] for row in sheet.rows]
            if any(cell for row in rows for cell in row):
                return rows
        raise ValidationError(str(_("There are no names in this file")))


class NamesInput(Schema):
    """A pasted list: a column or table of a spreadsheet, or names with commas between them."""

    text = fields.String(required=True, validate=validate.Length(min=1, max=TEXT_AT_MOST))


class SheetInput(Schema):
    """A workbook (.xlsx, .xls) or .csv with a column of names, with doors where it has them."""

    file = SheetField(required=True)


class NeighbourOutput(Schema):
    resident_id = Id()
    name = fields.String()
    door = fields.String()


class NamedLineOutput(Schema):
    """`problem` and who may be meant, where the line doesn't mean one person."""

    line = fields.Integer()
    typed = fields.String()
    resident_id = Id(allow_none=True)
    problem = fields.Enum(NameProblem, by_value=True, allow_none=True)
    detail = fields.String(allow_none=True)
    candidates = fields.List(fields.Nested(NeighbourOutput))


class NamedLinesOutput(Schema):
    lines = fields.List(fields.Nested(NamedLineOutput))


class LineCheckOutput(Schema):
    """`left` is what the cap leaves before the batch, null without a cap."""

    resident_id = Id()
    name = fields.String(allow_none=True)
    points = Points()
    left = Points(allow_none=True)
    problem = fields.String(allow_none=True)


class BatchCheckOutput(Schema):
    """`ready` says whether the batch would be taken as it is.

    `standing` are those of these people who have points for that act and day already: with `once`
    it isn't taken then. `entered` is the batch in which at least half of them stand, if any.
    """

    ready = fields.Boolean()
    entered = fields.Nested(EnteredOutput, allow_none=True)
    standing = fields.List(Id())
    points = Points()
    warnings = fields.List(fields.String())
    lines = fields.List(fields.Nested(LineCheckOutput))


class PeopleQuery(Schema):
    """Of which rule and day, and in which grid; without it the whole village."""

    rule_item = fields.String(required=True, validate=CODE)
    occurred_on = Day(required=True)
    grid = fields.String(validate=GRID)


class CandidateOutput(Schema):
    """`holder` is whose points the cap counts: the person's id or the household's."""

    resident_id = Id()
    name = fields.String()
    household_id = Id()
    door = fields.String()
    number = fields.Integer()
    grid = fields.String(allow_none=True)
    holder = Id()
    used = Points()
    left = Points(allow_none=True)


class PeopleOutput(Schema):
    """Who can be named, with the points and the cap of the rules of that day."""

    points = Points()
    cap_points = Points(allow_none=True)
    cap_per = fields.Enum(CapPer, by_value=True, allow_none=True)
    cap_period = fields.Enum(CapPeriod, by_value=True, allow_none=True)
    people = fields.List(fields.Nested(CandidateOutput))


class LastBatchOutput(Schema):
    rule_item = fields.String()
    name_zh = fields.String()
    occurred_on = Day()
    resident_ids = fields.List(Id())


class LastBatchesOutput(Schema):
    batches = fields.List(fields.Nested(LastBatchOutput))
