"""The public book: each line of the fund's money, with what remained after it.

A line is an event of the ledger that changed cash and bank together, so the book adds up to the
ledger's balances by its making; who it was for and who decided comes from the fund's records.
"""

from incentives.fund.queries.book.entries import Part, months_of
from incentives.fund.queries.book.lines import (
    BookLine,
    Hand,
    MoreOfLine,
    line_of,
    more_of_lines,
    records_of,
)
from incentives.fund.queries.book.reading import book, whole_book

__all__ = [
    "BookLine",
    "Hand",
    "MoreOfLine",
    "Part",
    "book",
    "line_of",
    "months_of",
    "more_of_lines",
    "records_of",
    "whole_book",
]
