"""Details: each the one that its event commits to, written as it should be, or erased on record."""

import json
from collections.abc import Iterator
from typing import Any

import rfc8785

from incentives.ledger import details
from incentives.ledger.audit.comparing import Told
from incentives.ledger.audit.findings import Finding
from incentives.ledger.audit.reading import Window

# Python's own writer makes of texts and whole numbers under ASCII keys what RFC 8785 asks for, in a
# tenth of the library's time, which decides where the two may differ.
WRITER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def audit_detail(village: str, told: Told, window: Window) -> Iterator[Finding]:
    """Whether an event's detail is there if it should be, and is the one committed to."""
    kept = window.details.get(told.event)
    place = str(told.seq)
    if told.detail is None:
        if kept is not None:
            yield Finding(village, "event_detail", place, "event_id", "no detail", str(kept[1]))
        if told.event in window.erased:
            yield Finding(village, "erasure", place, "event_id", "a detail to erase", "none")
        return
    if kept is None:
        if told.event not in window.erased:
            yield Finding(village, "event_detail", place, "event_id", "a row or an erasure", "none")
        return
    if told.event in window.erased:
        yield Finding(village, "erasure", place, "event_id", "no detail left", "there still")
    _event, text, key = kept
    if not isinstance(text, str) or not isinstance(key, bytes):
        yield Finding(village, "event_detail", place, "text", "a text and a key", "another type")
    elif (committed := details.commit(text, key)) != told.detail:
        # One of the two was changed, and the commitment doesn't tell which.
        column = "text/key" if len(key) == details.KEY_BYTES else "key"
        yield Finding(village, "event_detail", place, column, told.detail, committed)
    else:
        yield from audit_text(village, place, told.kind, text)


def audit_text(village: str, place: str, kind: Any, text: str) -> Iterator[Finding]:
    """Whether a detail is an RFC 8785 object of the keys that its kind has."""
    try:
        found = json.loads(text)
        written = WRITER.encode(found)
        if written != text:
            written = rfc8785.dumps(found).decode()
    except ValueError as error:
        yield Finding(village, "event_detail", place, "text", "an RFC 8785 object", str(error))
        return
    if written != text or not isinstance(found, dict):
        yield Finding(village, "event_detail", place, "text", written, text)
    elif not found.keys() <= details.KEYS.get(kind, frozenset()):
        allowed = ", ".join(sorted(details.KEYS.get(kind, ())))
        yield Finding(village, "event_detail", place, "text", allowed, ", ".join(found))
