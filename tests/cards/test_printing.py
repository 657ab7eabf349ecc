"""Sheets of cards: in the order they are handed out, part by part, resumed, by one worker only."""

import subprocess
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
import zxingcpp
from cryptography.exceptions import InvalidTag
from flask import current_app
from PIL import Image
from pypdf import PdfReader, PdfWriter
from sqlalchemy import select

from incentives.access.actor import Role
from incentives.cards import kept_sheets, layout, operations, queries
from incentives.cards.models import Card, CardIssue, SheetJob, SheetStatus
from incentives.cards.operations import printing
from incentives.clock import now
from incentives.errors import Invalid, NotFound, WrongState
from incentives.extensions import db
from tests.factories import VILLAGE, act, make_household, make_village, staff

CADRE = staff(Role.CADRE)
LAY_OUT = layout.lay_out


@pytest.fixture
def village(app, monkeypatch) -> str:
    """A village whose sheets are laid out one by one, on blank pages to be quick."""
    monkeypatch.setattr(printing, "PAGES_A_PART", 1)
    monkeypatch.setattr(layout, "lay_out", blank_pages)
    return make_village()


def blank_pages(pages, *_words) -> bytes:
    """As many pages, with nothing on them."""
    writer = PdfWriter()
    for _page in pages:
        writer.add_blank_page(width=595, height=842)
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def printed(found: SheetJob) -> list[UUID]:
    """A job's cards in their order."""
    return [UUID(card_id) for page in found.pages for card_id in page]


def households(count: int) -> list[UUID]:
    """Households at the doors 1, 2, …, each with a card."""
    made = [make_household(door=f"{number}号").id for number in range(1, count + 1)]
    act(lambda: operations.issue_cards(village=VILLAGE, actor=CADRE, now=now()))
    return made


def ask(**fields: Any) -> UUID:
    return act(
        lambda: operations.ask_for_sheets(village=VILLAGE, actor=CADRE, now=now(), **fields).id
    )


def job(job_id: UUID) -> SheetJob:
    db.session.rollback()
    return db.session.get_one(SheetJob, job_id, populate_existing=True)


def lay_out() -> bool:
    return operations.lay_out_next(now=now())


def fetch(job_id: UUID) -> bytes:
    return operations.sheets_pdf(village=VILLAGE, job_id=job_id, actor=CADRE, now=now())


def test_cards_are_laid_out_by_door_and_fetched(village):
    made = households(13)
    job_id = ask()
    with pytest.raises(WrongState):
        fetch(job_id)
    steps = 0
    while lay_out():
        steps += 1
        found = job(job_id)
        assert found.cards_done == min(10 * steps, 13)
    assert (steps, found.status, found.failures) == (2, SheetStatus.READY, 0)
    assert len(PdfReader(BytesIO(fetch(job_id))).pages) == 2
    doors = [db.session.get_one(Card, each).household_id for each in printed(found)]
    assert doors == made


def test_a_stopped_worker_s_parts_are_gone_on_from(village, clock, monkeypatch):
    households(13)
    job_id = ask()
    assert lay_out()

    class Stopped(BaseException):
        pass

    def stop(*_arguments):
        raise Stopped

    with monkeypatch.context() as patched:
        patched.setattr(layout, "lay_out", stop)
        with pytest.raises(Stopped):
            lay_out()
    # It holds the job as if it were at work: nobody takes it before its time is over.
    assert not lay_out()
    clock.forward(minutes=2)
    laid_out = []
    whole = layout.lay_out
    monkeypatch.setattr(
        layout, "lay_out", lambda pages, *rest: laid_out.append(len(pages)) or whole(pages, *rest)
    )
    assert lay_out()
    assert not lay_out()
    assert laid_out == [1], "what was laid out before is not laid out again"
    assert job(job_id).status is SheetStatus.READY
    assert len(PdfReader(BytesIO(fetch(job_id))).pages) == 2


def test_two_workers_never_lay_out_one_part_twice(village, clock, monkeypatch):
    households(3)
    job_id = ask()
    whole = layout.lay_out
    others = []

    def meanwhile(*arguments):
        """While one lays out, another looks for work; later the first's time is over."""
        monkeypatch.setattr(layout, "lay_out", whole)
        others.append(lay_out())
        clock.forward(minutes=3)
        others.append(lay_out())
        return whole(*arguments)

    monkeypatch.setattr(layout, "lay_out", meanwhile)
    lay_out()
    assert others == [False, True]
    found = job(job_id)
    assert (found.status, found.cards_done) == (SheetStatus.READY, 3)
    assert len(PdfReader(BytesIO(fetch(job_id))).pages) == 1


def test_what_fails_three_times_is_given_up(village, monkeypatch):
    households(1)
    job_id = ask()

    def fail(*_arguments):
        raise RuntimeError("no paper")

    monkeypatch.setattr(layout, "lay_out", fail)
    for _ in range(3):
        with pytest.raises(RuntimeError, match="no paper"):
            lay_out()
    assert job(job_id).status is SheetStatus.FAILED
    assert not lay_out()


