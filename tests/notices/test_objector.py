"""Whoever objects to a neighbour's points isn't named to them, nor to staff of their household."""

import io
from uuid import UUID

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from incentives.access.actor import SYSTEM, Assignment, Role
from incentives.access.operations import add_user
from incentives.clock import now
from tests.awards.scenes import adopt_rules
from tests.awards.test_claims_http import Home
from tests.factories import VILLAGE, act
from tests.site import PASSWORD, Site, make_site

AT = f"/villages/{VILLAGE}"
TODAY = "2026-03-02"
WORDS = {"en": "another household", "zh-CN": "另一户人家", "bo": "ཁྱིམ་ཚང་གཞན་ཞིག"}


@pytest.fixture
def site(bare_app: Flask) -> Site:
    site = make_site(bare_app, users=("cadre", "reviewer"), publicity_days=5)
    with bare_app.app_context():
        adopt_rules()
    return site


@pytest.fixture
def home(site: Site) -> Home:
    return Home(site, "扎西彭措", door="1")


@pytest.fixture
def other(site: Site) -> Home:
    return Home(site, "王建国", door="2")


@pytest.fixture
def award(site: Site, home: Home) -> str:
    """Points of the first household's that stand in a notice; their id."""
    act_of = {"rule_item": "CL01", "occurred_on": TODAY, "resident_id": str(home.head)}
    award_id = site.call("cadre", "POST", f"{AT}/awards", act_of).json["id"]
    yes = {"decision": "approve"}
    site.call("reviewer", "POST", f"{AT}/awards/{award_id}/review", yes)
    assert site.call("reviewer", "POST", f"{AT}/notices", {"kind": "awards"}).status_code == 201
    return str(award_id)


def hire(site: Site, username: str, *roles: Role, resident_id: UUID | None = None) -> None:
    """Give somebody these roles in the village."""
    with site.app.app_context():
        act(
            lambda: (
                add_user(
                    username=username,
                    name=f"{username} 某",
                    password=PASSWORD,
                    roles=[Assignment(role, VILLAGE) for role in roles],
                    resident_id=resident_id,
                    actor=SYSTEM,
                    now=now(),
                )
                and None
            )
        )


@pytest.fixture
def kin(site: Site, home: Home) -> str:
    """Whoever heads the first household, on the village's staff too; the user's name."""
    hire(site, "kin", Role.REVIEWER, Role.CADRE, Role.SUPERVISOR, resident_id=home.head)
    return "kin"


def object_to_line(who: Home) -> str:
    """Object to the notice's line; the objection's id."""
    line = {"about": {"notice": 1, "line": 1}, "reason": "I saw nobody"}
    answer = who.call("POST", f"{AT}/objections", line)
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


def pages_on(objection: str, award: str, other: Home) -> list[str]:
    """Where staff read of an objection."""
    return [
        f"/review/objections/{objection}",
        "/objections",
        f"/objections?household={other.id}",
        "/review/notices",
        f"/desk/awards/{award}",
        f"/desk/households/{other.id}",
        "/audit?tag=objection_made",
    ]


def rows_of(site: Site, who: str, path: str) -> str:
    """All cells of a workbook, as text."""
    answer = site.browser(who).get(path)
    assert answer.status_code == 200, path
    return str(
        CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    )


def named(site: Site, who: str, award: str) -> str:
    """By whom the award was objected to, as the API tells somebody."""
    found = site.call(who, "GET", f"{AT}/awards/{award}/timeline").json["steps"]
    return next(str(each["name"]) for each in found if each["kind"] == "objection")


def test_a_neighbour_who_objects_is_another_household(site, home, other, award):
    object_to_line(other)
    for language, words in WORDS.items():
        home.browser.get(f"/language/{language}")
        page = home.open(f"/c/awards/{award}")
        assert words in page
        assert "王建国" not in page
    assert named(site, home.number, award) == "another household"
    for who in ("cadre", "reviewer"):
        assert named(site, who, award) == "王建国"
        assert "王建国" in site.open(who, f"/desk/awards/{award}")
    book = CalamineWorkbook.from_filelike(io.BytesIO(home.browser.get("/c/awards.xlsx").data))
    rows = str(book.get_sheet_by_index(0).to_python())
    public = site.app.test_client().get(f"/api/v1{AT}/notices/1/lines")
    assert "扎西彭措" in rows
    assert "王建国" not in rows
    assert "王建国" not in public.text
    assert home.call("GET", f"{AT}/objections").json["items"] == []


def test_ones_own_objection_is_ones_own(site, home, award):
    object_to_line(home)
    assert named(site, home.number, award) == "扎西彭措"


