"""Patrols (平安巡防): teams, their rota, places with signs, and the walks past them.

A walk is signed in at each place by scan, with or without signal, and closed with a log that
proposes the points. Nothing that was recorded on a phone is lost or counted twice; what looks odd
is flagged for a reader and never refused. Where a phone is isn't asked: the sign knows its place.
"""

from flask import Flask

from incentives.files import queries as files
from incentives.patrols.reading import reads_photo


def init_app(_app: Flask) -> None:
    """Let whoever reads patrols see the photos of what was found."""
    if reads_photo not in files.readers:
        files.readers.append(reads_photo)
