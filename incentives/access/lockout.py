"""Wrong passwords: five in a row for one name from one address lock that pair for 15 minutes.

Never the name alone, or anyone could keep its owner out; floods from one address are `limits`.
"""

import hashlib
import hmac
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _
from sqlalchemy import case, delete, literal, select, update

from incentives.access.models import SignInFailure
from incentives.access.peers import Peer
from incentives.clock import VILLAGE_TIME
from incentives.database import Instant
from incentives.errors import TooManyRequests
from incentives.extensions import add_unless_there, db
from incentives.keys import key

LOCK_AFTER = 5
LOCK = timedelta(minutes=15)


def name_key(username: str) -> str:
    """A folded name as failures are kept under it."""
    message = b"jishan-sign-in/v1\n" + username.encode()
    return hmac.new(key("pepper"), message, hashlib.sha256).hexdigest()


def refuse_locked(username: str, peer: Peer, *, now: datetime) -> None:
    """Refuse while that name is locked from that address.

    The row stays locked while the password is checked, so that guesses sent all at once are
    checked one after the other.
    """
    failure = db.session.scalar(
        select(SignInFailure)
        .where(SignInFailure.who == name_key(username), SignInFailure.address == peer.address)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    until = failure.locked_until_at if failure else None
    if until is not None and now < until:
        time = until.astimezone(VILLAGE_TIME).strftime("%H:%M")
        raise TooManyRequests(
            _("Too many wrong passwords: try again after %(time)s", time=time),
            headers={"Retry-After": str(int((until - now).total_seconds()) + 1)},
        )


def count_failure(username: str, peer: Peer, *, now: datetime) -> None:
    """Count one wrong password; the fifth in a row locks. Those before a pause of 15 minutes are
    forgotten. Runs after the refused sign-in was rolled back, in the same transaction."""
    pair = {"who": name_key(username), "address": peer.address}
    add_unless_there(SignInFailure, **pair, in_a_row=0, failed_at=now)
    in_a_row = case(
        (SignInFailure.failed_at > literal(now - LOCK, Instant), SignInFailure.in_a_row + 1),
        else_=1,
    )
    db.session.execute(
        update(SignInFailure)
        .filter_by(**pair)
        .values(
            in_a_row=in_a_row,
            failed_at=now,
            locked_until_at=case(
                (in_a_row % LOCK_AFTER == 0, literal(now + LOCK, Instant)),
                else_=SignInFailure.locked_until_at,
            ),
        )
        .execution_options(synchronize_session=False)
    )


def forget_failures(username: str, peer: Peer) -> None:
    """Forget the wrong passwords of a name from an address: the right one came."""
    db.session.execute(
        delete(SignInFailure)
        .filter_by(who=name_key(username), address=peer.address)
        .execution_options(synchronize_session=False)
    )


def forget_old_failures(*, now: datetime) -> None:
    """Delete what was counted more than a day ago; the daily job calls it."""
    db.session.execute(
        delete(SignInFailure)
        .where(SignInFailure.failed_at < now - timedelta(days=1))
        .execution_options(synchronize_session=False)
    )
