"""The counter in a real browser: from the scan to its answer, and its page with 500 goods."""

import time
from pathlib import Path
from statistics import median

from playwright.sync_api import BrowserContext, sync_playwright
from sqlalchemy import insert

from incentives.database import new_id
from incentives.extensions import db
from incentives.shop.models import Good, Stock
from tests.benchmarks.http import Client, server
from tests.benchmarks.measure import Figures, Row
from tests.benchmarks.scene import Scene, application, copy_of
from tests.benchmarks.workshop import Workshop
from tests.browser.conftest import FLAGS, PHONE, chromium_path
from tests.factories import act
from tests.site import PASSWORD

GOODS = 500
TIMES = 20

ROWS = (
    Row("scan to answer in the browser, milliseconds", "scan in browser", goal=300, at_most=True),
    Row("the counter's page with 500 goods, milliseconds", "counter page", goal=100, at_most=True),
    Row("the same, from opening to its first tap, milliseconds", "counter opens"),
)

# From the tap that looks a card up until the basket is shown and painted.
SCAN = """
(number) => new Promise((done) => {
  const part = (name) => document.querySelector(`[data-part="${name}"]`);
  const basket = part('basket');
  part('number').value = number;
  const begun = performance.now();
  new MutationObserver((_changes, watching) => {
    if (basket.hidden) return;
    watching.disconnect();
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - begun)));
  }).observe(basket, { attributes: true });
  part('number-form').requestSubmit();
})
"""


def measure(shop: Workshop, figures: Figures) -> None:
    """One round: a fresh server, a fresh browser, a shop with 500 goods."""
    scene = copy_of(shop.scene, shop.here() / "counter")
    fill_shelf(scene)
    times = min(TIMES, shop.count)
    with server(scene.folder) as port, sync_playwright() as running:
        context = open_browser(running.chromium, shop.here())
        try:
            sign_in(context, port)
            figures.add("scan in browser", scans(context, scene, port, times))
            figures.add("counter page", pages(context, port, times))
            figures.add("counter opens", openings(context, port, times))
        finally:
            context.close()


def fill_shelf(scene: Scene) -> None:
    """Goods more, up to 500, straight into their tables: how they came there isn't measured."""
    with application(scene.folder):
        first = db.session.get_one(Good, scene.counter.cheap_id)
        rows = [
            {
                "id": new_id(),
                "shop_id": scene.counter.shop_id,
                "sku": f"M{number:03}",
                "barcode": f"{6901234000000 + number}",
                "category": first.category,
                "name_zh": f"商品{number}",
                "unit": "bag",
                "price_points": number,
                "cost_fen": 100 * number,
                "on_sale": True,
                "added_at": first.added_at,
            }
            for number in range(2, GOODS)
        ]

        def work() -> None:
            db.session.execute(insert(Good), rows)
            shelf = [{"good_id": row["id"], "quantity": 9, "count_due": False} for row in rows]
            db.session.execute(insert(Stock), shelf)

        act(work)


def open_browser(chromium: object, profile: Path) -> BrowserContext:
    """A phone's browser with an empty profile."""
    context: BrowserContext = chromium.launch_persistent_context(  # type: ignore[attr-defined]
        str(profile),
        executable_path=chromium_path(),
        headless=True,
        args=FLAGS,
        viewport=PHONE,
        locale="zh-CN",
    )
    return context


def sign_in(context: BrowserContext, port: int) -> None:
    """Sign the shopkeeper in by the form."""
    page = context.pages[0]
    page.goto(f"http://127.0.0.1:{port}/login")
    page.fill("input[name=username]", "shopkeeper")
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: "/login" not in url)


def scans(context: BrowserContext, scene: Scene, port: int, times: int) -> float:
    """The median of some scans, each of another card's number."""
    client = Client(port)
    numbers = [
        client.call("POST", "/api/v1/cards/scan", {"code": code})["card"]["number"]
        for code in scene.counter.cards[:times]
    ]
    client.connection.close()
    page = context.pages[0]
    page.goto(f"http://127.0.0.1:{port}/shop")
    taken = []
    for number in numbers:
        taken.append(page.evaluate(SCAN, number))
        page.locator("[data-part=basket] [data-part=next]").click()
    return median(taken)


def pages(context: BrowserContext, port: int, times: int) -> float:
    """The median of how long the service takes to answer with the page."""
    taken = []
    for _time in range(times):
        begun = time.perf_counter()
        answer = context.request.get(f"http://127.0.0.1:{port}/shop")
        taken.append((time.perf_counter() - begun) * 1000)
        if not answer.ok or answer.text().count('"codes":') != GOODS:
            raise RuntimeError(f"{answer.status}: not the page with {GOODS} goods")
    return median(taken)


def openings(context: BrowserContext, port: int, times: int) -> float:
    """The median of how long it takes until the page can be tapped."""
    page = context.pages[0]
    taken = []
    for _time in range(times):
        begun = time.perf_counter()
        page.goto(f"http://127.0.0.1:{port}/shop", wait_until="commit")
        page.locator("[data-part=open-camera]:visible").wait_for()
        taken.append((time.perf_counter() - begun) * 1000)
    return median(taken)
