"""Awards (积分登记): rulebooks, proposals, claims, review, posting, reversal.

An award is proposed under the rule of its day, decided by others than who entered it, made public,
and posted to the ledger once. Caps count from the proposal on. A posted award is never edited: a
reversal with a reason is a new event, and the household sees both.
"""

from flask import Flask

from incentives.awards.queries import may_read_evidence
from incentives.awards.rebuilding import rebuild_award
from incentives.awards.telling import tell_awards
from incentives.files.queries import readers
from incentives.ledger import Kind
from incentives.recovery import hooks
from incentives.register.lines import tellers


def init_app(app: Flask) -> None:
    """Let those read an award's evidence whom the award lets, and statements tell of awards."""
    if may_read_evidence not in readers:
        readers.append(may_read_evidence)
    tellers[Kind.AWARD] = tell_awards
    hooks.add(hooks.rebuilders, rebuild_award)
