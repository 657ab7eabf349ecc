"""What the schemas of rulebooks and of awards share."""

from marshmallow import validate

from incentives.awards.models import CODE_LENGTH

CODE = validate.Regexp(rf"^[A-Za-z0-9_-]{{1,{CODE_LENGTH}}}$")
