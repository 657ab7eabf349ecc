"""A log's name changes at a `reopen` alone, and by one step: the audit names all else.

Each log here is rewritten whole, by somebody with the database and the signing key: leaves, hashes,
head and checkpoints agree with each other, and only the name of the log is wrong in some place.
"""

from uuid import uuid4

import pytest
from sqlalchemy import text

from incentives import ledger
from incentives.clock import now
from incentives.extensions import db
from incentives.keys import key
from incentives.ledger import merkle, notes
from incentives.ledger.audit import audit
from incentives.ledger.reopening import reopen_log, set_seals_aside
from incentives.ledger.seals import seal_village
from tests.factories import act
from tests.ledger.books import Books, open_books
from tests.ledger.tampering import owner, tamper, unguard

# The log of each test: two awards, sealed, `reopen`, an award, sealed, `reopen`, an award, sealed.
RIGHT = ("", "", "/2", "/2", "/3", "/3")
SIGNED = {2: "", 4: "/2", 6: "/3"}
HERE = "village = :village"
OF_SIZE, OF_SEQ = f"WHERE {HERE} AND size = :size", f"WHERE {HERE} AND seq = :seq"


@pytest.fixture
def books(app) -> Books:
    found = open_books()
    award(found)
    award(found)
    seal_village(found.village, now=now())
    for _ in range(2):
        reopen(found)
        award(found)
        seal_village(found.village, now=now())
    return found


def award(books):
    books.post(books.award(books.households[0], 5))


def reopen(books):
    set_seals_aside(books.village)

    def work():
        ledger.hold([books.village])
        people = {"actor": uuid4(), "approver": uuid4()}
        reopen_log(books.village, last=None, record=uuid4(), now=now(), **people)

    act(work)


def rewrite(books, names, signed=SIGNED, head="/3"):
    """Write the log anew under these names: of each leaf, of each checkpoint, and of the head."""
    village, base = books.village, f"jishan.test/{books.village}"
    unguard()
    frontier, roots = b"", {}
    with owner() as connection:

        def run(statement, **given):
            return connection.execute(text(statement), {"village": village, **given})

        bodies = run("SELECT body FROM leaf WHERE village = :village ORDER BY seq").scalars().all()
        for seq, (body, name) in enumerate(zip(bodies, names, strict=True)):
            lines = bytes(body).split(b"\n")
            lines[1] = f"origin {base}{name}".encode()
            new = b"\n".join(lines)
            frontier, hashes = merkle.append_leaf(seq, frontier, merkle.leaf_hash(new))
            roots[seq + 1] = merkle.root_of(frontier)
            leaf = {"seq": seq, "body": new, "hashes": hashes}
            run(
                f"UPDATE leaf SET body = :body, hashes = :hashes WHERE {HERE} AND seq = :seq",
                **leaf,
            )
        kept = {"frontier": frontier, "origin": base + head}
        run(f"UPDATE log_head SET frontier = :frontier, origin = :origin WHERE {HERE}", **kept)
        for size, name in signed.items():
            root = notes.Root(base + name, size, roots[size])
            note = notes.sign_checkpoint(root, notes.private_key(key("log")))
            row = {"origin": root.origin, "note": note, "size": size}
            run(f"UPDATE checkpoint SET origin = :origin, note = :note {OF_SIZE}", **row)
    db.session.rollback()


def found(books):
    return [(each.table, each.place, each.column) for each in audit(books.village)]


def test_a_log_that_was_opened_anew_is_right(books):
    assert found(books) == []
    rewrite(books, RIGHT)
    assert found(books) == [], "what the rewriting itself does isn't what the others find"


@pytest.mark.parametrize(
    ("names", "wrong"),
    [
        (("", "/2", "/2", "/2", "/3", "/3"), [1]),  # before the event that changes it
        (("/2", "/2", "/2", "/2", "/3", "/3"), [0, 1]),  # from the beginning
        (("", "", "/2", "", "/3", "/3"), [3]),  # back again
        (("", "", "", "/2", "/3", "/3"), [2]),  # one event late
        (("", "", "/3", "/3", "/3", "/3"), [2, 3]),  # a step of two
        (("", "", "/2", "/2", "/4", "/4"), [4, 5]),
        (("", "", "/2", "/2", "/2", "/2"), [4, 5]),  # opened anew, and no other name
        (("", "", "", "", "/2", "/2"), [2, 3, 4, 5]),
        (("", "", "/1", "/2", "/3", "/3"), [2]),
        (("", "", "/02", "/2", "/3", "/3"), [2]),
        (("", "", "/2x", "/2", "/3", "/3"), [2]),
    ],
)
def test_a_leaf_under_another_name_is_named(books, names, wrong):
    rewrite(books, names)
    assert found(books) == [("leaf", str(seq), "body") for seq in wrong]


@pytest.mark.parametrize(
    ("size", "name"), [(2, "/2"), (2, "/3"), (4, ""), (4, "/3"), (6, "/2"), (6, "/4"), (6, "")]
)
def test_a_checkpoint_under_another_name_is_named(books, size, name):
    rewrite(books, RIGHT, signed={**SIGNED, size: name})
    named = found(books)
    assert named
    assert {(table, place) for table, place, _column in named} == {("checkpoint", str(size))}
    assert {"note", "origin"} == {column for _table, _place, column in named}


@pytest.mark.parametrize("name", ["", "/2", "/4"])
def test_a_head_under_another_name_is_named(books, name):
    rewrite(books, RIGHT, head=name)
    assert found(books) == [("log_head", books.village, "origin")]


def test_no_other_kind_of_event_changes_the_name(books):
    """A `reopen` that is made another kind's, in its row alone, is told from its leaf."""
    unguard()
    tamper(f"UPDATE event SET kind = 'award' WHERE village = '{books.village}' AND seq = 4")
    assert found(books) == [("event", "4", "kind")]
    tamper(f"UPDATE event SET kind = 'reopen' WHERE village = '{books.village}' AND seq IN (3, 4)")
    assert found(books) == [("event", "3", "kind")]
