"""Whatever is changed past the guards is found, and named by table, row and column.

Each column of the ledger's tables stands in one of three lists: every change of it is found, or
what no history explains is, or none can be. `JISHAN_PROVE=1` tries a thousand histories, each
audited clean before and after; `JISHAN_SEED` repeats a run.
"""

from datetime import timedelta
from random import Random
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from incentives.clock import now
from incentives.extensions import db
from incentives.ledger.audit import Finding, audit, audit_database
from incentives.ledger.audit.reading import plain
from incentives.ledger.examining import examine_with_seals
from incentives.ledger.models import LogHead
from tests import proving
from tests.ledger.story import Story, random_story
from tests.ledger.tampering import (
    NOWHERE,
    TABLES,
    Change,
    Row,
    carry_out,
    other_value,
    owner,
    rows_in,
    undo,
    unguard,
)

HISTORIES = proving.scaled(1_000, least=16)

PROVEN = {
    "log_head": {"village", "origin", "size", "at", "frontier"},
    "account": {"village", "code", "unit", "kind", "balance", "version"},
    "event": {"id", "village", "seq", "at", "kind", "occurred_on", "actor", "approver"}
    | {"reverses", "detail", "salt", "record"},
    "event_detail": {"event_id", "text", "key"},
    "erasure": {"event_id"},
    "transfer": {"village", "seq", "line", "from_code", "to_code", "unit", "amount"}
    | {"from_balance_after", "from_version", "to_balance_after", "to_version"},
    "leaf": {"village", "seq", "body", "hashes"},
    "checkpoint": {"origin", "size", "village", "note"},
    "actor_code": {"village", "code"},
}
# Found where no history explains it: a checkpoint signed before its newest event, more held back
# than a household owns, held back of what is no household's.
BOUNDED = {
    "checkpoint": {"at"},
    "allowance": {"village", "account_code", "points"},
}
# Not in the leaf, and nothing else is made of them. (An event's record the seals keep.)
UNPROVEN = {
    "erasure": {"at", "actor", "ground"},
    "allowance": {"lease", "ends_at"},
    "actor_code": {"person"},
}
# A row that went, or came, is missed; others may go by rights (an allowance, a person's code).
MISSED = ("account", "event", "event_detail", "erasure", "transfer", "leaf", "checkpoint")
MISSED_IN = {"log_head": "account", "erasure": "event_detail"}
SWAPPED = ("account", "event", "event_detail", "transfer", "leaf")


def test_every_column_is_in_one_of_the_lists():
    for name, table in TABLES.items():
        lists = [each.get(name, set()) for each in (PROVEN, BOUNDED, UNPROVEN)]
        listed = sorted(column for each in lists for column in each)
        assert listed == sorted(table.columns.keys()), name


def look(village: str) -> list[Finding]:
    """Everything that an audit of all villages would say of this one, and of the database."""
    db.session.rollback()
    heads = list(
        db.session.scalars(select(LogHead.village).where(LogHead.village.in_([village, NOWHERE])))
    )
    return [
        *audit_database(),
        *(each for head in heads for each in examine_with_seals(head).findings),
    ]


def is_named(change: Change, findings: list[Finding], numbers: dict[str, int]) -> bool:
    """Whether a finding points at a changed row of the table, and at a column of it."""
    tables = {"event", "leaf"} if change.table in ("event", "leaf") else {change.table}
    if change.after is None:
        tables = {MISSED_IN.get(change.table, change.table), *tables}
    columns = change.columns()
    places = set()
    for row in (change.before, change.after):
        if row is not None:
            places |= places_of(change.table, row, numbers)
    return any(
        each.table in tables
        and columns.intersection(each.column.split("/"))
        and each.place in places
        for each in findings
    )


