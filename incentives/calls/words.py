"""The words for what calls are about, how they came, how far they are, and each step."""

from flask_babel import lazy_gettext as _

from incentives.calls.models import CallSource, CallStatus, Category
from incentives.calls.states import Action
from incentives.web.states import state_words

CATEGORIES = {
    Category.WATER: _("Water"),
    Category.ROAD: _("Road or bridge"),
    Category.POWER: _("Electricity"),
    Category.TELECOM: _("Phone and internet"),
    Category.HAZARD: _("Danger: slope, wall, wire"),
    Category.DISPUTE: _("A quarrel"),
    Category.SANITATION: _("Rubbish and cleaning"),
    Category.OTHER: _("Something else"),
}

SOURCES = {
    CallSource.PAGE: _("on the village's page"),
    CallSource.DESK: _("told to a cadre"),
    CallSource.BOX: _("from the paper box"),
    CallSource.PATROL: _("found on patrol"),
}

STATES = state_words("call", CallStatus)

REPORTED = "report"
STEPS = {
    REPORTED: _("Reported"),
    Action.PUSH.value: _("Sent to the office"),
    Action.ACCEPT.value: _("Taken on"),
    Action.ARRIVE.value: _("Somebody is there"),
    Action.RESOLVE.value: _("Put right"),
    Action.ANSWER.value: _("Answered"),
    Action.HAND_OVER.value: _("Handed to another office"),
    Action.MERGE.value: _("Reported before: it goes on there"),
    Action.STRIKE.value: _("Not taken"),
    Action.RATE.value: _("Rated by the caller"),
    Action.REOPEN.value: _("Opened again by the caller"),
}

# What the button says that takes the step.
DOING = {
    Action.ACCEPT: _("We take it on"),
    Action.ARRIVE: _("We are there"),
    Action.RESOLVE: _("It is put right"),
    Action.ANSWER: _("Send the answer"),
    Action.HAND_OVER: _("Hand it over"),
}

NUMBERS_BY = {
    "category": _("By what it is about"),
    "office": _("By office"),
    "division": _("By place"),
}

LEDGERS = {"red": _("overdue"), "blue": _("in time")}


def category_word(code: str) -> str | None:
    """What a category is called, None for what is none."""
    return str(CATEGORIES[Category(code)]) if code in set(Category) else None
