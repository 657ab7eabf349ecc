"""Workbooks: what was typed stays text, wherever the sheet is opened or pasted."""

import io
import zipfile
from datetime import date
from xml.etree import ElementTree

import pytest
from python_calamine import CalamineWorkbook

from incentives.web.workbooks import Head, neutral, sheet_name, workbook, write_workbook

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def cells(content: bytes) -> list[list[tuple[str, str]]]:
    """Kind and text of each cell of a workbook's sheet; no reader of ours."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        strings = [
            "".join(each.text or "" for each in entry.iter(f"{MAIN}t"))
            for entry in ElementTree.fromstring(parts.read("xl/sharedStrings.xml"))
        ]
        sheet = ElementTree.fromstring(parts.read("xl/worksheets/sheet1.xml"))
    assert sheet.find(f".//{MAIN}f") is None, "there is a formula"
    found = []
    for row in sheet.iter(f"{MAIN}row"):
        line = []
        for each in row.iter(f"{MAIN}c"):
            value = each.findtext(f"{MAIN}v") or ""
            kind = each.get("t") or "n"
            line.append((kind, strings[int(value)] if kind == "s" else value))
        found.append(line)
    return found


@pytest.mark.parametrize(
    "typed",
    [
        "=1+1",
        "+86 138",
        "-5",
        "@SUM(A1)",
        "\t1",
        "\t=1",
        "\r=1",
        "\r1",
        "\n=1",
        " =HYPERLINK(1)",
        "\u3000=1",
        "\ufeff=1",
        "\u200b=1",
        "\x7f=1",
        "＝1+1",
        "＋1",
        "－5",
        "＠SUM(A1)",
        " ＝1",
        "﹣5",
        "\u22125",
    ],
)
def test_what_would_run_is_text_behind_an_apostrophe(typed: str) -> None:
    (_heading, row) = cells(workbook("List", ["Name"], [[typed]]))
    assert row[0][0] == "s"
    assert row[0][1].startswith("'")
    assert neutral(typed) == f"'{typed}"


@pytest.mark.parametrize("typed", ["", " ", "扎西", "a=b", "1-2", "《=》", "'=1"])
def test_what_cannot_run_stays_as_it_was_typed(typed: str) -> None:
    assert neutral(typed) == typed


def test_a_long_sheet_is_neutral_and_keeps_its_texts_too(tmp_path) -> None:
    path = tmp_path / "long.xlsx"
    heads = [Head("=Name", 20), Head("Points", 8, "0"), Head("On", 12, "yyyy-mm-dd")]
    rows = ([f"={number}", number, date(2026, 3, 1)] for number in range(300))
    with path.open("wb") as target:
        write_workbook(target, "List", heads, rows)
    read = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    assert read[0] == ["'=Name", "Points", "On"]
    assert read[300] == ["'=299", 299, date(2026, 3, 1)]
    with zipfile.ZipFile(path) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")


def test_a_heading_that_would_run_is_neutral_too() -> None:
    assert cells(workbook("List", ["=A1"], [["a"]]))[0][0] == ("s", "'=A1")


def test_numbers_days_and_texts_stay_what_they_are() -> None:
    row = [5, "0086", "http://example.org", "a=b", None, True, date(2026, 3, 2)]
    written = cells(workbook("表", [str(column) for column in range(7)], [row]))[1]
    assert written[0] == ("n", "5")
    assert written[1:4] == [("s", "0086"), ("s", "http://example.org"), ("s", "a=b")]
    assert (written[5][0], written[6][0]) == ("b", "n")


def test_a_sheet_is_named_as_excel_allows() -> None:
    assert sheet_name("积分细则 第1版 [2026/03]") == "积分细则 第1版 202603"
    assert len(sheet_name("长" * 40)) == 31
    assert sheet_name("[]") == "1"


def test_no_rows_are_a_sheet_with_its_headings() -> None:
    assert [[text for _kind, text in row] for row in cells(workbook("x", ["a", "b"], []))] == [
        ["a", "b"]
    ]
