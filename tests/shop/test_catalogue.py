"""The catalogue: photos, kinds, seasons, what it was for since when, and the public price list."""

from io import BytesIO
from uuid import UUID, uuid4

import pytest
from PIL import Image
from sqlalchemy import insert, select
from sqlalchemy.exc import DBAPIError

from incentives.access.actor import Role
from incentives.clock import now
from incentives.database import columns, new_id
from incentives.extensions import db
from incentives.shop.models import Category, Good
from incentives.shop.operations.goods import change_good
from incentives.shop.words import CATEGORIES
from tests.factories import OTHER_VILLAGE, VILLAGE, act, make_village, staff
from tests.shop.scenes import (
    PIN,
    Counter,
    Shopper,
    give_points,
    make_counter,
    make_shopper,
    problem,
    take_back,
)
from tests.site import Site, csrf_of, make_site

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture
def site(bare_app) -> Site:
    return make_site(bare_app, users=("administrator", "cadre", "shopkeeper"))


@pytest.fixture
def counter(site) -> Counter:
    return make_counter(site)


def picture(size=(900, 700), kind="JPEG") -> BytesIO:
    content = BytesIO()
    photo = Image.new("RGB", size, "green")
    exif = photo.getexif()
    exif[0x010F] = "a phone that says where it is"
    photo.save(content, kind, exif=exif)
    content.seek(0)
    return content


def keep(site: Site, content: BytesIO, who: str = "cadre", village: str = VILLAGE) -> str:
    data = {"file": (content, "p")}
    answer = site.call(who, "POST", f"/villages/{village}/files", data=data)
    assert answer.status_code == 201, answer.text
    return answer.json["id"]


def path_of(counter: Counter, sku: str) -> str:
    return f"/shops/{counter.shop}/goods/{counter.goods[sku]}"


def set_good(counter: Counter, sku: str, **changes):
    return counter.site.call("cadre", "PATCH", path_of(counter, sku), changes)


def test_a_photo_is_drawn_anew_small_and_public(site, counter):
    photo = keep(site, picture())
    assert set_good(counter, "soap", photo_id=photo).json["photo_id"] == photo
    address = f"/villages/{VILLAGE}/goods/{counter.goods['soap']}/photo"
    shown = site.call(None, "GET", address)
    assert shown.status_code == 200
    small = Image.open(BytesIO(shown.data))
    assert max(small.size) == 320
    assert not dict(small.getexif())
    assert "public" in shown.headers["Cache-Control"]
    page = site.app.test_client().get(f"/v/{VILLAGE}/prices").text
    assert f"/v/{VILLAGE}/goods/{counter.goods['soap']}/photo" in page
    # The whole picture stays with the village's staff, and no other file gets out this way.
    assert site.call(None, "GET", f"/villages/{VILLAGE}/files/{photo}").status_code == 401
    none = f"/villages/{VILLAGE}/goods/{counter.goods['oil']}/photo"
    assert site.call(None, "GET", none).status_code == 404
    with site.app.app_context():
        make_village(OTHER_VILLAGE)
    elsewhere = f"/villages/{OTHER_VILLAGE}/goods/{counter.goods['soap']}/photo"
    assert site.call(None, "GET", elsewhere).status_code == 404
    assert set_good(counter, "soap", photo_id=None).json["photo_id"] is None
    assert site.call(None, "GET", address).status_code == 404


def test_only_a_picture_of_the_village_is_a_photo(site, counter):
    paper = keep(site, BytesIO(PDF))
    for wrong in (paper, str(uuid4())):
        answer = set_good(counter, "soap", photo_id=wrong)
        assert answer.json["errors"][0]["pointer"] == "/photo_id"
    with site.app.app_context():
        make_village(OTHER_VILLAGE)
    # The administrator may keep files in any village: another's photo is still none of this one.
    other = keep(site, picture(), "administrator", OTHER_VILLAGE)
    assert set_good(counter, "soap", photo_id=other).json["errors"][0]["pointer"] == "/photo_id"


