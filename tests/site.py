"""A served village with one user a role: calls of the API by token, pages by the sign-in form."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from incentives.access import operations
from incentives.access.actor import SYSTEM, Assignment, Role
from incentives.clock import now
from tests.factories import COUNTY, TOWNSHIP, VILLAGE, act, make_village

PASSWORD = "jishan-demo"
USERS = {
    "administrator": (Role.ADMINISTRATOR, COUNTY),
    "overseer": (Role.OVERSEER, TOWNSHIP),
    "cadre": (Role.CADRE, VILLAGE),
    "reviewer": (Role.REVIEWER, VILLAGE),
    "supervisor": (Role.SUPERVISOR, VILLAGE),
    "treasurer": (Role.TREASURER, VILLAGE),
    "shopkeeper": (Role.SHOPKEEPER, VILLAGE),
}
CSRF = re.compile(r'name="csrf[-_]token" (?:content|value)="([^"]+)"')


@dataclass
class Site:
    """The application with its users."""

    app: Flask
    tokens: dict[str, str] = field(default_factory=dict)
    browsers: dict[str, FlaskClient] = field(default_factory=dict)

    def call(
        self,
        who: str | None,
        method: str,
        path: str,
        body: Any = None,
        *,
        data: Any = None,
        key: str | None = None,
    ) -> TestResponse:
        """Call the API as a user (None: nobody), with a new key unless one is given."""
        headers = {"Idempotency-Key": key or uuid4().hex, "Accept-Language": "en"}
        if who is not None:
            headers["Authorization"] = f"Bearer {self.token(who)}"
        return self.app.test_client().open(
            f"/api/v1{path}",
            method=method,
            headers=headers,
            json=body,
            data=data,
            content_type="multipart/form-data" if isinstance(data, dict) else None,
        )

    def token(self, who: str) -> str:
        """A user's token, asked for once."""
        if who not in self.tokens:
            answer = self.app.test_client().post(
                "/api/v1/tokens", json={"username": who, "password": PASSWORD}
            )
            assert answer.status_code == 201, answer.text
            self.tokens[who] = answer.json["token"]
        return self.tokens[who]

    def browser(self, who: str) -> FlaskClient:
        """A browser in which a user is signed in, reading English."""
        if who not in self.browsers:
            browser = self.app.test_client()
            browser.get("/language/en")
            sign_in = {
                "username": who,
                "password": PASSWORD,
                "csrf_token": csrf_of(browser, "/login"),
            }
            assert browser.post("/login", data=sign_in).status_code == 303
            self.browsers[who] = browser
        return self.browsers[who]

    def open(self, who: str, path: str) -> str:
        """A page as a user sees it."""
        answer = self.browser(who).get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.location)
        return answer.text

    def send(self, who: str, path: str, on: str | None = None, **typed: Any) -> TestResponse:
        """Send a form of the page `on` (the same address unless said)."""
        browser = self.browser(who)
        fields = {name.replace("__", "-"): value for name, value in typed.items()}
        return browser.post(path, data={"csrf_token": csrf_of(browser, on or path), **fields})


def csrf_of(browser: FlaskClient, path: str) -> str:
    """The form token of a page."""
    page = browser.get(path)
    found = CSRF.search(page.text)
    assert found is not None, (path, page.status_code)
    return found[1]


def make_site(app: Flask, *, users: Collection[str] = USERS, **policy: object) -> Site:
    """A served village under a policy, with its users; outside any application context.

    Passwords take their time to be hashed: a test names the `users` that it needs.
    """
    with app.app_context():
        make_village(**policy)
        for username in users:
            add_account(username, USERS[username])
    return Site(app)


def add_account(username: str, *roles: tuple[Role, str]) -> None:
    """Somebody who can sign in, with these roles in these divisions; within a context."""

    def work() -> None:
        operations.add_user(
            username=username,
            name=f"{username} 某",
            password=PASSWORD,
            roles=[Assignment(*each) for each in roles],
            actor=SYSTEM,
            now=now(),
        )

    act(work)
