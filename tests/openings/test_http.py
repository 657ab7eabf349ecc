"""Openings by HTTP: the same by page and API, who may what, keys, files that are refused."""

import io
from uuid import uuid4

import pytest

from incentives.extensions import db
from incentives.files.sheets import read_sheets
from tests.factories import VILLAGE
from tests.openings.books import FUND, POINTS, STOCK, make_people_and_shop, workbook
from tests.site import Site, make_site

OPENINGS = f"/villages/{VILLAGE}/openings"
BOOK = {
    POINTS: [["1组1号", "扎西彭措", 120], ["1组9号", "王建国", 8]],
    FUND: [["现金", 86.5], ["银行账户", 4210]],
    STOCK: [["OI007", None, "食盐", 40, 2.3]],
}


@pytest.fixture
def site(bare_app) -> Site:
    site = make_site(bare_app)
    with bare_app.app_context():
        village = make_people_and_shop(served=True)
        site.homes = {head: str(each.id) for head, each in village.households.items()}
        site.goods = {sku: str(good) for sku, good in village.goods.items()}
        db.session.remove()
    return site


def file_of(sheets: dict) -> tuple[io.BytesIO, str]:
    return io.BytesIO(workbook(sheets)), "book.xlsx"


def call(site: Site, who: str | None, method: str, path: str, *args, status: int = 200, **more):
    answer = site.call(who, method, f"{OPENINGS}{path}", *args, **more)
    assert answer.status_code == status, (path, answer.status_code, answer.text[:500])
    return answer


def brought(site: Site, sheets: dict = BOOK, **more) -> dict:
    data = {"file": file_of(sheets), "occurred_on": "2026-02-28"}
    return call(site, "cadre", "POST", "/book", data=data, status=201, **more).json


def test_a_book_from_template_to_notice(site):
    template = call(site, "cadre", "GET", "/template").data
    first = read_sheets(template)[0]
    assert first.rows[1][:2] == ["1组1号", "扎西彭措"]

    opening = brought(site)
    assert (opening["status"], opening["bad_lines"], opening["left_out"]) == ("drafted", 1, 3)
    assert opening["totals"] == {
        "households": 2,
        "points": 128,
        "cash_fen": 8_650,
        "bank_fen": 421_000,
        "goods": 1,
        "stock_fen": 9_200,
    }
    one = f"/{opening['id']}"
    bad = call(site, "cadre", "GET", f"{one}/lines?bad=true").json["items"]
    assert [(each["line"], each["row"]) for each in bad] == [(2, 3)]
    assert bad[0]["problems"] == [
        {
            "field": "household_id",
            "cell": "A3",
            "code": "household_unknown",
            "detail": "A3: No household has this door and this head",
        }
    ]
    call(site, "cadre", "POST", f"{one}/submission", status=422)
    change = {"household_id": site.homes["王建国"]}
    line = call(site, "cadre", "PATCH", f"{one}/lines/{bad[0]['id']}", change).json
    assert line["problems"] == []
    assert call(site, "cadre", "POST", f"{one}/submission").json["status"] == "submitted"
    missing = call(site, "reviewer", "POST", f"{one}/check").json["missing_checks"]
    assert missing == [{"role": "supervisor", "lines": 4}]
    assert call(site, "supervisor", "POST", f"{one}/check").json["status"] == "checked"
    posted = call(site, "cadre", "POST", f"{one}/posting").json
    assert (posted["status"], posted["notice"]) == ("posted", 1)
    assert {each["checker"] for each in posted["checks"]} == {"reviewer 某", "supervisor 某"}

    notice = site.call(None, "GET", f"/villages/{VILLAGE}/notices/1").json
    assert notice["kind"] == "openings"
    assert [each["holder"] for each in notice["lines"]][:2] == ["扎**", "王**"]
    assert "扎西彭措" not in str(notice)
    fund = site.call(None, "GET", f"/villages/{VILLAGE}/fund").json
    assert (fund["cash_fen"], fund["bank_fen"]) == (8_650, 421_000)
    back = call(site, "reviewer", "POST", f"{one}/reversal", {"reason": "错账"}, status=201).json
    assert back["status"] == "reversed"
    assert site.call(None, "GET", f"/villages/{VILLAGE}/fund").json["balance_fen"] == 0


