"""Uploaded workbooks as cells, read where they can do no harm: for whoever takes a list in."""

from incentives.files.sheets.reading import (
    ROWS_AT_MOST,
    Sheet,
    Unreadable,
    folded,
    in_every_language,
    read_sheets,
    shown,
)

__all__ = [
    "ROWS_AT_MOST",
    "Sheet",
    "Unreadable",
    "folded",
    "in_every_language",
    "read_sheets",
    "shown",
]
