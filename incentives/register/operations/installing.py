"""Making an installation: its id, its address and its origin, kept for ever."""

import re
from datetime import datetime

from flask import current_app

from incentives.config import DEFAULT_ORIGIN, DEFAULT_URL
from incentives.database import new_id
from incentives.extensions import db
from incentives.installation import Installation, find_installation
from incentives.register.operations.divisions import load_divisions

URL = re.compile(r"https?://[A-Za-z0-9.\-:\[\]]{1,180}(/[A-Za-z0-9._~\-/]*)?")
ORIGIN = re.compile(r"[a-z0-9]([a-z0-9.\-]{0,98}[a-z0-9])?")


class InstallationRefused(RuntimeError):
    """An installation can't be made, or isn't the one that the settings name."""


def make_installation(*, demo: bool, now: datetime) -> Installation:
    """Make the installation and copy the divisions in; flushes and doesn't commit.

    Refuses a second one, and an address or origin that isn't one. `JISHAN_URL` is without a slash
    at its end, `JISHAN_ORIGIN` a name as of a host.
    """
    if find_installation() is not None:
        raise InstallationRefused("this database holds an installation already")
    url = (current_app.config["JISHAN_URL"] or DEFAULT_URL).rstrip("/")
    origin = current_app.config["JISHAN_ORIGIN"] or DEFAULT_ORIGIN
    if not URL.fullmatch(url):
        raise InstallationRefused(f"JISHAN_URL is no address: {url}")
    if not ORIGIN.fullmatch(origin):
        raise InstallationRefused(f"JISHAN_ORIGIN is no name as of a host: {origin}")
    installation = Installation(
        id=new_id(), url=url, origin=origin, made_at=now, demo=demo, loading=demo
    )
    db.session.add(installation)
    db.session.flush()
    load_divisions()
    return installation
