"""What a file may bring: each kind of mistake is named with its cell, and no file does harm."""

import io
import re
import struct
import zipfile
from pathlib import Path

import pytest
from flask_babel import force_locale

from incentives.files.sheets import ROWS_AT_MOST, read_sheets
from incentives.files.sheets import reading as sheets_module
from incentives.openings import queries
from incentives.openings.models import Part
from incentives.openings.reading import Unreadable, read_book
from incentives.openings.reading.cells import as_cost, as_fen, as_points, as_text
from incentives.register.models import Household
from tests.factories import VILLAGE, make_household
from tests.openings.books import FUND, HEADS, POINTS, STOCK, workbook

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
XLS = Path(__file__).with_name("book.xls")
GOOD = ["1组1号", "扎西彭措", 12]


def problems(content: bytes) -> list[tuple[str, str]]:
    """Code and cell of what is wrong with the cells of a file."""
    return [(each.code, each.cell) for row in read_book(content).rows for each in row.problems]


def refusal(content: bytes) -> str:
    """Why a file is refused as a whole, in English."""
    with pytest.raises(Unreadable) as caught, force_locale("en"):
        read_book(content)
    with force_locale("en"):
        return str(caught.value.detail)


CELLS = [
    ({POINTS: [["1组1号", "扎西彭措", -3]]}, ("below_zero", "C2")),
    ({POINTS: [GOOD, ["1组2号", "洛绒卓玛", 3.5]]}, ("not_whole", "C3")),
    ({POINTS: [["1组1号", "扎西彭措", "十二"]]}, ("not_a_number", "C2")),
    ({POINTS: [["1组1号", "扎西彭措", True]]}, ("not_a_number", "C2")),
    ({POINTS: [["1组1号", "扎西彭措", 10**13]]}, ("too_large", "C2")),
    ({POINTS: [["1组1号", "扎西彭措", "=SUM(C5:C9)"]]}, ("formula", "C2")),
    ({POINTS: [[12, "扎西彭措", 12]]}, ("number_for_text", "A2")),
    ({STOCK: [[7, None, "食盐", 4, 2.3]]}, ("number_for_text", "A2")),
    ({STOCK: [["OI007", 6901234567892, "食盐", 4, 2.3]]}, ("number_for_text", "B2")),
    ({STOCK: [["OI007", None, None, 4, 2.305]]}, ("too_many_decimals", "E2")),
    ({STOCK: [["OI007", None, None, 4.5, 2]]}, ("not_whole", "D2")),
    ({STOCK: [["OI007", None, None, 4, -2]]}, ("below_zero", "E2")),
    ({FUND: [["现金", 12.345]]}, ("too_many_decimals", "B2")),
    ({FUND: [["现金", -1]]}, ("below_zero", "B2")),
    ({FUND: [["抽屉", 5]]}, ("place_unknown", "A2")),
    ({FUND: [["现金", 5], ["现金", 6]]}, ("place_twice", "A3")),
]


@pytest.mark.parametrize(("sheets", "expected"), CELLS, ids=[each[1][0] for each in CELLS])
def test_a_bad_cell_is_named(app, sheets, expected):
    assert problems(workbook(sheets)) == [expected]


@pytest.mark.parametrize("error", ["#N/A", "#DIV/0!"])
def test_an_error_pasted_as_a_value_is_named(app, error):
    """As from a look-up that failed; a reader takes such a cell for an empty one."""
    content = without_formulas(workbook({POINTS: [GOOD, ["1组2号", "洛绒卓玛", "=NA()"]]}), error)
    assert problems(content) == [("not_a_number", "C3")]
    assert read_book(content).rows[1].typed["points"] == error


def without_formulas(content: bytes, value: str) -> bytes:
    """The workbook with this error, as a value, where each formula stood."""
    given = zipfile.ZipFile(io.BytesIO(content))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in given.namelist():
            part = given.read(name).decode()
            part = re.sub(
                r'<c r="(\w+)"[^>]*><f>[^<]*</f><v>[^<]*</v>',
                rf'<c r="\1" t="e"><v>{value}</v>',
                part,
            )
            archive.writestr(name, part)
    return made.getvalue()


def test_numbers_typed_as_text_and_in_full_width_are_read(app):
    rows = [["1组1号", "扎西彭措", "１２"], ["1组2号", "洛绒卓玛", " 1,200 "]]
    read = read_book(workbook({POINTS: rows, FUND: [["现金", "¥86.50"]]})).rows
    assert [row.values.get("points") for row in read[:2]] == [12, 1200]
    assert read[2].values == {"cash_fen": 8_650, "bank_fen": 0}