def places_of(table: str, row: Row, numbers: dict[str, int]) -> set[str]:
    """Where a finding may say that a row is; `numbers` are the events' by their ids."""
    if table in ("event_detail", "erasure"):
        event = str(plain(row["event_id"]))
        return {event, str(row["event_id"]), str(numbers.get(event))}
    known = {
        "log_head": "village",
        "account": "code",
        "checkpoint": "size",
        "allowance": "account_code",
        "actor_code": "code",
    }
    own = str(row[known.get(table, "seq")])
    if table == "transfer":
        own = f"{row['seq']}/{row['line']}"
    partner = own.replace("h.", "debt.") if table == "account" else own
    return {own, partner, str(row["village"])}


def rows_of(village: str) -> dict[str, list[Row]]:
    """All of a village's rows, by table."""
    with owner() as connection:
        return {name: rows_in(connection, name, village) for name in TABLES}


def edit(rng: Random, kept: dict[str, list[Row]]) -> list[Change]:
    """One field of one row becomes another value."""
    table = rng.choice([name for name in PROVEN for _ in PROVEN[name]])
    row, column = rng.choice(kept[table]), rng.choice(sorted(PROVEN[table]))
    if table == "account" and not row["version"] and row["code"].startswith("spending."):
        return []  # an account that nothing moved is like one that was never opened
    value = other_value(rng, column, row[column], kept[table])
    return [Change(table, row, {**row, column: value})] if value != row[column] else []


def deletion(rng: Random, kept: dict[str, list[Row]]) -> list[Change]:
    """One row goes."""
    table = rng.choice([*MISSED, "log_head"])
    row = rng.choice(kept[table])
    untouched = table == "account" and not row["version"]
    return [] if untouched else [Change(table, row, None)]


def insertion(rng: Random, kept: dict[str, list[Row]]) -> list[Change]:
    """One row comes, much like another."""
    table = rng.choice([name for name in TABLES if name != "log_head"])
    row = rng.choice(kept[table])
    size = len(kept["event"])
    new = uuid4() if isinstance(kept["event"][0]["id"], UUID) else uuid4().hex
    bare = [each["id"] for each in kept["event"] if each["detail"] is None]
    changes = {
        "account": {"code": "h.zzzzzzzz", "kind": "household", "unit": "point", "balance": 0},
        "event": {"id": new, "seq": size, "reverses": None, "record": None},
        "event_detail": {"event_id": rng.choice([*bare, new])},
        "erasure": {"event_id": rng.choice([*bare, new])},
        "transfer": {"line": 7, "from_version": 10**6, "to_version": 10**6},
        "leaf": {"seq": size + rng.randrange(3)},
        "checkpoint": {"size": row.get("size", 0) + rng.choice([-1, 1, 1000])},
        "allowance": {"lease": new, "points": rng.choice([-1, 10**6])},
        "actor_code": {"person": new, "code": "zzzzzzzz"},
    }[table]
    return [Change(table, None, {**row, **changes})]


def swap(rng: Random, kept: dict[str, list[Row]]) -> list[Change]:
    """Two rows change places."""
    table = rng.choice(SWAPPED)
    if len(kept[table]) < 2:
        return []
    one, other = rng.sample(kept[table], 2)
    keys = {"account": ("code",), "event": ("seq",), "event_detail": ("event_id",)}
    key = keys.get(table, ("seq", "line"))
    fixed = {name for name in one if name in key}
    if all(one[name] == other[name] for name in PROVEN[table] - fixed):
        return []
    return [
        Change(table, row, {**with_, **{name: row[name] for name in fixed}})
        for row, with_ in ((one, other), (other, one))
    ]


def random_changes(rng: Random, kept: dict[str, list[Row]]) -> list[Change]:
    """What somebody did to a village's rows, and the database let pass."""
    acts = [edit] * 17 + [deletion, insertion, swap]
    while True:
        changes = rng.choice(acts)(rng, kept)
        if changes and carry_out(*changes):
            return changes


