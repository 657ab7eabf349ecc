"""Supervisors see whether the books hold, by page and by API; nobody else does."""

import pytest

from incentives.books import audits
from incentives.ledger.seals import CHECKPOINTS, EVENTS
from tests.factories import VILLAGE
from tests.ledger.tampering import tamper, unguard
from tests.site import Site, make_site

PAGE = "/supervise/books"
CALL = f"/villages/{VILLAGE}/ledger/audit"


@pytest.fixture
def site(bare_app) -> Site:
    """A village with staff."""
    return make_site(bare_app)


def break_the_books(site: Site) -> None:
    """A balance edited behind the program's back."""
    with site.app.app_context():
        unguard()
        tamper(f"UPDATE account SET balance = 7 WHERE village = '{VILLAGE}' AND code = 'bank'")


def test_books_that_hold_are_said_to_hold(site):
    assert "All holds" in site.open("supervisor", PAGE)
    assert "Check the books" in site.open("supervisor", "/supervise")
    answer = site.call("supervisor", "GET", CALL)
    assert answer.status_code == 200
    assert answer.json["holds"] is True
    assert answer.json["findings"] == []
    assert answer.json["checked_at"]


def test_an_edited_balance_is_named_in_plain_words(site):
    break_the_books(site)
    page = site.open("supervisor", PAGE)
    assert "Account bank isn" in page
    assert "expected 0, found 7" in page
    assert "The database has lost a guard" in page
    found = site.call("supervisor", "GET", CALL).json
    assert found["holds"] is False
    named = [each for each in found["findings"] if each["table"] == "account"]
    assert [(each["place"], each["column"], each["found"]) for each in named] == [
        ("bank", "balance", "7")
    ]


def test_a_long_log_is_left_to_the_command(site, monkeypatch):
    break_the_books(site)
    monkeypatch.setattr(audits, "EVENTS_AT_ONCE", -1)
    assert f"ledger audit --village {VILLAGE}" in site.open("supervisor", PAGE)
    found = site.call("supervisor", "GET", CALL).json
    assert (found["holds"], found["complete"], found["findings"]) == (False, False, [])


@pytest.mark.parametrize("who", ["cadre", "treasurer", "reviewer", "shopkeeper"])
def test_others_are_refused(site, who):
    assert site.call(who, "GET", CALL).status_code == 403
    assert site.browser(who).get(PAGE).status_code == 403


def test_every_table_has_its_sentence():
    from incentives.ledger.rights import RIGHTS

    assert {*RIGHTS, "database", EVENTS, CHECKPOINTS} == audits.SENTENCES.keys()
