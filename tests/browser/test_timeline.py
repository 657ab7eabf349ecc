"""From the queue to the household's own page: every step in three languages, and its proof."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from incentives.access.actor import SYSTEM, Actor, Assignment, Role
from incentives.access.operations import add_user
from incentives.access.people import actor_of_user
from incentives.access.queries import find_user
from incentives.awards import operations as awards
from incentives.awards.models import Award
from incentives.cards.operations import issue_card
from incentives.cards.queries import url_of
from incentives.clock import now, village_day
from incentives.extensions import db
from incentives.ledger.seals import seal_all
from incentives.register.models import Household
from tests.awards.scenes import adopt_rules
from tests.browser.conftest import DESKTOP, PHONE, LiveServer, Person
from tests.factories import TOWNSHIP, VILLAGE, act, make_household, staff
from tests.site import PASSWORD, make_site

PIN = "402857"
SIZES = pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])


@pytest.fixture
def card(live_server: LiveServer) -> str:
    """A village in which three acts wait, one of its only reviewer's household; the QR's text."""
    make_site(live_server.app, users=("cadre",), publicity_days=0)
    with live_server.app.app_context():
        adopt_rules()
        home = make_household(VILLAGE, "扎西彭措", "洛绒卓玛")
        other = make_household(VILLAGE, "王建国", door="2")
        household_id = home.id
        add("reviewer", VILLAGE, other)
        add("township", TOWNSHIP)
        user = find_user("cadre")
        assert user is not None
        cadre = actor_of_user(user)
        for head, code in ((home, "CL01"), (home, "CU01"), (other, "CL01")):
            propose(cadre, head.head_id, code)
        made = act(
            lambda: issue_card(
                village=VILLAGE, household_id=household_id, pin=PIN, actor=cadre, now=now()
            )
        )
        return url_of(made).partition("/c#")[2]


def add(username: str, division: str, home: Household | None = None) -> None:
    """A reviewer of a division, maybe the head of a household."""
    resident_id = None if home is None else home.head_id

    def work() -> None:
        add_user(
            username=username,
            name="次仁" if home else "乡镇小陈",
            password=PASSWORD,
            roles=[Assignment(Role.REVIEWER, division)],
            resident_id=resident_id,
            actor=SYSTEM,
            now=now(),
        )

    act(work)


def propose(cadre: Actor, person: object, code: str) -> None:
    def work() -> None:
        awards.propose_award(
            village=VILLAGE,
            act=awards.Act(code, village_day(now()), note="和邻居一起，扫到天黑"),
            quantity=2,
            resident_id=person,
            actor=cadre,
            now=now(),
        )

    act(work)


def turn(server: LiveServer) -> None:
    """Take an award of the household back and give it again, then sign the log."""
    with server.app.app_context():
        award_id = db.session.query(Award).filter_by(rule_code="CL01").order_by(Award.id).first().id
        for work, reason in (
            (awards.reverse_award, "登记重复"),
            (awards.reinstate_award, "查过，没有重复"),
        ):
            actor = staff(Role.REVIEWER)
            act(
                lambda work=work, reason=reason, actor=actor: (
                    work(village=VILLAGE, award_id=award_id, reason=reason, actor=actor, now=now())
                    and None
                )
            )
        seal_all(now=now())
        db.session.remove()


@SIZES
def test_from_the_queue_to_the_household_s_page(card, live_server, person, tmp_path, size):
    reviewer = person(size)
    decide(reviewer)
    township = person(size)
    decide_above(township)
    turn(live_server)
    resident = person(size)
    read_steps(resident, card, tmp_path)


def decide(reviewer: Person) -> None:
    """The village's queue: one is closed to its reviewer, the others are approved in one go."""
    reviewer.sign_in("reviewer")
    page = reviewer.open("/review")
    expect(page.locator(".row")).to_have_count(3)
    closed = page.locator(".row", has_text="王建国")
    expect(closed).to_contain_text("这是你自己家的：要别人来看")
    expect(closed.locator("input[type=checkbox]")).to_have_count(0)
    reviewer.shot("queue")
    page.get_by_role("button", name="这里我能定的都选上").click()
    expect(page.locator(".row input:checked")).to_have_count(2)
    page.get_by_role("button", name="批准", exact=True).click()
    expect(page.locator(".band-done")).to_be_visible()
    expect(page.locator(".row")).to_have_count(1)


def decide_above(township: Person) -> None:
    """What the village's only reviewer can't decide is the township's."""
    township.sign_in("township")
    page = township.open("/review/sent-up")
    expect(page.locator(".row")).to_have_count(1)
    expect(page.locator(".row")).to_contain_text("王建国")
    township.shot("queue-sent-up")
    page.locator(".row input[type=checkbox]").check()
    page.get_by_role("button", name="批准", exact=True).click()
    expect(page.locator(".band-done")).to_be_visible()
    expect(page.locator(".row")).to_have_count(0)
    township.shot("queue-nothing-sent-up")


def read_steps(resident: Person, card: str, folder: Path) -> None:
    """Card and PIN, an act's steps in three languages, its proof as a file and checked."""
    page = resident.open(f"/c#{card}")
    page.locator("#pad-pin").fill(PIN)
    page.get_by_role("button", name="输好了，打开").click()
    page.wait_for_url("**/c/account")
    resident.shot("timeline-account")
    page.get_by_role("link", name="我家做过的事，一步一步看").click()
    page.wait_for_url("**/c/awards")
    resident.shot("timeline-list")
    page.locator(".row a", has_text="公共区域清洁日").click()
    page.wait_for_url(lambda url: "/c/awards/" in url)
    here = page.url.removeprefix(resident.address)
    for language, words in (("zh-CN", "登记重复"), ("bo", "ཕྱིར་བསྡུས"), ("en", "Taken back")):
        resident.open(f"/language/{language}?next={here}")
        expect(page.locator(".timeline")).to_contain_text(words)
        resident.shot(f"timeline-{language}")
    with page.expect_download() as kept:
        page.locator(".timeline a[download]").first.click()
    file = folder / "proof.json"
    kept.value.save_as(file)
    assert json.loads(file.read_text())["format"]
    page.locator(".timeline a", has_text="Check the proof").first.click()
    page.wait_for_url("**/verify#R1*")
    expect(page.locator("main")).to_contain_text("stands in the log")
    resident.shot("timeline-verified")
