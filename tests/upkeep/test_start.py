"""Making an installation and starting it: what is refused, what is begun anew, what is kept."""

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager

import pytest
from sqlalchemy import func, select, text

from incentives import create_app, ledger
from incentives.access.models import User, UserRole
from incentives.access.operations import sign_in
from incentives.access.peers import Peer
from incentives.clock import now, village_day
from incentives.config import ROOT
from incentives.database import new_id
from incentives.demo import loading
from incentives.errors import LogRolledBack
from incentives.extensions import db
from incentives.installation import SettingRefused, find_installation, get_installation
from incentives.ledger.seals import seal_all
from incentives.register.models import Division
from incentives.upkeep import serving
from incentives.upkeep.readiness import NotReady, require_ready
from incentives.upkeep.schema import NOT_MIGRATED, current_revision, newest_revision
from tests.databases import free_port
from tests.factories import act, make_village

PASSWORD = "ein-gutes-langes-wort"


@contextmanager
def installation(folder, **settings):
    """An application on a database in a folder."""
    app = create_app(
        {
            "JISHAN_DATA": folder,
            "JISHAN_SEALS": folder.parent / f"{folder.name}-seals",
            "SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder / 'jishan.sqlite3'}",
            "TESTING": True,
            "RATELIMIT_ENABLED": False,
            **settings,
        }
    )
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def init(app, *more):
    return app.test_cli_runner().invoke(args=["init", "--password", PASSWORD, *more])


def test_init_makes_an_empty_installation_with_its_administrator(tmp_path):
    with installation(tmp_path / "data") as app:
        answer = init(app)
        assert answer.exit_code == 0, answer.output
        assert current_revision() == newest_revision()
        made = get_installation()
        assert (made.demo, made.loading) == (False, False)
        assert (made.url, made.origin) == ("http://127.0.0.1:8000", "jishan.test")
        assert db.session.scalar(select(func.count()).select_from(Division)) == 71
        user = db.session.scalars(select(User)).one()
        role = db.session.scalars(select(UserRole)).one()
        assert (user.username, role.role, role.division) == ("admin", "administrator", "513336")
        away = Peer(address="203.0.113.9", local=False)
        signed = sign_in(username="admin", password=PASSWORD, peer=away, now=now())
        assert signed.actor.user_id == user.id
        require_ready(only_loopback=False, now=now())


def test_init_a_second_time_is_refused_and_changes_nothing(tmp_path):
    with installation(tmp_path / "data") as app:
        assert init(app).exit_code == 0
        answer = init(app, "--username", "other")
        assert answer.exit_code == 1
        assert db.session.scalar(select(func.count()).select_from(User)) == 1


@pytest.mark.parametrize(
    "command", [["demo", "load"], ["demo", "cards"], ["ledger", "audit"], ["daily"], ["worker"]]
)
def test_an_empty_database_is_told_to_be_migrated(tmp_path, command):
    with installation(tmp_path / "data") as app:
        answer = app.test_cli_runner().invoke(args=command)
        assert (answer.exit_code, answer.output) == (1, f"Error: {NOT_MIGRATED}\n")


def test_init_refuses_a_weak_password_and_makes_nothing(tmp_path):
    with installation(tmp_path / "data") as app:
        answer = app.test_cli_runner().invoke(args=["init", "--password", "short"])
        assert answer.exit_code == 1
        assert find_installation() is None


def test_address_and_origin_are_kept_and_only_another_one_is_refused(tmp_path):
    data = tmp_path / "data"
    named = {"JISHAN_URL": "https://jifen.example.cn", "JISHAN_ORIGIN": "jifen.example.cn"}
    with installation(data, **named) as app:
        assert init(app).exit_code == 0
    with installation(data):
        assert get_installation().url == "https://jifen.example.cn"
    with installation(data, **named):
        assert get_installation().origin == "jifen.example.cn"
    for name, other in (("JISHAN_URL", "https://other.example"), ("JISHAN_ORIGIN", "other")):
        with installation(data, **{name: other}) as app:
            with pytest.raises(SettingRefused, match=name):
                get_installation()
            with pytest.raises(NotReady, match=name):
                require_ready(only_loopback=True, now=now())
            for command in (["ledger", "audit"], ["ledger", "seal"], ["daily"], ["worker"]):
                answer = app.test_cli_runner().invoke(args=command)
                assert answer.exit_code == 1
                assert name in answer.output


