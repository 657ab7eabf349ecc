"""What is sent to a database, whichever way it goes: by SQLAlchemy, direct, or by the pipeline."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.engine.interfaces import ExecuteStyle

from incentives import direct
from incentives.pipeline import PipelineConnection, PipelineCursor, piped


class Statements:
    """The statements sent since the fixture began, or since `clear`."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def clear(self) -> None:
        self.sent.clear()

    def __len__(self) -> int:
        return len(self.sent)


@contextmanager
def counted() -> Iterator[Statements]:
    """Counts what is sent to any database while this lasts."""
    found = Statements()
    queue, send, run = PipelineCursor.queue, PipelineConnection.send, direct.run

    def keep(connection: Connection, _cursor: object, statement: str, *rest: Any) -> None:
        _parameters, context, _many = rest
        if piped(connection) is None or context.execute_style is ExecuteStyle.EXECUTEMANY:
            found.sent.append(statement)

    def keep_queued(self: PipelineCursor, statement: str, row: Any) -> None:
        found.sent.append(statement)
        queue(self, statement, row)

    def keep_sent(self: PipelineConnection, statement: str, *rest: Any) -> None:
        found.sent.append(statement)
        send(self, statement, *rest)

    def keep_direct(connection: Connection, statement: str, *rest: Any) -> Any:
        found.sent.append(statement)
        return run(connection, statement, *rest)

    event.listen(Engine, "before_cursor_execute", keep)
    try:
        with (
            patch.object(direct, "run", keep_direct),
            patch.object(PipelineCursor, "queue", keep_queued),
            patch.object(PipelineConnection, "send", keep_sent),
        ):
            yield found
    finally:
        event.remove(Engine, "before_cursor_execute", keep)
