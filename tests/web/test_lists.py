"""Lists with filters and Excel: page, JSON and workbook find the same, and nothing in them runs."""

from datetime import date
from urllib.parse import quote

import pytest

from incentives.access.actor import SYSTEM
from incentives.access.audit import Tag
from incentives.access.models import AuditRow
from incentives.clock import now
from incentives.extensions import db
from incentives.register.operations import Person, register_household
from incentives.web import lists
from incentives.web.lists import exporting
from tests.factories import OTHER_VILLAGE, VILLAGE, act
from tests.shop.scenes import problem
from tests.web.sheets import sheet_of

HOUSEHOLDS = f"/villages/{VILLAGE}/households"


def add(site, *names: str, door: str = "1") -> None:
    with site.app.app_context():
        for name in names:
            act(
                lambda name=name: (
                    register_household(
                        village=VILLAGE,
                        door=door,
                        head=Person(name),
                        members=[],
                        actor=SYSTEM,
                        now=now(),
                    ).id
                )
            )


def test_a_list_by_api_and_page_is_the_same_sheet(site, monkeypatch):
    monkeypatch.setattr(exporting, "ROWS_A_PAGE", 2)
    add(site, *"甲乙丙丁戊")
    rows = sheet_of(site.call("cadre", "GET", f"{HOUSEHOLDS}.xlsx"))
    assert [row[1] for row in rows[1:]] == [*"甲乙丙丁戊"]
    assert rows[0][:2] == ["Number", "Head of the household"]
    assert sheet_of(site.browser("cadre").get("/desk/households.xlsx")) == rows


def test_filters_narrow_page_json_and_sheet_alike(site):
    add(site, "甲乙", "甲丙")
    add(site, "丁", door="磨坊")
    for asked, found in (("q=甲", ["甲乙", "甲丙"]), ("q=磨坊", ["丁"]), ("departed=true", [])):
        items = site.call("cadre", "GET", f"{HOUSEHOLDS}?{asked}").json["items"]
        assert [each["members"][0]["name"] for each in items] == found
        rows = sheet_of(site.call("cadre", "GET", f"{HOUSEHOLDS}.xlsx?{asked}"))
        assert [row[1] for row in rows[1:]] == found
        assert sheet_of(site.browser("cadre").get(f"/desk/households.xlsx?{asked}")) == rows
        page = site.open("cadre", f"/desk/households?{asked}&grid=")
        assert all(name in page for name in found)
        assert ("丁" in page) == ("丁" in found)


def test_the_pager_and_the_link_to_excel_keep_the_filters(site):
    add(site, *(f"甲{number}" for number in range(4)))
    page = site.open("cadre", "/desk/households?q=甲&limit=3")
    kept = quote("甲")
    assert f'href="/desk/households.xlsx?q={kept}"' in page
    assert f'href="/desk/households?q={kept}&amp;after=' in page


def test_what_was_typed_as_a_name_does_not_run(site):
    add(site, "=1+1", "＠SUM")
    rows = sheet_of(site.call("cadre", "GET", f"{HOUSEHOLDS}.xlsx"))
    assert [row[1] for row in rows[1:]] == ["'=1+1", "'＠SUM"]


def test_a_sheet_wants_the_permission_of_its_list(site):
    for who, path, refused in (
        ("shopkeeper", HOUSEHOLDS, (403, "not_permitted")),
        ("cadre", f"/villages/{OTHER_VILLAGE}/households", (404, "not_found")),
        (None, HOUSEHOLDS, (401, "not_signed_in")),
    ):
        plain = site.call(who, "GET", path)
        sheet = site.call(who, "GET", f"{path}.xlsx")
        assert (sheet.status_code, problem(sheet)) == (plain.status_code, problem(plain)) == refused
    assert site.app.test_client().get("/desk/households.xlsx").status_code == 303
    assert site.browser("shopkeeper").get("/desk/households.xlsx").status_code == 403


def test_a_sheet_takes_the_filters_of_its_list_and_no_paging(site):
    for query in ("limit=5", "after=x", "name=x", "q=a&q=b", "departed=maybe"):
        answer = site.call("cadre", "GET", f"{HOUSEHOLDS}.xlsx?{query}")
        assert (answer.status_code, problem(answer)) == (422, "invalid"), query


def test_too_long_a_list_is_refused_and_not_cut(site, monkeypatch):
    monkeypatch.setattr(exporting, "ROWS_AT_MOST", 3)
    monkeypatch.setattr(exporting, "ROWS_A_PAGE", 2)
    add(site, *"甲乙丙")
    assert len(sheet_of(site.call("cadre", "GET", f"{HOUSEHOLDS}.xlsx"))) == 4
    add(site, "丁")
    answer = site.call("cadre", "GET", f"{HOUSEHOLDS}.xlsx")
    assert (answer.status_code, problem(answer)) == (422, "invalid")
    assert "narrow the list" in answer.json["errors"][0]["detail"]
    assert len(sheet_of(site.call("cadre", "GET", f"{HOUSEHOLDS}.xlsx?q=甲"))) == 2


def test_that_names_were_taken_along_is_in_the_trail(site):
    add(site, "甲乙")
    site.call("cadre", "GET", f"{HOUSEHOLDS}.xlsx?q=甲")
    site.browser("cadre").get("/desk/households.xlsx")
    site.call("shopkeeper", "GET", f"{HOUSEHOLDS}.xlsx")
    with site.app.app_context():
        rows = db.session.scalars(
            db.select(AuditRow).where(AuditRow.tag == Tag.LIST_EXPORTED).order_by(AuditRow.id)
        ).all()
        assert [row.village for row in rows] == [VILLAGE, VILLAGE]
        assert all(row.user_id for row in rows)
        # The text that was searched for may be a name: only which filters were in use is kept.
        assert rows[0].details == {"list": "households", "rows": 1, "filters": ["q"]}
        assert rows[1].details == {"list": "households", "rows": 1, "filters": []}


@pytest.mark.parametrize(
    ("kind", "value", "written"),
    [
        (lists.Kind.YUAN, 1250, 12.5),
        (lists.Kind.NUMBER, 7, 7),
        (lists.Kind.DAY, date(2026, 3, 1), date(2026, 3, 1)),
        (lists.Kind.TEXT, 86, "86"),
    ],
)
def test_a_column_is_written_by_its_kind(kind, value, written):
    column = lists.Column("x", "value", kind)
    assert column.read({"value": value}) == written
    assert column.read({"value": None}) is None
