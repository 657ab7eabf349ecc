"""A village's rules by HTTP, as the tests of calls and pages do it."""

import io
from typing import Any

from PIL import Image

from tests.factories import VILLAGE
from tests.site import Site

AT = f"/villages/{VILLAGE}"
BOOKS = f"{AT}/rulebooks"
PUBLIC = f"/v/{VILLAGE}/rules"
VOTE = {"held_on": "2026-03-01", "present": 40, "in_favour": 31, "against": 2}
USERS = ("cadre", "supervisor", "overseer", "shopkeeper")


def ask(site: Site, who: str | None, method: str, path: str, body: Any = None) -> Any:
    """A call's answer, which must be no refusal."""
    answer = site.call(who, method, path, body)
    assert answer.status_code < 400, answer.text
    return answer.json


def draft(site: Site, source: str = "template") -> Any:
    return ask(site, "cadre", "POST", BOOKS, {"from": source})


def adopt(site: Site, number: int, **more: Any) -> Any:
    body = VOTE | {"effective_on": "2026-03-02"} | more
    return ask(site, "cadre", "POST", f"{BOOKS}/{number}/adoption", body)


def inputs(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Items as they are sent."""
    return [{name: each[name] for name in each if name != "id"} for each in items]


def photo() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (9, 9), "white").save(buffer, "PNG")
    return buffer.getvalue()


def bring(site: Site) -> str:
    """A file's id."""
    answer = site.call(
        "cadre", "POST", f"{AT}/files", data={"file": (io.BytesIO(photo()), "m.png")}
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])
