"""The rules on a phone: drafted, edited, compared, adopted by the assembly, read by anyone."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from incentives.clock import village_day
from tests.browser.conftest import DESKTOP, PHONE, LiveServer, Person
from tests.factories import VILLAGE
from tests.site import make_site


@pytest.fixture
def village(live_server: LiveServer) -> LiveServer:
    """A village with its users and no rules yet."""
    make_site(live_server.app, users=("cadre",))
    return live_server


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_rules_from_draft_to_wall(village, person, tmp_path, size):
    cadre = person(size, expected=("422",))
    cadre.sign_in("cadre")
    adopt_first(cadre, tmp_path)
    edit_second(cadre)
    compare_and_adopt_second(cadre)
    read_as_anyone(person(size))


def adopt_first(cadre: Person, folder: Path) -> None:
    """The county's template, adopted as it is, with a photo of the minutes."""
    page = cadre.open("/desk/rulebooks")
    page.get_by_role("button", name="开始起草").click()
    page.wait_for_url("**/desk/rulebooks/1")
    expect(page.locator(".rule-card")).to_have_count(35 + 3)
    page.get_by_role("link", name="录入表决结果").click()
    day = today()
    fill(page, held_on=day, present="40", in_favour="20", against="2", effective_on=day)
    page.locator("form .button-main").click()
    expect(page.locator("#field-in_favour-error")).to_contain_text("过半")
    assert page.input_value("[name=present]") == "40"
    cadre.shot("rules-adoption")
    page.fill("[name=in_favour]", "31")
    picture = folder / "minutes.png"
    Image.new("RGB", (60, 80), "white").save(picture)
    page.set_input_files("[name=minutes]", picture)
    page.locator("form .button-main").click()
    page.wait_for_url("**/desk/rulebooks/1")
    expect(page.locator(".chip").first).to_have_text("正在施行")
    expect(page.get_by_role("link", name="查看会议记录")).to_be_visible()


def today() -> str:
    """The day in the village by the real clock, which the live server goes by."""
    return village_day(datetime.now(UTC)).isoformat()


def fill(page, **typed: str) -> None:
    """Fill fields by name."""
    for name, value in typed.items():
        page.fill(f"[name={name}]", value)


def edit_second(cadre: Person) -> None:
    """From the version in force: points changed, a rule left out, one added, a bad one mended."""
    page = cadre.open("/desk/rulebooks")
    page.get_by_role("button", name="开始起草").click()
    page.wait_for_url("**/desk/rulebooks/2")
    first = open_card(page, "items-0")
    first.locator("[name=items-0-points]").fill("6")
    open_card(page, "items-1").get_by_label("去掉这一条").check()
    added = open_card(page, "items-35")
    for name, value in (("code", "NE06"), ("name_zh", "孝敬父母"), ("points", "4"), ("unit", "次")):
        added.locator(f"[name=items-35-{name}]").fill(value)
    added.locator("[name=items-35-category]").select_option("neighbours")
    added.locator("[name=items-35-evidence]").select_option("witness")
    # A phone that reloads the page in between has lost nothing.
    page.reload()
    assert page.input_value("[name=items-35-name_zh]") == "孝敬父母"
    page.locator("form .button-main").click()
    marked = page.locator(".rule-card-bad")
    expect(marked).to_have_count(1)
    expect(marked.locator(".field-error")).to_contain_text("孝敬")
    cadre.shot("rules-refused")
    marked.locator("[name=items-35-name_zh]").fill("帮邻居收青稞一天")
    page.locator("form .button-main").click()
    expect(page.locator(".band-done")).to_contain_text("草案")
    expect(page.locator(".rule-card")).to_have_count(35 + 3)


def open_card(page, name: str):
    """A rule's card, opened."""
    card = page.locator(".rule-card", has=page.locator(f"[name={name}-code]"))
    card.locator("summary").click()
    return card


def compare_and_adopt_second(cadre: Person) -> None:
    """What is different from the version in force, and the adoption for tomorrow or later."""
    page = cadre.page
    page.locator("summary", has_text="看看哪里不同").click()
    expect(page.locator(".change")).to_contain_text("5 → 6")
    expect(page.locator("main")).to_contain_text("新增 1 条")
    expect(page.locator("main")).to_contain_text("删去 1 条")
    cadre.shot("rules-changes")
    page.get_by_role("link", name="录入表决结果").click()
    day = today()
    fill(page, held_on=day, present="40", in_favour="38", against="0", effective_on=day)
    page.locator("form .button-main").click()
    page.wait_for_url("**/desk/rulebooks/2")
    expect(page.locator(".chip").first).to_have_text("正在施行")


def read_as_anyone(anyone: Person) -> None:
    """The rules of today, the older version, and the sheet for the wall."""
    page = anyone.open(f"/v/{VILLAGE}/rules")
    expect(page.locator("main")).to_contain_text("帮邻居收青稞一天")
    anyone.shot("rules-public")
    page.get_by_role("link", name="细则历次版本").click()
    expect(page.locator(".row")).to_have_count(2)
    anyone.shot("rules-versions")
    page.get_by_role("link", name="第 1 版").click()
    expect(page.locator(".chip").first).to_have_text("已换新版")
    expect(page.locator("main")).not_to_contain_text("帮邻居收青稞一天")
    page.goto(anyone.address + f"/language/bo?next=/v/{VILLAGE}/rules/2")
    expect(page.locator("main")).not_to_contain_text("修改")
    anyone.shot("rules-tibetan")
    page.goto(anyone.address + f"/v/{VILLAGE}/rules/2/print")
    expect(page.locator(".sheet-title")).to_contain_text("སྐར་གྲངས")
    anyone.shot("rules-sheet")
