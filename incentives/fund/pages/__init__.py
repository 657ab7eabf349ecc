"""The fund's pages: the public book, the treasurer's desk, disbursements, what supervisors do."""

from incentives.fund.pages import (
    book,
    checking,
    desk,
    disbursements,
    exports,
    lists,
    money,
    statements,
    township,
)
from incentives.fund.pages.shared import blueprint

__all__ = [
    "blueprint",
    "book",
    "checking",
    "desk",
    "disbursements",
    "exports",
    "lists",
    "money",
    "statements",
    "township",
]