@pytest.mark.parametrize(
    ("read", "cell", "expected"),
    [
        (as_fen, 0.1, 10),
        (as_fen, 86.5, 8_650),
        (as_fen, 1e9, 10**11),
        (as_fen, "4210", 421_000),
        (as_cost, 2.3, 230),
        (as_points, 12.0, 12),
        (as_text, "'=1+1", "=1+1"),
        (as_text, "a\x07b", "a b"),
    ],
)
def test_a_good_cell_is_read(app, read, cell, expected):
    assert read(cell) == (expected, None)


def test_rows_without_a_figure_take_nothing_over(app):
    rows = [["1组1号", "扎西彭措", None], ["1组2号", "洛绒卓玛", 0], ["1组3号", "王建国", 5], []]
    read = read_book(workbook({POINTS: rows, "库存": []})).rows
    assert [(row.number, row.values["points"]) for row in read] == [(4, 5)]


def test_xls_and_csv_are_read(app):
    expected = [("扎西彭措", 120), ("洛绒卓玛", 35)]
    text = "门牌,户主,积分\r\n1组1号,扎西彭措,120\r\n1组2号,洛绒卓玛,35\r\n"
    for content in (XLS.read_bytes(), text.encode("utf-8-sig"), text.encode("gb18030")):
        rows = read_book(content).rows
        assert [(row.values["head"], row.values["points"]) for row in rows] == expected


def test_a_template_of_any_language_is_read(app):
    heads = {"Household points": ["Points", "Head of household", "Door"]}
    rows = [[12, "扎西彭措", "1组1号"]]
    read = read_book(workbook({"Household points": rows}, heads)).rows
    assert read[0].values == {"door": "1组1号", "head": "扎西彭措", "points": 12}


def test_sheets_and_columns_that_nobody_knows_are_refused(app):
    assert "Sheet9" in refusal(workbook({POINTS: [GOOD], "Sheet9": [["x"]]}))
    assert "Points" in refusal(workbook({POINTS: [GOOD]}, {POINTS: ["门牌", "户主", "分数"]}))
    assert "names none" in refusal(workbook({STOCK: [[4]]}, {STOCK: ["数量"]}))
    assert "no figures" in refusal(workbook({POINTS: [["1组1号", "扎西彭措", None]]}))
    assert "twice" in refusal(
        workbook(
            {POINTS: [GOOD], "Household points": [GOOD]},
            HEADS | {"Household points": HEADS[POINTS]},
        )
    )
    assert "first row" in refusal(b"a,b\n1,2\n")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0\1\2",
        b"PK\3\4nonsense",
        b"\xd0\xcf\x11\xe0" + bytes(600),
        b"\x89PNG\r\n\x1a\n\xff\xfe",
    ],
)
def test_what_is_no_workbook_is_refused(app, content):
    assert refusal(content)


ENTRY = b"PK\1\2"  # how an entry of an archive's directory begins


@pytest.mark.parametrize(
    ("offset", "mark"),
    [(0, b"PK\1\0"), (6, b"\x63\0"), (46, b"\xff\xfe")],
    ids=["no directory", "a newer kind", "a name in no UTF-8"],
)
def test_a_damaged_archive_is_refused(app, offset, mark):
    """Whatever `zipfile` raises: damaged, of a later version, with a name that it can't read."""
    content = bytearray(workbook({POINTS: [GOOD]}))
    entry = content.index(ENTRY)
    content[entry + 8 : entry + 10] = b"\0\x08"  # its name is in UTF-8, it says
    content[entry + offset : entry + offset + len(mark)] = mark
    assert "damaged" in refusal(bytes(content))


def test_too_much_is_refused(app, monkeypatch):
    rows = [["1组1号", "扎西彭措", 1]] * (ROWS_AT_MOST + 1)
    assert "5000 rows" in refusal(workbook({POINTS: rows}))
    csv = "门牌,户主,积分\n" + "1组1号,扎西彭措,1\n" * (ROWS_AT_MOST + 1)
    assert "5000 rows" in refusal(csv.encode())
    assert "10 MiB" in refusal(bytes(10 * 1024 * 1024 + 1))


