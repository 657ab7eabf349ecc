"""Publicity (公示) and objections (异议): what is decided stands in public before it counts.

A notice is a numbered list with a closing date and a fingerprint of its lines; on the web its names
are masked and gone 30 days after closing. Closing decides nothing: it posts what nobody objects to.
An objection is ruled on by somebody who had no hand in what it is about.
"""

from flask import Flask

from incentives.access import hooks as access_hooks
from incentives.awards import telling as awards_telling
from incentives.awards import timeline
from incentives.awards.queries import waiting
from incentives.clearing import telling as clearing_telling
from incentives.ledger import Kind
from incentives.notices.owed import rulings_given, rulings_owed
from incentives.notices.pages import way_to_clearing, way_to_object
from incentives.notices.queries import (
    granted_by,
    is_granted,
    is_struck,
    kept_from,
    labels_of,
    steps_of_award,
)
from incentives.notices.rebuilding import rebuild_dispute
from incentives.notices.telling import tell_given_back, tell_refunds, title_refunds
from incentives.recovery import hooks
from incentives.register import dues
from incentives.register.lines import tellers, titlers


def init_app(app: Flask) -> None:
    """Let an award's page show its notice and objections, and statements what came of them."""
    awards_telling.notice_labels[:] = [labels_of]
    waiting.rulings[:] = [granted_by]
    waiting.grants[:] = [is_granted]
    waiting.strikes[:] = [is_struck]
    access_hooks.makers_kept[:] = [kept_from]
    if steps_of_award not in timeline.more_steps:
        timeline.more_steps.append(steps_of_award)
    if way_to_object not in timeline.ways_to_object:
        timeline.ways_to_object.append(way_to_object)
    if rulings_owed not in dues.sources:
        dues.sources.append(rulings_owed)
    if rulings_given not in dues.done_sources:
        dues.done_sources.append(rulings_given)
    clearing_telling.ways_to_object[:] = [way_to_clearing]
    tellers[Kind.LOSS] = tell_given_back
    tellers[Kind.REFUND] = tell_refunds
    titlers[Kind.REFUND] = title_refunds
    hooks.add(hooks.rebuilders, rebuild_dispute)
