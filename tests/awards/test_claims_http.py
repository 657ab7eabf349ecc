"""Claims on pages and by HTTP: a household behind card and PIN, the desk, the review group."""

import io
import re
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from incentives.access.actor import Role
from incentives.cards.operations import issue_card
from incentives.clock import now
from tests.awards.claiming import photo
from tests.awards.scenes import adopt_rules
from tests.conftest import Clock
from tests.factories import VILLAGE, act, make_household, staff
from tests.site import Site, csrf_of, make_site

PIN = "402857"
AT = f"/villages/{VILLAGE}"
TODAY = "2026-03-02"
NEW = "/c/claims/new"


@pytest.fixture
def site(bare_app: Flask) -> Site:
    """A village with rules, a cadre and a reviewer."""
    site = make_site(bare_app, users=("cadre", "reviewer", "supervisor"), publicity_days=0)
    with bare_app.app_context():
        adopt_rules()
    return site


class Home:
    """A household with a card, and its browser and token."""

    def __init__(self, site: Site, *names: str, door: str) -> None:
        self.site = site
        with site.app.app_context():
            household = make_household(VILLAGE, *names, door=door)
            self.id, self.head = household.id, household.head_id
            household_id = household.id
            cadre = staff(Role.CADRE)
            card = act(
                lambda: issue_card(
                    village=VILLAGE, household_id=household_id, pin=PIN, actor=cadre, now=now()
                )
            )
            self.number = card.number
        self.browser: FlaskClient = site.app.test_client()
        self.browser.get("/language/en")
        self.sign_in()

    def sign_in(self) -> None:
        """Sign in by card and PIN, in the browser and for the API."""
        site = self.site
        typed = {"code": self.number, "pin": PIN, "csrf_token": csrf_of(self.browser, "/c")}
        assert self.browser.post("/c", data=typed).status_code == 303
        answer = site.app.test_client().post(
            "/api/v1/tokens", json={"card": self.number, "pin": PIN}
        )
        site.tokens[self.number] = answer.json["token"]

    def open(self, path: str, status: int = 200) -> str:
        """A page as the household sees it."""
        answer = self.browser.get(path)
        assert answer.status_code == status, (path, answer.status_code, answer.location)
        return answer.text

    def send(self, path: str, on: str | None = None, **typed: Any) -> Any:
        """Send a form of the page `on`."""
        token = csrf_of(self.browser, on or "/c/account")
        data = {"csrf_token": token, **typed}
        return self.browser.post(path, data=data, content_type="multipart/form-data")

    def claim(self, **typed: Any) -> Any:
        """Send the form of a claim."""
        act = {"rule_item": "CL03", "occurred_on": TODAY, "resident_id": str(self.head)}
        return self.send(NEW, on=NEW, **{**act, **typed})

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """Call the API with the card's token."""
        return self.site.call(self.number, method, path, body, **more)


@pytest.fixture
def home(site: Site) -> Home:
    return Home(site, "扎西彭措", "洛绒卓玛", door="1")


@pytest.fixture
def other(site: Site) -> Home:
    return Home(site, "王建国", door="2")


def picture(content: bytes | None = None, name: str = "photo.jpg") -> tuple[io.BytesIO, str]:
    """A file as a browser sends it."""
    return io.BytesIO(content if content is not None else photo()), name


def claimed(answer: Any) -> str:
    """The address of the claim that an accepted form leads to."""
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def test_a_household_mends_its_claim_until_somebody_has_decided(
    site: Site, home: Home, other: Home
) -> None:
    at = claimed(home.claim(note="河边", photo_1=picture()))
    mended = {"occurred_on": TODAY, "quantity": "2", "note": ""}
    assert other.send(f"{at}/mending", **mended).status_code == 404
    for wrong in ({"quantity": "999"}, {"occurred_on": "2099-01-01"}):
        refused = home.send(f"{at}/mending", on=at, **{**mended, **wrong})
        assert refused.status_code == 422
        assert f'id="field-{next(iter(wrong))}-error"' in refused.text
    assert home.send(f"{at}/mending", on=at, **mended).location == at
    award = home.call("GET", f"/villages/{VILLAGE}/awards/{at.rsplit('/', 1)[1]}").json
    assert (award["quantity"], award["points"], award["note"]) == (2, 12, None)
    page = f"/desk/awards/{award['id']}"
    site.send("reviewer", f"{page}/review", on=page, decision="approve")
    assert f"{at}/mending" not in home.open(at)
    assert home.send(f"{at}/mending", **mended).status_code == 409


