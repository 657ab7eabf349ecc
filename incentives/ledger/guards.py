"""Whether a database still has its guards, and the settings that its promises rest on.

A table rebuilt by a migration on SQLite loses its triggers in silence, and a restored dump may
lack them: so each trigger and CHECK is compared with the list in code at the start and after
each migration. `audit` and `verify` run all the same and report what is missing.
"""

import re

from sqlalchemy import Connection, Engine, text

from incentives.ledger.triggers import FUNCTIONS, POSTGRESQL, SQLITE

CHECKS = {
    "log_head": ("size", "village"),
    "account": (
        "ceiling",
        "code",
        "code_of_kind",
        "floor",
        "kind",
        "unit",
        "unit_of_kind",
        "version",
    ),
    "event": ("kind", "reverses", "seq"),
    "transfer": ("amount", "two_accounts", "unit"),
    "leaf": ("body",),
    "checkpoint": ("size",),
    "allowance": ("points",),
}
SQLITE_SETTINGS = {
    "journal_mode": ("wal",),
    "synchronous": ("2", "3"),
    "foreign_keys": ("1",),
    "recursive_triggers": ("1",),
}
POSTGRESQL_SETTINGS = {
    "fsync": ("on",),
    "full_page_writes": ("on",),
    "synchronous_commit": ("on", "remote_apply"),
    "session_replication_role": ("origin",),
}


class GuardMissing(RuntimeError):
    """The service must not start: a trigger, CHECK or setting that the ledger needs isn't there."""


def require_guards(engine: Engine) -> None:
    """Refuse a database without its guards or with weaker settings; the message names which."""
    with engine.connect() as connection:
        missing = missing_guards(connection) + weak_settings(connection)
    if missing:
        raise GuardMissing("the ledger isn't guarded: " + "; ".join(missing))


def missing_guards(connection: Connection) -> list[str]:
    """The triggers and CHECKs that the database lacks or has otherwise, one phrase each."""
    if connection.dialect.name == "sqlite":
        return _missing_on_sqlite(connection)
    return _missing_on_postgresql(connection)


def weak_settings(connection: Connection) -> list[str]:
    """The settings of this connection that lose what was acknowledged, or let rules be passed."""
    found: dict[str, str] = {}
    if connection.dialect.name == "sqlite":
        required = SQLITE_SETTINGS
        for name in required:
            found[name] = str(connection.exec_driver_sql(f"PRAGMA {name}").scalar()).lower()
        if not connection.exec_driver_sql("PRAGMA database_list").all()[0][2]:
            found["journal_mode"] = "wal"  # a database in memory has no journal to choose
    else:
        required = POSTGRESQL_SETTINGS
        for name in required:
            found[name] = str(
                connection.scalar(text("SELECT current_setting(:name)"), {"name": name})
            )
    return [
        f"setting {name} is {found[name]}, not {allowed[0]}"
        for name, allowed in required.items()
        if found[name] not in allowed
    ]


def _missing_on_sqlite(connection: Connection) -> list[str]:
    kept = {
        (kind, name): body or ""
        for kind, name, body in connection.exec_driver_sql(
            "SELECT type, name, sql FROM sqlite_master WHERE type IN ('table', 'trigger')"
        )
    }
    missing = [
        f"trigger {name}"
        for name, body in SQLITE.items()
        if _folded(kept.get(("trigger", name), "")) != _folded(body)
    ]
    for table, checks in CHECKS.items():
        body = kept.get(("table", table), "")
        for check in checks:
            if not re.search(rf'CONSTRAINT\s+"?ck_{table}_{check}"?\s+CHECK\b', body, re.I):
                missing.append(f"check ck_{table}_{check}")
    return missing


def _missing_on_postgresql(connection: Connection) -> list[str]:
    triggers = {
        name: (made, enabled, body, definer)
        for name, made, enabled, body, definer in connection.execute(
            text(
                "SELECT t.tgname, pg_get_triggerdef(t.oid, true), t.tgenabled, p.prosrc,"
                " p.prosecdef FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
                " JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace n ON n.oid = c.relnamespace"
                " WHERE n.nspname = current_schema() AND NOT t.tgisinternal"
            )
        )
    }
    missing = []
    for name, trigger in POSTGRESQL.items():
        made, enabled, body, definer = triggers.get(name, ("", "D", "", False))
        if _bare(made) != _bare(trigger.text(name)) or enabled not in ("O", "A"):
            missing.append(f"trigger {name}")
        elif _folded(body) != _folded(FUNCTIONS[trigger.function]) or not definer:
            missing.append(f"function {trigger.function}")
    checks = {
        (table, name)
        for table, name in connection.execute(
            text(
                "SELECT c.relname, k.conname FROM pg_constraint k"
                " JOIN pg_class c ON c.oid = k.conrelid"
                " JOIN pg_namespace n ON n.oid = c.relnamespace"
                " WHERE n.nspname = current_schema() AND k.contype = 'c' AND k.convalidated"
            )
        )
    }
    for table, names in CHECKS.items():
        missing += [
            f"check ck_{table}_{name}"
            for name in names
            if (table, f"ck_{table}_{name}") not in checks
        ]
    return list(dict.fromkeys(missing))


def _folded(body: str) -> str:
    return " ".join(body.split())


def _bare(trigger: str) -> str:
    """A trigger's text without what PostgreSQL adds as it shows it: casts and brackets."""
    return _folded(re.sub(r"::(?:text|character varying)|[()]", "", trigger)).lower()
