"""The writers' queue on SQLite: one at a time, across processes, free again whatever happens."""

import subprocess
import sys
import threading

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from incentives import gate
from incentives.extensions import db
from incentives.web.transaction import is_busy, transaction

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

HOLD = """
import sys
from incentives import gate
gate.take_turn(sys.argv[1])
print("mine", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(app):
    return db.engine.url.database


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(gate, "PATIENCE", 0.05)


def is_free(path: str) -> bool:
    """Whether the next writer's turn comes at once."""
    try:
        gate.take_turn(path)()
    except OperationalError as error:
        return not is_busy(error)
    return True


def test_a_writer_keeps_the_gate_until_its_end_and_a_reader_never_has_it(path, impatient):
    db.session.execute(text("SELECT 1"))
    assert is_free(path)
    seen = []
    transaction(lambda: seen.append(is_free(path)))
    assert seen == [False]
    assert is_free(path)


def test_the_gate_is_free_after_a_fault(path, impatient):
    with pytest.raises(ZeroDivisionError):
        transaction(lambda: 1 / 0)
    assert is_free(path)


def test_the_gate_is_free_where_sqlite_itself_stays_busy(app, path, impatient):
    with db.engine.connect() as other:
        other.exec_driver_sql("DELETE FROM allowance")  # a writer who came past the gate
        db.session.rollback()
        db.session.connection().exec_driver_sql("PRAGMA busy_timeout=10")
        db.session.rollback()
        with pytest.raises(OperationalError):
            db.session.connection(execution_options={"write": True})
        db.session.rollback()
        assert is_free(path)
        other.rollback()


def test_another_process_keeps_the_gate_and_its_death_frees_it(path, impatient):
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout.readline() == "mine\n"
    assert not is_free(path)
    other.kill()
    other.wait()
    assert is_free(path)
    other.stdin.close()
    other.stdout.close()


def test_writers_take_turns(app, path):
    inside, most = [], []
    lock = threading.Lock()

    def work() -> None:
        leave = gate.take_turn(path)
        with lock:
            inside.append(1)
            most.append(len(inside))
        inside.pop()
        leave()

    threads = [threading.Thread(target=work) for _each in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 16
