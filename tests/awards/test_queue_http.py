"""The queue by HTTP and on pages: a village's own, and the township's of what was sent up."""

from typing import Any

import pytest
from flask import Flask
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from incentives.access import operations
from incentives.access.actor import SYSTEM, Role
from incentives.access.queries import find_user
from incentives.awards import cover
from incentives.clock import now, village_day
from incentives.register.operations import set_policy
from incentives.register.policy import IssuanceCover, Policy
from tests.awards.test_http import AT, adopt, people, propose
from tests.factories import TOWNSHIP, VILLAGE, act
from tests.site import Site, add_account, make_site

ABOVE = {"township": Role.REVIEWER, "watcher": Role.SUPERVISOR}
QUEUE = f"/divisions/{VILLAGE}/review-queue"
SENT_UP = f"/divisions/{TOWNSHIP}/review-queue"


@pytest.fixture
def site(bare_app: Flask) -> Site:
    """A village with a reviewer, and a township with a reviewer and a supervisor."""
    made = make_site(
        bare_app, users=("cadre", "reviewer", "supervisor", "overseer"), publicity_days=0
    )
    with bare_app.app_context():
        for username, role in ABOVE.items():
            add_account(username, (role, TOWNSHIP))
    adopt(made)
    return made


def retire(site: Site) -> None:
    """Let the village have no reviewer any more."""
    with site.app.app_context():
        user = find_user("reviewer")
        assert user is not None
        user_id = user.id
        act(lambda: operations.deactivate_user(user_id=user_id, actor=SYSTEM, now=now()) and None)


def items(site: Site, who: str, queue: str) -> list[dict[str, Any]]:
    answer = site.call(who, "GET", queue)
    assert answer.status_code == 200, answer.text
    return list(answer.json["items"])


def test_a_row_says_all_that_a_decision_rests_on(site: Site) -> None:
    one = people(site, "扎西彭措")[0]
    propose(site, one, occurred_on="2026-02-27")
    award = propose(site, one, quantity=2).json
    first, second = items(site, "reviewer", QUEUE)
    assert second["award"]["id"] == award["id"]
    assert second["award"]["proposer"] == "cadre 某"
    assert (second["village"], second["rulebook"], second["waiting_days"]) == (VILLAGE, 1, 0)
    assert (second["overdue"], second["closed"], second["sent_up"]) == (False, None, False)
    cap = [second[name] for name in ("cap_points", "cap_per", "cap_period", "cap_used")]
    assert cap == [24, "person", "month", 8]
    assert second["recent"] == [
        {"occurred_on": "2026-02-27", "points": 4, "status": "proposed"},
    ]
    assert first["recent"] == []


def test_a_queue_is_paged_oldest_first(site: Site) -> None:
    one, two = people(site, "扎西彭措", "洛绒卓玛")
    ids = [propose(site, each).json["id"] for each in (one, two)]
    page = site.call("reviewer", "GET", f"{QUEUE}?limit=1").json
    assert [each["award"]["id"] for each in page["items"]] == ids[:1]
    rest = site.call("reviewer", "GET", f"{QUEUE}?limit=1&after={page['next']}").json
    assert [each["award"]["id"] for each in rest["items"]] == ids[1:]
    assert rest["next"] is None


def test_many_are_decided_in_one_go_from_the_queue(site: Site) -> None:
    ids = [propose(site, each).json["id"] for each in people(site, "扎西彭措", "洛绒卓玛")]
    no_reason = site.call("reviewer", "POST", QUEUE, {"ids": ids, "decision": "reject"})
    assert no_reason.json["errors"][0]["pointer"] == "/reason"
    answer = site.call("reviewer", "POST", QUEUE, {"ids": ids, "decision": "approve"})
    assert [each["status"] for each in answer.json["items"]] == ["posted", "posted"]
    assert items(site, "reviewer", QUEUE) == []


def test_a_reason_that_is_missing_is_asked_for_above_the_queue(site: Site) -> None:
    award = propose(site, people(site, "扎西彭措")[0]).json["id"]
    page = site.open("reviewer", "/review")
    assert page.index('id="queue"') < page.index('name="reason"')
    refused = site.send("reviewer", "/review", ids=award, decision="reject")
    assert refused.status_code == 422
    assert "Say why: the household reads it" in refused.text
    assert refused.text.count('name="reason"') == 1
    assert refused.text.index('name="reason"') < refused.text.index('id="queue"')


