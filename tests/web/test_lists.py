"""Lists with filters and Excel: page, JSON and workbook find the same, and nothing in them runs."""

import io
import re
from datetime import date
from urllib.parse import quote

import pytest
from python_calamine import CalamineWorkbook

from incentives import create_app
from incentives.access.actor import SYSTEM
from incentives.access.audit import Tag
from incentives.access.models import AuditRow
from incentives.clock import now
from incentives.extensions import db
from incentives.register.operations import Person, register_household
from incentives.web import lists
from incentives.web.lists import exporting
from incentives.web.lists.queries import narrowing
from incentives.web.workbooks import XLSX
from tests.factories import OTHER_VILLAGE, VILLAGE, act
from tests.shop.scenes import problem
from tests.site import make_site
from tests.web.test_fuzzing import WHO, make_things

HOUSEHOLDS = f"/villages/{VILLAGE}/households"


def sheet_of(answer) -> list[list]:
    """The rows of an answered workbook, read by another library than the one that wrote it."""
    assert answer.status_code == 200, answer.text
    assert answer.content_type == XLSX
    assert answer.headers["Cache-Control"] == "private, no-store"
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    return book.get_sheet_by_index(0).to_python()


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


# Lists without a sheet, and why.
WITHOUT = {
    "awards.get_review_queue": "what waits now: the list of awards has it, with its filters",
    "cards.get_forgotten": "a search that gives ten at most, masked",
    "cards.get_sheets": "jobs of a day, whose sheets are PDF",
    "fund.get_disbursement_queue": "what waits now: the list of disbursements has it",
    "fund.get_fund_trial_balance": "the fund's statements have sheets of their own",
    "awards.get_doubts": "what the template check says of a draft",
    "awards.get_rules": "a version's items: its own sheet has them",
    "books.get_leaves": "leaves are to be checked by a program: the log's export has them",
    "books.get_hashes": "hashes are to be checked by a program: the log's export has them",
    "books.get_checkpoints": "signed texts are to be checked by a program",
}


def listing_calls(app) -> dict[str, str]:
    """The routes of the API that give a list, by endpoint."""
    found = {}
    for rule in app.url_map.iter_rules():
        call = getattr(app.view_functions[rule.endpoint], "_call", None)
        fields = getattr(getattr(call, "gives", None), "fields", {})
        if "GET" in rule.methods and "items" in fields:
            found[rule.endpoint] = rule.rule
    return found


def test_every_list_has_its_sheet(tmp_path):
    app = create_app({"JISHAN_DATA": tmp_path, "TESTING": True})
    rules = {rule.rule for rule in app.url_map.iter_rules()}
    lacking = {name for name, rule in listing_calls(app).items() if f"{rule}.xlsx" not in rules}
    assert lacking == set(WITHOUT)


def test_every_filter_is_a_parameter_of_its_list(tmp_path):
    app = create_app({"JISHAN_DATA": tmp_path, "TESTING": True})
    seen = 0
    for view in {id(each): each for each in app.view_functions.values()}.values():
        listing, of = getattr(view, "_listing", (None, None))
        if listing is None:
            continue
        known = {field.data_key or name for name, field in narrowing(of).fields.items()}
        assert {each.name for each in listing.filters} <= known, listing.name
        seen += 1
    assert seen > 0


def shown_lists(app, prefix: str) -> list[tuple[str, lists.Listing]]:
    """The rules of all sheets of the API, or of the pages, with what each lists."""
    return [
        (rule.rule, app.view_functions[rule.endpoint]._listing[0])
        for rule in app.url_map.iter_rules()
        if hasattr(app.view_functions[rule.endpoint], "_listing")
        and rule.rule.startswith("/api/v1") == (prefix == "/api/v1")
    ]


def filled(rule: str, things: dict) -> str:
    """An address with what there is in the place of its names."""
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda name: str(things[name[1]]), rule)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_every_sheet_has_what_its_list_has(bare_app):
    site = make_site(bare_app, users=("shopkeeper",), publicity_days=0)
    things = make_things(site)
    about = {"about": {"redemption": things["redemption_id"]}, "reason": "one was broken"}
    about["on_behalf_of"] = things["resident_id"]
    assert site.call(WHO, "POST", f"/villages/{VILLAGE}/objections", about).status_code == 201
    seen = 0
    for rule, listing in shown_lists(bare_app, "/api/v1"):
        path = filled(rule, things).removeprefix("/api/v1")
        query = f"?village={VILLAGE}" if listing.name == "audit" else ""
        plain = site.call(WHO, "GET", path.removesuffix(".xlsx") + query)
        sheet = site.call(WHO, "GET", path + query)
        assert sheet.status_code == plain.status_code, (path, sheet.text)
        if plain.status_code != 200:
            continue
        rows = sheet_of(sheet)
        assert len(rows[0]) == len(listing.columns), path
        items = plain.json["items"]
        if listing.name == "stock_movements":
            items = [line for each in items for line in each["lines"]]
        if listing.name not in ("audit", "divisions"):  # longer than a page, or one longer by now
            assert len(rows) == 1 + len(items), path
        seen += len(rows) > 1
    assert seen >= 15


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_every_page_with_a_list_leads_to_its_sheet(bare_app):
    site = make_site(bare_app, users=("shopkeeper",), publicity_days=0)
    things = make_things(site)
    with_files = shown_lists(bare_app, "")
    led = 0
    for rule, listing in with_files:
        path = filled(rule, things)
        answer = site.browser(WHO).get(path)
        if path.startswith("/c/"):
            continue  # a household's own page: tests/notices tries it behind a card
        assert answer.status_code == 200, path
        rows = sheet_of(answer)
        assert len(rows[0]) == len(listing.columns), path
        if len(rows) == 1:
            continue  # an empty list is not taken along
        led += 1
        page = path.removesuffix("/statement.xlsx").removesuffix(".xlsx")
        assert path in site.open(WHO, page), path
    assert led >= 7
