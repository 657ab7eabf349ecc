"""The drill: books are backed up under load, go on, are lost whole, and come back.

It is what `docs/backup.md` tells people to do once a quarter, on both databases: restore, start,
catch up, sign, verify, audit.
"""

import shutil
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from incentives.clock import now
from incentives.database import new_id
from incentives.errors import Unavailable
from incentives.extensions import db
from incentives.ledger.seals import rolled_back
from incentives.recovery.models import LostItem, LostKind
from incentives.upkeep.readiness import require_ready
from tests.factories import VILLAGE, make_household
from tests.fund import people as fund
from tests.ledger.books import open_books
from tests.recovery.drill import digest, live_on, make_drill_village
from tests.shop.scenes import PIN, give_points, problem, shopper_of
from tests.site import Site
from tests.upkeep.places import Place, audited, books, findings, sizes

# What a sale under load may be told: no points left, or that others kept it out for too long.
PASSING = ("insufficient_points", "unavailable")
LOCKED = "korrektes pferd batterie\n"


@pytest.fixture
def safe(home, tmp_path) -> Path:
    """A safe with the identity, under a passphrase, and the keys."""
    folder = tmp_path / "safe"
    folder.mkdir()
    made = home.run("backup", "identity", folder / "identity.age", "--passphrase", typed=LOCKED * 2)
    (folder / "recipient").write_text(made.stdout.split()[-1])
    home.keys(folder / "keys.age", "--recipient", (folder / "recipient").read_text())
    return folder


def test_the_drill(home, elsewhere, safe, clock):
    village, other = make_drill_village(home.app), home.ask(lambda: open_books(1))
    home.ask(lambda: other.post(other.award(other.households[0], 10)))
    home.seal()

    before = home.ask(sizes)
    with load(home, village):
        clock.forward(seconds=1)
        backup = home.make("--recipient", (safe / "recipient").read_text())
    while_made = home.ask(sizes)
    clock.forward(hours=1)
    key = live_on(village)
    assert home.seal() == 0, "all of it is sealed"
    last, balances = home.ask(sizes), home.ask(books)
    paper = village.site.call(None, "GET", f"/villages/{VILLAGE}/ledger/checkpoint").text
    unsealed = str(new_id())
    village.counter.sold(village.shopper, soap=1, pin=PIN, key=unsealed)
    lose(home)

    clock.forward(hours=1)
    place = restore(elsewhere(), backup, safe)
    assert before[VILLAGE] <= place.ask(sizes)[VILLAGE] <= while_made[VILLAGE] < last[VILLAGE]
    assert place.ask(audited) == []
    assert len(place.ask(rolled_back)) == 1, "the other village lost nothing"
    village.counter.site = site = Site(place.app)
    refuse_to_write(place, village)

    caught_up = place.run("ledger", "catch-up")
    assert caught_up.exit_code == 0, caught_up.output
    assert (place.ask(sizes), place.ask(books)) == (last, balances)
    assert findings_but_for_the_list(place) == []
    verified_against(place, paper)
    refuse_to_write(place, village)

    sign_both(site)
    assert place.run("ledger", "audit").exit_code == 0
    verified_against(place, paper)
    assert place.ask(books) == balances
    again = village.counter.redeem(village.shopper, soap=2, oil=1, pin=PIN, key=key)
    assert (again.status_code, again.json["status"]) == (200, "already_applied")
    assert place.ask(books) == balances
    village.counter.sold(
        village.shopper, soap=1, pin=PIN, key=unsealed
    )  # in no seal, hence in no book
    assert place.seal() == 1
    verified_against(place, paper)
    assert place.ask(audited) == []