def test_nobody_puts_another_s_file_on_the_public_list(site, counter):
    theirs = keep(site, picture(), "shopkeeper")
    refused = set_good(counter, "soap", photo_id=theirs)
    assert refused.json["errors"][0]["pointer"] == "/photo_id"
    mine = keep(site, picture())
    assert set_good(counter, "soap", photo_id=mine).status_code == 200
    # Whoever changes something else leaves the photo that stands there.
    with site.app.app_context():
        changed = act(
            lambda: change_good(
                shop_id=counter.shop,
                good_id=counter.goods["soap"],
                changes={"photo_id": UUID(mine), "low_at": 3},
                actor=staff(Role.CADRE),
                now=now(),
            )
        )
        assert (str(changed.photo_id), changed.low_at) == (mine, 3)
        db.session.remove()


def test_kinds_are_a_fixed_table(site, counter):
    assert set(CATEGORIES) == set(Category)
    assert set_good(counter, "soap", category="sweets").status_code == 422
    assert set_good(counter, "soap", category="home").json["category"] == "home"
    with site.app.app_context():
        row = columns(db.session.scalars(select(Good)).first()) | {"id": new_id(), "sku": "x"}
        db.session.rollback()
        for wrong in (
            {"category": "sweets"},
            {"month_limit": 3},
            {"low_at": -1},
            {"voucher_days": 0},
            {"season_from": now().date(), "season_until": now().date().replace(year=2020)},
        ):
            db.session.connection(execution_options={"write": True})
            with pytest.raises((DBAPIError, LookupError)):
                db.session.execute(insert(Good.__table__), [row | wrong])
            db.session.rollback()


def test_a_barcode_is_one_good_s_of_those_on_sale(site, counter):
    code = {"barcode": "6901234567892"}
    assert set_good(counter, "soap", **code).status_code == 200
    second = set_good(counter, "oil", **code)
    assert (problem(second), second.json["errors"][0]["pointer"]) == ("duplicate", "/barcode")
    assert set_good(counter, "soap", on_sale=False).status_code == 200
    assert set_good(counter, "oil", **code).status_code == 200
    assert problem(set_good(counter, "soap", on_sale=True)) == "duplicate"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("036000291452", "0036000291452"),  # UPC-A, and the same as EAN-13
        ("00036000291452", "036000291452"),  # as GTIN-14
        ("123456789", "0123456789"),  # the shop's own
    ],
)
def test_zeros_before_it_make_no_other_barcode(site, counter, first, second):
    """The counter takes them as one code, and could hand out one of the two only."""
    assert set_good(counter, "soap", barcode=first).status_code == 200
    told = set_good(counter, "oil", barcode=second)
    assert (problem(told), told.json["errors"][0]["pointer"]) == ("duplicate", "/barcode")
    new = {"sku": "new", "name_zh": "新货", "unit": "件", "price_points": 1, "cost_fen": 1}
    path = f"/shops/{counter.shop}/goods"
    assert problem(site.call("cadre", "POST", path, new | {"barcode": second})) == "duplicate"
    typed = new | {"cost_fen": "0.01", "barcode": second}
    sent = site.send("cadre", "/desk/goods", **typed)
    assert (sent.status_code, "has this barcode already" in sent.text) == (422, True)
    # The same good may write its own the other way; the other then still can't have either.
    assert set_good(counter, "soap", barcode=second).status_code == 200
    assert problem(set_good(counter, "oil", barcode=first)) == "duplicate"


NO_BARCODES = [
    "LOCAL123",
    "690123456789X",
    "ABC45678901X2",
    "690123456789２",
    "6901234 67892",
    "12345678\n",
    "000000000000",
    "000000000",
    "1234567",
    "123456789012345",
]


@pytest.mark.parametrize("code", NO_BARCODES)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_is_no_barcode_is_refused_by_page_and_call(site, counter, code):
    new = {"sku": "new", "name_zh": "新货", "unit": "件", "price_points": 1, "cost_fen": 1}
    added = site.call("cadre", "POST", f"/shops/{counter.shop}/goods", new | {"barcode": code})
    for answer in (added, set_good(counter, "soap", barcode=code)):
        assert answer.status_code == 422, answer.text
        (error,) = answer.json["errors"]
        assert (error["pointer"], "8 to 14 digits" in error["detail"]) == ("/barcode", True)
    typed = new | {"cost_fen": "0.01", "barcode": code}
    change = {name: typed[name] for name in typed if name != "sku"}
    if code == code.strip():  # a form's fields lose what stands around them
        for path, fields in (
            ("/desk/goods", typed),
            (f"/desk/goods/{counter.goods['soap']}", change),
        ):
            sent = site.send("cadre", path, **fields)
            assert (sent.status_code, "8 to 14 digits" in sent.text) == (422, True)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_space_before_a_barcode_is_refused_by_call(site, counter):
    answer = set_good(counter, "soap", barcode=" 6901234567892")
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/barcode")