def test_lines_as_json_and_a_key_sent_twice(site):
    lines = [
        {"household_id": site.homes["扎西彭措"], "points": 120},
        {"cash_fen": 8_650, "bank_fen": 0},
        {"good_id": site.goods["DA012"], "quantity": 12},
    ]
    body, key = {"occurred_on": "2026-02-28", "lines": lines}, uuid4().hex
    first = call(site, "cadre", "POST", "", body, status=201, key=key)
    again = call(site, "cadre", "POST", "", body, status=201, key=key)
    assert (again.data, again.headers["Idempotent-Replayed"]) == (first.data, "true")
    assert len(call(site, "cadre", "GET", "").json["items"]) == 1
    assert first.json["totals"]["stock_fen"] == 4_800
    one = f"/{first.json['id']}"
    line = call(site, "cadre", "GET", f"{one}/lines").json["items"][2]
    call(site, "cadre", "DELETE", f"{one}/lines/{line['id']}", status=204)
    assert call(site, "cadre", "GET", one).json["totals"]["goods"] == 0
    ended = call(site, "cadre", "POST", f"{one}/withdrawal", {"reason": "重做"}).json
    assert (ended["status"], ended["ended_reason"]) == ("withdrawn", "重做")
    call(site, "cadre", "POST", f"{one}/submission", status=409)


