"""What is done in the register."""

from incentives.register.operations.divisions import (
    add_division,
    load_divisions,
    open_village,
    rename_division,
)
from incentives.register.operations.households import (
    Person,
    add_resident,
    edit_household,
    edit_resident,
    register_household,
)
from incentives.register.operations.looks import note_look
from incentives.register.operations.policies import set_policy
from incentives.register.operations.teams import disband_team, edit_team, make_team

__all__ = [
    "Person",
    "add_division",
    "add_resident",
    "disband_team",
    "edit_household",
    "edit_resident",
    "edit_team",
    "load_divisions",
    "make_team",
    "note_look",
    "open_village",
    "register_household",
    "rename_division",
    "set_policy",
]
