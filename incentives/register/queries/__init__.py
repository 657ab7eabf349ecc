"""What is read in the register."""

from incentives.register.names import masked
from incentives.register.queries.divisions import (
    divisions,
    divisions_by_code,
    find_division,
    find_village,
    grids_of,
    served_villages,
)
from incentives.register.queries.households import (
    HouseholdView,
    doors_of,
    find_household,
    find_team,
    get_resident,
    household_of_card_number,
    household_view,
    household_views,
    members_of,
    residents_by_id,
    search_households,
    search_residents,
    team_members,
    teams_of,
)

__all__ = [
    "HouseholdView",
    "divisions",
    "divisions_by_code",
    "doors_of",
    "find_division",
    "find_household",
    "find_team",
    "find_village",
    "get_resident",
    "grids_of",
    "household_of_card_number",
    "household_view",
    "household_views",
    "masked",
    "members_of",
    "residents_by_id",
    "search_households",
    "search_residents",
    "served_villages",
    "team_members",
    "teams_of",
]
