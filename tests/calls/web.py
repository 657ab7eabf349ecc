"""Calls by HTTP in tests: what is reported, by whom, the steps of its office, the caller's link."""

import io

from PIL import Image

from tests.factories import VILLAGE

CALLS = f"/villages/{VILLAGE}/calls"
WORDS = {"category": "water", "text": "桥边水管破了", "place": "桥边", "phone": "139 0000 0000"}


def user_id(site, username) -> str:
    users = site.call("administrator", "GET", "/users").json["items"]
    return next(each["id"] for each in users if each["username"] == username)


def photo() -> tuple[io.BytesIO, str]:
    content = io.BytesIO()
    Image.new("RGB", (40, 30), "brown").save(content, "JPEG")
    content.seek(0)
    return content, "pipe.jpg"


def report(site, who=None, **more):
    answer = site.call(who, "POST", CALLS, data=WORDS | more)
    assert answer.status_code == 201, answer.text
    return answer.json


def step(site, who, call_id, step, **more):
    return site.call(who, "POST", f"{CALLS}/{call_id}/steps", data={"step": step, **more})


def secret_of(reported) -> str:
    return reported["follow_url"].rpartition("/")[2]
