"""Cards as PDF, the whole job from asking to what is fetched, beside their bare QR matrices."""

import time

from sqlalchemy import select

from incentives.access.actor import Role
from incentives.cards import operations, qr, queries
from incentives.cards.models import Card, SheetStatus
from incentives.cards.operations.issuing import free_numbers, keep_cards, new_card
from incentives.clock import now
from incentives.extensions import db
from tests.benchmarks.measure import Figures, Row
from tests.benchmarks.scene import Scene, application, copy_of
from tests.benchmarks.workshop import Workshop
from tests.factories import VILLAGE, act, staff

CADRE = staff(Role.CADRE)

ROWS = (
    Row("cards as PDF, seconds, to their QR matrices", "cards", "matrices", 4.0, at_most=True),
    Row("of this, cards a second", "cards a second"),
)


def measure(shop: Workshop, figures: Figures) -> None:
    """One round: 1,000 cards of a village, at 400 times a round."""
    count = max(1, shop.count * 5 // 2)
    scene = copy_of(shop.scene, shop.here() / "cards")
    with application(scene.folder):
        urls = act(lambda: make_cards(scene, count))
        qr.matrix.cache_clear()
        begun = time.perf_counter()
        for url in urls:
            qr.matrix(url)
        figures.add("matrices", time.perf_counter() - begun)
        qr.matrix.cache_clear()
        begun = time.perf_counter()
        lay_out()
        took = time.perf_counter() - begun
        figures.add("cards", took)
        figures.add("cards a second", len(urls) / took)


def make_cards(scene: Scene, count: int) -> list[str]:
    """Cards of the village's households until they are so many; what their QR codes hold."""
    homes = [household for household, _account in scene.households]
    cards = [
        new_card(VILLAGE, homes[at % len(homes)], None, number, now=now())
        for at, number in enumerate(free_numbers(max(0, count - len(scene.counter.cards))))
    ]
    keep_cards(cards, actor=CADRE, now=now())
    return [queries.url_of(card) for card in db.session.scalars(select(Card)).all()]


def lay_out() -> None:
    """Ask for the village's cards, lay them out, and fetch them."""
    job = act(lambda: operations.ask_for_sheets(village=VILLAGE, actor=CADRE, now=now()).id)
    while operations.lay_out_next(now=now()):
        pass
    found = queries.find_sheet_job(VILLAGE, job)
    if found.status is not SheetStatus.READY:
        raise RuntimeError(f"the sheets are {found.status}")
    db.session.rollback()
    operations.sheets_pdf(village=VILLAGE, job_id=job, actor=CADRE, now=now())
