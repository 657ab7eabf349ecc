"""Vouches and stopped counters as Excel sheets."""

from incentives.cards import lists
from incentives.cards.api.counters import (
    VOUCHES,
    get_alarms,
    get_household_vouches,
    get_vouches,
)
from incentives.cards.api.shared import blueprint
from incentives.web.lists import export_api

HOUSEHOLD = "/villages/<village>/households/<uuid:household_id>"

export_api(blueprint, VOUCHES, get_vouches, lists.VOUCHES)
export_api(blueprint, f"{HOUSEHOLD}/vouches", get_household_vouches, lists.OWN_VOUCHES)
export_api(blueprint, "/villages/<village>/cards/alarms", get_alarms, lists.ALARMS)
