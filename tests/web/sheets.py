"""Workbooks as they are answered, read by another library than the one that wrote them; where
they are asked for."""

import io
import re
from typing import Any

from python_calamine import CalamineWorkbook

from incentives.web.workbooks import XLSX


def sheet_of(answer: Any) -> list[list[Any]]:
    """The rows of an answered workbook, its heading first."""
    assert answer.status_code == 200, answer.text
    assert answer.content_type == XLSX
    assert answer.headers["Cache-Control"] == "private, no-store"
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    return book.get_sheet_by_index(0).to_python()


def rows_of(answer: Any) -> list[list[Any]]:
    """The rows of an answered workbook below its heading."""
    return sheet_of(answer)[1:]


def filled(rule: str, things: dict) -> str:
    """An address with what there is in the place of its names."""
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda name: str(things.get(name[1], "income")), rule)
