"""Reading a paper book's workbook, and writing the template that it is filled in on."""

from incentives.files.sheets import Unreadable
from incentives.openings.reading.book import Book, Problem, Row, read_book

__all__ = ["Book", "Problem", "Row", "Unreadable", "read_book"]
