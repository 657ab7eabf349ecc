"""What the schemas of calls share: how long a list of categories may be."""

from marshmallow import validate

from incentives.calls.models import Category

CATEGORY_LIST = validate.Length(max=len(Category))
