"""The public book on paper and as a workbook: what the page shows, line by line, with approvals.

After the lines come the figures: by month, and by purpose with what the year's budget leaves; and
what the bank's statement said beyond the book.
"""

from typing import Any

from flask import Response
from flask_babel import gettext as _

from incentives.cards.paper import printed_checkpoint
from incentives.fund import queries, words
from incentives.fund.queries import BookLine, Part
from incentives.fund.queries.statements import AccountLine
from incentives.web.dates import day_word, month_of_year, month_word
from incentives.web.guard import get_village
from incentives.web.sheets import for_the_wall, sheet_html, sheet_response
from incentives.web.workbooks import Sheet, workbook_response


def part_name(part: Part) -> str:
    """A part in a file's name."""
    pieces = [
        f"{part.month:%Y-%m}" if part.month else "",
        str(part.year or ""),
        part.purpose or "",
    ]
    return "-".join(["", *(each for each in pieces if each)])


def side_of(difference: queries.Difference) -> str:
    """On which side alone a difference from the bank stands."""
    if not difference.is_entry:
        return _("On the statement, not in the book")
    lacking = _("In the book, not on the statement")
    if difference.voucher is None:
        return lacking
    return f"{lacking} · {_('Entry %(number)s', number=difference.voucher)}"


def what_of(line: BookLine) -> str:
    """What a line is, in words: its kind and its source or purpose, and whether it came later."""
    kind = words.KINDS.get(line.kind, line.kind)
    of = words.purpose_word(line.purpose) if line.purpose else words.SOURCES.get(line.source or "")
    late = _("entered on %(day)s", day=day_word(line.entered_later)) if line.entered_later else ""
    return " · ".join(str(each) for each in (kind, of, late) if each)


def hands_of(line: BookLine | AccountLine | queries.Difference, between: str = "\n") -> str:
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
        figure_sheets(village, part),
    )


def figure_sheets(village: str, part: Part) -> list[Sheet]:
    """The figures of a part of the book, drawn as bars too; a month has a column of its own."""
    months = [] if part.purpose else queries.months_in(village, part)
    sheets = [
        Sheet(
            _("By month"),
            [_("Month"), _("Came in (yuan)"), _("Spent (yuan)"), _("Left at its end (yuan)")],
            [
                [month_word(each.month), *(fen / 100 for fen in figures)]
                for each in months
                for figures in [(each.in_fen, each.out_fen, each.remaining_fen)]
            ],
            bars=(1, 2),
        )
    ]
    for year in queries.by_purpose(village, queries.fund_overview(village), part):
        has_before = any(each.of_before_fen for each in year.items)
        rows = [
            [
                words.purpose_word(each.purpose),
                *([] if each.month_fen is None else [each.month_fen / 100]),
                each.spent_fen / 100,
                _("no budget") if each.budget_fen is None else each.budget_fen / 100,
                *([each.of_before_fen / 100] if has_before else []),
                None if each.left_fen is None else each.left_fen / 100,
            ]
            for each in year.items
        ]
        in_month = [] if year.month is None else [_("Spent in the month (yuan)")]
        before = [_("Came back of earlier years (yuan)")] if has_before else []
        in_year = [_("Spent in the year (yuan)"), _("Budget (yuan)"), *before, _("Left (yuan)")]
        first = len(in_month) + 1
        sheets.append(
            Sheet(
                _("Purposes in %(year)s", year=year.year),
                [_("Purpose"), *in_month, *in_year],
                rows,
                bars=(first, first + 1, first + 2 + len(before)),
            )
        )
    if differing := queries.bank_differences(village, part):
        sheets.append(bank_sheet(differing))
    return [each for each in sheets if each.rows]


def bank_sheet(differing: queries.BankDifferences) -> Sheet:
    """What the bank's statement said at a month's end beyond the book, and each difference."""
    end = month_word(differing.month)
    sums = [
        [_("The statement says"), end, differing.statement_fen / 100, None],
        [_("The book says, at the month's end"), end, differing.book_fen / 100, None],
        [_("What differs"), end, differing.difference_fen / 100, None],
    ]
    rows = [
        [side_of(each), each.day or month_word(each.month), each.amount_fen / 100, hands_of(each)]
        for each in differing.items
    ]
    return Sheet(
        _("The bank's statement"),
        [_("What"), _("Day or month"), _("Amount in yuan"), _("Who decided")],
        [*sums, *rows],
    )


def yuan(fen: int) -> str:
    """An amount as it is written."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def book_pdf(village: str, part: Part) -> Response:
    """The book as a PDF, with what it adds up to and the log's newest signature.

    What was taken back counts against what it took back, as in the page's figures by month.
    """
    name = f"fund-{village}{part_name(part)}"
    overview = queries.fund_overview(village)
    with for_the_wall():
        lines = queries.whole_book(village, part)
        rows = [
            {
                "voucher": line.voucher or "",
                "when": day_word(line.day) if line.day else month_word(line.month),
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
        months=[] if part.purpose else queries.months_in(village, part),
        years=queries.by_purpose(village, overview, part),
        differing=queries.bank_differences(village, part),
        side_of=side_of,
        hands_of=hands_of,
        payable_fen=overview.payable_fen,
        yuan=yuan,
        month_of_year=month_of_year,
        came_in=yuan(sum(line.amount_fen for line in lines if line.purpose is None)),
        went_out=yuan(-sum(line.amount_fen for line in lines if line.purpose is not None)),
        remaining=yuan(lines[-1].remaining_fen) if lines else yuan(0),
        checkpoint=printed_checkpoint(village),
        words=words,
    )
    return sheet_response(sheet, title=name, name=f"{name}.pdf")
