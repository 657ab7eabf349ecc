"""Recovery: a database older than its seals can only be read until it caught up and two signed.

A start compares the books with their seals. Where they are older, or the seals are gone, all
writing is refused (`log_rolled_back`) until the sealed events are replayed, or the log is opened
anew, and an administrator and a supervisor signed for it. What can't be rebuilt is on a list.
"""

from flask import Flask

from incentives.recovery.state import reads_only, refusal_of_waiting, refuse_while_waiting
from incentives.recovery.telling import bands
from incentives.web import transaction
from incentives.web.pages import shell


def init_app(_app: Flask) -> None:
    """Let every transaction ask whether it may write, and every page say why it may not."""
    if refuse_while_waiting not in transaction.before_writing:
        transaction.before_writing.append(refuse_while_waiting)
    if refusal_of_waiting not in transaction.map_database_error:
        transaction.map_database_error.append(refusal_of_waiting)
    if bands not in shell.band_makers:
        shell.band_makers.append(bands)


__all__ = ["reads_only"]
