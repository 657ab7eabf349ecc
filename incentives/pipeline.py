"""Statements that nobody waits for: on PostgreSQL they travel by the driver's pipeline.

Each connection to PostgreSQL is in pipeline mode. A statement is sent and its answer waited for,
as ever, but for those that are sent or asked for here, and those that begin a transaction or open
and release a savepoint: they are queued, and travel with the next one that is waited for, in one
round trip. An error of a queued statement shows there; where it must show at its own statement,
the connection's execution option `plain` has each one waited for. On SQLite nothing travels.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any, cast

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine.interfaces import DBAPIConnection, ExecutionContext

from incentives import direct

Rows = Callable[[], Sequence[Any]]

WAIT = "-- wait for what is queued"


def send(connection: Connection, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
    """Run a statement, in the driver's own style, for each of these rows, without waiting."""
    driver = piped(connection)
    if driver is None:
        direct.run(connection, statement, rows)
        return
    driver.writer.queue(statement, rows, prepare=True)
    if connection.get_execution_options().get("plain"):
        wait(connection)


def ask(connection: Connection, statement: str, values: tuple[object, ...]) -> Rows:
    """Ask for rows; what is returned gives them, and waits only if nothing else has since."""
    driver = piped(connection)
    if driver is None:
        found = direct.run(connection, statement, [values])
        return lambda: found
    cursor = driver.cursor()
    cursor.queue(statement, [values], prepare=True)

    def rows() -> Sequence[Any]:
        if cursor.pgresult is None:
            wait(connection)
        found: Sequence[Any] = cursor.fetchall()
        return found

    return rows


def wait(connection: Connection) -> None:
    """Wait for all that is queued; an error of it is raised as SQLAlchemy's own."""
    connection.exec_driver_sql(WAIT)


def piped(connection: Connection) -> "PipelineConnection | None":
    """The driver's connection if it has a pipeline; None on SQLite."""
    driver = driver_of(connection)
    return driver if isinstance(driver, PipelineConnection) else None


def driver_of(connection: Connection) -> Any:
    """The driver's own connection."""
    return connection.connection.driver_connection


def at_once(steps: Iterator[object]) -> None:
    """Do what the driver has as a generator that yields where it must wait for the server."""
    for _step in steps:
        raise RuntimeError("the driver waits where it shouldn't")


class PipelineCursor(psycopg.Cursor[Any]):
    """A cursor that can leave its statement in the pipeline, for whoever waits next."""

    def queue(self, statement: str, rows: Sequence[Any], *, prepare: bool | None = None) -> None:
        """Queue a statement for each of these rows of parameters."""
        at_once(self._start_query(statement))
        for row in rows:
            query = self._convert_query(statement, row)
            at_once(self._maybe_prepare_gen(query, prepare=prepare))
        at_once(self._conn._prepared.maintain_gen(self._conn))
        cast("PipelineConnection", self.connection).settled = False


class PipelineConnection(psycopg.Connection[Any]):
    """A connection in pipeline mode, which begins its transactions when it is told to."""

    writer: PipelineCursor
    begin: str | None = "BEGIN"
    settled = True

    def enter_pipeline(self) -> None:
        """Begin pipeline mode, for as long as the connection lives."""
        self.cursor_factory = PipelineCursor
        self.autocommit = True  # the driver would wait for its own BEGIN
        self.leaving = self.pipeline()
        self.entered = self.leaving.__enter__()
        self.writer = self.cursor()

    def cursor(self, *arguments: Any, **options: Any) -> Any:
        """A cursor that can queue."""
        return super().cursor(*arguments, **options)

    def command(self, statement: str) -> None:
        """Queue a statement about transactions: it has no rows, and none comes back."""
        at_once(self._exec_command(statement))
        self.settled = False

    def settle(self) -> None:
        """Take in all answers that are still to come; raises the first error among them.

        The server skips what comes behind an error, up to where it is waited for.
        """
        failure: psycopg.Error | None = None
        while not self.settled:
            self.pack()
            try:
                self.entered.sync()
                self.settled = True
            except psycopg.Error as error:
                failure = failure or error
                self.settled = self.closed
        if failure is not None:
            raise failure

    def pack(self) -> None:
        """Put all that is queued into one packet: the driver would send, and look up, at each.

        The connection never blocks in sending, so what the server answers meanwhile can wait.
        """
        commands = self.entered.command_queue
        while commands:
            commands.popleft()()

    def commit(self) -> None:
        """Commit, waiting for all that is queued at once."""
        self.command("COMMIT")
        self.settle()

    def rollback(self) -> None:
        """Undo everything, and forget the errors of what is queued."""
        self.forget()
        if self.info.transaction_status is not TransactionStatus.IDLE:
            # Not the driver's own, which would forget all prepared statements.
            self.command("ROLLBACK")
            self.settle()

    def forget(self) -> None:
        """Take in all answers that are still to come: they are being undone, errors and all."""
        with suppress(psycopg.Error):
            self.settle()

    def close(self) -> None:
        """Leave pipeline mode and close."""
        with suppress(psycopg.Error):
            self.leaving.__exit__(None, None, None)
        super().close()


class PipelineDialect(PGDialect_psycopg):
    """SQLAlchemy's way to PostgreSQL, with what nobody waits for left in the pipeline."""

    supports_statement_cache = True

    def connect(self, *arguments: Any, **options: Any) -> DBAPIConnection:
        """A new connection, in pipeline mode."""
        connection = PipelineConnection.connect(*arguments, **options)
        connection.enter_pipeline()
        return cast("DBAPIConnection", connection)

    def set_isolation_level(self, dbapi_connection: Any, level: str) -> None:
        """Let the next transaction begin at this level, or none begin at `AUTOCOMMIT`."""
        begin = None if level == "AUTOCOMMIT" else f"BEGIN ISOLATION LEVEL {level}"
        dbapi_connection.begin = begin

    def do_begin(self, connection: Any) -> None:
        """Begin, with the first statement that is waited for."""
        driver = connection.driver_connection
        if driver.begin is not None:
            driver.command(driver.begin)

    def do_savepoint(self, connection: Connection, name: str) -> None:
        """Open a savepoint, without waiting."""
        driver_of(connection).command(f"SAVEPOINT {name}")

    def do_release_savepoint(self, connection: Connection, name: str) -> None:
        """Release a savepoint, without waiting."""
        driver_of(connection).command(f"RELEASE SAVEPOINT {name}")

    def do_rollback_to_savepoint(self, connection: Connection, name: str) -> None:
        """Undo what came after a savepoint, and forget the errors of what is queued."""
        driver_of(connection).forget()
        driver_of(connection).command(f"ROLLBACK TO SAVEPOINT {name}")

    def do_execute(
        self, cursor: Any, statement: str, parameters: Any, context: ExecutionContext | None = None
    ) -> None:
        """Run a statement and wait for it, and for all that is queued."""
        if statement != WAIT:
            cursor.queue(statement, [parameters])
        cursor.connection.settle()

    def do_executemany(
        self, cursor: Any, statement: str, parameters: Any, context: ExecutionContext | None = None
    ) -> None:
        """Run a statement for many rows and wait for them, and for all that is queued."""
        cursor.connection.settled = False
        cursor.executemany(statement, parameters)  # the driver's own, which adds up the rows
        cursor.connection.settle()


registry.register("postgresql.psycopg", __name__, PipelineDialect.__name__)