def test_who_may_read_and_decide_a_queue(site: Site) -> None:
    award = propose(site, people(site, "扎西彭措")[0]).json
    for who in ("cadre", "supervisor", "overseer"):
        assert site.call(who, "GET", QUEUE).json["type"] == "/problems/not_permitted"
    for who in ("reviewer", "cadre", "supervisor"):
        assert site.call(who, "GET", SENT_UP).json["type"] == "/problems/not_found"
    assert site.call(None, "GET", QUEUE).status_code == 401
    assert site.call("township", "GET", "/divisions/513336999/review-queue").status_code == 404
    body = {"ids": [award["id"]], "decision": "approve"}
    for who, queue in (("township", QUEUE), ("watcher", QUEUE), ("supervisor", QUEUE)):
        answer = site.call(who, "POST", queue, body)
        assert answer.json["type"] == "/problems/not_permitted", (who, answer.text)
    assert site.call("township", "POST", SENT_UP, body).json["type"] == "/problems/not_permitted"
    one = site.call("watcher", "POST", f"{AT}/awards/{award['id']}/review", {"decision": "approve"})
    assert one.json["type"] == "/problems/not_permitted"


def test_the_township_sees_no_names_of_what_isn_t_its_to_decide(site: Site) -> None:
    propose(site, people(site, "扎西彭措")[0], note="扎西扫了一天")
    (seen,) = items(site, "township", QUEUE)
    assert (seen["closed"], seen["award"]["holder"], seen["award"]["note"]) == (
        "village",
        "扎**",
        None,
    )
    assert "扎西彭措" not in site.open("township", f"/review?village={VILLAGE}")
    assert items(site, "township", SENT_UP) == []


def test_what_was_sent_up_is_decided_by_the_township(site: Site) -> None:
    ids = [propose(site, each).json["id"] for each in people(site, "扎西彭措", "洛绒卓玛")]
    retire(site)
    up = items(site, "watcher", SENT_UP)
    assert [(each["award"]["holder"], each["sent_up"]) for each in up] == [
        ("扎西彭措", True),
        ("洛绒卓玛", True),
    ]
    body = {"ids": ids[:1], "decision": "approve"}
    assert site.call("watcher", "POST", SENT_UP, body).json["items"][0]["status"] == "posted"
    page = site.open("township", "/review/sent-up")
    assert "洛绒卓玛" in page
    assert "扎西彭措" not in page
    sent = site.send("township", "/review/sent-up", ids=ids[1], decision="approve")
    assert sent.status_code == 303, sent.text
    award = site.call("cadre", "GET", f"{AT}/awards/{ids[1]}").json
    assert (award["status"], award["reviews"][0]["name"]) == ("posted", "township 某")
    assert "Nothing was sent up" in site.open("township", "/review/sent-up")


def test_the_township_s_page_is_the_township_s(site: Site) -> None:
    for who in ("reviewer", "supervisor", "overseer"):
        assert site.browser(who).get("/review/sent-up").status_code == 403
    assert site.browser("watcher").get("/review/sent-up").status_code == 200


def test_the_page_shows_what_another_must_look_at(site: Site) -> None:
    with site.app.app_context():
        values = {"reviewers": 2}
        day = village_day(now())
        act(
            lambda: set_policy(
                village=VILLAGE,
                values=values,
                effective_on=day,
                resolution="r",
                actor=SYSTEM,
                now=now(),
            )
        )
    award = propose(site, people(site, "扎西彭措")[0]).json
    at = f"{AT}/awards/{award['id']}"
    assert site.call("reviewer", "POST", f"{at}/review", {"decision": "approve"}).status_code == 200
    page = site.open("reviewer", "/review")
    for words in (
        "You said yes already: a second person must look",
        "1 of 2 approvals",
        "Sent up to the township",
        "Yes from reviewer 某",
        "Registered by cadre 某",
        "that month 4/24",
        "Not once in the four weeks before",
    ):
        assert words in page
    assert "You said yes already" in site.open("reviewer", f"/desk/awards/{award['id']}")


class Means:
    """A village whose shelf holds seven points."""

    def __call__(self, village: str, points: int, *_rest: object) -> LazyString | None:
        return _("Goods and budget don't cover it") if points > 7 else None


def test_what_isn_t_covered_is_said_to_proposer_and_reviewer(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cover, "covers", [Means()])
    words = ["Goods and budget don't cover it"]
    one, two = people(site, "扎西彭措", "洛绒卓玛")
    assert propose(site, one).json["warnings"] == []
    lines = [{"resident_id": two}]
    body = {"rule_item": "CL01", "occurred_on": "2026-03-02", "lines": lines}
    checked = site.call("cadre", "POST", f"{AT}/awards/batch/check", body).json
    assert (checked["warnings"], checked["ready"]) == (words, True)
    refusing = Policy(issuance_cover=IssuanceCover.REFUSE)
    with monkeypatch.context() as patched:
        patched.setattr(cover, "policy_on", lambda *_: refusing)
        assert not site.call("cadre", "POST", f"{AT}/awards/batch/check", body).json["ready"]
    assert site.call("cadre", "POST", f"{AT}/awards/batch", body).json["warnings"] == words
    assert site.call("reviewer", "GET", QUEUE).json["warnings"] == words
    for who, path in (("cadre", "/desk/awards/new"), ("reviewer", "/review")):
        assert words[0].replace("'", "&#39;") in site.open(who, path)