def test_a_job_whose_parts_are_lost_begins_anew(village):
    households(13)
    job_id = ask()
    lay_out()
    kept_sheets.delete([kept_sheets.name_of(job_id, 1)])
    lay_out()
    assert job(job_id).cards_done == 0
    while lay_out():
        pass
    assert len(PdfReader(BytesIO(fetch(job_id))).pages) == 2


def test_sheets_lie_encrypted_and_for_a_day(village, clock):
    households(1)
    job_id = ask()
    lay_out()
    (path,) = kept_sheets.folder().iterdir()
    assert path.name == job_id.hex
    assert b"%PDF" not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    assert operations.forget_sheets(now=now()) == 0
    clock.forward(days=1)
    with pytest.raises(NotFound):
        fetch(job_id)
    assert operations.forget_sheets(now=now()) == 1
    assert list(kept_sheets.folder().iterdir()) == []
    assert db.session.scalars(select(SheetJob)).all() == []


def test_a_file_under_another_name_can_t_be_read(village):
    households(1)
    job_id = ask()
    lay_out()
    other = UUID(int=job_id.int ^ 1)
    (kept_sheets.folder() / job_id.hex).rename(kept_sheets.folder() / other.hex)
    with pytest.raises(InvalidTag):
        kept_sheets.read(kept_sheets.name_of(other))


def test_only_what_was_not_laid_out_before(village):
    households(2)
    ask(new_only=True)
    lay_out()
    with pytest.raises(Invalid):
        ask(new_only=True)
    fresh = make_household(door="9").id
    act(lambda: operations.issue_cards(village=VILLAGE, actor=CADRE, now=now()))
    found = job(ask(new_only=True))
    assert [db.session.get_one(Card, each).household_id for each in printed(found)] == [fresh]
    # A reissue is another print: it was never laid out.
    first = db.session.scalars(select(Card).order_by(Card.id)).first().id
    act(lambda: operations.reissue_card(village=VILLAGE, card_id=first, actor=CADRE, now=now()).id)
    assert job(ask(new_only=True)).cards == 2


def test_a_card_that_went_out_of_use_is_left_out(village):
    households(2)
    job_id = ask()
    card = UUID(job(job_id).pages[0][0])
    act(lambda: operations.suspend_card(village=VILLAGE, card_id=card, actor=CADRE, now=now()).id)
    lay_out()
    printed = db.session.scalars(
        select(CardIssue.card_id).where(CardIssue.printed_at.is_not(None))
    ).all()
    assert printed == [each for each in map(UUID, job(job_id).pages[0]) if each != card]


def test_letters_that_the_font_lacks_are_named(village):
    rare = "\U00020004"  # of Unicode's extension B, where rare surnames stand
    make_household(VILLAGE, f"{rare}小")
    make_household(VILLAGE, "扎西彭措")
    act(lambda: operations.issue_cards(village=VILLAGE, actor=CADRE, now=now()))
    job_id = ask()
    lay_out()
    (told,) = job(job_id).unprintable
    assert (told["holder"], told["letters"]) == (f"{rare}**", rare)


def test_there_is_nothing_to_print_and_no_such_grid(village):
    with pytest.raises(Invalid):
        ask()
    with pytest.raises(Invalid):
        ask(grid="513336101217001")


def test_printed_codes_are_read_by_a_camera(village, tmp_path, monkeypatch):
    """Both of a sheet's columns, as a printer of 150 dots an inch prints them."""
    monkeypatch.setattr(layout, "lay_out", LAY_OUT)
    households(10)
    job_id = ask()
    lay_out()
    (tmp_path / "sheet.pdf").write_bytes(fetch(job_id))
    subprocess.run(
        ["pdftoppm", "-r", "150", "-png", "-singlefile", "sheet.pdf", "sheet"],
        cwd=tmp_path,
        check=True,
    )
    read = zxingcpp.read_barcodes(
        Image.open(tmp_path / "sheet.png"), formats=zxingcpp.BarcodeFormat.QRCode
    )
    cards = db.session.scalars(select(Card)).all()
    assert {each.text for each in read} == {queries.url_of(card) for card in cards}
    # 35 mm at 150 dots an inch are 207 dots: what is printed is no smaller.
    sides = [each.position.top_right.x - each.position.top_left.x for each in read]
    assert min(sides) >= 207


def test_the_command_lays_out_all_that_is_asked_for(village):
    households(13)
    first, second = ask(), ask()
    answer = current_app.test_cli_runner().invoke(args=["cards", "sheets"])
    assert answer.output == "parts laid out: 4; files deleted: 0\n", answer.output
    assert {job(each).status for each in (first, second)} == {SheetStatus.READY}
