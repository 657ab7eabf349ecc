"""The counter's page and what makes it an app: what it holds, and at what cost."""

import json
import re
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from incentives.database import new_id
from incentives.extensions import db
from incentives.shop.models import Good, Stock
from incentives.shop.pages.app import COUNTER
from incentives.web.apps import STATIC, shell_files
from tests.factories import act
from tests.shop.scenes import make_counter
from tests.site import make_site

LISTED = re.compile(r'<script type="application/json" data-part="goods-listed">(.*?)</script>')


@pytest.fixture
def counter(bare_app):
    return make_counter(make_site(bare_app, users=("shopkeeper", "cadre")))


def add_goods(counter, count):
    """That many goods more, straight into their tables."""
    with counter.site.app.app_context():
        like = db.session.scalars(select(Good)).first()
        rows = [
            {
                "id": new_id(),
                "shop_id": counter.shop,
                "sku": f"M{number}",
                "category": like.category,
                "name_zh": f"商品{number}",
                "unit": "bag",
                "price_points": number + 1,
                "cost_fen": 100,
                "on_sale": True,
                "added_at": like.added_at,
            }
            for number in range(count)
        ]
        shelf = [{"good_id": row["id"], "quantity": 1, "count_due": False} for row in rows]

        def work():
            db.session.execute(insert(Good), rows)
            db.session.execute(insert(Stock), shelf)

        act(work)
        db.session.remove()


@pytest.mark.parametrize("path", ["/shop", "/shop/terminals", "/shop/closings"])
def test_a_page_takes_as_many_statements_with_500_goods_as_with_two(counter, statements, path):
    counter.site.open("shopkeeper", path)
    statements.clear()
    counter.site.open("shopkeeper", path)
    few = len(statements)
    add_goods(counter, 500)
    statements.clear()
    page = counter.site.open("shopkeeper", path)
    assert len(statements) == few <= 30
    if path == "/shop":
        assert len(json.loads(LISTED.search(page)[1])) == 502
        assert len(page) < 200_000


def test_goods_are_listed_with_what_they_are_found_by(counter):
    listed = json.loads(LISTED.search(counter.site.open("shopkeeper", "/shop"))[1])
    soap = next(each for each in listed if each["name"] == "香皂")
    assert (soap["points"], soap["left"], soap["codes"]) == (10, 20, ["soap"])
    assert soap["words"] == "xz xiangzao"


def test_the_shell_holds_all_that_the_page_names(counter):
    """Each module's imports, each style and icon of the page, and nothing that isn't there."""
    page = counter.site.open("shopkeeper", "/shop")
    named = set(re.findall(r'(?:href|src)="/static/([^"]+)"', page))
    kept = set(shell_files(COUNTER.modules))
    assert named <= kept
    assert {"js/api.js", "js/shop/ean.js", "vendor/idb/build/index.js"} <= kept
    assert all((STATIC / name).is_file() for name in kept)


def test_the_worker_names_the_shell_and_changes_with_it(counter, monkeypatch):
    client = counter.site.app.test_client()
    answer = client.get("/shop/worker.js")
    assert answer.headers["Service-Worker-Allowed"] == "/shop"
    assert answer.headers["Cache-Control"] == "no-cache"
    for name in shell_files(COUNTER.modules):
        assert f'"/static/{name}"' in answer.text
    manifest = client.get("/shop/manifest.webmanifest")
    assert manifest.mimetype == "application/manifest+json"
    icons = [icon["src"].removeprefix("/static/") for icon in manifest.json["icons"]]
    assert all((Path(STATIC) / icon).is_file() for icon in icons)
    assert manifest.json["scope"] == manifest.json["start_url"] == "/shop"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_phones_and_closes_have_their_pages(counter):
    """What the API offers, the pages do too: a close, a stopped phone, and who may see them."""
    site = counter.site
    sent = site.send("shopkeeper", "/shop/closings", cash_counted_fen="0")
    assert sent.status_code == 303
    assert "/shop/closings/" in sent.location
    closed = site.open("cadre", sent.location)
    assert "Closed by" in closed
    again = site.send("shopkeeper", "/shop/closings", cash_counted_fen="0")
    assert again.status_code == 409
    assert "closed already" in again.text
    assert site.browser("cadre").get("/shop").status_code == 403
    refused = site.send("cadre", "/shop/closings", on="/desk/goods", cash_counted_fen="0")
    assert refused.status_code == 403
