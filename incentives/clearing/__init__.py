"""Clearing (积分清零): what is left at the end of a quarter or year, where policy says so.

Nothing is cleared by surprise: the day is announced when the period ends, and what was earned
before it can be spent through the days of grace. Whoever looks sees what will go and when.
"""

from flask import Flask

from incentives.clearing.rebuilding import rebuild_clearing
from incentives.clearing.telling import tell_clearings
from incentives.ledger import Kind
from incentives.recovery import hooks
from incentives.register.lines import tellers


def init_app(_app: Flask) -> None:
    """Let a clearing count what is put back from the seals, and statements say what it was."""
    hooks.add(hooks.rebuilders, rebuild_clearing)
    tellers[Kind.EXPIRY] = tell_clearings
