"""Statements that nobody waits for: on PostgreSQL they travel by the driver's pipeline.

Each connection to PostgreSQL is in pipeline mode. A statement is sent and its answer waited for,
as ever, but for those that are sent or asked for here, and those that begin a transaction or open
and release a savepoint: they are queued, and travel with the next one that is waited for, in one
round trip. An error of a queued statement shows there; where it must show at its own statement,
the connection's execution option `plain` has each one waited for. On SQLite nothing travels.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import count
from typing import Any, cast

import psycopg
from psycopg.abc import PQGen
from psycopg.adapt import Transformer
from psycopg.generators import send as send_packed
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult
from sqlalchemy import Connection
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine.interfaces import DBAPIConnection, ExecutionContext

from incentives import direct

Rows = Callable[[], Sequence[Any]]

FAILED = "-- what was queued failed"
NUMBERS = count(1)  # of prepared statements, in the whole process


def send(connection: Connection, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
    """Run a constant statement for each of these rows of values, without waiting.

    Its values stand as `$1`, `$2` on PostgreSQL, and as `?` on SQLite.
    """
    driver = piped(connection)
    if driver is None:
        direct.run(connection, statement, rows)
        return
    driver.send(statement, rows)
    if connection.get_execution_options().get("plain"):
        wait(connection)


def ask(connection: Connection, statement: str, values: tuple[object, ...]) -> Rows:
    """Ask for rows; what is returned gives them, and waits only if nothing else has since."""
    driver = piped(connection)
    if driver is None:
        found = direct.run(connection, statement, [values])
        return lambda: found
    answer = Answer(driver)
    driver.send(statement, [values], answer)

    def rows() -> Sequence[Any]:
        if answer.result is None:
            wait(connection)
        return answer.rows()

    return rows


def wait(connection: Connection) -> None:
    """Wait for all that is queued; an error of it is raised as SQLAlchemy's own."""
    driver = piped(connection)
    if driver is None:
        return
    try:
        driver.settle()
    except psycopg.Error as error:
        driver.failure = error
        # Whoever gets it learns what SQLAlchemy makes of it, a lost connection too.
        connection.exec_driver_sql(FAILED)


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


def as_sent(value: object) -> bytes | None:
    """A value as the server reads it, whose type it infers; bytes go as they are."""
    if value is None or isinstance(value, bytes):
        return value
    if isinstance(value, list):
        quoted = (str(each).replace("\\", "\\\\").replace('"', '\\"') for each in value)
        return ("{" + ",".join(f'"{each}"' for each in quoted) + "}").encode()
    return str(value).encode()


class Answer:
    """What comes back of a statement that asks: the driver hands it over as to its own cursors."""

    result: PGresult | None = None

    def __init__(self, connection: "PipelineConnection") -> None:
        self.connection = connection

    def _check_results(self, results: list[PGresult]) -> None:
        status = results[0].status
        if status == ExecStatus.PIPELINE_ABORTED:
            raise psycopg.errors.PipelineAborted("pipeline aborted")
        if status != ExecStatus.TUPLES_OK:
            raise psycopg.errors.error_from_result(results[0])

    def _set_results(self, results: list[PGresult]) -> None:
        (self.result,) = results

    def rows(self) -> Sequence[Any]:
        """The rows, which have come."""
        if self.result is None:
            raise RuntimeError("the statement's answer hasn't come")
        reading = self.connection.reading
        reading.set_pgresult(self.result)
        found: Sequence[Any] = reading.load_rows(0, self.result.ntuples, tuple)
        return found


class PipelineCursor(psycopg.Cursor[Any]):
    """A cursor that can leave its statement in the pipeline, for whoever waits next."""

    def queue(self, statement: str, row: Any) -> None:
        """Queue a statement with these parameters."""
        at_once(self._start_query(statement))
        at_once(self._maybe_prepare_gen(self._convert_query(statement, row)))
        at_once(self._conn._prepared.maintain_gen(self._conn))
        cast("PipelineConnection", self.connection).settled = False


class PipelineConnection(psycopg.Connection[Any]):
    """A connection in pipeline mode, which begins its transactions when it is told to."""

    begin: str | None = "BEGIN"
    settled = True
    failure: psycopg.Error

    def enter_pipeline(self) -> None:
        """Begin pipeline mode, for as long as the connection lives."""
        self.cursor_factory = PipelineCursor
        self.autocommit = True  # the driver would wait for its own BEGIN
        self.leaving = self.pipeline()
        self.entered = self.leaving.__enter__()
        self.reading = Transformer(self)
        self.prepared: dict[str, bytes] = {}
        self.preparing: list[str] = []

    def cursor(self, *arguments: Any, **options: Any) -> Any:
        """A cursor that can queue."""
        return super().cursor(*arguments, **options)

    def send(self, statement: str, rows: Sequence[tuple[object, ...]], answer: Any = None) -> None:
        """Put a constant statement into the next packet, once for each of these rows of values.

        It is prepared at its first use.
        """
        self.pack()
        name = self.prepared.get(statement) or self.prepare(statement)
        answered = None if answer is None else (answer, None)
        for row in rows:
            formats = [isinstance(value, bytes) for value in row]
            values = [as_sent(value) for value in row]
            self.pgconn.send_query_prepared(name, values, param_formats=formats)
            self.entered.result_queue.append(answered)
        self.settled = False

    def prepare(self, statement: str) -> bytes:
        """Have the server prepare a constant statement; its name from then on."""
        name = f"jishan_{next(NUMBERS)}".encode()
        self.pgconn.send_prepare(name, statement.encode())
        self.entered.result_queue.append(None)
        self.prepared[statement] = name
        self.preparing.append(statement)
        return name

    def _deallocate(self, name: bytes | None) -> Any:
        """As the driver does it: where it has the server forget all statements, ours are too."""
        if name is None:
            self.prepared.clear()
        return super()._deallocate(name)

    def command(self, statement: str) -> None:
        """Queue a statement about transactions: it has no rows, and none comes back."""
        self.send(statement, [()])

    def settle(self) -> None:
        """Take in all answers that are still to come; raises the first error among them.

        The server skips what comes behind an error, up to where it is waited for.
        """
        if self.settled:
            return
        failure: psycopg.Error | None = None
        self.pack()
        try:
            self.wait(self.exchange())
        except psycopg.Error as error:
            failure = error
            for statement in self.preparing:  # the server may have skipped it
                self.prepared.pop(statement, None)
        self.preparing.clear()
        self.settled = True
        if failure is not None:
            raise failure

    def exchange(self) -> PQGen[None]:
        """Send all that is packed, in one go with the mark that ends it, and take in the answers.

        The driver's own `sync` sends the mark by itself, and looks thrice whether it may.
        """
        self.pgconn.pipeline_sync()
        self.entered.result_queue.append(None)
        yield from send_packed(self.pgconn)
        yield from self.entered._fetch_gen(flush=False)

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
        if statement == FAILED:
            raise cursor.connection.failure
        cursor.queue(statement, parameters)
        cursor.connection.settle()

    def do_executemany(
        self, cursor: Any, statement: str, parameters: Any, context: ExecutionContext | None = None
    ) -> None:
        """Run a statement for many rows and wait for them, and for all that is queued."""
        cursor.connection.settled = False
        cursor.executemany(statement, parameters)  # the driver's own, which adds up the rows
        cursor.connection.settle()


registry.register("postgresql.psycopg", __name__, PipelineDialect.__name__)
