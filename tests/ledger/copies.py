"""A copy of the whole database, taken while nobody writes, and put back later: what a backup is."""

import shutil
import sqlite3
from functools import partial
from pathlib import Path

import psycopg
from flask import Flask
from psycopg import sql

from incentives.access.actor import Role
from incentives.clock import now
from incentives.extensions import db
from incentives.recovery.models import Signer
from incentives.recovery.operations import catch_up, sign_list
from incentives.register.models import Division, Level
from incentives.web.transaction import transaction
from tests.databases import Postgresql
from tests.factories import staff


def name_division(village: str) -> None:
    """Enter a village of these tests among the divisions, where the audit trail looks for it."""
    parent = None
    for code, level in zip((village[:6], village[:9], village), Level, strict=False):
        if db.session.get(Division, code) is None:
            db.session.add(Division(code=code, name_zh="试", level=level, parent=parent))
            db.session.flush()
        parent = code


def recover(village: str) -> None:
    """Catch up with the seals, and have the two people sign who must."""
    recovery = catch_up(now=now())
    for role, signer in ((Role.ADMINISTRATOR, "administrator"), (Role.SUPERVISOR, "supervisor")):
        sign = partial(
            sign_list,
            signer=Signer(signer),
            digest=str(recovery.digest),
            actor=staff(role, village),
            now=now(),
        )
        transaction(sign, in_recovery=True)


class Copies:
    """Takes copies of a test's database, and puts them back in its place."""

    def __init__(self, app: Flask, server: Postgresql | None, folder: Path) -> None:
        self.seals = Path(app.config["JISHAN_SEALS"])
        self.server = server
        self.folder = folder
        self.taken: list[str] = []
        self.seals.mkdir(parents=True, exist_ok=True)

    def take(self) -> str:
        """Copy the database and the seals as they are; the copy's name."""
        db.session.remove()
        if self.server is None:
            name = str(self.folder / f"copy-{len(self.taken)}.sqlite3")
            source, target = sqlite3.connect(str(db.engine.url.database)), sqlite3.connect(name)
            source.backup(target)
            source.close()
            target.close()
        else:
            db.engine.dispose()
            name = self.server.copy_database(str(db.engine.url.database))
        shutil.copytree(self.seals, self.seals_of(name), dirs_exist_ok=True)
        self.taken.append(name)
        return name

    def seals_of(self, name: str) -> Path:
        """Where the seals of a copy are kept."""
        return self.folder / f"seals-{Path(name).stem}"

    def put_back(self, name: str) -> None:
        """Let the database be the copy; the seals stay as they are."""
        db.session.remove()
        db.engine.dispose()
        here = str(db.engine.url.database)
        if self.server is None:
            for end in ("-wal", "-shm"):
                Path(here + end).unlink(missing_ok=True)
            shutil.copy(name, here)
            return
        fresh = self.server.copy_database(name)
        self.server.drop_database(here)
        with psycopg.connect(self.server.superuser, autocommit=True) as connection:
            connection.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                    sql.Identifier(fresh), sql.Identifier(here)
                )
            )

    def put_back_seals(self, name: str) -> None:
        """Let the seals be those of the copy, too: as if they had been lost with the database."""
        shutil.rmtree(self.seals)
        shutil.copytree(self.seals_of(name), self.seals)

    def drop(self) -> None:
        """Forget all copies."""
        if self.server is not None:
            for name in self.taken:
                self.server.drop_database(name)
