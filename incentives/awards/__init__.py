"""Awards (积分登记): rulebooks, proposals, claims, review, posting, reversal.

An award is proposed under the rule of its day, decided by others than who entered it, made public,
and posted to the ledger once. Caps count from the proposal on. A posted award is never edited: a
reversal with a reason is a new event, and the household sees both.
"""

from flask import Flask

from incentives.awards.queries import keeps_minutes, may_read_evidence, may_read_minutes
from incentives.awards.rebuilding import rebuild_award
from incentives.awards.telling import name_in_english, tell_awards, tell_turned
from incentives.files.queries import keepers, readers
from incentives.ledger import Kind
from incentives.recovery import hooks
from incentives.register.lines import namers, tellers


def init_app(app: Flask) -> None:
    """Let those read evidence and minutes whom the record lets, and statements tell of awards."""
    for reader in (may_read_evidence, may_read_minutes):
        if reader not in readers:
            readers.append(reader)
    if keeps_minutes not in keepers:
        keepers.append(keeps_minutes)
    tellers[Kind.AWARD] = tell_awards
    tellers[Kind.REVERSAL] = tell_turned
    namers[Kind.AWARD] = name_in_english
    hooks.add(hooks.rebuilders, rebuild_award)
