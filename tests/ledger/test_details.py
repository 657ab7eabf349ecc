"""A detail says what its kind of event may say, from the posting on: the log keeps it for ever."""

from uuid import uuid4

import pytest

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
