"""A detail says what its kind of event may say, from the posting on: the log keeps it for ever."""

from uuid import uuid4

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from incentives import ledger
from incentives.ledger import details
from incentives.ledger.audit import audit
from incentives.ledger.kinds import Kind
from tests.ledger.books import open_books


@pytest.mark.parametrize(
    ("kind", "detail"),
    [
        (Kind.AWARD, {"points": 5, "village": "x"}),
        (Kind.AWARD, {"goods": []}),
        (Kind.REDEMPTION, {"goods": [], "receipt": "1"}),
        (Kind.EXPIRY, {"reason": "over"}),
        (Kind.HOUSEHOLD_MOVE, {"reason": "marriage"}),
    ],
)
def test_what_the_audit_would_name_is_never_posted(app, kind, detail):
    books = open_books()
    anna, berta = books.households
    books.post(books.award(anna, 9, detail=dict.fromkeys(details.KEYS[Kind.AWARD], 1)))
    legs = {
        Kind.AWARD: ledger.give("issuance", anna, 5),
        Kind.REDEMPTION: ledger.take(anna, "shop.1", 5),
        Kind.EXPIRY: ledger.take(anna, "expired", 5),
        Kind.HOUSEHOLD_MOVE: ledger.pass_on(anna, berta, 5),
    }
    with pytest.raises(ValueError, match="no detail of kind"):
        books.post(books.draft(kind, legs[kind], record=uuid4(), detail=detail))
    assert len(ledger.statement(books.village, anna, query={"limit": 9})["items"]) == 1
    books.post(books.draft(kind, legs[kind], record=uuid4()))
    assert audit(books.village) == []


KEYS = st.text(st.characters(max_codepoint=127), max_size=8)
VALUES = st.text(st.characters(exclude_categories=["Cs"])) | st.integers(-(2**53) + 1, 2**53 - 1)
DETAILS = st.dictionaries(KEYS, VALUES | st.lists(st.dictionaries(KEYS, VALUES), max_size=3))


@given(DETAILS)
def test_a_detail_is_written_as_rfc_8785_says(detail):
    assert details.write_detail(detail) == rfc8785.dumps(detail).decode()


@pytest.mark.parametrize(
    "detail",
    [
        {"points": 2**53},
        {"points": -(2**53)},
        {"points": 1.5},
        {"points": True},
        {"points": None},
        {"名": "x"},
        {"goods": [{"名": "x"}]},
        {"goods": ["x"]},
        {"goods": [{"points": 2**53}]},
        {"goods": {"points": 1}},
    ],
)
def test_a_detail_that_json_would_carry_otherwise_is_refused(detail):
    with pytest.raises(ValueError, match="detail"):
        details.write_detail(detail)
