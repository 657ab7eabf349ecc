"""The register: divisions, their policy, households, residents and teams.

It holds the least of what a village must know of a person: name, household, and if they like a
phone and a year of birth. A household's points are in the ledger, under a random code that
outlives the names. Whoever looks at a household without its duty says why, and the household
sees it.
"""

from flask import Flask

from incentives.recovery import hooks
from incentives.register import answers
from incentives.register.rebuilding import enter_household, serve_village


def init_app(_app: Flask) -> None:
    """Tell `web` which villages there are, and access whose household a resident's is."""
    answers.init_app()
    hooks.add(hooks.household_openers, enter_household)
    hooks.add(hooks.village_openers, serve_village)
