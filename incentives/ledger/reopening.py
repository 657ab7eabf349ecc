"""Opening a log anew where its seals are lost: it goes on under its next name."""

import base64
import secrets
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update

from incentives.clock import village_day
from incentives.database import columns, new_id
from incentives.disk import sync_folder
from incentives.extensions import db
from incentives.ledger import details, merkle, notes
from incentives.ledger.accounts import random_code
from incentives.ledger.holding import hold
from incentives.ledger.kinds import Kind
from incentives.ledger.models import (
    ActorCode,
    Checkpoint,
    Event,
    EventDetail,
    Leaf,
    LogHead,
)
from incentives.ledger.seals.files import folder_of
from incentives.ledger.writing import TICK, leaf_of


def reopen_log(
    village: str,
    *,
    last: notes.Root | None,
    record: UUID,
    actor: UUID,
    approver: UUID,
    now: datetime,
) -> Event:
    """Open a village's log anew, in the caller's writing transaction, under `hold`.

    Tree and numbers go on from the rows that are there; the `reopen` event is the first with the
    next origin. Its detail names the `last` checkpoint known and how many events are lost since.
    `actor` asked for it, `approver` agreed; `record` is the recovery.
    """
    hold([village])
    head = db.session.get_one(LogHead, village, populate_existing=True)
    text = details.write_detail(gap_of(head, last))
    secret = details.new_key()
    event = Event(
        id=new_id(),
        village=village,
        seq=head.size,
        at=max(now, head.at + TICK),
        kind=Kind.REOPEN,
        occurred_on=village_day(now),
        actor=code_of(village, actor),
        approver=code_of(village, approver),
        reverses=None,
        record=record,
        detail=details.commit(text, secret),
        salt=secrets.token_hex(16),
    )
    connection = db.session.connection()
    connection.execute(insert(Event), [columns(event)])
    connection.execute(insert(EventDetail), [{"event_id": event.id, "text": text, "key": secret}])
    # The event's trigger has given the log its next name, which its own leaf is the first to bear.
    origin = str(connection.scalar(select(LogHead.origin).where(LogHead.village == village)))
    body = leaf_of(event, origin, ())
    frontier, hashes = merkle.append_leaf(head.size, head.frontier, merkle.leaf_hash(body))
    leaf = {"village": village, "seq": event.seq, "body": body, "hashes": hashes}
    connection.execute(insert(Leaf), [leaf])
    db.session.execute(
        update(LogHead)
        .where(LogHead.village == village)
        .values(size=event.seq + 1, at=event.at, frontier=frontier)
        .execution_options(synchronize_session=False)
    )
    db.session.expire_all()
    return event


def gap_of(head: LogHead, last: notes.Root | None) -> dict[str, Any]:
    """The detail of a `reopen`: what is there, the last checkpoint known, what is lost since."""
    found: dict[str, Any] = {"events": head.size, "lost": 0}
    if last is not None:
        found |= {
            "lost": max(0, last.size - head.size),
            "origin": last.origin,
            "size": last.size,
            "root": base64.b64encode(last.root).decode(),
        }
    return found


def code_of(village: str, person: UUID) -> str:
    """The code under which a person stands in a village's log, made where there is none yet."""
    code = db.session.scalar(
        select(ActorCode.code).where(ActorCode.village == village, ActorCode.person == person)
    )
    if code is None:
        code = random_code()
        db.session.execute(insert(ActorCode).values(village=village, person=person, code=code))
    return code


def last_known(village: str) -> str | None:
    """The newest checkpoint that the database knows of a village, as a note."""
    return db.session.scalar(
        select(Checkpoint.note)
        .where(Checkpoint.village == village)
        .order_by(Checkpoint.at.desc(), Checkpoint.size.desc())
        .limit(1)
    )


def set_seals_aside(village: str) -> Path | None:
    """Move a village's seals, which can't be gone on from, beside; where to, if there were any.

    They are evidence: whoever looks into what happened reads them there.
    """
    folder = folder_of(village)
    if not folder.exists():
        return None
    number = 1
    while (aside := folder.with_name(f"{village}.{number}")).exists():
        number += 1
    folder.rename(aside)
    sync_folder(folder.parent)
    return aside
