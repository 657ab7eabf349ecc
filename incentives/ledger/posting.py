"""Posting: drafts become events, transfers, leaves and new log heads, in one transaction.

It runs on constant statements rather than on the unit of work: a batch of fifty awards costs as
many as one award. On PostgreSQL it takes two round trips: one for the lock and what is read under
it, one for all that is written, which only the commit waits for.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import DBAPIError

from incentives.clock import village_day
from incentives.errors import InsufficientFunds, InsufficientPoints, Refusal
from incentives.extensions import db
from incentives.ledger.days import DatedBack
from incentives.ledger.drafts import Draft, reversal
from incentives.ledger.holding import KEY, held_heads
from incentives.ledger.kinds import Unit
from incentives.ledger.mirroring import read_mirrored
from incentives.ledger.planning import plan
from incentives.ledger.reading import ask_books
from incentives.ledger.writing import Page, Posted, add_event, write

CHECK_VIOLATION = "23514"
SQLITE_CHECK = 275


def post(drafts: Sequence[Draft], *, actor: UUID | None, now: datetime) -> list[Posted]:
    """Post these events, in their order; once a transaction, under `hold`.

    `actor` is the person who enters those whose draft names nobody else, None for an act of the
    clock. Refuses `insufficient_points` and `insufficient_funds` where an account would leave its
    floor, cash and bank on any day since the act's too, `already_reversed` and `wrong_state` where
    nothing is left to undo. RuntimeError for a second call in a transaction.
    """
    held = held_heads([draft.village for draft in drafts])
    if held.posted:
        raise RuntimeError("a transaction posts once, with all its events")
    held.posted = True
    connection = held.connection
    mirrored = read_mirrored(connection, drafts)
    asked = ask_books(connection, drafts, mirrored, actor)
    heads = held.read()
    books = {village: each.read(connection, village) for village, each in asked.items()}
    page, dated_back = Page(), DatedBack(village_day(now))
    for draft in drafts:
        reversed_event = mirrored.get(draft.reverses) if draft.reverses else None
        book = books[draft.village]
        transfers = plan(draft, book, reversed_event)
        dated_back.add(draft, transfers)
        held.writing = held.writing or (transfers[0].unit if transfers else None)
        add_event(page, heads[draft.village], draft, transfers, book.persons, actor, now)
    dated_back.refuse_short(connection)
    held.writing = held.writing or Unit.POINT
    write(connection, page, [heads[village] for village in books], books)
    return page.events


def post_reversal(
    *,
    village: str,
    reverses: UUID | None,
    record: UUID,
    reason: str,
    actor: UUID | None,
    now: datetime,
) -> Posted:
    """Post, as an act of today, the event that undoes another whole; refuses what `post` does.

    `record` is what the event was of. ValueError without an event: nothing could be undone.
    """
    today = village_day(now)
    draft = reversal(
        village=village, reverses=reverses, record=record, reason=reason, occurred_on=today
    )
    return post([draft], actor=actor, now=now)[0]


def refusal_of(error: DBAPIError) -> Refusal | None:
    """The refusal that a failed CHECK means while posting, None for any other error."""
    held = db.session().info.get(KEY)
    if held is None or held.writing is None:
        return None
    state = getattr(error.orig, "sqlstate", None)
    code = getattr(error.orig, "sqlite_errorcode", None)
    if state != CHECK_VIOLATION and code != SQLITE_CHECK:
        return None
    return InsufficientFunds() if held.writing is Unit.FEN else InsufficientPoints()