def test_a_place_that_is_restored_can_be_backed_up_and_restored_again(home, elsewhere, safe):
    """Even while it waits: what the list names, and that nothing may be written, goes along."""
    village = make_drill_village(home.app)
    backup = home.make("--recipient", (safe / "recipient").read_text())
    live_on(village)
    balances = home.ask(books)
    lose(home)
    first = restore(elsewhere(), backup, safe)
    assert not first.ask(lambda: require_ready(only_loopback=True, now=now()))
    assert first.run("ledger", "catch-up").exit_code == 0
    listed = first.ask(lost_details)
    again = first.make()
    lose(first)

    second = elsewhere()
    answer = second.run("backup", "restore", again, "--keys", *unlocked(safe), typed=LOCKED)
    assert answer.exit_code == 1, "its audit misses the details that nobody signed for yet"
    assert {each["table"] for each in findings(answer)} == {"event_detail"}
    assert "go on from their seals" in answer.stdout
    village.counter.site = site = Site(second.app)
    refuse_to_write(second, village)
    assert second.ask(lost_details) == listed
    sign_both(site)
    assert second.ask(books) == balances
    assert second.ask(audited) == []


@contextmanager
def load(place, village):
    """Sales over HTTP and income, by two who don't rest, until it is left."""
    begun, stop = threading.Barrier(3), threading.Event()
    done, broken = [], []
    with place.app.app_context():
        shopper = shopper_of(make_household(VILLAGE, "洛桑", door="11"), PIN)
        give_points(shopper.account, 100)
        db.session.remove()

    def sell():
        answer = village.counter.redeem(shopper, soap=1, pin=PIN)
        assert answer.status_code == 201 or problem(answer) in PASSING, answer.text

    def earn():
        with place.app.app_context():
            try:
                fund.give(village.fund, 100)
            except Unavailable:
                pass
            finally:
                db.session.remove()

    def work(act):
        try:
            act()
            begun.wait(60)
            while not stop.is_set():
                act()
                done.append(act)
        except Exception as error:
            broken.append(error)

    threads = [threading.Thread(target=work, args=(each,)) for each in (sell, earn)]
    for thread in threads:
        thread.start()
    begun.wait(60)
    yield
    stop.set()
    for thread in threads:
        thread.join(60)
    assert broken == []
    assert done != []


def lose(place):
    """The disk of data and database is gone: keys, uploads, all."""
    if place.app.config["OWNER_DATABASE_URI"]:
        place.ask(lambda: db.engine.dispose())
    shutil.rmtree(place.data)


def unlocked(safe):
    """The keys and what opens them and the backups, as options."""
    return safe / "keys.age", "--identity", safe / "identity.age"


def restore(place: Place, backup: Path, safe: Path) -> Place:
    """Restore a backup with what the safe has, and be told what is next."""
    answer = place.restore(backup, "--keys", *unlocked(safe), typed=LOCKED)
    assert findings(answer) == []
    assert "don't go on from their seals" in answer.stdout
    assert "flask ledger catch-up" in answer.stdout
    return place


def refuse_to_write(place, village):
    """The service starts, can be read, and takes no sale."""
    assert not place.ask(lambda: require_ready(only_loopback=True, now=now()))
    ready = place.app.test_client().get("/readyz")
    assert (ready.status_code, ready.json["status"]) == (200, "read_only")
    assert village.counter.refused(village.shopper, soap=1, pin=PIN) == "log_rolled_back"


def lost_details() -> set[tuple[str, int]]:
    """The events whose details the list names."""
    found = select(LostItem.village, LostItem.seq).where(LostItem.kind == LostKind.DETAIL)
    return {(row.village, row.seq) for row in db.session.execute(found)}


def findings_but_for_the_list(place):
    """What the audit finds besides the details that are on the list; each of those it finds."""
    found = findings(place.run("ledger", "audit"))
    listed = place.ask(lost_details)
    missing = [each for each in found if each["table"] == "event_detail"]
    assert listed == {(each["village"], each["seq"]) for each in missing}
    assert listed
    return [each for each in found if each not in missing]


def verified_against(place, paper):
    """`flask ledger verify` holds the log against every checkpoint, one from paper besides."""
    answer = place.run("ledger", "verify", "--checkpoint", "-", typed=paper)
    assert (answer.exit_code, answer.stdout) == (0, ""), answer.output


def sign_both(site):
    """Administrator and supervisor sign the list; the second signature ends it."""
    for signer, status in (("administrator", "waiting"), ("supervisor", "ended")):
        body = {"signer": signer, "digest": digest(site)}
        answer = site.call(signer, "POST", "/recovery/signatures", body)
        assert (answer.status_code, answer.json["status"]) == (201, status), answer.text
