"""Awards (积分登记): rulebooks, proposals, claims, review, posting, reversal.

An award is proposed under the rule of its day, decided by others than who entered it, made public,
and posted to the ledger once. Caps count from the proposal on. A posted award is never edited: a
reversal with a reason is a new event, and the household sees both.
"""

from flask import Flask

from incentives.awards.queries import may_read_evidence
from incentives.files.queries import readers


def init_app(app: Flask) -> None:
    """Let those read an award's evidence whom the award lets."""
    if may_read_evidence not in readers:
        readers.append(may_read_evidence)
