"""A served village and a real Chromium: pages are tried as people use them."""

import logging
import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from playwright.sync_api import (
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    expect,
    sync_playwright,
)
from werkzeug.serving import make_server

from incentives import create_app
from incentives.extensions import db
from tests.conftest import Template
from tests.site import PASSWORD

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ROOT = Path(__file__).resolve().parent.parent.parent
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"]

# What a page shall come to show is waited for as long as a busy machine may need.
expect.set_options(timeout=20_000)


LATE_AT_MOST = 30  # seconds


@dataclass
class LiveServer:
    """The application, the address that it listens at, and its network.

    Nobody gets an answer while it is `cut`, nor any more once one of `last_paths` was answered;
    while it is `down`, a proxy before it answers that it is. What is made for `late_paths` arrives
    when their event is set.
    """

    app: Flask
    address: str = ""
    cut: threading.Event = field(default_factory=threading.Event)
    down: threading.Event = field(default_factory=threading.Event)
    last_paths: set[str] = field(default_factory=set)
    late_paths: dict[str, threading.Event] = field(default_factory=dict)


@pytest.fixture
def live_server(sqlite_template: Template, tmp_path: Path) -> Iterator[LiveServer]:
    """The application on a free loopback port, on a database of its own, by the real clock."""
    data = tmp_path / "data"
    data.mkdir()
    shutil.copytree(sqlite_template.keys, data / "keys")
    app = create_app(
        {
            "JISHAN_DATA": data,
            "JISHAN_SEALS": tmp_path / "seals",
            "TESTING": True,
            **sqlite_template.settings(data),
        }
    )
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    live = LiveServer(app)
    server = make_server("127.0.0.1", 0, read_whole(live), threaded=True)
    live.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield live
    server.shutdown()
    thread.join()
    server.server_close()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def read_whole(live: LiveServer) -> "WSGIApplication":
    """Serves answers read to their end: a browser that goes away midway leaves no file open.

    While the network is cut, connections end without an answer.
    """

    def serve(environ: "WSGIEnvironment", start_response: "StartResponse") -> list[bytes]:
        if live.cut.is_set():
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            raise ConnectionAbortedError
        if live.down.is_set():
            start_response("502 Bad Gateway", [("Content-Type", "text/plain")])
            return [b"Bad Gateway"]
        parts = live.app(environ, start_response)
        if environ["PATH_INFO"] in live.last_paths:
            live.cut.set()
        try:
            answer = b"".join(parts)
            if late := live.late_paths.get(environ["PATH_INFO"]):
                late.wait(LATE_AT_MOST)
            return [answer]
        finally:
            getattr(parts, "close", lambda: None)()

    return serve


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Playwright, let go of with the module: a thread that runs one can't begin another."""
    with sync_playwright() as running:
        yield running


def chromium_path() -> str:
    """Where Chromium is; fails with how to get it."""
    found = shutil.which(os.environ.get("TEST_CHROMIUM", "chromium"))
    if found is None:
        pytest.fail("these tests need Chromium: apt-get install chromium, or set TEST_CHROMIUM")
    return found


@dataclass
class Person:
    """Somebody at a screen of their own."""

    context: BrowserContext
    page: Page
    server: LiveServer
    size: str
    complaints: list[str] = field(default_factory=list)
    expected: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """Where the service is."""
        return self.server.address

    def hear(self, message: ConsoleMessage) -> None:
        """Keep what the browser complains of, but for what the test expects."""
        if message.type == "error" and not any(each in message.text for each in self.expected):
            self.complaints.append(f"{self.page.url}: {message.text}")

    def open(self, path: str) -> Page:
        """Go to a page of the service."""
        self.page.goto(self.address + path)
        return self.page

    def sign_in(self, username: str) -> None:
        """Sign in by the form."""
        self.open("/login")
        self.page.fill("input[name=username]", username)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.click("main button[type=submit]")
        self.page.wait_for_url(lambda url: "/login" not in url)

    def lose_signal(self) -> None:
        """Nothing gets through any more.

        The server is cut, too: what Chromium emulates lets a service worker's own calls pass.
        """
        self.server.cut.set()
        self.context.set_offline(True)

    def find_signal(self) -> None:
        """There is signal again, which the browser is told."""
        self.server.cut.clear()
        self.context.set_offline(False)

    def shot(self, name: str) -> None:
        """A picture to be looked at; nothing may stick out of the screen."""
        folder = Path(os.environ.get("JISHAN_SCREENSHOTS", ROOT / "screenshots"))
        folder.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=folder / f"{name}-{self.size}.png", full_page=True)
        width = self.page.evaluate("document.documentElement.scrollWidth")
        assert width <= self.page.viewport_size["width"], f"{name} is {width} wide"  # type: ignore[index]


@pytest.fixture
def person(
    playwright: Playwright, live_server: LiveServer, tmp_path: Path
) -> Iterator[Callable[..., Person]]:
    """Makes people with a browser profile of their own each; complaints of a browser fail.

    A browser that was closed is opened again by the same `profile`.
    """
    people: list[Person] = []

    def make(
        size: dict[str, int] = PHONE,
        *flags: str,
        expected: tuple[str, ...] = (),
        profile: str | None = None,
    ) -> Person:
        context = playwright.chromium.launch_persistent_context(
            str(tmp_path / f"profile-{profile or len(people)}"),
            executable_path=chromium_path(),
            headless=True,
            args=[*FLAGS, *flags],
            viewport=size,  # type: ignore[arg-type]
            permissions=["camera"],
            locale="zh-CN",
        )
        page = context.pages[0]
        name = "phone" if size is PHONE else "desktop"
        made = Person(context, page, live_server, name, expected=expected)
        page.on("console", made.hear)
        people.append(made)
        return made

    yield make
    for each in people:
        each.context.close()
    assert [complaint for each in people for complaint in each.complaints] == []