def zipped(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_zip_bomb_is_refused_before_it_is_unpacked(app, monkeypatch):
    bomb = zipped({"xl/workbook.xml": bytes(70 * 1024 * 1024)})
    assert len(bomb) < 100_000
    monkeypatch.setattr(sheets_module, "read_workbook", lambda _content: pytest.fail("unpacked"))
    assert "unpacked" in refusal(bomb)
    assert "unpacked" in refusal(zipped({f"{number}.xml": b"x" for number in range(600)}))


def test_a_zip_that_lies_about_its_size_meets_the_limits(app):
    """The directory says 1,000 bytes a part; 600 MiB come out. The reader's process ends."""
    parts = parts_of(workbook({POINTS: [GOOD]}))
    sheet = parts["xl/worksheets/sheet1.xml"]
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(
        b"</sheetData>", b" " * (600 * 1024**2) + b"</sheetData>"
    )
    bomb = bytearray(zipped(parts))
    size = len(parts["xl/worksheets/sheet1.xml"])
    told = struct.pack("<L", size)
    assert bomb.count(told) >= 2
    lying = bytes(bomb).replace(told, struct.pack("<L", 1_000))
    assert "can't be read" in refusal(lying)


def test_one_cell_far_out_is_refused_and_the_service_lives(app):
    parts = parts_of(workbook({POINTS: [GOOD]}))
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    sheet = parts["xl/worksheets/sheet1.xml"].replace(b"</sheetData>", far)
    assert "can't be read" in refusal(zipped(parts | {"xl/worksheets/sheet1.xml": sheet}))
    assert read_sheets(workbook({POINTS: [GOOD]}))  # the next one is read


def matched(village, sheets) -> list[list[tuple[str, str]]]:
    """The problems of each line of a draft, as code and cell."""
    opening = village.drafted(sheets)
    view = queries.opening_view(VILLAGE, opening)
    return [
        [(each["code"], each["cell"]) for each in view.bad.get(line.id, ())]
        for line in village.lines(opening)
    ]


def test_households_are_matched_by_door_and_head_alone(village):
    make_household(VILLAGE, "王建国", door="1组3号")  # the same door and name once more
    rows = [
        ["１组1号", "扎西彭措 ", 1],
        ["1组1号", "扎西", 1],
        ["1组3号", "王建国", 1],
        [None, "洛绒卓玛", 1],
    ]
    assert matched(village, {POINTS: rows}) == [
        [],
        [("household_unknown", "A3")],
        [("household_ambiguous", "A4")],
        [("household_missing", "A5")],
    ]


def test_a_household_or_good_stands_there_once(village):
    sheets = {
        POINTS: [GOOD, GOOD],
        STOCK: [["OI007", None, None, 1, 1], [None, None, "食盐", 2, 1]],
    }
    assert matched(village, sheets) == [
        [("household_twice", "A2")],
        [("household_twice", "A3")],
        [("good_twice", "A2")],
        [("good_twice", "A3")],
    ]


def test_goods_are_matched_by_all_that_is_given(village):
    rows = [
        [None, "06901234567892", None, 1, None],
        ["OI007", None, "肥皂", 1, 1],
        ["XX", None, None, 1, 1],
        [None, None, None, 1, 1],
    ]
    opening = village.drafted({STOCK: rows})
    first = village.lines(opening)[0]
    assert (first.good_id, first.unit_cost_fen) == (village.goods["OI007"], 250)  # the good's own
    bad = queries.opening_view(VILLAGE, opening).bad
    codes = [[each["code"] for each in bad.get(line.id, ())] for line in village.lines(opening)]
    assert codes == [[], ["good_conflict"], ["good_unknown"], ["good_missing"]]


def test_the_template_is_read_back_and_holds_no_formula(village):
    trick = "=HYPERLINK(1)"
    household: Household = make_household(VILLAGE, trick, door="+1")
    content = queries.template(VILLAGE)
    names = {cell for sheet in read_sheets(content) for row in sheet.rows for cell in row}
    assert f"'{trick}" in names
    assert not [sheet for sheet in read_sheets(content) if sheet.formulas]
    filled = read_sheets(content)
    assert [sheet.name for sheet in filled] == [POINTS, FUND, STOCK]
    opening = village.drafted({POINTS: [["'+1", f"'{trick}", 5]]})
    assert village.lines(opening)[0].household_id == household.id
    again = read_book(queries.template(VILLAGE, queries.find_opening(VILLAGE, opening))).rows
    assert [(row.part, row.values["points"]) for row in again] == [(Part.POINTS, 5)]
