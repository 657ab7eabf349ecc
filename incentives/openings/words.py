"""What is wrong with a line, and what parts, steps and states are called, in plain words."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from incentives.openings.models import CheckRole, Part

PARTS = {
    Part.POINTS: _("Points of the households"),
    Part.FUND: _("Money of the fund"),
    Part.STOCK: _("Goods on the shelf"),
}
CHECKED_FOR = {
    CheckRole.REVIEWER: _("Checked for the review group"),
    CheckRole.SUPERVISOR: _("Checked for the supervision committee"),
}
PROBLEMS = {
    "number_for_text": _("This was typed as a number: format the cell as text and type it again"),
    "not_a_number": _("This is no number"),
    "not_whole": _("Only whole numbers"),
    "too_many_decimals": _("Yuan with at most two decimals"),
    "below_zero": _("Not below zero"),
    "too_large": _("This number is too large"),
    "formula": _("A formula stands here: write the figure itself"),
    "household_missing": _("Door and head of household are both needed"),
    "household_unknown": _("No household has this door and this head"),
    "household_ambiguous": _("Several households have this door and this head"),
    "household_twice": _("This household stands here twice"),
    "household_left": _("This household has left the village"),
    "household_standing": _("This household's points were taken over already"),
    "place_unknown": _("Write whether it lies in cash or in the bank account"),
    "place_twice": _("This place stands here twice"),
    "fund_standing": _("The fund's money was taken over already"),
    "good_missing": _("Article number, barcode or name is needed"),
    "good_unknown": _("The village's shop has no such good"),
    "good_ambiguous": _("Several goods are called this"),
    "good_conflict": _("Article number, barcode and name mean different goods"),
    "good_twice": _("This good stands here twice"),
    "good_standing": _("This good was taken over already"),
    "figure_missing": _("A figure is missing"),
}
DONE = {
    "submission": _("Sent to be checked. Two other people hold it against the paper book."),
    "check": _("Your check is kept."),
    "posting": _("Taken over. Print the notice and put it up."),
    "rejection": _("It ends here."),
    "withdrawal": _("Taken back. You can bring the book again."),
    "reversal": _("Taken back. Both entries stay in the ledger."),
}


def problem_words(problem: dict[str, Any]) -> str:
    """A line's problem as a sentence, with its cell where it came from a file."""
    said = str(PROBLEMS[problem["code"]])
    if problem.get("cell"):
        return gettext("%(cell)s: %(problem)s", cell=problem["cell"], problem=said)
    return said
