"""One writing transaction a request: how it opens, what stays of a refusal, what is tried again."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from incentives.errors import Unavailable, WrongState
from incentives.extensions import db
from incentives.register.models import Division
from incentives.web.transaction import transaction
from tests.factories import VILLAGE, make_village

OLD = "下坝村民委员会"


def name(code: str) -> str:
    return db.session.scalar(select(Division.name_zh).where(Division.code == code))


def rename(text: str) -> None:
    db.session.get_one(Division, VILLAGE).name_zh = text
    db.session.flush()


def test_what_a_refusal_leaves_behind_stays_while_the_work_is_undone(app):
    make_village()
    seen = []

    def work() -> None:
        rename("undone")
        refusal = WrongState()
        refusal.afterwards.append(lambda: seen.append(name(VILLAGE)))
        refusal.afterwards.append(lambda: rename("afterwards"))
        raise refusal

    with pytest.raises(WrongState):
        transaction(work, last=lambda outcome: seen.append(type(outcome)))
    db.session.rollback()
    assert name(VILLAGE) == "afterwards"
    assert seen == [OLD, WrongState]


def test_a_fault_undoes_everything(app):
    make_village()
    with pytest.raises(ZeroDivisionError):
        transaction(lambda: rename("undone") or 1 / 0, first=lambda: rename("first"))
    assert name(VILLAGE) == OLD


def test_work_that_meets_a_deadlock_is_tried_again_up_to_five_times(app):
    make_village()
    tried = []

    class Deadlock(Exception):
        sqlstate = "40P01"

    def work(succeed_at: int):
        tried.append(1)
        rename(f"try {len(tried)}")
        if len(tried) < succeed_at:
            raise OperationalError("UPDATE", {}, Deadlock())
        return len(tried)

    assert transaction(lambda: work(3)) == 3
    db.session.rollback()
    assert name(VILLAGE) == "try 3"
    tried.clear()
    with pytest.raises(Unavailable) as refused:
        transaction(lambda: work(99))
    assert (len(tried), refused.value.headers) == (5, {"Retry-After": "1"})
    assert name(VILLAGE) == "try 3"


def test_a_request_takes_its_key_before_its_savepoint_in_one_transaction(
    site, statements, database
):
    site.token("cadre")
    body = {"door": "12", "head": {"name": "扎西彭措"}}
    statements.clear()
    path = f"/villages/{VILLAGE}/households"
    assert site.call("cadre", "POST", path, body).status_code == 201
    sent = [" ".join(each.split()[:3]) for each in statements.sent]
    key = sent.index("INSERT INTO idempotency_key")
    savepoint = next(at for at, each in enumerate(sent) if each.startswith("SAVEPOINT"))
    release = next(at for at, each in enumerate(sent) if each.startswith("RELEASE"))
    household = sent.index("INSERT INTO household")
    answer = sent.index("UPDATE idempotency_key SET")
    assert key < savepoint < household < release < answer
    if database == "sqlite":
        assert "BEGIN IMMEDIATE" in sent[:key]
        immediate = sent.index("BEGIN IMMEDIATE")
        assert sent.count("BEGIN IMMEDIATE") == 1
        assert not any(each.startswith("INSERT") for each in sent[:immediate])
        assert sent[immediate + 1 : key] == []


def test_a_page_view_takes_no_writer_s_lock(site, statements, database):
    site.token("cadre")
    statements.clear()
    assert site.call("cadre", "GET", f"/villages/{VILLAGE}/households").status_code == 200
    assert site.app.test_client().get(f"/v/{VILLAGE}").status_code == 200
    started = [each.split()[0] for each in statements.sent]
    assert "BEGIN IMMEDIATE" not in statements.sent
    assert not {"INSERT", "UPDATE", "DELETE", "SAVEPOINT"} & set(started)
