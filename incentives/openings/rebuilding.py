"""What becomes of a paper book when its sealed events are put back into an older database.

A book that was entered before the backup is taken over again as its events show. Its notice is in
no event: it is made anew, with a number of its own, and stands in public for its days from now on.

Goods have no account, so no leaf can hold them, and details, which could, are never in the seals.
But a book's lines stay as they are once it is submitted: those of a book that was submitted before
the backup go onto the shelf as its first event is put back. Of one that was a draft then, the shelf
is counted. A book of goods alone has no event: it waits, checked, to be posted again.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, text

from incentives.access import audit
from incentives.access.actor import SYSTEM
from incentives.extensions import db
from incentives.ledger import Kind
from incentives.ledger.replaying import Replayed, stand_in
from incentives.notices.models import NoticeKind
from incentives.notices.operations.publishing import open_notice
from incentives.openings.entries import entries_of
from incentives.openings.models import STANDING, Opening, OpeningLine, OpeningStatus, Part
from incentives.openings.operations.posting import put_on_shelf
from incentives.openings.operations.steps import lines_of
from incentives.recovery.hooks import Lost
from incentives.recovery.models import LostKind

UNKNOWN = "?"


def rebuild_line(replayed: Replayed, now: datetime) -> Sequence[Lost] | None:
    """Mark a line as taken over, or as taken back; its book with the first and the last of them.

    None where the event is of no line that is there: a book that was entered after the backup.
    """
    event = replayed.event
    if event.kind not in (Kind.OPENING, Kind.REVERSAL) or event.record is None:
        return None
    line = db.session.get(OpeningLine, event.record, populate_existing=True)
    if line is None:
        return None
    opening = db.session.get_one(Opening, line.opening_id, populate_existing=True)
    if event.kind is Kind.OPENING:
        lost = [] if opening.status is OpeningStatus.POSTED else take_over(opening, replayed, now)
        line.event_id = event.id
    else:
        lost = take_back(opening, line, replayed, now)
    db.session.flush()
    return lost


def take_over(opening: Opening, replayed: Replayed, now: datetime) -> list[Lost]:
    """Mark a book as taken over, publish it anew, and put its goods onto the shelf."""
    event, lines = replayed.event, lines_of(opening)
    facts = ["notice"]
    submitted = opening.status is not OpeningStatus.DRAFTED
    if opening.submitted_at is None:
        opening.submitted_by, opening.submitted_at = opening.entered_by, event.at
    if opening.status is not OpeningStatus.CHECKED:
        facts.append("checks")
    entries = entries_of(opening.village, lines, now)
    notice = open_notice(opening.village, NoticeKind.OPENINGS, entries, actor=SYSTEM, now=now)
    opening.status = OpeningStatus.POSTED
    opening.posted_by = replayed.actor or stand_in(event.village, "clock")
    opening.posted_at = event.at
    opening.notice_id = notice.id
    for line in lines:
        line.row, line.typed, line.problems = None, None, None
    keep_row(opening, audit.Tag.OPENING_POSTED, now)
    lost = [Lost(LostKind.FACTS, {"record": str(opening.id), "facts": facts})]
    if submitted:
        put_on_shelf(lines, actor=SYSTEM, now=event.at)
    elif any(line.part is Part.STOCK for line in lines):
        lost.append(Lost(LostKind.STOCK_MOVEMENT, {"event_kind": event.kind.value}))
    return lost


def take_back(opening: Opening, line: OpeningLine, replayed: Replayed, now: datetime) -> list[Lost]:
    """Mark a line as taken back, without the reason; the book with its last one."""
    event = replayed.event
    line.reversed_event_id = event.id
    line.reversed_by = replayed.actor or stand_in(event.village, "clock")
    line.reversed_at = event.at
    line.reversed_reason = UNKNOWN
    db.session.flush()
    standing = select(OpeningLine.id).where(OpeningLine.opening_id == opening.id, text(STANDING))
    if db.session.scalar(standing.limit(1)) is None:
        opening.status = OpeningStatus.REVERSED
    keep_row(opening, audit.Tag.OPENING_REVERSED, now)
    return [Lost(LostKind.FACTS, {"record": str(line.id), "facts": ["reason"]})]


def keep_row(opening: Opening, tag: audit.Tag, now: datetime) -> None:
    """Leave a row in the audit trail: the catch-up did it."""
    details = {"caught_up": True}
    audit.record(SYSTEM, tag, village=opening.village, subject=opening.id, now=now, details=details)
