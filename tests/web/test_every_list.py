"""Every list of every room: it has filters, a page and a sheet, which find the same."""

from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from marshmallow import fields

from incentives import create_app
from incentives.web import lists
from incentives.web.lists.queries import narrowing
from incentives.web.schemas import Day, Id
from tests.factories import TOWNSHIP, VILLAGE
from tests.site import make_site
from tests.web.sheets import filled, sheet_of
from tests.web.test_fuzzing import WHO, make_things

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
