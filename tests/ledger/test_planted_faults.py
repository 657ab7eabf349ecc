"""A fault in the ledger doesn't go unseen: each one planted here is caught by a known program.

Caught means: what the ledger does isn't what the model says, or the audit finds it, or the
database refuses it. Without a fault the same programs pass (`test_properties.py`).
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy.exc import DBAPIError

from incentives.clock import now
from incentives.errors import Refusal
from incentives.ledger import allowances, lines, merkle, planning, posting, statements, writing
from incentives.ledger.kinds import Kind
from incentives.ledger.queries import Position
from incentives.ledger.seals import signing as sealing
from incentives.recovery.operations import leases
from incentives.recovery.operations import signing as recovery
from tests.ledger.test_properties import KNOWN, Program, play

FAULTS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {}


def fault(plant: Callable[[pytest.MonkeyPatch], None]) -> Callable[[pytest.MonkeyPatch], None]:
    """Lists a fault by its name."""
    FAULTS[plant.__name__] = plant
    return plant


@fault
def debt_is_not_filled_first(patch):
    patch.setattr(planning, "into", lambda code, n, book: [(f"h.{code}", n)])


@fault
def debt_is_taken_before_what_is_there(patch):
    right = planning.out_of
    patch.setattr(planning, "out_of", lambda *given: right(*given)[::-1])


@fault
def a_reversal_forgets_a_point(patch):
    right = planning.undo
    patch.setattr(planning, "undo", lambda one, other, n: right(one, other, max(1, n - 1)))


@fault
def a_reversal_takes_all_as_debt(patch):
    def out_of(household, has, amount):
        return [(f"h.{household}", 0), (f"debt.{household}", amount)]

    patch.setattr(planning, "out_of", out_of)


@fault
def a_sale_can_be_reversed(patch):
    patch.setattr(planning, "REVERSIBLE", frozenset(Kind))


@fault
def an_event_is_reversed_twice(patch):
    right = posting.read_mirrored

    def read_mirrored(*given):
        return {
            event: planning.Mirrored(each.village, each.kind, each.transfers, reversed=False)
            for event, each in right(*given).items()
        }

    patch.setattr(posting, "read_mirrored", read_mirrored)


@fault
def what_is_held_back_is_spent(patch):
    patch.setattr(planning.Book, "held_back", lambda *_given: 0)


@fault
def an_allowance_is_used_twice(patch):
    patch.setattr(planning.Book, "use_allowance", lambda *_given: None)


@fault
def a_lease_cannot_use_its_own_allowance(patch):
    right = planning.Book.held_back
    patch.setattr(
        planning.Book, "held_back", lambda book, household, _lease: right(book, household, None)
    )


@fault
def more_is_held_back_than_there_is(patch):
    def positions(_village, households):
        return {each: Position(balance=10**9, spendable=10**9, debt=0) for each in households}

    patch.setattr(allowances, "positions", positions)


@fault
def who_owes_passes_points_on(patch):
    right = planning.passed_on
    patch.setattr(planning, "passed_on", lambda leg, _kind, book: right(leg, Kind.REVERSAL, book))


@fault
def a_version_is_not_raised(patch):
    right = planning.transfer

    def transfer(book, *given):
        planned = right(book, *given)
        book.holding(planned.source).version -= 1
        return planned

    patch.setattr(planning, "transfer", transfer)


@fault
def a_balance_is_read_before_the_lock(patch):
    right = planning.transfer

    def transfer(book, *given):
        planned = right(book, *given)
        book.holding(planned.target).balance -= planned.amount
        return planned

    patch.setattr(planning, "transfer", transfer)


@fault
def a_salt_is_used_again(patch):
    patch.setattr(writing.secrets, "token_hex", lambda size: "ab" * size)


@fault
def a_leaf_has_no_salt(patch):
    patch.setattr(writing.secrets, "token_hex", lambda _size: "")


@fault
def a_leaf_leaves_out_who_acted(patch):
    right = writing.leaf_of

    def leaf_of(event, *given):
        return right(replace(event, actor=None), *given)

    patch.setattr(writing, "leaf_of", leaf_of)


@fault
def the_tree_grows_by_another_leaf(patch):
    right = merkle.append_leaf

    def append_leaf(size, frontier, _hashed):
        return right(size, frontier, merkle.leaf_hash(b"another"))

    # Only where it is written: the audit goes on to grow its own as it should.
    patch.setattr(
        writing, "merkle", SimpleNamespace(**{**vars(merkle), "append_leaf": append_leaf})
    )


@fault
def time_stands_still(patch):
    patch.setattr(writing, "TICK", timedelta(0))


@fault
def a_detail_is_stored_otherwise(patch):
    right = writing.add_detail

    def add_detail(page, *given):
        committed = right(page, *given)
        if committed is not None:
            event, text, key = page.details[-1]
            page.details[-1] = event, text + " ", key
        return committed

    patch.setattr(writing, "add_detail", add_detail)


@fault
def a_statement_loses_a_line_between_pages(patch):
    right = lines.lines
    patch.setattr(
        statements,
        "lines",
        lambda village, code, *, low, high: right(village, code, low=low + (high > 3), high=high),
    )


@fault
def leases_end_in_catching_up_and_debts_stay(patch):
    patch.setattr(leases, "pay_debts", lambda *_given, **_named: None)


@fault
def a_lost_detail_is_not_entered_as_erased(patch):
    patch.setattr(recovery, "erase_lost_details", lambda *_given, **_named: None)


@fault
def a_checkpoint_is_dated_before_its_events(patch):
    right = sealing.keep_checkpoint
    patch.setattr(
        sealing,
        "keep_checkpoint",
        lambda village, root, note, _at: right(village, root, note, now()),
    )


# The model disagrees or the audit finds something; the database refuses; so does the service,
# where the model says that it goes. A fault that only breaks its own program is no proof.
CAUGHT = (AssertionError, DBAPIError, Refusal, pytest.fail.Exception)


def is_caught(clock, copies) -> bool:
    """Whether one of the known programs fails."""
    for acts in KNOWN.values():
        try:
            play(Program(clock, copies), *acts)
        except CAUGHT:
            return True
        except ValueError as error:
            if "no event of kind" not in str(error):  # what the ledger's own rules say to itself
                raise
            return True
    return False


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_caught(app, clock, copies, monkeypatch, name):
    FAULTS[name](monkeypatch)
    assert is_caught(clock, copies)
