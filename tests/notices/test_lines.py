"""What awaits a notice, and a notice's own lines, as lists: filters, Excel, names as in public."""

import pytest
from flask import Flask

from incentives.clock import now
from incentives.extensions import db
from incentives.notices import operations as notices
from incentives.register.operations import Person, add_resident
from tests.awards.scenes import Scene, adopt_rules
from tests.conftest import Clock
from tests.factories import VILLAGE, act, make_household
from tests.notices.acts import reviewed
from tests.site import Site, make_site
from tests.statements import Statements
from tests.web.sheets import sheet_of

AT = f"/villages/{VILLAGE}/notices"
PAGE = f"/v/{VILLAGE}/notices/1"
PEOPLE = 23


@pytest.fixture
def site(bare_app: Flask) -> Site:
    """A village in which 24 approved awards wait for a notice, one of a minor."""
    site = make_site(bare_app, users=("cadre", "reviewer"), publicity_days=5, notice_names="full")
    with bare_app.app_context():
        scene = scene_of()
        act(
            lambda: (
                add_resident(
                    village=VILLAGE,
                    household_id=scene.household.id,
                    person=Person("格桑", minor=True),
                    actor=scene.cadre,
                    now=now(),
                )
                and None
            )
        )
        for person in [each.id for each in scene.people()]:
            reviewed(scene, person=person)
        db.session.remove()
    return site


def scene_of() -> Scene:
    adopt_rules()
    names = ["扎西彭措", *(f"卓玛{number}" for number in range(1, PEOPLE))]
    return Scene(make_household(VILLAGE, *names, door="1"), make_household(VILLAGE, door="2"))


def put_up(site: Site) -> None:
    answer = site.call("reviewer", "POST", AT, {"kind": "awards"})
    assert answer.status_code == 201, answer.text


def test_all_that_waits_is_a_list_with_filters_and_a_sheet(site: Site) -> None:
    desk = site.open("reviewer", "/review/notices")
    assert "/review/notices/awaiting?kind=awards" in desk
    whole = site.call("reviewer", "GET", f"{AT}/awaiting").json["items"]
    assert len(whole) == 1 + PEOPLE
    assert {each["holder"] for each in whole} == {None, "扎**", "卓**"}
    found = site.call("reviewer", "GET", f"{AT}/awaiting?q=扎").json["items"]
    assert [each["holder"] for each in found] == ["扎**"]
    assert site.call("reviewer", "GET", f"{AT}/awaiting?kind=disbursements").json["items"] == []
    page = site.open("reviewer", "/review/notices/awaiting?kind=awards")
    assert page.count("卓**") == PEOPLE - 1
    assert "格桑" not in page
    for path in (f"{AT}/awaiting.xlsx?q=扎", None):
        answer = (
            site.call("reviewer", "GET", path)
            if path
            else site.browser("reviewer").get("/review/notices/awaiting.xlsx?q=扎")
        )
        assert [row[1] for row in sheet_of(answer)[1:]] == ["扎**"]
    assert site.call("cadre", "GET", f"{AT}/awaiting").status_code == 403
    assert site.browser("cadre").get("/review/notices/awaiting").status_code == 403


def test_a_notice_s_lines_are_narrowed_and_taken_along_by_anyone(site: Site) -> None:
    put_up(site)
    public = site.app.test_client()
    page = public.get(f"{PAGE}?q=扎")
    assert "扎**" in page.text
    assert "卓**" not in page.text
    assert f"{PAGE}.xlsx?q=" in page.text
    rows = sheet_of(public.get(f"{PAGE}.xlsx"))
    assert len(rows) == 2 + PEOPLE
    listed = site.call(None, "GET", f"{AT}/1/lines?objected=false").json["items"]
    assert len(listed) == 1 + PEOPLE
    assert site.call(None, "GET", f"{AT}/1/lines?objected=true").json["items"] == []
    # In public names are masked whatever the policy says of paper, and for the review group, too.
    reads = [public.get(f"{PAGE}.xlsx"), site.browser("reviewer").get(f"{PAGE}.xlsx")]
    for answer in (*reads, site.call("reviewer", "GET", f"{AT}/1/lines.xlsx")):
        text = str(sheet_of(answer))
        assert "扎**" in text
        assert "扎西彭措" not in text
        assert "格桑" not in text


def test_acts_are_named_in_the_readers_language_and_kept_as_published(
    site: Site, statements: Statements
) -> None:
    zh, en = "参加村公共区域清洁日", "Join the clean-up of common ground"
    waits = site.call("reviewer", "GET", f"{AT}/awaiting").json["items"][0]
    assert (waits["what"], waits["title"]) == (zh, en)
    assert en in site.open("reviewer", "/review/notices")
    put_up(site)
    reader = site.app.test_client()
    assert zh in reader.get(PAGE).text
    reader.get("/language/en")
    statements.clear()
    assert en in reader.get(PAGE).text
    assert sum("JOIN rule_item" in each for each in statements.sent) == 1
    assert zh not in reader.get(PAGE).text
    assert zh in reader.get(f"{PAGE}/print").text
    assert {row[2] for row in sheet_of(reader.get(f"{PAGE}.xlsx"))[1:]} == {en}
    for query in ("common", "清洁"):
        lines = site.call(None, "GET", f"{AT}/1/lines?q={query}").json["items"]
        assert {(each["what"], each["title"]) for each in lines} == {(zh, en)}
    chinese = site.app.test_client().get(f"/api/v1{AT}/1/lines").json["items"]
    assert {(each["what"], each["title"]) for each in chinese} == {(zh, zh)}


def test_a_list_that_is_given_whole_takes_no_limit_as_the_docs_say(site: Site) -> None:
    put_up(site)
    for path in (f"{AT}/1/lines", f"{AT}/awaiting"):
        assert site.call("reviewer", "GET", path).json["next"] is None
        assert site.call("reviewer", "GET", f"{path}?limit=5").status_code == 422


def test_the_lines_leave_list_and_sheet_with_the_page(site: Site, clock: Clock) -> None:
    put_up(site)
    clock.forward(days=6)
    with site.app.app_context():
        assert notices.close_due_notices(now=now()) == 1
    public = site.app.test_client()
    clock.forward(days=30)
    assert public.get(f"{PAGE}.xlsx").status_code == 200
    clock.forward(days=1)
    assert public.get(PAGE).status_code == 200
    assert public.get(f"{PAGE}.xlsx").status_code == 404
    for path in (f"{AT}/1/lines", f"{AT}/1/lines.xlsx"):
        assert site.call(None, "GET", path).status_code == 404
