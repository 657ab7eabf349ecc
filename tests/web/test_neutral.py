"""What people typed is text in every sheet, whatever sign it begins with: nothing runs."""

import importlib.util
import io
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

from incentives import create_app
from incentives.extensions import db
from incentives.web import lists
from incentives.web.lists import exporting
from incentives.web.workbooks import XLSX, neutral
from tests.site import make_site
from tests.web.sheets import filled
from tests.web.test_fuzzing import WHO, make_things

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
