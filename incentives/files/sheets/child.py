"""Reads a workbook from standard input in a process of its own, and writes its cells as JSON.

Workbooks come from anywhere: one cell far out, a formula or a shared string can make a reader ask
for all memory there is, or end its process. So this one has little of both, and nothing to lose.
It is run by its path and imports nothing of the product.
"""

import io
import json
import re
import resource
import sys
import zipfile
from typing import Any
from xml.etree.ElementTree import iterparse

from python_calamine import CalamineSheet, CalamineWorkbook

MEMORY = 512 * 1024 * 1024
SECONDS = 10
COLUMNS = 20
REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def main(rows_at_most: int) -> None:
    """Read one workbook."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    content = sys.stdin.buffer.read()
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    marked = marked_by_sheet(content) if content.startswith(b"PK") else {}
    sheets = []
    for name in workbook.sheet_names:
        rows = rows_of(workbook.get_sheet_by_name(name), rows_at_most)
        formulas, errors = marked.get(name, ([], []))
        for row, column, text in errors:
            if row < len(rows) and column < len(rows[row]):
                rows[row][column] = text
        sheets.append({"name": name, "rows": rows, "formulas": formulas})
    json.dump(sheets, sys.stdout)


def rows_of(sheet: CalamineSheet, rows_at_most: int) -> list[list[Any]]:
    """A sheet's cells: texts, numbers, truth values, null for empty and for all else a list."""
    rows = sheet.to_python(skip_empty_area=False, nrows=rows_at_most)
    return [[plain(cell) for cell in row[:COLUMNS]] for row in rows]


def plain(cell: Any) -> Any:
    """A cell as JSON has it; a date or a time is the list of its text."""
    if cell is None or cell == "":
        return None
    return cell if isinstance(cell, str | bool | int | float) else [str(cell)]


Marked = tuple[list[list[int]], list[tuple[int, int, str]]]


def marked_by_sheet(content: bytes) -> dict[str, Marked]:
    """By the sheet's name row and column, from 0, of each cell that has a formula, and of each
    that holds an error, as a value pasted from a failed formula, with its text: `#N/A` (ECMA-376).

    The reader takes an error for an empty cell.
    """
    found = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        targets = {
            element.get("Id"): str(element.get("Target"))
            for element in elements(archive, "xl/_rels/workbook.xml.rels", "Relationship")
        }
        for element in elements(archive, "xl/workbook.xml", "sheet"):
            link = next((value for name, value in element.items() if name.endswith("}id")), "")
            target = targets.get(link, "")
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if path in archive.namelist():
                found[str(element.get("name"))] = marked_cells(archive, path)
    return found


def elements(archive: zipfile.ZipFile, path: str, tag: str) -> list[Any]:
    """The elements of one tag in a part of the workbook."""
    with archive.open(path) as file:
        return [each for _event, each in iterparse(file) if each.tag.endswith(f"}}{tag}")]  # noqa: S314 -- what the limits above are for


def marked_cells(archive: zipfile.ZipFile, path: str) -> Marked:
    """A sheet's formulas and errors; a cell without a reference follows the one before."""
    formulas, errors, row, column, is_error = [], [], 0, 0, False
    with archive.open(path) as file:
        for event, element in iterparse(file, events=("start", "end")):  # noqa: S314 -- as above
            tag = element.tag.rpartition("}")[2]
            if event == "start" and tag == "row":
                row, column = int(element.get("r") or row + 1), 0
            elif event == "start" and tag == "c":
                place = REFERENCE.fullmatch(element.get("r") or "")
                column = number_of(place[1]) if place else column + 1
                is_error = element.get("t") == "e"
            elif event == "end":
                if tag == "f":
                    formulas.append([row - 1, column - 1])
                elif tag == "v" and is_error:
                    errors.append((row - 1, column - 1, element.text or "#"))
                element.clear()
    return formulas, errors


def number_of(letters: str) -> int:
    """A column's number, from 1 (A is 1, AA is 27)."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


if __name__ == "__main__":
    main(int(sys.argv[1]))
