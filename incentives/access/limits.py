"""Floods: how many requests, and how many sign-ins, one address may send in a minute.

Counted in each process's memory; wrong passwords lock by `lockout`, which is in the database.
"""

from datetime import datetime, timedelta
from time import time

from flask import Flask, request
from flask_babel import lazy_gettext as _
from flask_limiter import Limiter, RequestLimit
from flask_limiter.util import get_remote_address

from incentives.clock import VILLAGE_TIME
from incentives.errors import TooManyRequests
from incentives.web.guard import guard

REQUESTS = "600 per minute"
SIGN_INS = "60 per minute"
REPORTS = "20 per hour"
A_MOMENT = 90  # seconds that one waits without being told until when

limiter = Limiter(get_remote_address, application_limits=[REQUESTS], storage_uri="memory://")
sign_ins = limiter.shared_limit(SIGN_INS, scope="sign-in", methods=["POST"])
# What anyone may report unsigned; whoever is signed in answers for what they send.
reports = limiter.shared_limit(
    REPORTS,
    scope="report",
    methods=["POST"],
    exempt_when=lambda: guard.caller() is not None,
)


def init_app(app: Flask) -> None:
    """Count every request but for static files; before CSRF, so that what that refuses counts."""
    limiter.init_app(app)
    limiter._on_breach = refuse


@limiter.request_filter
def is_static() -> bool:
    """Whether the request is for a file that every page needs."""
    return request.endpoint == "static"


def refuse(limit: RequestLimit) -> None:
    """Refuse what is past a limit, and say when to come again."""
    wait = max(1, int(limit.reset_at - time()) + 1)
    detail = _("Too many requests: try again after %(time)s", time=minute_after(limit.reset_at))
    raise TooManyRequests(detail if wait > A_MOMENT else None, headers={"Retry-After": str(wait)})


def minute_after(moment: float) -> str:
    """The minute of the villages' clock by which a moment is over."""
    return (datetime.fromtimestamp(moment, VILLAGE_TIME) + timedelta(minutes=1)).strftime("%H:%M")
