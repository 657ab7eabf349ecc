"""Real processes on a restored backup: server, worker and commands agree, and see the end of it."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from uuid import uuid4

import pytest
from sqlalchemy import select

from incentives.clock import now
from incentives.config import ROOT
from incentives.extensions import db
from incentives.ledger.models import Checkpoint, LogHead
from incentives.ledger.seals import seal_all
from tests.databases import free_port, wait_for_port
from tests.factories import VILLAGE
from tests.recovery.drill import application_on, within
from tests.site import PASSWORD, make_site

SIGNED_WITHIN = 60  # seconds after a change: docs/ledger.md
CALLS = 8


def environment(app, port):
    return {
        **os.environ,
        "JISHAN_DATA": str(app.config["JISHAN_DATA"]),
        "JISHAN_SEALS": str(app.config["JISHAN_SEALS"]),
        "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"],
        "JISHAN_BIND": f"127.0.0.1:{port}",
        "FLASK_APP": "app",
        "PYTHONWARNINGS": "",
    }


@contextmanager
def running(environment, *args):
    """A process beside, ended at the end."""
    process = subprocess.Popen([sys.executable, "-m", *args], cwd=ROOT, env=environment)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


class Caller:
    """Calls the API of a served installation."""

    def __init__(self, port):
        self.base = f"http://127.0.0.1:{port}"
        body = {"username": "treasurer", "password": PASSWORD}
        self.token = self.send("/api/v1/tokens", body)[1]["token"]

    def send(self, path, body=None, **headers):
        request = urllib.request.Request(
            self.base + path,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", **headers},
        )
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            return refused.code, json.load(refused)

    def income(self):
        body = {
            "source": "donation",
            "amount_fen": 100,
            "received_on": "2026-03-01",
            "voucher": "R-1",
            "method": "cash",
        }
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": uuid4().hex}
        return self.send(f"/api/v1/villages/{VILLAGE}/fund/income", body, **headers)[0]


def command(environment, *args):
    done = subprocess.run(
        [sys.executable, "-m", "flask", "ledger", *args],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout, done.stderr


def signed_size(app):
    """How many events there are, and up to which they are signed."""
    with within(app):
        size = db.session.scalar(select(LogHead.size))
        return size, max(db.session.scalars(select(Checkpoint.size)), default=0)


@pytest.fixture
def restored(bare_app, copies):
    """A backup, one event more that is sealed, and the application on the backup."""
    site = make_site(bare_app, users=("administrator", "supervisor", "treasurer"))
    with within(bare_app):
        seal_all(now=now())
    backup = copies(bare_app)
    income = {
        "source": "donation",
        "amount_fen": 900,
        "received_on": "2026-03-01",
        "voucher": "R-0",
        "method": "cash",
    }
    sent = site.call("treasurer", "POST", f"/villages/{VILLAGE}/fund/income", income)
    assert sent.status_code == 201
    with within(bare_app):
        seal_all(now=now())
    app = application_on(bare_app, backup)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_every_process_is_read_only_until_two_people_signed(restored):
    port = free_port()
    settings = environment(restored, port)
    gunicorn = ("gunicorn", "-c", "incentives/upkeep/gunicorn_settings.py")
    with running(settings, *gunicorn), running(settings, "flask", "worker") as worker:
        wait_for_port(port, 60)
        caller = Caller(port)
        assert caller.send("/readyz") == (
            200,
            {"status": "read_only", "reason": "log_rolled_back"},
        )
        assert {caller.income() for _call in range(CALLS)} == {503}
        assert signed_size(restored) == (0, 0)
        code, _list, said = command(settings, "catch-up")
        assert code == 0, said
        code, state, _said = command(settings, "recovery")
        assert code == 1
        digest = json.loads(state.splitlines()[0])["digest"]
        assert caller.income() == 503
        for who in ("administrator", "supervisor"):
            args = ["--username", who, "--password", PASSWORD, "--as", who, "--digest", digest]
            code, _signed, said = command(settings, "sign", *args)
            assert code == 0, said
        assert {caller.income() for _call in range(CALLS)} == {201}
        assert caller.send("/readyz") == (200, {"status": "ready"})
        end = time.monotonic() + SIGNED_WITHIN
        while signed_size(restored) != (CALLS + 1, CALLS + 1):
            assert time.monotonic() < end, signed_size(restored)
            time.sleep(0.5)
        assert worker.poll() is None
