"""Statements as banks write them: columns by their headings, encodings, orders, what is no line."""

import io
from datetime import date

import pytest
import xlsxwriter

from incentives.errors import Invalid
from incentives.fund.bank_reading import read_statement

TWO_COLUMNS = """村集体账户对账单,,,,
交易日期,摘要,收入金额(元),支出金额(元),账户余额(元)
2026-03-01,捐款,"3,000.00",,"3,000.00"
2026/3/5,转账 付好家风,,400.00,2600.00
合计,,3000.00,400.00,
"""
CREDIT_DEBIT = """日期,借方发生额,贷方发生额,余额,对方户名,摘要
20260305,400,0,2600,扎西,转账
20260301,0,3000,3000,在外乡友,捐款
"""
SIGNED = """记账日期,金额,备注
2026-03-01 10:20:30,3000,捐款
2026-03-05,-400.00,转账
"""
MARKED = """交易时间,交易金额,借贷标志,附言
2026年3月1日,3000.00,贷,捐款
2026年3月5日,400.00,借,转账
"""
PARTED_BY_TABS = (
    "交易时间\t借方发生额/元(支取)\t贷方发生额/元(收入)\t余额\t对方户名\n"
    "20260301 10:20:30\t0.00\t3,000.00\t3,000.00\t在外乡友\n"
    "20260305 09:01:00\t400.00\t0.00\t2,600.00\t\n"
)
TABS_IN_CELLS = (
    "凭证号,交易时间,借/贷,交易金额,对方单位名称\n"
    '"\t0012","2026-03-01\t",贷,3000.00元,在外乡友\n'
    '"\t0013","2026-03-05\t",借,400.00元,\n'
)
ONE_LETTER = """日期,摘要,借,贷,账面余额
2026-03-01,捐款,,3000,3000
2026-03-05,转账,400,,2600
"""
TWO_ROWS = """日期,摘要,发生额,,余额
,,借方,贷方,
2026-03-01,捐款,,3000,3000
2026-03-05,转账,400,,2600
"""
EXPECTED = [(date(2026, 3, 1), 300_000), (date(2026, 3, 5), -40_000)]


def amounts(content: bytes) -> list[tuple[date, int]]:
    return [(line.day, line.amount_fen) for line in read_statement(content)]


@pytest.mark.parametrize(
    "sheet",
    [
        TWO_COLUMNS,
        CREDIT_DEBIT,
        SIGNED,
        MARKED,
        PARTED_BY_TABS,
        TABS_IN_CELLS,
        ONE_LETTER,
        TWO_ROWS,
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_the_common_shapes_are_read_in_every_encoding(sheet, encoding):
    assert amounts(sheet.encode(encoding)) == EXPECTED


def test_balances_and_the_other_side_are_kept():
    first, second = read_statement(CREDIT_DEBIT.encode())
    assert (first.balance_fen, first.other, first.summary) == (300_000, "在外乡友", "捐款")
    assert second.balance_fen == 260_000


def test_the_newest_first_of_one_day_is_turned_by_what_was_left():
    sheet = "日期,收入,支出,余额\n2026-03-01,,400,2600\n2026-03-01,3000,,3000\n"
    assert [each for _day, each in amounts(sheet.encode())] == [300_000, -40_000]


def test_a_workbook_is_read_as_the_csv_is():
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        book.add_worksheet("说明").write(0, 0, "本表由银行导出")
        sheet = book.add_worksheet("流水")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for place, head in enumerate(("交易日期", "摘要", "贷方金额", "借方金额", "余额")):
            sheet.write(0, place, head)
        sheet.write_datetime(1, 0, date(2026, 3, 1), day)
        sheet.write(1, 2, 3000.0)
        sheet.write(1, 4, 3000)
        sheet.write_datetime(2, 0, date(2026, 3, 5), day)
        sheet.write(2, 3, "400.00")
        sheet.write(2, 4, 2600)
    assert amounts(buffer.getvalue()) == EXPECTED


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01",
        b"a,b\n1,2\n",
        "姓名,积分\n扎西,5\n".encode(),
        b"PK\x03\x04x",
        b"<html><table>",
    ],
)
def test_what_is_no_statement_is_refused(app_context, content):
    with pytest.raises(Invalid) as refused:
        read_statement(content)
    assert refused.value.errors[0].pointer == "/file"


