"""What residents read, with a card and without one, is there in Tibetan: the demo county walked."""

import io
import re
import zipfile
from collections.abc import Iterator
from urllib.parse import urljoin

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from incentives.cards.models import Card
from incentives.clock import now, village_day
from incentives.demo.pins import demo_pin
from incentives.extensions import db
from incentives.fund.purposes import purposes
from incentives.register.models import Household
from tests.crawling import crawl, kind_of
from tests.factories import VILLAGE
from tests.site import CSRF
from tests.tibetan import lacking, mark_lacking

HERE = f"/v/{VILLAGE}"
PURPOSES = {each.name_bo for each in purposes().values()}
OF_A_KIND = 4
AT_MOST = 400
ANYONES = ["/", HERE, "/c", "/verify", "/login", "/p", "/patrol", f"{HERE}/notices/9999"]
HOUSEHOLDS = [
    *ANYONES,
    "/c/account",
    "/c/claims",
    "/c/objections",
    "/me",
    "/patrol/shifts",
    "/nowhere",
    "/desk",
    "/admin",
]
ACTION = re.compile(r'<form\b[^>]*method="post"[^>]*?(?:\baction="([^"]*)")?[^>]*>')
# What changes something though nothing is filled in.
DOING = re.compile(r"/(logout|language|hide|lost|withdrawal|code|swaps)\b")
REACHED = {
    "/c/account",
    "/c/awards",
    "/c/awards.xlsx",
    "/c/awards/…",
    "/c/claims",
    "/c/claims/…",
    "/c/claims/new",
    "/c/code",
    "/c/objections",
    "/c/objections/new",
    "/desk/households/…/statement",
    "/desk/households/…/statement.xlsx",
    "/me",
    "/patrol",
    "/patrol/shifts",
    f"{HERE}/calls",
    f"{HERE}/calls/new",
    f"{HERE}/clearing",
    f"{HERE}/done-duties",
    f"{HERE}/duties",
    f"{HERE}/fund",
    f"{HERE}/fund.xlsx",
    f"{HERE}/ledger",
    f"{HERE}/notices",
    f"{HERE}/notices.xlsx",
    f"{HERE}/notices/…",
    f"{HERE}/notices/….xlsx",
    f"{HERE}/prices",
    f"{HERE}/rules",
    f"{HERE}/rules/versions",
    f"{HERE}/shops",
    "/verify",
}


class Resident:
    """A browser in Tibetan, maybe with a card's PIN entered."""

    def __init__(self, app: Flask, card: str = "", pin: str = "") -> None:
        self.browser: FlaskClient = app.test_client()
        self.browser.get("/language/bo")
        if card:
            assert self.send("/c", code=card, pin=pin).status_code == 303

    def send(self, on: str, path: str = "", **typed: str) -> TestResponse:
        """Send a form of the page `on`; to the same address unless said."""
        token = CSRF.search(self.browser.get(on).text)
        assert token is not None
        return self.browser.post(path or on, data={"csrf_token": token[1], **typed})

    def read(self, begin: list[str]) -> Iterator[tuple[str, str]]:
        """Page by page what is read, and what each form says that is sent with nothing in it."""
        sent = set()
        for path, answer in crawl(
            self.browser, begin, of_a_kind=OF_A_KIND, at_most=AT_MOST, sheets=True
        ):
            yield path, text_of(answer)
            for action in ACTION.findall(answer.text) if answer.mimetype == "text/html" else ():
                to = urljoin(path, action)
                if kind_of(to) not in sent and not DOING.search(to):
                    sent.add(kind_of(to))
                    yield f"{path}, sent", text_of(self.send(path, to))


def text_of(answer: TestResponse) -> str:
    """A page's text, or that of a sheet's cells."""
    if "spreadsheet" not in answer.mimetype:
        return answer.get_data().decode(errors="replace")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as parts:
        return "".join(parts.read(each).decode() for each in parts.namelist())


def claim_object_and_report(resident: Resident, done: dict[str, str]) -> list[str]:
    """Make a claim, an objection and a call of a household; where each leads."""
    other = done | {"rule_item": "CL01"}
    missing = {f"about-missing-{name}": value for name, value in other.items()}
    call = {"category": "water", "text": "水管漏水", "place": "桥头"}
    places = []
    for path, typed in (
        ("/c/claims/new", done),
        ("/c/objections/new?missing=1", {"reason": "漏了一次", **missing}),
        (f"{HERE}/calls/new", call),
    ):
        answer = resident.send(path, **typed)
        assert answer.status_code == 303, (path, answer.text)
        places.append(str(answer.location))
    return places


def test_what_residents_read_is_there_in_tibetan(
    bare_county: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with bare_county.app_context():
        household = db.session.scalars(select(Household).filter_by(number=1)).one()
        card = db.session.scalars(select(Card).filter_by(household_id=household.id)).one()
        shown, pin = card.number, demo_pin(VILLAGE, household.number)
        day, person = village_day(now()).isoformat(), str(household.head_id)
        db.session.remove()
    mark_lacking(monkeypatch)
    nobody, resident = Resident(bare_county), Resident(bare_county, shown, pin)
    done = {"rule_item": "CL03", "resident_id": person, "occurred_on": day}
    own = claim_object_and_report(resident, done)
    reached, chinese, purposes_named = set(), set(), set()
    for reader, begin in ((nobody, [*ANYONES, *own]), (resident, [*own, *HOUSEHOLDS])):
        for path, text in reader.read(begin):
            reached.add(kind_of(path))
            chinese |= {(kind_of(path), each) for each in lacking(text)}
            if kind_of(path) == f"{HERE}/notices/…":
                purposes_named |= {each for each in PURPOSES if each in text}
    assert purposes_named
    assert chinese == set()
    assert reached >= REACHED, REACHED - reached
