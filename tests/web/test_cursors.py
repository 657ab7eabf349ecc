"""Lists by cursor: no row lost and none twice, whatever is added meanwhile."""

import base64
import json
from urllib.parse import quote

from incentives.access.actor import SYSTEM
from incentives.clock import now
from incentives.register.operations import Person, register_household
from tests.factories import VILLAGE, act
from tests.shop.scenes import problem

HOUSEHOLDS = f"/villages/{VILLAGE}/households"
RESIDENTS = f"/villages/{VILLAGE}/residents"


def add(site, *names: str) -> None:
    with site.app.app_context():
        for name in names:
            act(
                lambda name=name: (
                    register_household(
                        village=VILLAGE,
                        door="1",
                        head=Person(name),
                        members=[],
                        actor=SYSTEM,
                        now=now(),
                    ).id
                )
            )


def pages(site, path: str, who: str = "cadre", between=lambda: None, limit: int = 2) -> list[dict]:
    """Every item of a list, page by page; `between` runs after each page."""
    items, cursor = [], None
    while True:
        after = "" if cursor is None else f"&after={cursor}"
        mark = "&" if "?" in path else "?"
        answer = site.call(who, "GET", f"{path}{mark}limit={limit}{after}")
        assert answer.status_code == 200, answer.text
        assert len(answer.json["items"]) <= limit
        items += answer.json["items"]
        cursor = answer.json["next"]
        if cursor is None:
            return items
        assert len(answer.json["items"]) == limit
        assert quote(cursor) == cursor
        between()


def test_a_list_by_number_loses_nothing(site):
    add(site, *"甲乙丙丁戊")
    assert [each["number"] for each in pages(site, HOUSEHOLDS)] == [1, 2, 3, 4, 5]
    grown = pages(site, HOUSEHOLDS, limit=3, between=lambda: add(site, "己"))
    assert [each["number"] for each in grown] == [1, 2, 3, 4, 5, 6]
    assert site.call("cadre", "GET", f"{HOUSEHOLDS}?limit=6").json["next"] is None


def test_the_newest_first_are_not_doubled_by_newer_ones(site):
    def sign_in() -> None:
        site.tokens.pop("cadre", None)
        site.token("cadre")

    for _ in range(5):
        sign_in()
    path = f"/audit?village={VILLAGE}"
    site.token("administrator")
    whole = site.call("administrator", "GET", f"{path}&limit=500").json["items"]
    seen = pages(site, path, "administrator", between=sign_in)
    assert [each["id"] for each in seen] == [each["id"] for each in whole]
    assert len(seen) >= 5


def test_an_order_by_name_tells_namesakes_apart(site):
    add(site, "扎西", "扎西", "阿妈", "扎西", "卓玛", "扎西")
    found = pages(site, RESIDENTS)
    assert len({each["id"] for each in found}) == len(found) == 6
    assert [each["name"] for each in found] == ["阿妈", *["扎西"] * 4, "卓玛"]


def cursor_of(*values) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


BAD = [
    "x",
    "=",
    "密",
    "{}",
    cursor_of(),
    cursor_of(None, None),
    cursor_of(1, 2),
    cursor_of("a", 5),
    cursor_of("a", ["b"]),
    cursor_of("a", {"b": 1}),
    cursor_of("a", None),
    cursor_of("a", "no-id"),
    cursor_of("a\0b", "0190f3a0-0000-7000-8000-000000000001"),
    cursor_of("a\ud800b", "0190f3a0-0000-7000-8000-000000000001"),
    cursor_of("a", "0190f3a0-0000-7000-8000-000000000001", 1),
    base64.urlsafe_b64encode(b"[" * 700).decode(),
    base64.urlsafe_b64encode(b"\xff\xff").decode(),
]


def test_what_is_no_cursor_of_the_list_is_refused(site):
    lists = {
        RESIDENTS: BAD,
        HOUSEHOLDS: [*BAD, *map(cursor_of, (True, 1.5, "1", 2**60))],
        "/users": [*BAD, cursor_of(5), cursor_of(["x"]), cursor_of("a")],
        "/divisions": [*BAD, cursor_of(5), cursor_of("a\0b"), cursor_of("a\ud800b")],
    }
    for path, bad in lists.items():
        who = "administrator" if path == "/users" else "cadre"
        for cursor in bad:
            answer = site.call(who, "GET", f"{path}?after={quote(cursor)}")
            found = (answer.status_code, problem(answer))
            assert found == (422, "invalid"), (path, cursor, answer.text)
            assert answer.json["errors"][0]["pointer"] == "/after"
