"""Cards on sheets of A4 as PDF: ten a page in a bank card's size, with marks to cut along.

Laid out by hand with fpdf2, which shapes Tibetan by HarfBuzz: general layout of HTML takes six
times as long (docs/decisions/0020-card-sheets.md). Parts are made one by one and joined at the end.
What makes PDFs is loaded with the first sheet: it would be a tenth of every start.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from flask import current_app

from incentives.cards.qr import QUIET, Matrix, matrix

if TYPE_CHECKING:
    from fpdf import FPDF

CHINESE = "vendor/@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf"
TIBETAN = "vendor/@expo-google-fonts/noto-serif-tibetan/400Regular/NotoSerifTibetan_400Regular.ttf"
# Millimetres: two columns and five rows of bank cards (ISO/IEC 7810, ID-1) in the middle of A4.
WIDTH, HEIGHT = 85.6, 54.0
LEFT, TOP = 19.4, 13.5
COLUMNS, ROWS = 2, 5
QR = 42.0  # with its quiet zone; without it at least 35 mm
QR_LEFT, QR_TOP = WIDTH - QR - 2.5, (HEIGHT - QR) / 2
TEXT_LEFT, TEXT_WIDTH = 4.0, WIDTH - QR - 2.5 - 4.0
MARK, MARK_GAP = 4.0, 2.0


@dataclass(frozen=True)
class PrintedCard:
    """What stands on a card: masked holder, village, the number in fours, what the QR holds."""

    village: str
    holder: str
    number: str
    url: str


@dataclass(frozen=True)
class Words:
    """What all cards say, in one language: what it is, and what to do with one that is found."""

    kind: str
    found: str


def lay_out(
    pages: Sequence[Sequence[PrintedCard]],
    running: Sequence[str],
    chinese: Words,
    tibetan: Words,
) -> bytes:
    """These pages of at most ten cards as PDF, each under its running line."""
    pdf = new_document()
    for cards, line in zip(pages, running, strict=True):
        pdf.add_page()
        write(pdf, "zh", 8, LEFT, 4.0, WIDTH * COLUMNS, line)
        for place, card in enumerate(cards):
            left = LEFT + WIDTH * (place % COLUMNS)
            top = TOP + HEIGHT * (place // COLUMNS)
            draw_card(pdf, card, (chinese, tibetan), left, top)
        draw_marks(pdf, rows=(len(cards) + COLUMNS - 1) // COLUMNS)
    return bytes(pdf.output())


def new_document() -> FPDF:
    """An empty document of A4 with the project's fonts."""
    from fpdf import FPDF

    pdf = FPDF(unit="mm", format="A4")
    pdf.set_auto_page_break(auto=False)
    pdf.set_margin(0)
    pdf.c_margin = 0
    for family, name in (("zh", CHINESE), ("bo", TIBETAN)):
        pdf.add_font(family, fname=font_file(name))
    pdf.set_text_shaping(use_shaping_engine=True)
    pdf.set_line_width(0.2)
    return pdf


def font_file(name: str) -> Path:
    """A vendored font."""
    return Path(current_app.static_folder or "") / name


def draw_card(
    pdf: FPDF, card: PrintedCard, words: tuple[Words, Words], left: float, top: float
) -> None:
    """One card: words on the left, its code on the right."""
    chinese, tibetan = words
    lines = [
        ("zh", 9.0, 5.0, card.village),
        ("zh", 16.0, 10.0, chinese.kind),
        ("bo", 10.0, 17.5, tibetan.kind),
        ("zh", 13.0, 26.0, card.holder),
        ("zh", 7.0, 33.5, chinese.found),
        ("bo", 7.5, 37.0, tibetan.found),
        ("zh", 12.0, 43.5, card.number),
    ]
    for family, size, down, text in lines:
        write(pdf, family, size, left + TEXT_LEFT, top + down, TEXT_WIDTH, text)
    draw_code(pdf, matrix(card.url), left + QR_LEFT, top + QR_TOP)


def write(
    pdf: FPDF, family: str, size: float, left: float, top: float, width: float, text: str
) -> None:
    """A line of text, made smaller until it fits its width."""
    pdf.set_font(family, size=size)
    # No letter is wider than the type is high: what fits by that needn't be measured.
    if len(text) * size / pdf.k > width and (wide := pdf.get_string_width(text)) > width:
        size = size * width / wide
        pdf.set_font(family, size=size)
    pdf.set_xy(left, top)
    # Only a cell is shaped; `text()` would leave Tibetan vowels beside their letters.
    pdf.cell(w=width, h=size * 0.4, text=text)


def draw_code(pdf: FPDF, rows: Matrix, left: float, top: float) -> None:
    """A QR code as one path of dark runs, in its quiet zone."""
    scale = pdf.k
    module = QR / (len(rows) + 2 * QUIET) * scale
    x0 = left * scale + QUIET * module
    y0 = (pdf.h - top) * scale - QUIET * module
    path = [
        f"{x0 + start * module:.2f} {y0 - (y + 1) * module:.2f} "
        f"{length * module:.2f} {module:.2f} re"
        for y, row in enumerate(rows)
        for start, length in dark_runs(row)
    ]
    pdf._out(" ".join(path) + " f")


def dark_runs(row: Sequence[bool]) -> Iterable[tuple[int, int]]:
    """Where dark modules begin in a row, and how many stand together."""
    start: int | None = None
    for x, dark in enumerate((*row, False)):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            yield start, x - start
            start = None


def draw_marks(pdf: FPDF, *, rows: int) -> None:
    """Marks to cut along, outside the cards: at each row's ends, and over and under each column."""
    right, bottom = LEFT + WIDTH * COLUMNS, TOP + HEIGHT * rows
    for row in range(rows + 1):
        y = TOP + HEIGHT * row
        pdf.line(LEFT - MARK_GAP - MARK, y, LEFT - MARK_GAP, y)
        pdf.line(right + MARK_GAP, y, right + MARK_GAP + MARK, y)
    for column in range(COLUMNS + 1):
        x = LEFT + WIDTH * column
        pdf.line(x, TOP - MARK_GAP - MARK, x, TOP - MARK_GAP)
        pdf.line(x, bottom + MARK_GAP, x, bottom + MARK_GAP + MARK)


def join(parts: Iterable[bytes]) -> bytes:
    """Parts one after the other as one PDF."""
    from pypdf import PdfWriter

    writer = PdfWriter()
    for part in parts:
        writer.append(BytesIO(part))
    joined = BytesIO()
    writer.write(joined)
    return joined.getvalue()


def missing_letters(text: str) -> str:
    """The letters of a text that the printed font lacks: rare surnames are real."""
    letters = printable(str(font_file(CHINESE)))
    return "".join(dict.fromkeys(each for each in text if ord(each) not in letters))


@cache
def printable(path: str) -> frozenset[int]:
    """The code points that a font has letters for."""
    from fontTools.ttLib import TTFont

    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap() or ())
