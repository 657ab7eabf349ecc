"""Opening balances (期初): a paper book taken over, checked by two people, posted, made public.

A cadre brings a workbook; what it says is matched with the register and mended until it is right.
A reviewer and a supervisor hold it against the paper book. Posted, each household has an `opening`
event, the fund one, the goods stand on the shelf, and a notice says all of it.
"""

from flask import Flask

from incentives.fund.queries.book import more_of_lines
from incentives.ledger import Kind
from incentives.notices.models import NoticeKind
from incentives.notices.publishers import PUBLISHERS
from incentives.openings.publisher import OpeningPublisher
from incentives.openings.rebuilding import rebuild_line
from incentives.openings.telling import tell_book, tell_openings
from incentives.recovery import hooks
from incentives.register.lines import tellers


def init_app(_app: Flask) -> None:
    """Let notices list openings, and statements and the fund's book tell of them."""
    PUBLISHERS[NoticeKind.OPENINGS] = OpeningPublisher()
    tellers[Kind.OPENING] = tell_openings
    hooks.add(more_of_lines, tell_book)
    hooks.add(hooks.rebuilders, rebuild_line)
