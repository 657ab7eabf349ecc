"""Statements that are made once: what goes straight to the driver is what a session would write."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import BigInteger, bindparam, inspect, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from incentives.access.actor import SYSTEM
from incentives.access.models import Token, TokenKind, User
from incentives.database import new_id
from incentives.extensions import db
from incentives.prepared import Prepared, insertion, store
from tests.factories import VILLAGE, act, make_household, make_village
from tests.statements import counted

MADE = datetime(2026, 3, 1, 8, 30, tzinfo=timezone(timedelta(hours=8)))


@pytest.fixture
def village(app):
    return make_village()


def new_token(household, **other) -> Token:
    """A token of a household, not yet written."""
    fields = {
        "digest": new_id().bytes * 2,
        "kind": TokenKind.PAGE,
        "person": household.head_id,
        "household_id": household.id,
        "village": VILLAGE,
        "name": "扎西 ' \" \\ {彭措}",
        "made_at": MADE,
        "expires_at": MADE + timedelta(hours=1),
    }
    return Token(**fields | other)


def all_of(table, row) -> dict:
    return {each.key: getattr(row, each.key) for each in table.columns}


def test_a_row_stored_straight_reads_as_one_that_the_session_wrote(village):
    household = make_household()
    straight, usual = new_token(household), new_token(household)
    act(lambda: store(straight))
    act(lambda: db.session.add(usual))
    found = {each.id: each for each in db.session.scalars(select(Token))}
    table = Token.__table__
    first, second = (all_of(table, found[each]) for each in (straight.id, usual.id))
    differ = {name for name in first if first[name] != second[name]}
    assert differ == {"id", "digest"}
    assert first["made_at"] == MADE
    assert first["made_at"].tzinfo is UTC


def test_a_stored_row_is_the_sessions(village):
    household = make_household()

    def work() -> None:
        token = new_token(household)
        store(token)
        assert inspect(token).persistent
        assert not db.session.dirty
        assert not db.session.new
        assert db.session.get(Token, token.id) is token
        token.language = "bo"

    act(work)
    assert db.session.scalars(select(Token.language)).all() == ["bo"]


def test_what_the_session_still_has_to_write_goes_first(village):
    household = make_household()

    def work() -> None:
        user = User(username="later", name="某", password_hash="x", added_by=SYSTEM.person)
        user.id, user.added_at = new_id(), MADE
        db.session.add(user)
        other = {"household_id": None, "village": None, "name": None, "user_id": user.id}
        store(new_token(household, **other))

    act(work)
    assert db.session.scalar(select(Token.user_id)) == db.session.scalar(select(User.id))


def test_nothing_to_store_sends_nothing(village):
    with counted() as statements:
        store()
    assert not statements.sent


def test_a_rule_of_the_database_refuses_as_ever(village):
    household = make_household()
    ended = MADE - timedelta(hours=1)
    with pytest.raises(IntegrityError):
        act(lambda: store(new_token(household, expires_at=ended)))
    assert db.session.scalar(select(db.func.count()).select_from(Token)) == 0


def test_a_value_that_is_missing_is_no_null(village):
    with pytest.raises(KeyError):
        act(lambda: insertion(Token.__table__).send({"id": new_id()}))


CHANGE = bindparam("change", type_=BigInteger())
RAISE = Prepared(
    lambda _dialect: (
        update(User)
        .where(User.id == bindparam("user"), User.session_number > 0)
        .values(session_number=User.session_number + CHANGE)
        .returning(User.session_number, User.added_at, User.id)
    )
)


def test_what_it_returns_is_as_the_program_has_it(village):
    user = new_id()

    def work() -> list:
        row = {"username": "somebody", "name": "某", "password_hash": "x", "added_by": user}
        db.session.add(User(id=user, added_at=MADE, **row))
        return [RAISE.ask(user=user, change=2), RAISE.ask(user=new_id(), change=1)]

    with counted() as statements:
        assert act(work) == [[(3, MADE, user)], []]
    assert len([each for each in statements.sent if each.startswith("UPDATE")]) == 2


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_text_that_is_too_long_is_refused(village):
    household = make_household()
    with pytest.raises(DBAPIError):
        act(lambda: store(new_token(household, name="扎" * 61)))
