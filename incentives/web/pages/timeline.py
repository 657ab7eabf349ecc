"""The steps of a record as `components/timeline.html` shows them: taken, next, still to come."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from incentives.web.dates import instant_word


def step(
    title: str,
    person: UUID | None,
    at: Any,
    names: dict[UUID, str],
    note: str | None = None,
) -> dict[str, Any]:
    """A step that was taken: by whom, where the name is still known, and when."""
    name = names.get(person, "") if person is not None else ""
    return {
        "title": title,
        "small": " · ".join(part for part in (name, instant_word(at)) if part),
        "note": note,
        "state": "done",
    }


def steps_to_come(titles: Sequence[str]) -> list[dict[str, Any]]:
    """The steps that are still to be taken, the next one first."""
    return [
        {"title": title, "state": "now" if index == 0 else "next"}
        for index, title in enumerate(titles)
    ]
