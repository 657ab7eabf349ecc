"""What a posting costs: its statements, counted, and its round trips on the wire."""

from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import bindparam, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from incentives import create_app, ledger
from incentives.clock import now
from incentives.errors import InsufficientPoints
from incentives.extensions import db
from incentives.ledger import planning
from incentives.ledger.audit import audit
from incentives.web.transaction import transaction
from tests.factories import act
from tests.ledger.books import CADRE, open_books
from tests.wire import wire_to

ONLY_POSTGRESQL = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
POSTING = [
    "SELECT village, origin,",
    "SELECT account.code, account.balance,",
    "INSERT INTO event",
    "INSERT INTO event_detail",
    "INSERT INTO transfer",
    "INSERT INTO leaf",
    "UPDATE log_head SET",
]


def test_a_post_is_seven_statements_and_the_transaction_s_own(app, statements, database):
    books = open_books(1)
    (anna,) = books.households
    books.post(books.award(anna, 1))
    statements.clear()
    books.post(*(books.award(anna, 1, detail={"name": "巡防"}) for _each in range(2)))
    sent = [" ".join(each.split()[:3]) for each in statements.sent]
    end = ["RELEASE SAVEPOINT sa_savepoint_1"] + ["COMMIT"] * (database == "postgresql")
    begin = "BEGIN" if database == "postgresql" else "BEGIN IMMEDIATE"
    assert sent == [begin, "SAVEPOINT sa_savepoint_1", *POSTING, *end]


@pytest.mark.parametrize(("events", "texts"), [(50, 2), (15, 4)])  # 16 and 2; 8, 4, 2 and 1
def test_many_events_go_in_few_statements_and_say_the_same(
    app, statements, database, events, texts
):
    books = open_books(1)
    (anna,) = books.households
    books.post(books.award(anna, 1))
    statements.clear()
    books.post(*(books.award(anna, 1, detail={"name": "巡防"}) for _each in range(events)))
    inserts = [each for each in statements.sent if each.startswith("INSERT")]
    assert len(inserts) == 4 * (texts if database == "postgresql" else 1)
    assert books.position(anna).balance == 1 + events
    assert audit(books.village) == []


@pytest.fixture
def wired(app: Flask):
    """The same application, with its database at the end of a wire that counts."""
    place = make_url(app.config["SQLALCHEMY_DATABASE_URI"])
    with wire_to(place.host, place.port) as (port, wire):
        url = place.set(host="127.0.0.1", port=port)
        settings = {name: app.config[name] for name in ("JISHAN_DATA", "JISHAN_SEALS", "CLOCK")}
        uri = url.render_as_string(hide_password=False)
        other = create_app({**settings, "SQLALCHEMY_DATABASE_URI": uri, "TESTING": True})
        with other.app_context():
            yield wire
            db.session.remove()
            db.engine.dispose()


@ONLY_POSTGRESQL
def test_a_post_takes_two_round_trips_however_many_events_it_has(wired):
    books = open_books(1)
    (anna,) = books.households
    for drafts in ([books.award(anna, 1)], [books.award(anna, 1) for _each in range(50)]):
        books.post(books.award(anna, 1))
        wired.clear()
        books.post(*drafts)
        assert wired.trips == 2


@ONLY_POSTGRESQL
def test_control_what_is_read_in_between_costs_a_trip(wired):
    books = open_books(1)
    books.post(books.award(books.households[0], 1))
    wired.clear()

    def work() -> None:
        ledger.hold([books.village])
        assert ledger.balance(books.village, "issuance") == -1
        ledger.post([books.award(books.households[0], 1)], actor=CADRE, now=now())

    act(work)
    assert wired.trips == 3


def test_a_check_that_fails_only_in_the_database_is_the_same_refusal(app, monkeypatch):
    books = open_books(1)
    (anna,) = books.households
    books.post(books.award(anna, 5))
    monkeypatch.setattr(planning.Book, "spendable", lambda *_any: 1_000)
    monkeypatch.setattr(planning, "FLOOR_ZERO", frozenset())
    kept = []

    def work() -> None:
        ledger.hold([books.village])
        ledger.post([books.redemption(anna, 6)], actor=CADRE, now=now())

    with pytest.raises(InsufficientPoints):
        transaction(work, last=kept.append)
    assert isinstance(kept[-1], InsufficientPoints)
    monkeypatch.undo()
    assert books.position(anna).balance == 5
    assert audit(books.village) == []


def test_another_fault_of_what_is_queued_undoes_everything_and_the_next_goes_through(app):
    books = open_books(1)
    (anna,) = books.households
    record = uuid4()
    books.post(books.award(anna, 5, record=record))
    with pytest.raises(DBAPIError):
        books.post(books.award(anna, 5, record=record))
    books.post(books.award(anna, 1))
    assert books.position(anna).balance == 6


def test_a_fault_after_what_is_queued_undoes_both(app):
    books = open_books(1)
    (anna,) = books.households
    record = uuid4()
    books.post(books.award(anna, 5, record=record))

    def work() -> None:
        ledger.hold([books.village])
        ledger.post([books.award(anna, 5, record=record)], actor=CADRE, now=now())
        raise ZeroDivisionError

    with pytest.raises((ZeroDivisionError, DBAPIError)):
        act(work)
    assert db.session.scalar(text("SELECT count(*) FROM event")) == 1


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_whether_a_record_has_its_event_is_found_by_the_index(app):
    """SQLite uses a partial index only where a statement repeats its condition to the letter."""
    asked = select(ledger.is_posted(ledger.Kind.REDEMPTION, bindparam("record")))
    written = str(asked.compile(db.engine, compile_kwargs={"render_postcompile": True}))
    plan = db.session.execute(text(f"EXPLAIN QUERY PLAN {written.replace('?', 'NULL')}")).all()
    assert any("USING INDEX uq_event_kind_record" in row.detail for row in plan), plan
