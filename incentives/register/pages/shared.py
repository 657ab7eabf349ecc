"""The blueprint of the register's pages."""

from flask import Blueprint

blueprint = Blueprint("register_pages", __name__)
