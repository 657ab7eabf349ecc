"""What the pages of calls share: a call's steps as a timeline, the words of choices."""

from collections.abc import Iterable
from typing import Any

from flask import url_for
from flask_babel import format_datetime, gettext

from incentives.calls.models import Call, Category
from incentives.calls.words import CATEGORIES, STEPS
from incentives.clock import VILLAGE_TIME


def category_options() -> list[tuple[str, Any]]:
    """The categories to choose from."""
    return [(each.value, CATEGORIES[each]) for each in Category]


def timeline_of(
    steps: Iterable[dict[str, Any]], village: str, *, photos: bool = False
) -> list[dict[str, Any]]:
    """A call's steps as the timeline shows them; `photos`: with links for those who may see."""
    return [
        {
            "title": STEPS[each["action"]],
            "small": " · ".join(
                part
                for part in (
                    each["office"],
                    format_datetime(each["at"].astimezone(VILLAGE_TIME), "short", rebase=False),
                )
                if part
            ),
            "note": each["note"],
            "links": photo_links(each, village) if photos else [],
            "state": "done",
        }
        for each in steps
    ]


def photo_links(step: dict[str, Any], village: str) -> list[dict[str, str]]:
    """Where the photo of a step is."""
    if step["photo_id"] is None:
        return []
    url = url_for("files_pages.show", village=village, file_id=step["photo_id"])
    return [{"url": url, "label": gettext("Photo")}]


def title_of(call: Call) -> str:
    """A call in a few words: what it is about, and where."""
    return " · ".join(part for part in (str(CATEGORIES[call.category]), call.place) if part)