def test_staff_of_the_household_concerned_read_no_more_than_their_neighbours(
    site, home, other, award, kin
):
    objection = object_to_line(other)
    pages = pages_on(objection, award, other)
    open_list = f"{AT}/objections"
    for page in pages:
        if page != pages[5]:
            assert "王建国" not in site.open(kin, page), page
    # The neighbours' own page has their name, and nothing of what they objected to.
    assert "I saw nobody" not in site.open(kin, pages[5])
    assert "another household" in site.open(kin, pages[0])
    assert "王建国" not in rows_of(site, kin, "/objections.xlsx")
    assert "another household" in rows_of(site, kin, "/objections.xlsx")
    (told,) = site.call(kin, "GET", open_list).json["items"]
    assert (told["made_by"], told["household_id"], told["on_behalf_of"]) == (None, None, None)
    assert told["reason"] == "I saw nobody"
    assert site.call(kin, "GET", f"{open_list}?household={other.id}").json["items"] == []
    assert named(site, kin, award) == "another household"
    made = "/audit?tag=objection_made"
    assert site.call(kin, "GET", made).json["items"] == []


def test_other_staff_read_all_of_it(site, home, other, award, kin):
    objection = object_to_line(other)
    for page in pages_on(objection, award, other)[:6]:
        assert "王建国" in site.open("reviewer", page) or page.startswith("/desk"), page
    (told,) = site.call("reviewer", "GET", f"{AT}/objections?household={other.id}").json["items"]
    assert (told["made_by"], told["household_id"]) == (str(other.head), str(other.id))
    assert "王建国" in rows_of(site, "reviewer", "/objections.xlsx")
    assert "I saw nobody" in site.open("cadre", f"/desk/households/{other.id}")


def test_one_on_paper_is_theirs_for_whom_it_was_written_down(site, home, other, award):
    about = {"about": {"notice": 1, "line": 1}, "reason": "I saw nobody"}
    for_them = {**about, "on_behalf_of": str(other.head)}
    # Who registered the points doesn't write down an objection to them.
    assert site.call("cadre", "POST", f"{AT}/objections", for_them).status_code == 403
    hire(site, "writer", Role.CADRE)
    assert site.call("writer", "POST", f"{AT}/objections", for_them).status_code == 201
    assert named(site, "reviewer", award) == "王建国 · written down by writer 某"
    assert named(site, home.number, award) == "another household"
    assert "writer 某" not in home.open(f"/c/awards/{award}")
    assert "written down by writer 某" in other.open("/c/objections")


def test_staff_find_out_nothing_by_objecting_for_others_to_their_own(site, home, other, award, kin):
    body = {"about": {"notice": 1, "line": 1}, "reason": "hm", "on_behalf_of": str(other.head)}
    before = site.call(kin, "POST", f"{AT}/objections", body)
    object_to_line(other)
    after = site.call(kin, "POST", f"{AT}/objections", body)
    for answer in (before, after):
        assert (answer.status_code, answer.json["type"]) == (403, "/problems/own_household")
    hire(site, "writer", Role.CADRE)
    again = site.call("writer", "POST", f"{AT}/objections", body)
    assert again.json["type"] == "/problems/duplicate"


def test_a_neighbour_among_the_staff_reads_nobodys_sign_in_by_card(site, home, other, award, kin):
    hire(site, "watch", Role.SUPERVISOR)
    object_to_line(other)
    signed_in = "/audit?tag=signed_in"
    told = {
        who: {each["person"] for each in site.call(who, "GET", signed_in).json["items"]}
        for who in (kin, "watch")
    }
    assert str(other.head) in told["watch"]
    assert str(other.head) not in told[kin]
    assert told[kin]
    assert "王建国" not in site.open(kin, signed_in)


def test_a_cadre_who_objects_is_named_to_staff_alone(site, home, award):
    hire(site, "writer", Role.CADRE)
    about = {"about": {"notice": 1, "line": 1}, "reason": "I saw nobody"}
    assert site.call("writer", "POST", f"{AT}/objections", about).status_code == 201
    assert named(site, "reviewer", award) == "writer 某"
    assert named(site, home.number, award) == "None"


def test_nobody_but_a_cadre_objects_in_the_name_of_others(site, home, other, award):
    """By card, or by another role of somebody who lives there."""
    for_them = {"reason": "I saw nobody", "on_behalf_of": str(other.head)}
    line = "/notices/1/lines/1/objection"
    sale = f"{AT}/redemptions/{UUID(int=1)}/dispute"
    sent = home.send(f"/v/{VILLAGE}{line}", on="/c/account", **for_them)
    assert sent.status_code == 403
    mine = {"resident_id": str(other.head), "rule_item": "CL01", "occurred_on": TODAY}
    subjects = ({"notice": 1, "line": 1}, {"award": award}, {"missing": mine})
    others = (Role.REVIEWER, Role.TREASURER, Role.SUPERVISOR, Role.SHOPKEEPER)
    for role in others:
        hire(site, role.value + "_here", role, resident_id=home.head)
    for who in (home.number, *(f"{role.value}_here" for role in others)):
        for about in subjects:
            answer = site.call(who, "POST", f"{AT}/objections", {"about": about, **for_them})
            assert (who, answer.status_code) == (who, 403)
        assert site.call(who, "POST", sale, for_them).status_code == 403
    assert site.call("cadre", "GET", f"{AT}/objections").json["items"] == []
    # In their own name everybody does who lives there.
    own = {"about": {"notice": 1, "line": 1}, "reason": "I saw nobody"}
    assert site.call("treasurer_here", "POST", f"{AT}/objections", own).status_code == 201
