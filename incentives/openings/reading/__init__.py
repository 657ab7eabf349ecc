"""Reading a paper book's workbook, and writing the template that it is filled in on."""

from incentives.openings.reading.book import Book, Problem, Row, read_book
from incentives.openings.reading.sheets import Unreadable

__all__ = ["Book", "Problem", "Row", "Unreadable", "read_book"]
