"""Patrols (平安巡防): teams, their rota, places with signs, and the walks past them.

A walk is signed in at each place by scan, with or without signal, and closed with a log that
proposes the points. Nothing that was recorded on a phone is lost or counted twice; what looks odd
is flagged for a reader and never refused. Where a phone is isn't asked: the sign knows its place.
"""

from flask import Flask

from incentives.access import hooks
from incentives.files import queries as files
from incentives.patrols.reading import reads_photo

# What a walker's phone keeps and sends once there is signal, by its own token.
SENT_BY_PHONES = (
    "patrols.post_patrol",
    "patrols.post_scans",
    "patrols.post_finding",
    "patrols.post_closing",
    "patrols.post_cancellation",
    "files.post_file",
)


def init_app(_app: Flask) -> None:
    """Let whoever reads patrols see the photos of what was found, and walkers' phones send."""
    hooks.walk_calls.update(SENT_BY_PHONES)
    if reads_photo not in files.readers:
        files.readers.append(reads_photo)
