"""The drill: books are backed up under load, go on, are lost whole, and come back.

It is what `docs/backup.md` tells people to do once a quarter, on both databases.
"""

import shutil
import threading

from incentives.errors import Unavailable
from incentives.extensions import db
from incentives.ledger.seals import rolled_back
from tests.ledger.books import open_books
from tests.upkeep.places import audited, books, findings, sizes

LOCKED = "korrektes pferd batterie\n"


def test_the_drill(home, elsewhere, tmp_path, clock):
    safe = tmp_path / "safe"
    safe.mkdir()
    made = home.run("backup", "identity", safe / "identity.age", "--passphrase", typed=LOCKED * 2)
    recipient = made.stdout.split()[-1]
    home.keys(safe / "keys.age", "--recipient", recipient)
    one, other = home.ask(lambda: open_books(3)), home.ask(lambda: open_books(1))
    home.ask(lambda: live(one, 20))
    home.ask(lambda: live(other, 5))

    before = home.ask(sizes)
    with posting(home, one):
        clock.forward(seconds=1)
        backup = home.make("--recipient", recipient)
    while_made = home.ask(sizes)
    clock.forward(seconds=1)
    home.ask(lambda: live(one, 4))
    assert home.seal() >= 1
    last = home.ask(sizes)
    lose(home)

    place = elsewhere()
    answer = place.restore(
        backup, "--keys", safe / "keys.age", "--identity", safe / "identity.age", typed=LOCKED
    )
    assert findings(answer) == []
    assert "don't go on from their seals" in answer.stdout
    assert "flask ledger catch-up" in answer.stdout
    restored = place.ask(sizes)
    assert before[one.village] <= restored[one.village] <= while_made[one.village]
    assert restored[one.village] < last[one.village]
    assert restored[other.village] == before[other.village]
    assert place.ask(audited) == []
    assert len(place.ask(rolled_back)) == 1, "the other village lost nothing"
    for balances in place.ask(books).values():
        assert sum(row.balance for row in balances if row.unit == "point") == 0


def live(found, events):
    """Awards and redemptions of a village."""
    for number in range(events):
        household = found.households[number % len(found.households)]
        found.post(found.award(household, 10), found.redemption(household, 3))


class posting:
    """Two who post all the while, until it is left."""

    def __init__(self, place, found):
        self.place, self.found = place, found
        self.begun, self.stop = threading.Event(), threading.Event()
        self.threads = [threading.Thread(target=self.work) for _ in range(2)]

    def work(self):
        with self.place.app.app_context():
            while not self.stop.is_set():
                try:
                    self.found.post(self.found.award(self.found.households[0], 1))
                    self.begun.set()
                except Unavailable:  # a writer of SQLite that others kept out for five seconds
                    continue
            db.session.remove()

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        assert self.begun.wait(60)

    def __exit__(self, *_error):
        self.stop.set()
        for thread in self.threads:
            thread.join()


def lose(place):
    """The disk of data and database is gone: keys, uploads, all."""
    if place.app.config["OWNER_DATABASE_URI"]:
        place.ask(lambda: db.engine.dispose())
    shutil.rmtree(place.data)
