"""What the calls of goods take and give."""

import re
from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import ValidationError, fields, validate, validates_schema

from incentives.shop.models import Category
from incentives.shop.schemas.shared import QUANTITY
from incentives.web.schemas import Day, Fen, Id, InstantField, Points, Schema, page_of

DIGITS = re.compile(r"[0-9]{8,14}")
GTIN_LENGTHS = (8, 12, 13, 14)  # EAN-8, UPC-A, EAN-13, GTIN-14


def check_barcode(text: str) -> None:
    """Refuse what isn't 8 to 14 digits, nothing but zeros, and a GTIN without its check digit.

    GS1 General Specifications, section 7.9. A shop's own codes have another length.
    """
    if not DIGITS.fullmatch(text) or not text.strip("0"):
        raise ValidationError(
            str(_("A barcode is 8 to 14 digits, not all of them 0, without letters or spaces"))
        )
    sum_of_digits = sum(int(digit) * (3, 1)[at % 2] for at, digit in enumerate(text[-2::-1]))
    if len(text) in GTIN_LENGTHS and (sum_of_digits + int(text[-1])) % 10:
        raise ValidationError(
            str(_("The last digit doesn't fit the others: look at the barcode again"))
        )


NAME = validate.Length(min=1, max=60)
UNIT = validate.Length(min=1, max=12)
PRICE = validate.Range(min=1, max=1_000_000)
COST = validate.Range(min=0, max=100_000_000)
VOUCHER_DAYS = validate.Range(min=1, max=366)
LOW = validate.Range(min=0, max=1_000_000)


class GoodFields(Schema):
    """What a good may have; None takes it away again."""

    barcode = fields.String(allow_none=True, validate=check_barcode)
    name_en = fields.String(allow_none=True, validate=validate.Length(max=60))
    household_cap = fields.Integer(strict=True, allow_none=True, validate=QUANTITY)
    photo_id = Id(allow_none=True)
    low_at = fields.Integer(strict=True, allow_none=True, validate=LOW)
    season_from = Day(allow_none=True)
    season_until = Day(allow_none=True)
    voucher_days = fields.Integer(strict=True, allow_none=True, validate=VOUCHER_DAYS)
    month_limit = fields.Integer(strict=True, allow_none=True, validate=QUANTITY)


class GoodInput(GoodFields):
    sku = fields.String(required=True, validate=validate.Regexp(r"^[A-Za-z0-9._-]{1,20}$"))
    category = fields.Enum(Category, by_value=True, load_default=Category.OTHER)
    name_zh = fields.String(required=True, validate=NAME)
    unit = fields.String(required=True, validate=UNIT)
    price_points = Points(required=True, validate=PRICE)
    cost_fen = Fen(required=True, validate=COST)


class GoodChange(GoodFields):
    category = fields.Enum(Category, by_value=True)
    name_zh = fields.String(validate=NAME)
    unit = fields.String(validate=UNIT)
    price_points = Points(validate=PRICE)
    cost_fen = Fen(validate=COST)
    on_sale = fields.Boolean()

    @validates_schema
    def not_empty(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """Refuse a change of nothing."""
        if not data:
            raise ValidationError(str(_("Nothing to change")))


class PublicGood(Schema):
    """A good as anyone sees it: what it is for points, and whether it can be had now.

    One with `voucher_days` is a service: it hands out a voucher that is good for so many days.
    `points_to_go` is how many points are missing for one, where `points` was asked.
    """

    id = Id()
    shop_id = Id()
    sku = fields.String()
    barcode = fields.String(allow_none=True)
    category = fields.Enum(Category, by_value=True)
    name_zh = fields.String()
    name_en = fields.String(allow_none=True)
    unit = fields.String()
    price_points = Points()
    household_cap = fields.Integer(allow_none=True)
    photo_id = Id(allow_none=True)
    season_from = Day(allow_none=True)
    season_until = Day(allow_none=True)
    voucher_days = fields.Integer(allow_none=True)
    in_stock = fields.Boolean()
    in_season = fields.Boolean()
    points_to_go = Points()


class GoodOutput(PublicGood):
    """A good as the staff see it."""

    cost_fen = Fen()
    on_sale = fields.Boolean()
    quantity = fields.Integer()
    count_due = fields.Boolean()
    low_at = fields.Integer(allow_none=True)
    low = fields.Boolean()
    month_limit = fields.Integer(allow_none=True)


class GoodPriceOutput(Schema):
    """What a good was for since a day; `movement_id` where goods that came in moved its cost."""

    price_points = Points()
    cost_fen = Fen()
    holds_from = Day()
    set_by = Id(allow_none=True)
    set_by_name = fields.String(allow_none=True)
    set_at = InstantField()
    movement_id = Id(allow_none=True)


class GoodsImported(Schema):
    """How many goods a list added and changed, and how many were so already."""

    added = fields.Integer()
    changed = fields.Integer()
    unchanged = fields.Integer()


GoodPage = page_of(GoodOutput)
GoodPricePage = page_of(GoodPriceOutput)
PublicGoodPage = page_of(PublicGood)