@pytest.mark.parametrize(
    ("name", "value"), [("JISHAN_URL", "ftp://x"), ("JISHAN_ORIGIN", "Not A Name")]
)
def test_what_is_no_address_is_refused(tmp_path, name, value):
    with installation(tmp_path / "data", **{name: value}) as app:
        assert init(app).exit_code == 1
        assert find_installation() is None


def test_a_load_that_was_cut_off_is_begun_anew(tmp_path, monkeypatch):
    monkeypatch.setattr(serving, "load_demo", lambda: loading.load_demo(villages=1, households=20))
    monkeypatch.setattr(loading, "days_before", short(loading.days_before))
    with installation(tmp_path / "data") as app:
        with monkeypatch.context() as broken:
            broken.setattr(loading, "live", cut_off)
            with pytest.raises(KeyboardInterrupt):
                serving.prepare()
        db.session.rollback()
        first = get_installation()
        assert first.loading
        with pytest.raises(NotReady, match="not loaded"):
            require_ready(only_loopback=True, now=now())
        begun = first.id
        serving.prepare()
        again = get_installation()
        assert (again.loading, again.demo) == (False, True)
        assert again.id != begun
        seals = app.config["JISHAN_SEALS"]
        assert [each.name for each in seals.iterdir()] == [again.id.hex]
        events = db.session.scalar(text("SELECT count(*) FROM event"))
        serving.prepare()
        assert get_installation().id == again.id
        assert db.session.scalar(text("SELECT count(*) FROM event")) == events
        require_ready(only_loopback=True, now=now())
        with pytest.raises(NotReady, match="this machine only"):
            require_ready(only_loopback=False, now=now())


def short(days_before):
    """A history of ten days is enough here."""
    return lambda today: days_before(today)[-10:]


def cut_off(*_arguments):
    """What a Ctrl-C does to a load."""
    raise KeyboardInterrupt


def test_an_unmigrated_database_does_not_serve(tmp_path):
    with installation(tmp_path / "data"), pytest.raises(NotReady, match="migrated"):
        require_ready(only_loopback=True, now=now())


def test_a_log_older_than_its_seals_is_served_to_read_only(tmp_path):
    data, backup = tmp_path / "data", tmp_path / "backup.sqlite3"
    with installation(data) as app:
        assert init(app).exit_code == 0
        village = make_village()
        seal_all(now=now())
    shutil.copy(data / "jishan.sqlite3", backup)
    with installation(data):
        receive(village)
        seal_all(now=now())
        assert require_ready(only_loopback=True, now=now())
    for leftover in data.glob("jishan.sqlite3*"):
        leftover.unlink()
    shutil.copy(backup, data / "jishan.sqlite3")
    with installation(data):
        assert not require_ready(only_loopback=True, now=now())
        with pytest.raises(LogRolledBack):
            receive(village)


def receive(village):
    """One event: money that came in."""

    def work():
        ledger.hold([village])
        income = ledger.Draft(
            village=village,
            kind=ledger.Kind.INCOME,
            occurred_on=village_day(now()),
            legs=[ledger.move("income.donation", "cash", 100)],
            record=new_id(),
        )
        ledger.post([income], actor=None, now=now())

    act(work)


def test_gunicorn_refuses_to_serve_a_demo_to_other_machines(tmp_path):
    data = tmp_path / "data"
    with installation(data) as app:
        assert init(app).exit_code == 0
        db.session.connection(execution_options={"write": True})
        get_installation().demo = True
        db.session.commit()
    port = free_port()
    answer = subprocess.run(
        [sys.executable, "-m", "gunicorn", "-c", "incentives/upkeep/gunicorn_settings.py"],
        cwd=ROOT,
        env={
            **os.environ,
            "JISHAN_DATA": str(data),
            "JISHAN_BIND": f"0.0.0.0:{port}",
            "PYTHONWARNINGS": "",
        },
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert answer.returncode != 0
    assert "this machine only" in answer.stderr


def test_health(tmp_path):
    with installation(tmp_path / "data") as app:
        assert app.test_client().get("/healthz").status_code == 200
        refused = app.test_client().get("/readyz")
        assert refused.status_code == 503
        assert refused.content_type == "application/problem+json"
        assert init(app).exit_code == 0
        assert app.test_client().get("/readyz").json == {"status": "ready"}


def test_the_daily_jobs_can_be_done_twice(tmp_path):
    with installation(tmp_path / "data") as app:
        assert init(app).exit_code == 0
        for _ in range(2):
            answer = app.test_cli_runner().invoke(args=["daily"])
            assert answer.exit_code == 0, answer.output
            assert '"notices_closed": 0' in answer.output
