"""The blueprint of the pages of patrols."""

from flask import Blueprint

blueprint = Blueprint("patrols_pages", __name__)
