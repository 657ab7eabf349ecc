"""The blueprint of the fund's pages."""

from flask import Blueprint

blueprint = Blueprint("fund_pages", __name__)