def test_random_tampering_is_found_and_named_and_a_clean_history_never(app, database, clock):
    proof = f"tampering, {database}"
    rng = proving.seeded(proof)
    stories = [random_story(rng, clock) for _ in range(HISTORIES)]
    villages = [story.books.village for story in stories]
    assert [examine_with_seals(each).findings for each in villages] == [[]] * HISTORIES
    unguard()
    missed = []
    for story in stories:
        village = story.books.village
        kept = rows_of(village)
        numbers = {str(plain(row["id"])): row["seq"] for row in kept["event"]}
        changes = random_changes(rng, kept)
        findings = look(village)
        if not all(is_named(change, findings, numbers) for change in changes):
            about = [each for each in findings if each.table != "database"]
            missed.append((changes, about))
        undo(*changes)
        assert audit(village) == [], changes
    named = HISTORIES - len(missed)
    proving.record(proof, tampered=HISTORIES, named=named, clean_audits=2 * HISTORIES, alarms=0)
    assert missed == []


@pytest.fixture
def story(app, clock) -> Story:
    """One history, always the same, in a database without guards."""
    found = random_story(Random(7), clock)
    unguard()
    return found


def test_every_proven_column_is_named_when_it_changes(story):
    kept, rng = rows_of(story.books.village), proving.seeded("each column")
    numbers = {str(plain(row["id"])): row["seq"] for row in kept["event"]}
    for table, columns in PROVEN.items():
        for column in sorted(columns):
            changes: list[Change] = []
            while not (changes and carry_out(*changes)):
                row = rng.choice(kept[table])
                if table == "account" and not row["version"]:
                    continue
                value = other_value(rng, column, row[column], kept[table])
                changed = value != row[column]
                changes = [Change(table, row, {**row, column: value})] if changed else []
            findings = look(story.books.village)
            about = [each for each in findings if each.table != "database"]
            assert is_named(changes[0], findings, numbers), (changes, about)
            undo(*changes)
    assert audit(story.books.village) == []


def test_what_no_history_explains_is_named(story):
    kept = rows_of(story.books.village)
    events = {row["seq"]: row["at"] for row in kept["event"]}
    signed = next(row for row in kept["checkpoint"] if row["size"])
    held = kept["allowance"][-1]
    debt = held["account_code"].replace("h.", "debt.")
    for table, row, column, value in (
        ("checkpoint", signed, "at", events[signed["size"] - 1] - 1),
        ("allowance", held, "points", 10**6),
        ("allowance", held, "points", -1),
        ("allowance", held, "account_code", debt),
        ("allowance", held, "account_code", "h.zzzzzzzz"),
        ("allowance", held, "village", NOWHERE),
    ):
        change = Change(table, row, {**row, column: value})
        assert carry_out(change)
        assert is_named(change, look(story.books.village), {}), change
        undo(change)


def test_what_no_audit_can_tell_stays_unsaid(story):
    """Said in docs/ledger.md; should one of these be found one day, that page is to be mended."""
    kept = rows_of(story.books.village)
    other = uuid4() if isinstance(kept["event"][0]["id"], UUID) else uuid4().hex
    later = (now() + timedelta(days=1)).isoformat()
    for table, column, value in (
        ("erasure", "at", 1),
        ("erasure", "actor", other),
        ("erasure", "ground", "another"),
        ("allowance", "lease", other),
        ("allowance", "ends_at", later),
        ("actor_code", "person", other),
    ):
        row = kept[table][0]
        change = Change(table, row, {**row, column: value})
        assert carry_out(change)
        assert examine_with_seals(story.books.village).findings == [], change
        undo(change)
    assert {(table, column) for table, columns in UNPROVEN.items() for column in columns} == {
        ("erasure", "at"),
        ("erasure", "actor"),
        ("erasure", "ground"),
        ("allowance", "lease"),
        ("allowance", "ends_at"),
        ("actor_code", "person"),
    }
