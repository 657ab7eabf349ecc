"""The one blueprint of the room's pages."""

from flask import Blueprint

blueprint = Blueprint("calls_pages", __name__)
