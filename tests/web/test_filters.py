"""What narrows a list: the condition on a select and the test of an item say the same."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from flask_babel import lazy_gettext as _
from sqlalchemy import select

from incentives.access.audit import Tag
from incentives.access.models import AuditRow
from incentives.database import new_id
from incentives.extensions import db
from incentives.web.cursors import page
from incentives.web.lists import (
    Column,
    Listing,
    choice,
    days,
    hidden,
    is_there,
    month,
    search,
    year,
)

# The last and the first instant of days, months and years in the villages, eight hours ahead.
TIMES = [
    datetime(2025, 12, 31, 15, 59, 59, tzinfo=UTC),
    datetime(2025, 12, 31, 16, 0, tzinfo=UTC),
    datetime(2026, 2, 28, 15, 59, 59, 999_999, tzinfo=UTC),
    datetime(2026, 2, 28, 16, 0, tzinfo=UTC),
    datetime(2026, 3, 1, 15, 59, tzinfo=UTC),
    datetime(2026, 3, 1, 16, 0, tzinfo=UTC),
]
WORDS = {each: each.value for each in (Tag.SIGNED_IN, Tag.CARD_ISSUED)}


def made(*, whole: bool) -> Listing:
    """The trail as a list, by its columns or by its items."""
    row = {name: name if whole else getattr(AuditRow, name) for name in ("at", "tag", "subject")}
    return Listing(
        "rows",
        _("Audit trail"),
        [Column(_("At"), "at")],
        [
            search(_("What was done"), row["tag"]),
            choice("tag", _("What was done"), WORDS, row["tag"]),
            hidden("subject", _("One record"), row["subject"]),
            *days(row["at"]),
            month(row["at"]),
            year(row["at"]),
        ],
        paged=not whole,
    )


@pytest.fixture
def rows(app) -> list[AuditRow]:
    with app.app_context():
        subject = UUID(int=7)
        for place, at in enumerate(TIMES):
            tag = Tag.SIGNED_IN if place % 2 else Tag.CARD_ISSUED
            db.session.add(AuditRow(tag=tag, at=at, subject=subject))
        sure = {"tag": "100%_sure", "subject": new_id(), "person": new_id()}
        db.session.add(AuditRow(at=TIMES[0], **sure))
        db.session.commit()
        yield list(db.session.scalars(select(AuditRow).order_by(AuditRow.id)))


ASKED: list[tuple[dict[str, Any], int]] = [
    ({}, 7),
    ({"from": "2026-01-01"}, 5),
    ({"to": "2025-12-31"}, 2),
    ({"from": "2026-03-01", "to": "2026-03-01"}, 2),
    ({"from": "2026-03-02"}, 1),
    ({"from": "0001-01-01", "to": "9999-12-31"}, 7),
    ({"from": "9999-12-31"}, 0),
    ({"to": "0001-01-01"}, 0),
    ({"month": "2026-02"}, 1),
    ({"month": "2025-12"}, 2),
    ({"year": 2026}, 5),
    ({"year": 2025}, 2),
    ({"tag": "signed_in"}, 3),
    ({"tag": "signed_in", "year": 2025}, 0),
    ({"subject": str(UUID(int=7))}, 6),
    ({"q": "SIGNED"}, 3),
    ({"q": "100%"}, 1),
    ({"q": "%"}, 1),
    ({"q": "d_i"}, 6),
    ({"q": "'; DROP TABLE audit_row; --"}, 0),
]


def test_a_filter_finds_the_same_in_the_database_and_among_items(rows):
    paged, whole = made(whole=False), made(whole=True)
    for asked, found in ASKED:
        query = paged.query().load(asked)
        chosen = paged.narrow(select(AuditRow).order_by(AuditRow.id), query)
        kept = list(db.session.scalars(chosen))
        assert len(kept) == found, asked
        assert whole.sift(rows, whole.query().load(asked)) == kept, asked


@pytest.mark.parametrize(
    "asked",
    [
        {"from": "2026-02-30"},
        {"month": "2026-13"},
        {"month": "2026-3"},
        {"year": 1},
        {"year": 10**6},
        {"tag": "card_revoked"},
        {"subject": "x"},
        {"q": "x" * 61},
        {"other": "x"},
    ],
)
def test_what_is_no_value_of_a_filter_is_refused(asked):
    assert made(whole=False).query().validate(asked)


def test_a_list_given_whole_has_no_pages():
    assert "after" in made(whole=False).query().fields
    assert "after" not in made(whole=True).query().fields


def test_whether_a_record_has_something_is_a_filter(rows):
    listing = Listing("rows", _("Audit trail"), [], [is_there("by", _("Who"), AuditRow.person)])
    for value, found in ((True, 1), (False, 6), (None, 7)):
        chosen = listing.narrow(select(AuditRow), {"by": value})
        assert len(list(db.session.scalars(chosen))) == found


def test_a_list_in_the_order_of_an_instant_goes_on_after_its_first_page(rows):
    keys = [AuditRow.at.desc(), AuditRow.id.desc()]
    first = page(select(AuditRow), keys, {"limit": 3})
    second = page(select(AuditRow), keys, {"limit": 10, "after": first["next"]})
    assert second["next"] is None
    found = [each.id for each in first["items"] + second["items"]]
    assert found == [each.id for each in sorted(rows, key=lambda row: (row.at, row.id))[::-1]]
