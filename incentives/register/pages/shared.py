"""The blueprint of the register's pages."""

from flask import Blueprint

from incentives.register.models import Household, Resident, Team
from incentives.web.pages import of_villages

blueprint = Blueprint("register_pages", __name__)
of_villages.update(household_id=Household, resident_id=Resident, team_id=Team)