def test_a_bad_amount_names_its_line(app_context):
    sheet = "日期,收入,支出\n2026-03-01,三千,\n2026-03-02,1,\n2026-03-03,,x\n"
    with pytest.raises(Invalid) as refused:
        read_statement(sheet.encode())
    assert ["2" in str(refused.value.errors[0].detail), len(refused.value.errors)] == [True, 2]


@pytest.mark.parametrize("day", ["3/1/2026", "2026-13-01", "46082", "20260231"])
def test_a_day_that_cannot_be_read_is_named_and_not_left_out(app_context, day):
    sheet = f"日期,收入,支出\n2026-03-01,1,\n{day},2,\n合计,3,\n"
    with pytest.raises(Invalid) as refused:
        read_statement(sheet.encode())
    (error,) = refused.value.errors
    assert "3" in str(error.detail)


@pytest.fixture
def app_context(tmp_path_factory):
    """Sentences need an application."""
    from incentives import create_app

    app = create_app({"JISHAN_DATA": tmp_path_factory.mktemp("reading"), "TESTING": True})
    with app.test_request_context():
        yield


def test_days_without_their_year_or_in_words_refuse_the_file():
    for day in ("10月12日", "十月十二日", "12 October"):
        with pytest.raises(Invalid) as refused:
            read_statement(f"日期,收入,支出\n{day},3000,\n合计,3000,\n".encode())
        assert "2" in str(refused.value.errors[0].detail), day


def test_a_line_without_a_day_beside_others_that_have_one_is_named(app_context):
    head = "交易日期,摘要,收入,支出,余额\n2026-11-02,捐款,,200,28007.60\n"
    for row in (
        "十一月五日,取现,,3000,25007.60",
        "十一月五日,结转利息,3000,,",
        ",取现,,3000,",
        "下午,上年结转款,,3000,",
    ):
        with pytest.raises(Invalid) as refused:
            read_statement(f"{head}{row}\n合计,,,3200,\n".encode())
        (error,) = refused.value.errors
        assert "3" in str(error.detail), row


@pytest.mark.parametrize(
    "rows",
    [
        "1,2026-11-02,捐款,100,,100\n,,本月利息,1,,101\n",
        "1,2026-11-02,捐款,100,,100\n2,,余额宝转入,30,,130\n3,2026-11-09,取现,,5,125\n",
        "3,2026-11-09,取现,,5,125\n2,,余额宝转入,30,,130\n1,2026-11-02,捐款,100,,100\n",
    ],
)
def test_a_line_without_a_day_that_is_called_as_a_sum_is_named(app_context, rows):
    with pytest.raises(Invalid) as refused:
        read_statement(f"序号,交易日期,摘要,收入,支出,余额\n{rows}".encode())
    (error,) = refused.value.errors
    assert "3" in str(error.detail)


@pytest.mark.parametrize(
    "rows",
    [
        # Oldest first and newest, each page with its sum and what was left.
        "2026-11-02,捐款,100,,100\n,本页合计,100,,100\n2026-11-03,捐款,30,,130\n,合计,130,,130\n",
        "2026-11-03,捐款,30,,130\n,本页合计,30,,130\n2026-11-02,捐款,100,,100\n,合计,130,,130\n",
    ],
)
def test_a_sum_with_what_was_left_is_no_line(rows):
    lines = read_statement(f"交易日期,摘要,收入,支出,余额\n{rows}".encode())
    assert [each.amount_fen for each in lines] == [10_000, 3_000]


@pytest.mark.parametrize(
    "row",
    [
        "合计,,3000.00,400.00,",
        ",本月合计,3000,,",
        "本页小计：,,3000,,",
        "期初余额,,3000,,",
        ",,,,3000",
        "Total,,3000,,",
        "总笔数 2,,3000,,",
        "打印日期：今天,,,,",
    ],
)
def test_sums_and_remarks_are_no_lines(row):
    sheet = f"交易日期,摘要,收入,支出,余额\n{row}\n2026-03-01,捐款,3000,,3000\n{row}\n"
    assert amounts(sheet.encode()) == [(date(2026, 3, 1), 300_000)]


def test_the_balance_of_each_line_is_kept_under_every_heading():
    for sheet in (ONE_LETTER, TWO_ROWS):
        assert [each.balance_fen for each in read_statement(sheet.encode())] == [300_000, 260_000]
