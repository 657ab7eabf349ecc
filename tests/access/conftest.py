"""A village with users, and a way to call the API as one of them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from incentives.access import operations
from incentives.access.actor import SYSTEM, Assignment, Role
from incentives.clock import now
from tests.factories import COUNTY, OTHER_VILLAGE, TOWNSHIP, VILLAGE, act, make_village
from tests.site import CSRF

PASSWORD = "jishan-demo"
USERS = {
    "county": (Role.ADMINISTRATOR, COUNTY),
    "office": (Role.ADMINISTRATOR, TOWNSHIP),
    "zhaxi": (Role.CADRE, VILLAGE),
    "luorong": (Role.CADRE, OTHER_VILLAGE),
    "watch": (Role.SUPERVISOR, VILLAGE),
}


@dataclass
class World:
    """The application with its users by name, each with the password of the demo."""

    app: Flask
    ids: dict[str, UUID]

    def client(self) -> FlaskClient:
        """A browser or program of its own."""
        return self.app.test_client()

    def sign_in(
        self, username: str, password: str = PASSWORD, *, address: str = "127.0.0.1", **headers: str
    ) -> TestResponse:
        """Ask for a token, from an address."""
        return self.client().post(
            "/api/v1/tokens",
            json={"username": username, "password": password},
            environ_base={"REMOTE_ADDR": address},
            headers={name.replace("_", "-"): text for name, text in headers.items()},
        )

    def token(self, username: str, password: str = PASSWORD) -> str:
        answer = self.sign_in(username, password)
        assert answer.status_code == 201, answer.text
        return str(answer.json["token"])

    def call(
        self, method: str, path: str, body: Any = None, *, token: str | None = None
    ) -> TestResponse:
        """Call the API with a token and a new key."""
        headers = {"Idempotency-Key": uuid4().hex, "Accept-Language": "en"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        options = {} if body is None else {"json": body}
        return self.client().open(f"/api/v1{path}", method=method, headers=headers, **options)

    def names(self, answer: TestResponse) -> set[str]:
        """The user names in a list."""
        return {each["username"] for each in answer.json["items"]}


@pytest.fixture
def world(bare_app: Flask) -> World:
    ids: dict[str, UUID] = {}
    with bare_app.app_context():
        make_village()
        for username, (role, division) in USERS.items():
            user = act(
                lambda username=username, role=role, division=division: operations.add_user(
                    username=username,
                    name=username.title(),
                    password=PASSWORD,
                    roles=[Assignment(role, division)],
                    actor=SYSTEM,
                    now=now(),
                )
            )
            ids[username] = user.id
    return World(bare_app, ids)


def csrf_of(page: TestResponse) -> str:
    """The CSRF token of a page."""
    found = CSRF.search(page.text)
    assert found is not None
    return found[1]


def sign_in_by_page(
    client: FlaskClient, username: str, password: str = PASSWORD, target: str = "/login"
) -> TestResponse:
    """Sign a browser in by the form."""
    form = {"csrf_token": csrf_of(client.get("/login")), "username": username, "password": password}
    return client.post(target, data=form)
