"""Killed before each statement of a posting, one after the other: nothing of it is there, or all.

Every cut is followed by the same request with the same key, which settles it. The controls are the
two ways to part key and effect: there some cut leaves one without the other.
"""

import json
import signal
import time
from collections.abc import Callable, Iterator

import psycopg
import pytest

from incentives.database import new_id
from incentives.ledger.audit import audit
from tests import proving
from tests.factories import VILLAGE
from tests.served.ground import Ground, changed
from tests.served.keeping import Keeper
from tests.served.order import Order
from tests.served.orders import approval, income, proposal, sale

Make = Callable[[Ground, Keeper], Order]
PATIENCE = 60  # seconds
MOST = 400  # statements; a request that sends more never ends


def a_redemption(ground: Ground, _keeper: Keeper) -> Order:
    return sale(ground, str(new_id()))


def an_income(ground: Ground, _keeper: Keeper) -> Order:
    return income(ground, str(new_id()))


def an_award(ground: Ground, keeper: Keeper) -> Order:
    """The approval of an award that was proposed before."""
    proposed = keeper.ask(proposal(ground, str(new_id())))
    assert proposed["status"] == 201, proposed
    return approval(json.loads(proposed["text"])["id"], str(new_id()))


def cut(ground: Ground, keeper: Keeper, order: Order, before: int, fault: str | None) -> bool:
    """Kill the process before its statement of that number; False where it had no more.

    On PostgreSQL the statements are counted on their way to the server, which is waited for until
    it has left off what it had been sent.
    """
    if ground.proxy is None:
        pid = keeper.begin(order, before=before, fault=fault)
        return keeper.tell("result", pid=pid).get("signal") == signal.SIGKILL
    ground.proxy.hold_before(before)
    pid = keeper.begin(order, fault=fault)
    # A request without so many statements ends by itself.
    for _try in range(PATIENCE * 100):
        if ground.proxy.held.wait(0.01):
            break
        if answered(pid):
            assert keeper.tell("result", pid=pid).get("signal") is None
            return False
    else:
        raise TimeoutError("neither held nor answered")
    keeper.end(pid)
    await_end(ground, ground.proxy.drop())
    return True


def answered(pid: int) -> bool:
    """Whether a process has ended, and waits to be told of."""
    with open(f"/proc/{pid}/stat") as file:
        return file.read().rpartition(")")[2].split()[0] == "Z"


def await_end(ground: Ground, ports: list[int]) -> None:
    """Wait until the server has ended what it did for these connections."""
    assert ground.postgresql is not None
    with psycopg.connect(ground.postgresql.superuser, autocommit=True) as connection:
        query = "SELECT count(*) FROM pg_stat_activity WHERE client_port = ANY(%s)"
        for _try in range(PATIENCE * 100):
            if connection.execute(query, [ports]).fetchone() == (0,):
                return
            time.sleep(0.01)
    raise TimeoutError("the server still works for a process that is gone")


def die_before_answering(ground: Ground, keeper: Keeper, order: Order) -> None:
    """Kill the process once all is committed, before anybody is told."""
    if ground.proxy is not None:
        ground.proxy.hold_before(None)
    pid = keeper.begin(order, before=0)
    assert keeper.tell("result", pid=pid) == {"signal": signal.SIGKILL}


def whole_of(ground: Ground, keeper: Keeper, make: Make) -> dict[str, int]:
    """What a request that nothing happens to changes."""
    order = make(ground, keeper)
    keeper.warm([order])
    order = make(ground, keeper)
    before = ground.shape()
    if ground.proxy is not None:
        ground.proxy.hold_before(None)
    answer = keeper.ask(order)
    assert answer["status"] in (200, 201), answer
    return changed(before, ground.shape())


def faults_of_cuts(
    ground: Ground, keeper: Keeper, make: Make, fault: str | None = None
) -> Iterator[str | None]:
    """Cut at every statement: for each, None where it left nothing or all, else what is wrong."""
    whole = whole_of(ground, keeper, make)
    committed = False
    for number in range(1, MOST):
        order = make(ground, keeper)
        before = ground.shape()
        if not cut(ground, keeper, order, number, fault):
            return
        left = changed(before, ground.shape())
        committed = committed or left == whole
        if left not in ({}, whole) or (committed and left != whole):
            yield f"cut {number} left {left}"
        if ground.proxy is not None:
            ground.proxy.hold_before(None)
        again = keeper.ask(order, fault=fault)
        if again.get("status") not in (200, 201):
            yield f"cut {number}, again: {again}"
        elif again["replayed"] != (left == whole):
            yield f"cut {number}, again: replayed is {again['replayed']} after {left}"
        elif changed(before, ground.shape()) != whole:
            yield f"cut {number}, again: {changed(before, ground.shape())}"
        else:
            yield None
    raise TimeoutError("the request has no end")


@pytest.fixture(autouse=True)
def _anew(ground: Ground) -> None:
    if ground.proxy is not None:
        ground.proxy.drop()
        # What the last test wanted held back would hold this one's for ever.
        ground.proxy.hold_before(None)
    ground.begin_anew()


MAKERS = [a_redemption, an_income, an_award]


@pytest.mark.parametrize("make", MAKERS if proving.PROVING else MAKERS[:1])
def test_a_cut_at_any_statement_leaves_nothing_or_all(ground, keeper, make):
    cuts = list(faults_of_cuts(ground, keeper, make))
    assert cuts == [None] * len(cuts)
    assert len(cuts) > 15
    assert audit(VILLAGE) == []
    what = make.__name__.replace("_", " ")
    proving.record(f"cuts: {what}, {ground.database}", cuts=len(cuts), neither_nothing_nor_all=0)


def test_a_cut_before_the_answer_is_settled_by_the_same_request(ground, keeper):
    whole = whole_of(ground, keeper, a_redemption)
    order, before = a_redemption(ground, keeper), ground.shape()
    die_before_answering(ground, keeper, order)
    assert changed(before, ground.shape()) == whole
    again = keeper.ask(order)
    assert (again["status"], again["replayed"]) == (201, True)
    assert changed(before, ground.shape()) == whole


@pytest.mark.parametrize("fault", ["key_first", "key_last"])
def test_control_key_and_effect_apart_are_found(ground, keeper, fault):
    assert any(faults_of_cuts(ground, keeper, an_income, fault))
