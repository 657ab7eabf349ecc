"""The one place that knows what time it is; operations get their time as an argument from here."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import cast
from zoneinfo import ZoneInfo

from flask import current_app

VILLAGE_TIME = ZoneInfo("Asia/Shanghai")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def system_clock() -> datetime:
    """The machine's time, aware, in UTC."""
    return datetime.now(UTC)


def now() -> datetime:
    """The time by the application's clock (`CLOCK` in its configuration), aware, in UTC."""
    return cast("Callable[[], datetime]", current_app.config["CLOCK"])()


def village_day(instant: datetime) -> date:
    """The calendar day in the villages (Asia/Shanghai) at an aware instant."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(VILLAGE_TIME).date()


def beginning(day: date) -> datetime:
    """When a day of the villages begins."""
    return datetime.combine(day, time(), VILLAGE_TIME)


def microseconds(instant: datetime) -> int:
    """Whole microseconds since 1970-01-01T00:00:00Z, without the rounding of floats."""
    elapsed = instant - EPOCH
    return (elapsed.days * 86_400 + elapsed.seconds) * 1_000_000 + elapsed.microseconds
