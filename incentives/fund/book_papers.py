"""The public book on paper and as a workbook: what the page shows, line by line, with approvals."""

from typing import Any

from flask import Response
from flask_babel import gettext as _

from incentives.cards.paper import printed_checkpoint
from incentives.fund import queries, words
from incentives.fund.queries import BookLine, Part
from incentives.fund.queries.statements import AccountLine
from incentives.web.dates import month_word
from incentives.web.guard import get_village
from incentives.web.sheets import for_the_wall, sheet_html, sheet_response
from incentives.web.workbooks import workbook_response


def part_name(part: Part) -> str:
    """A part in a file's name."""
    pieces = [
        f"{part.month:%Y-%m}" if part.month else "",
        str(part.year or ""),
        part.purpose or "",
    ]
    return "-".join(["", *(each for each in pieces if each)])


def what_of(line: BookLine) -> str:
    """What a line is, in words: its kind and its source or purpose."""
    kind = words.KINDS.get(line.kind, line.kind)
    of = words.purpose_word(line.purpose) if line.purpose else words.SOURCES.get(line.source or "")
    return " · ".join(str(each) for each in (kind, of) if each)


def hands_of(line: BookLine | AccountLine, between: str = "\n") -> str:
    """Who took which step, in words."""
    return between.join(
        f"{words.STEPS.get(hand.step, hand.step)} {hand.name}" for hand in line.hands
    )


def book_workbook(village: str, part: Part) -> Response:
    """The book as an .xlsx file, oldest line first, amounts in yuan."""
    lines = queries.whole_book(village, part)
    rows: list[list[Any]] = [
        [
            line.voucher,
            line.day or month_word(line.month),
            what_of(line),
            line.payee,
            line.reason,
            line.paper,
            line.amount_fen / 100 if line.amount_fen > 0 else None,
            -line.amount_fen / 100 if line.amount_fen < 0 else None,
            line.remaining_fen / 100,
            hands_of(line),
        ]
        for line in lines
    ]
    return workbook_response(
        f"fund-{village}{part_name(part)}",
        _("The book"),
        [
            _("Entry"),
            _("Day or month"),
            _("What"),
            _("Who"),
            _("Reason"),
            _("Voucher number"),
            _("Came in (yuan)"),
            _("Went out (yuan)"),
            _("Left after it (yuan)"),
            _("Who decided"),
        ],
        rows,
    )


def yuan(fen: int) -> str:
    """An amount as it is written."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def book_pdf(village: str, part: Part) -> Response:
    """The book as a PDF, with what it adds up to and the log's newest signature.

    What was taken back counts against what it took back, as in the page's figures by month.
    """
    name = f"fund-{village}{part_name(part)}"
    with for_the_wall():
        lines = queries.whole_book(village, part)
        rows = [
            {
                "voucher": line.voucher or "",
                "when": line.day.isoformat() if line.day else month_word(line.month),
                "what": " · ".join(
                    each for each in (what_of(line), line.payee, line.reason) if each
                ),
                "hands": hands_of(line, between=" · "),
                "amount": yuan(line.amount_fen),
                "remaining": yuan(line.remaining_fen),
            }
            for line in lines
        ]
    sheet = sheet_html(
        "fund/book_sheet.html",
        village=get_village(village),
        part=part,
        rows=rows,
        came_in=yuan(sum(line.amount_fen for line in lines if line.purpose is None)),
        went_out=yuan(-sum(line.amount_fen for line in lines if line.purpose is not None)),
        remaining=yuan(lines[-1].remaining_fen) if lines else yuan(0),
        checkpoint=printed_checkpoint(village),
        words=words,
    )
    return sheet_response(sheet, title=name, name=f"{name}.pdf")
