"""What several of the shop's calls limit alike."""

from marshmallow import validate

LINES = validate.Length(min=1, max=100)
QUANTITY = validate.Range(min=1, max=10_000)
REASON = validate.Length(min=1, max=200)