@pytest.mark.parametrize(
    "line",
    [
        {"household_id": str(uuid4()), "points": 5},
        {"household_id": str(uuid4()), "points": 0},
        {"household_id": str(uuid4()), "points": 1.5},
        {"household_id": str(uuid4())},
        {"points": 5, "cash_fen": 5},
        {"cash_fen": -1, "bank_fen": 0},
        {"good_id": str(uuid4()), "quantity": 10**7},
        {},
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_bad_lines_are_refused(site, line):
    body = {"occurred_on": "2026-02-28", "lines": [line]}
    errors = call(site, "cadre", "POST", "", body, status=422).json["errors"]
    assert errors[0]["pointer"].startswith("/lines")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_bad_files_are_refused_and_the_draft_stays(site):
    opening = brought(site)
    for content in (b"nonsense\0", workbook({"Sheet9": [["x"]]})):
        data = {"file": (io.BytesIO(content), "book.xlsx")}
        refused = call(site, "cadre", "PUT", f"/{opening['id']}/book", data=data, status=422)
        assert [each["pointer"] for each in refused.json["errors"]] == ["/file"]
    data = {"file": file_of({POINTS: BOOK[POINTS][:1]})}
    again = call(site, "cadre", "PUT", f"/{opening['id']}/book", data=data).json
    assert (again["id"], again["totals"]["points"], again["bad_lines"]) == (opening["id"], 120, 0)
    filled = call(site, "cadre", "GET", f"/{opening['id']}/book").data
    assert read_sheets(filled)[0].rows[1] == ["1组1号", "扎西彭措", 120]


WHO = ("administrator", "overseer", "cadre", "reviewer", "supervisor", "treasurer", "shopkeeper")
MAY_READ = {"cadre", "reviewer", "supervisor", "treasurer"}
ROUTES = [
    ("GET", "", MAY_READ),
    ("GET", "/{id}", MAY_READ),
    ("GET", "/{id}/lines", MAY_READ),
    ("GET", "/template", {"cadre"}),
    ("GET", "/{id}/book", {"cadre"}),
    ("POST", "", {"cadre"}),
    ("POST", "/book", {"cadre"}),
    ("PUT", "/{id}/book", {"cadre"}),
    ("PATCH", "/{id}/lines/{id}", {"cadre"}),
    ("DELETE", "/{id}/lines/{id}", {"cadre"}),
    ("POST", "/{id}/submission", {"cadre"}),
    ("POST", "/{id}/check", {"reviewer", "supervisor"}),
    ("POST", "/{id}/posting", {"cadre"}),
    ("POST", "/{id}/rejection", {"reviewer", "supervisor"}),
    ("POST", "/{id}/withdrawal", {"cadre"}),
    ("POST", "/{id}/reversal", {"reviewer"}),
]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_every_route_lets_in_its_roles_and_no_others(site):
    for method, path, let_in in ROUTES:
        address = f"{OPENINGS}{path.format(id=uuid4())}"
        assert site.call(None, method, address).status_code == 401, path
        for who in WHO:
            status = site.call(who, method, address).status_code
            assert (status == 403) == (who not in let_in), (method, path, who, status)


def test_a_book_on_pages(site):
    desk = "/desk/openings"
    sent = site.send("cadre", desk, file=file_of(BOOK), occurred_on="2026-02-28")
    assert sent.status_code == 303, sent.text[:2000]
    page = sent.location
    shown = site.open("cadre", page)
    assert "A3: No household has this door and this head" in shown
    assert "128" in shown
    opening = page.rpartition("/")[2]
    bad = call(site, "cadre", "GET", f"/{opening}/lines?bad=true").json["items"][0]["id"]
    mend = f"{page}/lines/{bad}"
    assert "王建国" in site.open("cadre", mend)
    refused = site.send("cadre", mend, household_id=site.homes["王建国"], points="1.5")
    assert refused.status_code == 422
    mended = site.send("cadre", mend, household_id=site.homes["王建国"], points="8")
    assert mended.location == page
    assert site.send("cadre", f"{page}/submission", on=page).status_code == 303
    assert "Waits for you" in site.open("reviewer", "/review/openings")
    for who in ("reviewer", "supervisor"):
        assert site.send(who, f"{page}/check", on=page).status_code == 303
    assert "Nothing waits for you" in site.open("supervisor", "/review/openings")
    assert site.send("cadre", f"{page}/posting", on=page).status_code == 303
    assert "Notice 2026-1" in site.open("cadre", page)
    sheet = site.open("cadre", f"/v/{VILLAGE}/notices/1/print")
    assert "积分 128 分" in sheet
    assert "扎西彭措" not in sheet
    reversed_ = site.send("reviewer", f"{page}/reversal", on=page, reason="错账")
    assert reversed_.status_code == 303
    assert "Taken back" in site.open("cadre", page)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_pages_refuse_what_is_wrong_in_place(site):
    desk = "/desk/openings"
    wrong = site.send("cadre", desk, file=(io.BytesIO(b"x\0"), "a.xlsx"), occurred_on="2026-02-28")
    assert (wrong.status_code, "Bring a workbook" in wrong.text) == (422, True)
    for day in ("1900-01-01", "2016-02-28"):
        old = site.send("cadre", desk, file=file_of(BOOK), occurred_on=day)
        assert (old.status_code, "is the year right?" in old.text) == (422, True)
        assert 'occurred_on-error">More than ten years ago' in old.text
    sent = site.send("cadre", desk, file=file_of(BOOK), occurred_on="2026-02-28")
    page = sent.location
    second = site.send("cadre", f"{page}/book", on=page, file=(io.BytesIO(b"x\0"), "a.xlsx"))
    assert (second.status_code, "Bring a workbook" in second.text) == (422, True)
    assert site.send("cadre", f"{page}/check", on=page).status_code == 403
    for who in ("administrator", "overseer", "shopkeeper"):
        assert site.browser(who).get(page).status_code in (403, 404)
    assert site.send("cadre", f"{page}/withdrawal", on=page, reason="重做").status_code == 303
    assert "Bring it filled in" in site.open("cadre", desk)
