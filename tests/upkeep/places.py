"""An installation with its backups, and commands run there."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from click.testing import Result
from flask import Flask
from sqlalchemy import select

from incentives import create_app, ledger
from incentives.clock import now
from incentives.extensions import db
from incentives.ledger.audit import audit, audit_database
from incentives.ledger.models import LogHead
from incentives.ledger.seals import seal_all

T = TypeVar("T")


@dataclass(frozen=True)
class Place:
    """An application, and the folder of its backups."""

    app: Flask
    backups: Path

    @property
    def data(self) -> Path:
        return Path(self.app.config["JISHAN_DATA"])

    def run(self, *arguments: object, typed: str | None = None) -> Result:
        """Run `flask …` here."""
        with self.app.app_context():
            try:
                return self.app.test_cli_runner().invoke(
                    args=[str(each) for each in arguments], input=typed
                )
            finally:
                db.session.remove()

    def make(self, *options: object) -> Path:
        """Make a backup that nothing is found in."""
        answer = self.run("backup", "make", "--to", self.backups, *options)
        assert answer.exit_code == 0, answer.output
        return Path(answer.stdout.strip())

    def keys(self, path: Path, *options: object, typed: str | None = None) -> Path:
        """Write the keys down."""
        answer = self.run("backup", "keys", path, *options, typed=typed)
        assert answer.exit_code == 0, answer.output
        return path

    def restore(self, backup: Path, *options: object, typed: str | None = None) -> Result:
        """Restore a backup here, without a finding."""
        answer = self.run("backup", "restore", backup, *options, typed=typed)
        assert answer.exit_code == 0, answer.output
        return answer

    def ask(self, question: Callable[[], T]) -> T:
        """What a function gives here."""
        with self.app.app_context():
            try:
                return question()
            finally:
                db.session.remove()

    def seal(self) -> int:
        return self.ask(lambda: seal_all(now=now()))


def refused(answer: Result, words: str) -> None:
    """The command couldn't do what it is for, and said so in these words."""
    assert answer.exit_code == 2, (answer.exit_code, answer.output, answer.exception)
    assert words in answer.stderr, answer.output
    assert "Traceback" not in answer.output


def findings(answer: Result) -> list[dict[str, Any]]:
    """What a command found, of its JSON lines."""
    return [json.loads(line) for line in answer.stdout.splitlines() if line.startswith("{")]


def open_place(home: Place, data: Path, settings: dict[str, object]) -> Place:
    """An application on an empty data folder, with the seals and the clock of another."""
    config = {
        "JISHAN_DATA": data,
        "JISHAN_SEALS": home.app.config["JISHAN_SEALS"],
        "SQLALCHEMY_DATABASE_URI": f"sqlite:///{data / 'jishan.sqlite3'}",
        "CLOCK": home.app.config["CLOCK"],
        "TESTING": True,
        "RATELIMIT_ENABLED": False,
        **settings,
    }
    return Place(create_app(config), home.backups)


def close(app: Flask) -> None:
    """Let go of an application's database."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def villages() -> list[str]:
    return list(db.session.scalars(select(LogHead.village).order_by(LogHead.village)))


def sizes() -> dict[str, int]:
    """Each log's size."""
    rows = db.session.execute(select(LogHead.village, LogHead.size))
    return {row.village: row.size for row in rows}


def audited() -> list[object]:
    """All that the audit finds."""
    return [*audit_database(), *(each for village in villages() for each in audit(village))]


def books() -> dict[str, list[object]]:
    """Each village's accounts and what they hold."""
    return {village: list(ledger.trial_balance(village)) for village in villages()}


def untouched(place: Place) -> bool:
    """Whether a place is as empty as it was: no table, no upload, its own keys, no mark."""
    tables = place.ask(lambda: db.inspect(db.engine).get_table_names())
    left = {each.name for each in place.data.iterdir()} - {"backup.lock", "keys"}
    return not tables and all(name.startswith("jishan.sqlite3") for name in left)
