"""Lists with filters and Excel: page, JSON and workbook find the same, and nothing in them runs."""

import importlib.util
import io
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from marshmallow import fields
from openpyxl import load_workbook
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
from incentives.web.schemas import Day, Id
from incentives.web.workbooks import XLSX, neutral
from tests.factories import OTHER_VILLAGE, TOWNSHIP, VILLAGE, act
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


# Lists without filters and a sheet, and why.
WITHOUT = {
    "cards.get_forgotten": "a search that gives ten at most, masked",
    "fund.get_fund_trial_balance": "the fund's statements have sheets and periods of their own",
    "fund.get_book": "the public book has parts and a sheet of its own",
    "awards.get_doubts": "what the template check says of a draft",
    "awards.get_rulebook": "a version of the rules: it has a sheet of its own",
    "awards.get_rules": "a version's items: its own sheet has them",
    "books.get_leaves": "leaves are to be checked by a program: the log's export has them",
    "books.get_hashes": "hashes are to be checked by a program: the log's export has them",
}
# Templates that page through something that is no list to be narrowed, and why.
PAGED_OTHERWISE = {
    "cards/account.html": "the newest lines, with a link to the whole statement as a list",
    "fund/book.html": "the public book, by its own parts",
    "register/household.html": "the newest lines, with a link to the whole statement as a list",
    "components/listing.html": "the foot of every list",
}


def listing_calls(app) -> dict[str, Any]:
    """The calls of the API that give a list, by endpoint."""
    found = {}
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        fields = getattr(getattr(getattr(view, "_call", None), "gives", None), "fields", {})
        if "GET" in rule.methods and "items" in fields:
            found[rule.endpoint] = view
    return found


def sheets_of(app, view: Any, *, api: bool) -> list[lists.Listing]:
    """What the sheets of a list hold, those of the API or those of pages."""
    return [listing for _rule, listing, of in shown_lists(app, api=api) if of is view]


def test_every_list_has_filters_and_a_sheet_by_api_and_on_a_page(tmp_path):
    app = create_app({"JISHAN_DATA": tmp_path, "TESTING": True})
    calls = listing_calls(app)
    lacking = {
        name
        for name, view in calls.items()
        if not (sheets_of(app, view, api=True) and sheets_of(app, view, api=False))
    }
    assert lacking == {*WITHOUT}
    for name, view in calls.items():
        for listing in sheets_of(app, view, api=True) + sheets_of(app, view, api=False):
            assert listing.filters, name


def test_a_list_and_its_page_take_what_is_declared_once(tmp_path):
    """The JSON call's parameters are the listing's filters; a page's may be fewer, never others."""
    app = create_app({"JISHAN_DATA": tmp_path, "TESTING": True})
    seen = 0
    for _rule, listing, view in shown_lists(app, api=True):
        known = {each.data_key or name for name, each in narrowing(view).fields.items()}
        assert {each.name for each in listing.filters} == known, listing.name
        seen += 1
    for _rule, listing, view in shown_lists(app, api=False):
        known = {each.data_key or name for name, each in narrowing(view).fields.items()}
        assert {each.name for each in listing.filters} <= known, listing.name
        seen += 1
    assert seen > 100


def test_no_page_pages_through_a_list_without_filters():
    root = Path(__file__).parent.parent.parent / "templates"
    paged = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.html")
        if "{{ pager(" in path.read_text(encoding="utf-8")
    }
    assert paged == set(PAGED_OTHERWISE)
    for path in root.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        if "list_foot(list)" in text and path.name != "listing.html":
            assert "list_filters(list" in text, path


def shown_lists(app, *, api: bool) -> list[tuple[str, lists.Listing, Any]]:
    """All sheets of the API, or of the pages: rule, what each lists, and the list's call."""
    return [
        (rule.rule, *app.view_functions[rule.endpoint]._listing)
        for rule in app.url_map.iter_rules()
        if hasattr(app.view_functions[rule.endpoint], "_listing")
        and rule.rule.startswith("/api/v1") == api
    ]


def filled(rule: str, things: dict) -> str:
    """An address with what there is in the place of its names."""
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda name: str(things.get(name[1], "income")), rule)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_every_sheet_has_what_its_list_has(bare_app):
    site = make_site(bare_app, users=("shopkeeper",), publicity_days=0)
    things = make_things(site)
    about = {"about": {"redemption": things["redemption_id"]}, "reason": "one was broken"}
    about["on_behalf_of"] = things["resident_id"]
    assert site.call(WHO, "POST", f"/villages/{VILLAGE}/objections", about).status_code == 201
    seen = 0
    for rule, listing, _view in shown_lists(bare_app, api=True):
        path = filled(rule, things).removeprefix("/api/v1")
        plain = site.call(WHO, "GET", path.removesuffix(".xlsx"))
        sheet = site.call(WHO, "GET", path)
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
    assert seen >= 20


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_every_page_with_a_list_leads_to_its_sheet(bare_app):
    site = make_site(bare_app, users=("shopkeeper",), publicity_days=0)
    things = make_things(site) | {"code": TOWNSHIP}  # a village's own pages stand elsewhere
    led = 0
    for rule, listing, _view in shown_lists(bare_app, api=False):
        path = filled(rule, things)
        answer = site.browser(WHO).get(path)
        page = site.browser(WHO).get(path.removesuffix(".xlsx"))
        if path.startswith("/c/"):
            continue  # a household's own page: tests/notices tries it behind a card
        assert answer.status_code == page.status_code, path
        if page.status_code != 200:
            continue
        rows = sheet_of(answer)
        assert len(rows[0]) == len(listing.columns), path
        if len(rows) == 1:
            continue  # an empty list is not taken along
        led += 1
        assert path in page.text, path
    assert led >= 20