def test_who_registered_it_mends_it(site: Site, home: Home) -> None:
    act = {"rule_item": "CL03", "occurred_on": TODAY, "lines": [{"resident_id": str(home.head)}]}
    made = site.call("cadre", "POST", f"/villages/{VILLAGE}/awards/batch", act).json["items"][0]
    page = f"/desk/awards/{made['id']}"
    mended = {"occurred_on": TODAY, "quantity": "3", "note": "两公里"}
    assert f"{page}/mending" not in site.open("reviewer", page)
    assert site.send("reviewer", f"{page}/mending", on=page, **mended).status_code == 403
    assert site.send("cadre", f"{page}/mending", on=page, **mended).location == page
    assert "两公里" in site.open("cadre", page)


def test_from_claim_to_answer(site: Site, home: Home, other: Home) -> None:
    assert "Claim points" in home.open("/c/account")
    page = home.open(NEW)
    assert "10 claims are left this week" in page
    # Only what the rules let claim stands to choose.
    assert 'value="CL03"' in page
    assert 'value="PA01"' not in page
    refused = home.claim(rule_item="PA01")
    assert refused.status_code == 422
    assert "the village registers it" in refused.text
    at = claimed(home.claim(note="河边", photo_1=picture()))
    page = home.open(at)
    assert "To be reviewed" in page
    thumbnail = re.search(r'src="(/v/\d+/files/[^"]+/thumbnail)"', page)
    assert thumbnail
    small = home.browser.get(thumbnail[1])
    assert (small.status_code, small.mimetype) == (200, "image/jpeg")
    assert b"SECRET" not in small.data
    assert small.headers["Cache-Control"] == "private, no-store"
    for path in (thumbnail[1], thumbnail[1].removesuffix("/thumbnail"), at):
        other.open(path, 404)
    assert site.browser("cadre").get(thumbnail[1]).status_code == 404
    assert thumbnail[1] in site.open("reviewer", "/review")
    award = at.rsplit("/", 1)[1]
    no = {"decision": "reject", "reason": "照片上看不清"}
    site.send("reviewer", f"/desk/awards/{award}/review", on=f"/desk/awards/{award}", **no)
    for path in ("/c/account", "/c/claims", at):
        assert "No, says reviewer 某: 照片上看不清" in home.open(path)
    assert f"{at}/objection" in home.open(at)
    objected = home.send(f"{at}/objection", on=f"{at}/objection", reason="再看看")
    assert objected.location == f"/c/awards/{award}"
    page = home.open(at)
    assert "再看看" in page
    assert f"{at}/objection" not in page


def test_a_household_withdraws_its_own_claim_only(home: Home, other: Home) -> None:
    at = claimed(home.claim())
    assert other.send(f"{at}/withdrawal").status_code == 404
    assert other.send(f"{at}/photo", photo=picture()).status_code == 404
    assert other.send(f"{at}/objection", reason="x").status_code == 404
    assert "needs a photo" in home.open(at)
    award = at.rsplit("/", 1)[1]
    page = f"/desk/awards/{award}"
    for address, typed in (("/review", {"ids": award}), (f"{page}/review", {})):
        on = address if address == "/review" else page
        refused = home.site.send("reviewer", address, on=on, decision="approve", **typed)
        assert refused.status_code == 422
        assert "there is none yet" in refused.text
    assert home.send(f"{at}/photo", photo=picture()).location == at
    assert "needs a photo" not in home.open(at)
    assert home.send(f"{at}/withdrawal").location == at
    page = home.open(at)
    assert "Withdrawn" in page
    assert f"{at}/withdrawal" not in page
    assert home.send(f"{at}/withdrawal").status_code == 409
    assert home.send(f"{at}/photo", photo=picture()).status_code == 409


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"<svg onload=alert(1)>", 415),
        (b"\xff\xd8\xff" + b"no photo" * 40, 422),
        (b"\x89PNG\r\n\x1a\n", 422),
    ],
    ids=["svg", "fake", "cut"],
)
def test_what_is_no_photo_leaves_no_claim(home: Home, content: bytes, status: int) -> None:
    answer = home.claim(photo_1=picture(), photo_2=picture(content))
    assert answer.status_code == status
    assert "No claims yet" in home.open("/c/claims")


def test_what_is_too_large_isnt_even_read(home: Home) -> None:
    body, kind = b"0" * (10 * 1024 * 1024 + 1), "multipart/form-data; boundary=x"
    assert home.browser.post(NEW, data=body, content_type=kind).status_code == 413


