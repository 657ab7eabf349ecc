"""A list of goods from a workbook: all of it or nothing, each mistake named by its row."""

import csv
import re
from io import BytesIO, StringIO

import pytest

from incentives.files.sheets import read_sheets, shown
from incentives.web.workbooks import workbook
from tests.shop.scenes import Counter, make_counter, problem
from tests.site import Site, make_site

HEADS = ["货号", "名称", "单位", "价格", "成本", "类别", "条码"]
SOAP = ["soap", "大香皂", "块", 12, "9.50", "For every day", None]
RICE = ["rice-5", "大米 5kg", "袋", 35, "33", "Grain and flour", "2000000010014"]


@pytest.fixture
def site(bare_app) -> Site:
    return make_site(bare_app, users=("cadre", "shopkeeper"))


@pytest.fixture
def counter(site) -> Counter:
    return make_counter(site)


def bring(counter: Counter, content: bytes, who: str = "cadre"):
    data = {"file": (BytesIO(content), "goods.xlsx")}
    return counter.site.call(who, "POST", f"/shops/{counter.shop}/goods/imports", data=data)


def sheet(*rows: list) -> bytes:
    return workbook("goods", HEADS, rows)


def listed(counter: Counter) -> dict[str, dict]:
    goods = counter.site.call("cadre", "GET", f"/shops/{counter.shop}/goods").json["items"]
    return {each["sku"]: each for each in goods}


def test_a_list_adds_what_is_new_and_changes_what_is_listed(site, counter):
    answer = bring(counter, sheet(SOAP, RICE, [None] * 7))
    assert answer.status_code == 200, answer.text
    assert answer.json == {"added": 1, "changed": 1, "unchanged": 0}
    goods = listed(counter)
    assert (goods["soap"]["name_zh"], goods["soap"]["price_points"]) == ("大香皂", 12)
    assert (goods["soap"]["cost_fen"], goods["soap"]["quantity"]) == (950, 20)
    rice = goods["rice-5"]
    assert (rice["category"], rice["barcode"], rice["cost_fen"]) == (
        "grain",
        "2000000010014",
        3_300,
    )
    assert bring(counter, sheet(SOAP, RICE)).json["unchanged"] == 2
    path = f"/shops/{counter.shop}/goods/{goods['soap']['id']}/prices"
    assert len(site.call("cadre", "GET", path).json["items"]) == 2
    assert site.call("cadre", "GET", f"/shops/{counter.shop}/stock-sheet").json["adds_up"]


def test_one_bad_row_takes_nothing_over_and_each_is_named(site, counter):
    wrong = ["x y", "", "袋", 3.5, "很贵", "糖果", "12"]
    answer = bring(counter, sheet(SOAP, wrong, RICE, RICE))
    assert problem(answer) == "invalid"
    pointers = {each["pointer"] for each in answer.json["errors"]}
    assert pointers == {
        *(f"/file/3/{name}" for name in ("sku", "name_zh", "price_points", "cost_fen")),
        *(f"/file/3/{name}" for name in ("category", "barcode")),
        "/file/5/sku",
    }
    said = {each["pointer"]: each["detail"] for each in answer.json["errors"]}
    assert "yuan" in said["/file/3/cost_fen"]
    assert set(listed(counter)) == {"soap", "oil"}
    assert listed(counter)["soap"]["price_points"] == 10


@pytest.mark.parametrize("code", ["ABC45678901X2", "6901234 67892", "000000000000"])
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_is_no_barcode_is_named_by_its_row(site, counter, code):
    row = [*RICE[:6], code]
    answer = bring(counter, sheet(SOAP, row))
    (error,) = answer.json["errors"]
    assert (answer.status_code, error["pointer"]) == (422, "/file/3/barcode")
    assert "8 to 14 digits" in error["detail"]
    sent = site.send("cadre", "/desk/goods/import", file=(BytesIO(sheet(SOAP, row)), "g.xlsx"))
    assert sent.status_code == 422
    assert "8 to 14 digits" in sent.text
    assert ">3</" in sent.text


def test_one_barcode_of_two_goods_is_refused_with_its_article_number(site, counter):
    """With a zero more before it, too, whether the other stands in the list or in the shop."""
    upc, ean = [*SOAP[:6], "036000291452"], [*RICE[:6], "0036000291452"]
    answer = bring(counter, sheet(upc, ean))
    assert (problem(answer), answer.json["errors"][0]["pointer"]) == ("duplicate", "/file")
    assert answer.json["errors"][0]["detail"].startswith("rice-5: ")
    assert set(listed(counter)) == {"soap", "oil"}
    assert listed(counter)["soap"]["barcode"] is None
    assert bring(counter, sheet(upc)).status_code == 200
    sent = site.send("cadre", "/desk/goods/import", file=(BytesIO(sheet(ean)), "goods.xlsx"))
    assert (sent.status_code, "rice-5: " in sent.text) == (422, True)
    assert "has this barcode already" in sent.text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_unit_is_read_and_shown_by_its_word_in_the_reader_s_language(site, counter):
    assert bring(counter, sheet(RICE)).status_code == 200
    rice = listed(counter)["rice-5"]
    assert rice["unit"] == "bag"
    browser = site.browser("cadre")
    browser.get("/language/zh-CN")
    rows = read_sheets(browser.get("/desk/goods/import.xlsx").data)[0].rows
    assert "袋" in [shown(cell) for row in rows for cell in row]
    page = browser.get(f"/desk/goods/{rice['id']}").text
    assert re.search(r'name="unit"[^>]*value="袋"', page)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04 no workbook",
        workbook("goods", HEADS, []),
        workbook("goods", HEADS[:3], [SOAP[:3]]),
        workbook("goods", HEADS, [["g", "货", "袋", 1, "1", None, None]] * 501),
    ],
)
def test_what_is_no_list_is_refused(site, counter, content):
    answer = bring(counter, content)
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/file")


def test_only_who_sets_prices_brings_a_list(site, counter):
    assert problem(bring(counter, sheet(RICE), "shopkeeper")) == "not_permitted"
    assert set(listed(counter)) == {"soap", "oil"}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_list_is_taken_out_and_brought_back_on_a_page(site, counter):
    taken = site.browser("cadre").get("/desk/goods/import.xlsx").data
    rows = [[shown(cell) for cell in row] for row in read_sheets(taken)[0].rows]
    assert rows[1][0] == "oil"
    rows[1][rows[0].index("Price")] = 50
    text = StringIO()
    csv.writer(text).writerows(rows)
    file = (BytesIO(text.getvalue().encode()), "goods.csv")
    sent = site.send("cadre", "/desk/goods/import", file=file)
    assert sent.status_code == 303, sent.text
    assert listed(counter)["oil"]["price_points"] == 50
    rows[1][rows[0].index("Price")] = "dear"
    text = StringIO()
    csv.writer(text).writerows(rows)
    file = (BytesIO(text.getvalue().encode()), "goods.csv")
    refused = site.send("cadre", "/desk/goods/import", file=file)
    assert refused.status_code == 422
    assert ">2</" in refused.text
    assert "What is wrong" in refused.text