def some_value(each: lists.Filter) -> str:
    """A value that a filter takes."""
    field = each.parameter()
    if isinstance(field, fields.Enum):
        return next(iter(field.enum)).value
    for kind, value in (
        (Day, "2026-03-01"),
        (Id, str(uuid4())),
        (fields.Boolean, "true"),
        (fields.Integer, "2026"),
    ):
        if isinstance(field, kind):
            return value
    if each.look is lists.Look.MONTH:
        return "2026-03"
    options = [value for value, _word in words_of(each)]
    return options[0] if options else {"division": VILLAGE, "parent": VILLAGE}.get(each.name, "x")


OF_A_PAGE = ("grid", "village", "division", "rule_item")


def words_of(each: lists.Filter) -> list[tuple[str, Any]]:
    """The words of a choice that needs no page around it."""
    return [] if each.name in OF_A_PAGE else list(each.options())


def test_every_filter_narrows_json_page_and_sheet(bare_app):
    """Each filter of each list by itself: what it finds is a part of the whole list."""
    site = make_site(bare_app, users=("shopkeeper",), publicity_days=0)
    things = make_things(site)
    tried = 0
    for rule, listing, _view in shown_lists(bare_app, api=True):
        path = filled(rule, things).removeprefix("/api/v1").removesuffix(".xlsx")
        whole = site.call(WHO, "GET", path)
        if whole.status_code != 200:
            continue
        with bare_app.test_request_context():
            asked = [
                (each.name, VILLAGE if each.name in ("grid", "village") else some_value(each))
                for each in listing.filters
            ]
        for name, value in asked:
            found = site.call(WHO, "GET", f"{path}?{name}={quote(value)}")
            assert found.status_code == 200, (path, name, found.text)
            if name != "points" and listing.name not in ("audit", "shifts", "call-numbers"):
                assert all(each in whole.json["items"] for each in found.json["items"]), path
            sheet = sheet_of(site.call(WHO, "GET", f"{path}.xlsx?{name}={quote(value)}"))
            if listing.name not in ("stock_movements", "audit"):
                assert len(sheet) == 1 + len(found.json["items"]), (path, name)
            tried += 1
    assert tried > 120


RUNS = "=HYPERLINK(0)"
# What people type, by table: all that may be changed.
TYPED = {
    "resident": ("name",),
    "household": ("door",),
    "good": ("name_zh", "name_en", "unit"),
    "shop": ("name",),
    "office": ("name",),
    "user": ("name",),
    "division": ("name_zh",),
    "award": ("note",),
}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_nothing_that_people_typed_runs_in_any_sheet(bare_app):
    """Every workbook of the API, opened as a spreadsheet opens it: no formula, no bare sign."""
    site = make_site(bare_app, users=("shopkeeper",), publicity_days=0)
    things = make_things(site)
    with bare_app.app_context():
        for table, columns in TYPED.items():
            for column in columns:
                known = db.metadata.tables[table]
                db.session.execute(db.update(known).values({column: RUNS}))
        db.session.commit()
    seen = opened = 0
    for rule in bare_app.url_map.iter_rules():
        call = getattr(bare_app.view_functions[rule.endpoint], "_call", None)
        if call is None or call.produces != XLSX:
            continue
        answer = site.call(WHO, "GET", filled(rule.rule, things).removeprefix("/api/v1"))
        if answer.status_code != 200:
            continue
        opened += 1
        for sheet in load_workbook(io.BytesIO(answer.data)):
            for cell in (each for row in sheet.iter_rows() for each in row):
                assert cell.data_type != "f", (rule.rule, cell.coordinate)
                if isinstance(cell.value, str):
                    assert neutral(cell.value) == cell.value, (rule.rule, cell.coordinate)
                    seen += RUNS in cell.value
    assert (opened > 40, seen > 10) == (True, True), (opened, seen)


def every_listing() -> list[lists.Listing]:
    """Every list that a room declares."""
    found = {}
    for path in sorted((Path(__file__).parent.parent.parent / "incentives").glob("*/")):
        if path.name == "web" or importlib.util.find_spec(f"incentives.{path.name}.lists") is None:
            continue
        module = importlib.import_module(f"incentives.{path.name}.lists")
        for each in vars(module).values():
            if isinstance(each, lists.Listing):
                found[each.name, id(each)] = each
    return list(found.values())


SIGNS = ("=1+1", "+86", "-5", "@SUM(1)", "\t=1", "＝1")


def test_every_text_column_of_every_list_is_neutral(tmp_path):
    app = create_app({"JISHAN_DATA": tmp_path, "TESTING": True})
    tried = 0
    for listing in every_listing():
        texts = [
            replace(each, value=lambda typed: typed)
            for each in listing.columns
            if each.kind in (lists.Kind.TEXT, lists.Kind.LONG)
        ]
        if not texts:
            continue
        hostile = replace(listing, columns=texts, rows=list, named=False)
        with app.test_request_context():
            response = exporting.export_rows(hostile, [SIGNS])
            content = io.BytesIO(b"".join(response.response))
        written = load_workbook(content).active.iter_rows(min_row=2)
        for typed, row in zip(SIGNS, written, strict=True):
            assert [cell.value for cell in row] == [f"'{typed}"] * len(texts), listing.name
            assert all(cell.data_type == "s" for cell in row)
        tried += 1
    assert tried > 55
