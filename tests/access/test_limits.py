"""Floods from one address."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from incentives import create_app
from incentives.access import limits
from tests.conftest import Template


@pytest.fixture
def limited(sqlite_template: Template, tmp_path: Path) -> Iterator[Flask]:
    """An application that counts."""
    data = {"JISHAN_DATA": tmp_path, "TESTING": True}
    app = create_app({**data, **sqlite_template.settings(tmp_path), "RATELIMIT_ENABLED": True})
    yield app
    limits.limiter.enabled = False


def post(app: Flask, address: str) -> tuple[int, str | None]:
    answer = app.test_client().post(
        "/api/v1/tokens", json={}, environ_base={"REMOTE_ADDR": address}
    )
    return answer.status_code, answer.headers.get("Retry-After")


def test_sixty_sign_ins_a_minute_pass_from_one_address(limited: Flask) -> None:
    assert {post(limited, "10.0.0.1")[0] for _each in range(60)} == {422}
    status, wait = post(limited, "10.0.0.1")
    assert status == 429
    assert wait is not None
    assert 1 <= int(wait) <= 61
    assert post(limited, "10.0.0.2")[0] == 422


def test_six_hundred_calls_a_minute_pass_from_one_address(limited: Flask) -> None:
    client = limited.test_client()
    codes = {client.get("/api/v1/me").status_code for _each in range(600)}
    assert codes == {401}
    answer = client.get("/api/v1/me")
    assert answer.status_code == 429
    assert answer.json["type"] == "/problems/too_many_requests"
    page = client.get("/login")
    assert page.status_code == 429
    assert page.mimetype == "text/html"
    with client.get("/static/js/api.js") as file:
        assert file.status_code == 200


def test_who_reported_too_much_reads_when_to_come_again(limited: Flask) -> None:
    client = limited.test_client()
    address = "/api/v1/villages/513336101209/calls"
    codes = {client.post(address).status_code for _each in range(20)}
    assert 429 not in codes
    refused = client.post(address, headers={"Accept-Language": "en"})
    assert refused.status_code == 429
    assert re.search(r"try again after \d\d:\d\d", refused.json["detail"])
