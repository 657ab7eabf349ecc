"""Settings, each from an environment variable of the same name; `docs/deploy.md` explains them."""

import os
from pathlib import Path
from typing import Any

from incentives.clock import system_clock

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_URL = "http://127.0.0.1:8000"
DEFAULT_ORIGIN = "jishan.test"


def database_url(url: str) -> str:
    """The same URL with the driver that we use: psycopg 3 for PostgreSQL."""
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def from_environment() -> dict[str, Any]:
    """The configuration that the environment asks for, with the defaults of `make run`.

    `JISHAN_URL` and `JISHAN_ORIGIN` are None unless given: the installation keeps its own, and
    only an explicit other value is refused.
    """
    data = Path(os.environ.get("JISHAN_DATA", ROOT / "instance")).resolve()
    backups = os.environ.get("JISHAN_BACKUPS")
    return {
        "JISHAN_DATA": data,
        "JISHAN_SEALS": Path(os.environ.get("JISHAN_SEALS", f"{data}-seals")).resolve(),
        "JISHAN_BACKUPS": Path(backups).resolve() if backups else None,
        "JISHAN_BACKUP_RECIPIENTS": os.environ.get("JISHAN_BACKUP_RECIPIENTS", "").split(),
        "JISHAN_BACKUP_KEEP": os.environ.get("JISHAN_BACKUP_KEEP", "7,4,12"),
        "JISHAN_URL": os.environ.get("JISHAN_URL"),
        "JISHAN_ORIGIN": os.environ.get("JISHAN_ORIGIN"),
        "SQLALCHEMY_DATABASE_URI": database_url(
            os.environ.get("DATABASE_URL", f"sqlite:///{data / 'jishan.sqlite3'}")
        ),
        "OWNER_DATABASE_URI": database_url(os.environ.get("DATABASE_OWNER_URL", "")),
        "CLOCK": system_clock,
        "RATELIMIT_ENABLED": os.environ.get("JISHAN_LIMITS", "on") != "off",
        "BABEL_DEFAULT_LOCALE": "zh_Hans_CN",
        "BABEL_DEFAULT_TIMEZONE": "Asia/Shanghai",
        "MAX_CONTENT_LENGTH": 10 * 1024 * 1024,
    }
