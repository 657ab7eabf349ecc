"""What the calls about files take and give."""

from flask_babel import lazy_gettext as _
from marshmallow import ValidationError, fields
from werkzeug.datastructures import FileStorage

from incentives.files.models import FileKind
from incentives.web.schemas import Id, InstantField, Schema


def is_upload(value: object) -> None:
    """Refuse a text where a file should be."""
    if not isinstance(value, FileStorage):
        raise ValidationError(str(_("Choose a file")))


class Upload(fields.Raw):
    """A file of a multipart form."""

    def __init__(self, **options: object) -> None:
        super().__init__(
            validate=is_upload,
            metadata={"type": "string", "format": "binary"},
            **options,  # type: ignore[arg-type]
        )


class FileInput(Schema):
    file = Upload(required=True)


class FileOutput(Schema):
    id = Id()
    kind = fields.Enum(FileKind, by_value=True)
    size = fields.Integer()
    sha256 = fields.String()
    uploaded_at = InstantField()
