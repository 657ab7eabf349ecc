"""Many at once: real threads, each with an application context and a connection of its own."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.selectable import GenerativeSelect

from incentives import database, gate
from incentives.errors import Unavailable
from incentives.extensions import db
from incentives.ledger.sql import HEAD, HEADS
from tests import proving

CROWD = 8
# How the database alone ends what no lock of ours kept apart.
STOPPED = (DBAPIError, Unavailable)
PATIENCE = 60  # seconds; who waits longer stands in a deadlock that nobody ended


def rounds(number: int) -> range:
    """So many rounds, a hundred times as many in the whole proof."""
    return range(proving.scaled(number * 100))


def at_once(app: Flask, works: Sequence[Callable[[], Any]]) -> list[Any]:
    """Begin all of these works at one moment; what each gave, or the exception it ended in."""
    outcomes: list[Any] = [TimeoutError("it never ended")] * len(works)
    start = threading.Barrier(len(works))

    def run(place: int, work: Callable[[], Any]) -> None:
        with app.app_context():
            start.wait(PATIENCE)
            try:
                outcomes[place] = work()
            except Exception as error:
                outcomes[place] = error
            finally:
                db.session.remove()

    db.session.rollback()
    threads = [
        threading.Thread(target=run, args=(place, work), daemon=True)
        for place, work in enumerate(works)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return outcomes


def count(outcomes: Sequence[Any], kind: type | tuple[type, ...]) -> int:
    """How many of the outcomes are of a kind, or of one of these."""
    return sum(isinstance(each, kind) for each in outcomes)


def succeeded(outcomes: Sequence[Any]) -> int:
    """How many didn't end in an exception."""
    return len(outcomes) - count(outcomes, Exception)


def unlock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away every row lock: `hold` then reads the log heads as anybody may.

    On SQLite, which has none, the gate and the write lock that is taken before anything is read.
    """
    monkeypatch.setattr(gate, "enter", lambda _connection: None)
    monkeypatch.setattr(database, "WRITING", "BEGIN")
    monkeypatch.setattr(GenerativeSelect, "with_for_update", lambda self, **_options: self)
    for each in (HEAD, HEADS):
        monkeypatch.setattr(each, "postgresql", each.postgresql.removesuffix(" FOR UPDATE"))


def meet_before(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, people: int) -> None:
    """Have each thread wait, before it calls that function, until all the others are there too."""
    meeting, function = threading.Barrier(people), getattr(module, name)

    def met(*arguments: Any, **named: Any) -> Any:
        meeting.wait(PATIENCE)
        return function(*arguments, **named)

    monkeypatch.setattr(module, name, met)


def meet_after(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, people: int) -> None:
    """Have each thread wait, once that function is done, until all the others are there too."""
    meeting, function = threading.Barrier(people), getattr(module, name)

    def met(*arguments: Any, **named: Any) -> Any:
        result = function(*arguments, **named)
        meeting.wait(PATIENCE)
        return result

    monkeypatch.setattr(module, name, met)