@pytest.mark.parametrize(
    ("code", "serves"),
    [
        ("96385074", True),  # EAN-8
        ("012345678905", True),  # UPC-A
        ("6901234567892", True),  # EAN-13
        ("10012345678902", True),  # GTIN-14
        ("123456789", True),  # a code of the shop's own
        ("96385075", False),
        ("012345678900", False),
        ("6901234567893", False),
        ("9601234567892", False),  # two digits changed places
        ("10012345678901", False),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_barcode_that_was_mistyped_is_refused_by_page_and_call(site, counter, code, serves):
    answer = set_good(counter, "soap", barcode=code)
    assert answer.status_code == (200 if serves else 422), answer.text
    typed = {
        "name_zh": "香皂",
        "unit": "件",
        "price_points": "10",
        "cost_fen": "9",
        "barcode": code,
    }
    path = f"/desk/goods/{counter.goods['soap']}"
    sent = site.send("cadre", path, **typed)
    assert sent.status_code == (303 if serves else 422), sent.text
    if not serves:
        told = "The last digit doesn&#39;t fit the others"
        assert (answer.json["errors"][0]["pointer"], told in sent.text) == ("/barcode", True)


def test_a_seasonal_good_is_handed_out_in_its_season_only(site, counter, clock):
    shopper = make_shopper(site)
    bad = set_good(counter, "soap", season_from="2026-05-01", season_until="2026-04-01")
    assert bad.json["errors"][0]["pointer"] == "/season_until"
    season = {"season_from": "2026-04-01", "season_until": "2026-05-31"}
    assert set_good(counter, "soap", **season).json["in_season"] is False
    early = counter.redeem(shopper, soap=1)
    assert early.json["errors"][0]["pointer"] == "/lines/0/good_id"
    assert "not in season" in english(site).get(f"/v/{VILLAGE}/prices").text
    assert str(counter.goods["soap"]) not in site.open("shopkeeper", "/shop")
    clock.forward(days=30)  # the first of April
    site.tokens.clear()
    site.browsers.clear()
    counter.sold(shopper, soap=1)
    assert str(counter.goods["soap"]) in site.open("shopkeeper", "/shop")
    clock.forward(days=61)
    site.tokens.clear()
    assert problem(counter.redeem(shopper, soap=1)) == "invalid"
    counter.move("return", soap=19)  # one that is over is no more sold out than one to come
    over = english(site).get(f"/v/{VILLAGE}/prices").text
    assert "not in season" in over
    assert 'until <time datetime="2026-05-31">' in over


def english(site: Site):
    client = site.app.test_client()
    client.get("/language/en")
    return client


def test_the_price_list_says_how_many_points_to_go(site, counter):
    goods = site.call(None, "GET", f"/villages/{VILLAGE}/goods").json["items"]
    assert all("points_to_go" not in each and "cost_fen" not in each for each in goods)
    asked = site.call(None, "GET", f"/villages/{VILLAGE}/goods?points=20").json["items"]
    assert {each["sku"]: each["points_to_go"] for each in asked} == {"soap": 0, "oil": 25}
    assert site.call(None, "GET", f"/villages/{VILLAGE}/goods?points=-1").status_code == 422
    page = english(site).get(f"/v/{VILLAGE}/prices?points=20").text
    assert "25 points to go" in page
    assert "enough points" in page
    for odd in ("", "x", "-3", "9" * 40, "２０"):
        asked = {"query_string": {"points": odd}, "follow_redirects": True}
        answer = english(site).get(f"/v/{VILLAGE}/prices", **asked)
        assert answer.status_code == 200, odd
    counter.move("return", oil=20)
    assert "sold out" in english(site).get(f"/v/{VILLAGE}/prices").text


def by_card(site: Site, shopper: Shopper):
    """A household's browser, its card opened."""
    client = english(site)
    sent = {"code": shopper.code, "pin": PIN, "csrf_token": csrf_of(client, "/c")}
    assert client.post("/c", data=sent).status_code == 303
    return client


def test_whoever_opened_their_card_sees_it_for_their_own_points(site, counter):
    client = by_card(site, make_shopper(site, 30))
    assert "15 points to go" in client.get(f"/v/{VILLAGE}/prices").text
    # What is typed is what it is counted by; what the household has stays what it has.
    typed = client.get(f"/v/{VILLAGE}/prices?points=20").text
    assert "25 points to go" in typed
    assert "15 points to go" not in typed
    assert '<p class="headline-figure">30 ' in typed
    assert "45 points to go" in client.get(f"/v/{VILLAGE}/prices?points=0").text
    own = client.get("/c/account").text
    assert "15 points to go for" in own
    assert "Your points are enough for 1 thing" in own


def test_what_a_household_owes_is_earned_before_what_it_wants(site, counter):
    shopper = make_shopper(site, 20)
    with site.app.app_context():
        mistaken = give_points(shopper.account, 30)
    counter.sold(shopper, pin=PIN, oil=1)
    with site.app.app_context():
        take_back(mistaken)  # 5 were left: 25 are owed
    client = by_card(site, shopper)
    assert "35 points to go for" in client.get("/c/account").text
    prices = client.get(f"/v/{VILLAGE}/prices").text
    assert "35 points to go" in prices
    assert "70 points to go" in prices


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_list_that_comes_whole_takes_no_limit(site, counter):
    """As docs/api.md says of them."""
    shop, village = f"/shops/{counter.shop}", f"/villages/{VILLAGE}"
    goods = f"{shop}/goods"
    prices = f"{goods}/{counter.goods['soap']}/prices"
    for path in (goods, prices, f"{shop}/agreements", f"{shop}/terminals", f"{village}/goods"):
        whole = site.call("cadre", "GET", path)
        assert (whole.status_code, whole.json["next"]) == (200, None), path
        told = site.call("cadre", "GET", f"{path}?limit=50")
        assert (told.status_code, told.json["errors"][0]["pointer"]) == (422, "/limit"), path
    assert site.call("cadre", "GET", f"{shop}/closings?limit=50").status_code == 200


def test_the_sheet_for_the_wall_is_chinese_with_tibetan_headings(site, counter):
    set_good(counter, "soap", photo_id=keep(site, picture()))
    sheet = english(site).get(f"/v/{VILLAGE}/prices/print").text
    assert "香皂" in sheet
    assert 'lang="bo"' in sheet
    assert "བཟའ" in sheet or "སྐར་གྲངས" in sheet
    for pdf in (
        english(site).get(f"/v/{VILLAGE}/prices.pdf"),
        site.call(None, "GET", f"/villages/{VILLAGE}/goods.pdf"),
    ):
        assert pdf.data.startswith(b"%PDF-")
        assert b"/Image" in pdf.data


def test_the_list_is_kept_on_pages(site, counter):
    typed = {
        "sku": "seed",
        "name_zh": "青稞良种",
        "category": "farm",
        "unit": "bag",
        "price_points": "40",
        "cost_fen": "38.00",
        "low_at": "5",
        "season_from": "2026-03-01",
        "season_until": "2026-05-01",
        "photo": (picture(), "p.jpg"),
    }
    assert site.send("cadre", "/desk/goods", **typed).status_code == 303
    listed = site.call("cadre", "GET", f"/shops/{counter.shop}/goods").json["items"]
    seed = next(each for each in listed if each["sku"] == "seed")
    assert seed["photo_id"]
    assert (seed["category"], seed["low_at"], seed["season_until"]) == ("farm", 5, "2026-05-01")
    path = f"/desk/goods/{seed['id']}"
    change = {name: typed[name] for name in ("name_zh", "category", "unit")}
    change |= {"price_points": "45", "cost_fen": "38.00", "on_sale": "1"}
    assert site.send("cadre", path, **change).status_code == 303
    page = site.open("cadre", path)
    assert "What it was for since when" in page
    assert "cadre 某" in page
    after = site.call("cadre", "GET", f"/shops/{counter.shop}/goods/{seed['id']}/prices").json
    assert [each["price_points"] for each in after["items"]] == [45, 40]
    kept = site.call("cadre", "GET", f"/shops/{counter.shop}/goods").json["items"]
    assert next(each for each in kept if each["sku"] == "seed")["photo_id"] == seed["photo_id"]