def test_a_claim_sent_twice_is_one(home: Home) -> None:
    key = re.search(r'name="idempotency_key" value="([^"]+)"', home.open(NEW))
    assert key
    first = home.claim(idempotency_key=key[1])
    assert home.claim(idempotency_key=key[1]).location == claimed(first)
    again = home.claim()
    assert again.status_code == 422
    assert "in already for that day" in again.text


def test_the_weeks_claims_are_told_and_end(site: Site, clock: Clock) -> None:
    clock.forward(days=6)
    home = Home(site, "扎西彭措", door="1")
    body = {"resident_id": str(home.head)}
    for day in range(1, 6):
        for code in ("CL03", "NE02"):
            act = {**body, "rule_item": code, "occurred_on": f"2026-03-0{day}"}
            assert home.call("POST", f"{AT}/claims", act).status_code == 201
    page = home.open(NEW)
    assert "You can claim again from Monday" in page
    assert "rule_item" not in page
    act = {**body, "rule_item": "SA01", "occurred_on": TODAY}
    refused = home.call("POST", f"{AT}/claims", act)
    assert (refused.status_code, refused.json["type"]) == (422, "/problems/cap_exceeded")
    assert (refused.json["left"], refused.json["again_on"]) == (0, "2026-03-09")
    assert "9 Mar 2026" in refused.json["detail"]


def test_one_who_lives_alone_isnt_asked_who_did_it(other: Home) -> None:
    page = other.open(NEW)
    assert f'<input type="hidden" name="resident_id" value="{other.head}">' in page
    assert claimed(other.claim(rule_item="NE01"))


def test_staff_write_claims_down_for_others(site: Site, home: Home, other: Home) -> None:
    at = f"/desk/households/{home.id}"
    assert f"{at}/claims/new" in site.open("cadre", at)
    typed = {"rule_item": "NE01", "occurred_on": TODAY}
    stranger = site.send("cadre", f"{at}/claims/new", **typed, on_behalf_of=str(other.head))
    # Another household's person: kept for that household, never for this one.
    kept = site.send("cadre", f"{at}/claims/new", **typed, on_behalf_of=str(home.head))
    assert kept.status_code == 303
    assert stranger.status_code == 303
    page = home.open("/c/claims")
    address = re.search(r'href="(/c/claims/[0-9a-f-]{36})"', page)
    assert address
    assert "Claimed on behalf of 扎西彭措" in home.open(address[1])
    assert "cadre 某" in home.open(address[1])
    assert "written down by cadre 某" in page
    home.claim(rule_item="CL01")
    assert home.open("/c/claims").count("written down by") == 1
    for who in ("reviewer", "supervisor"):
        assert site.browser(who).get(f"{at}/claims/new").status_code == 403
    answer = home.browser.get(f"{at}/claims/new")
    assert answer.status_code in (403, 404)


def test_thumbnails_follow_the_access_of_their_photos(site: Site, home: Home, other: Home) -> None:
    brought = home.call("POST", f"{AT}/files", data={"file": picture()})
    at = f"{AT}/files/{brought.json['id']}/thumbnail"
    assert home.call("GET", at).mimetype == "image/jpeg"
    assert site.call("reviewer", "GET", at).status_code == 404
    body = {"rule_item": "CL03", "occurred_on": TODAY, "evidence": [brought.json["id"]]}
    sent = home.call("POST", f"{AT}/claims", {**body, "resident_id": str(home.head)})
    assert sent.status_code == 201, sent.text
    seen = {
        who: site.call(who, "GET", at).status_code for who in ("reviewer", "cadre", "supervisor")
    }
    assert seen == {"reviewer": 200, "cadre": 404, "supervisor": 404}
    nothing = f"{AT}/files/{UUID(int=7)}/thumbnail"
    for call in (other.call, lambda *args: site.call("cadre", *args)):
        refused, absent = call("GET", at), call("GET", nothing)
        assert refused.status_code == absent.status_code == 404
        assert refused.json["type"] == absent.json["type"]
    assert site.call(None, "GET", at).status_code == 401
    paper = io.BytesIO(b"%PDF-1.7\n%%EOF"), "paper.pdf"
    pdf = home.call("POST", f"{AT}/files", data={"file": paper}).json["id"]
    assert home.call("GET", f"{AT}/files/{pdf}").status_code == 200
    assert home.call("GET", f"{AT}/files/{pdf}/thumbnail").status_code == 404
