"""The blueprint of the notices' pages."""

from flask import Blueprint

blueprint = Blueprint("notices_pages", __name__)

FOUND_AT_MOST = 20
