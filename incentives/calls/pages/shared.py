"""What the pages of calls share: a call's steps as a timeline with their photos, the categories."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from math import inf
from typing import Any
from uuid import UUID

from flask_babel import format_timedelta, gettext, ngettext

from incentives.calls.models import Category
from incentives.calls.words import CATEGORIES, STEPS
from incentives.web.dates import instant_word
from incentives.web.pages import Form

UNITS = {"day": timedelta(days=1), "hour": timedelta(hours=1), "minute": timedelta(minutes=1)}


def category_options() -> list[tuple[str, Any]]:
    """The categories to choose from."""
    return [(each.value, CATEGORIES[each]) for each in Category]


def timeline_of(
    steps: Iterable[dict[str, Any]], address: Callable[[str, UUID], str]
) -> list[dict[str, Any]]:
    """A call's steps as the timeline shows them; `address` says where a photo is, `show` or
    `thumbnail`, for whoever reads."""
    return [
        {
            "title": STEPS[each["action"]],
            "small": " · ".join(filter(None, (each["office"], instant_word(each["at"])))),
            "note": each["note"],
            "pictures": pictures_of(each["photo_id"], address),
            "state": "done",
        }
        for each in steps
    ]


def pictures_of(photo_id: UUID | None, address: Callable[[str, UUID], str]) -> list[dict[str, str]]:
    """The photo of a step, small and whole."""
    if photo_id is None:
        return []
    return [
        {
            "url": address("show", photo_id),
            "small": address("thumbnail", photo_id),
            "label": gettext("Photo"),
        }
    ]


def span_words(span: timedelta) -> str:
    """How long something takes, as people say it: 9 minutes, 3 hours 1 minute, 2 days 5 hours.

    Seconds are a minute.
    """
    minutes = int(span / UNITS["minute"]) or bool(span)
    days, hours = divmod(minutes // 60, 24)
    said = [
        ngettext("%(num)s day", "%(num)s days", days) if days else "",
        ngettext("%(num)s hour", "%(num)s hours", hours) if hours else "",
        ngettext("%(num)s minute", "%(num)s minutes", minutes % 60) if minutes % 60 else "",
    ]
    words = [each for each in said[: 2 if days else 3] if each]
    return " ".join(words) or ngettext("%(num)s minute", "%(num)s minutes", 0)


def forms_of(form: Form, at: object) -> Callable[[object], Form | None]:
    """Gives each form of a page its own: the one that was refused to the place `at` alone."""
    return lambda each: form if at in (None, each) else None


def limit_words(minutes: int) -> str:
    """A time that was set, exactly: 5 days, 2 hours, 90 minutes."""
    span = timedelta(minutes=minutes)
    unit = next(unit for unit, length in UNITS.items() if not span % length)
    return str(format_timedelta(span, granularity=unit, threshold=inf))
