"""What the schemas of calls share: texts of some length, and the words that fit."""

from marshmallow import validate

from incentives.calls.models import Category

CATEGORY_LIST = validate.Length(max=len(Category))


def no_blank(length: int) -> list[validate.Validator]:
    """Between one and so many characters."""
    return [validate.Length(min=1, max=length)]
