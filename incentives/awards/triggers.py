"""What keeps an adopted version of the rules as the assembly adopted it, whatever the program does.

Its items are neither added to, changed nor taken out; of the version itself only its minutes may be
set, once. No version is deleted: its number is never given again. A released trigger is never
edited: a change is a new one, made by a migration of its own.
"""

from sqlalchemy import Connection

from incentives.triggers import create_function, create_trigger, own_schema, sqlite_trigger

CLOSED_STATE = "JR001"
ITEMS_FUNCTION = "awards_adopted_items_stay"
VERSION_FUNCTION = "awards_adopted_version_stays"
DELETE_FUNCTION = "awards_versions_stay"

STAYING = (
    "village",
    "number",
    "status",
    "revision",
    "drafted_by",
    "drafted_at",
    "held_on",
    "present",
    "in_favour",
    "against",
    "effective_on",
    "adopted_by",
    "adopted_at",
)
SAME = " AND ".join(f"NEW.{name} IS NOT DISTINCT FROM OLD.{name}" for name in ("id", *STAYING))
SAME_SQLITE = SAME.replace("IS NOT DISTINCT FROM", "IS")
MINUTES_SAME = "(OLD.minutes_id IS NULL OR NEW.minutes_id {same} OLD.minutes_id)"


def closed(row: str) -> str:
    """Whether the version of an item's row is no draft any more."""
    return f"EXISTS (SELECT 1 FROM rulebook WHERE id = {row}.rulebook_id AND status <> 'draft')"  # noqa: S608 -- names of our own


ITEMS_STAY = "the items of this version stay as they were adopted"
VERSION_STAYS = "this version stays as it was adopted"
SQLITE = {
    "rule_item_closed_to_insert": ("INSERT", "rule_item", closed("NEW"), ITEMS_STAY),
    "rule_item_closed_to_update": (
        "UPDATE",
        "rule_item",
        f"{closed('OLD')} OR {closed('NEW')}",
        ITEMS_STAY,
    ),
    "rule_item_closed_to_delete": ("DELETE", "rule_item", closed("OLD"), ITEMS_STAY),
    "rulebook_closed_to_update": (
        "UPDATE",
        "rulebook",
        f"OLD.status <> 'draft' AND NOT ({SAME_SQLITE} AND {MINUTES_SAME.format(same='IS')})",
        VERSION_STAYS,
    ),
    "rulebook_closed_to_delete": ("DELETE", "rulebook", "1", "no version is deleted"),
}

_ITEMS_BODY = f"""
BEGIN
    IF TG_OP <> 'INSERT' AND {closed("OLD")} THEN
        RAISE EXCEPTION '{ITEMS_STAY}' USING ERRCODE = '{CLOSED_STATE}';
    END IF;
    IF TG_OP <> 'DELETE' AND {closed("NEW")} THEN
        RAISE EXCEPTION '{ITEMS_STAY}' USING ERRCODE = '{CLOSED_STATE}';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END
"""
_VERSION_BODY = f"""
BEGIN
    IF OLD.status <> 'draft' AND NOT ({SAME}
        AND {MINUTES_SAME.format(same="IS NOT DISTINCT FROM")}) THEN
        RAISE EXCEPTION '{VERSION_STAYS}' USING ERRCODE = '{CLOSED_STATE}';
    END IF;
    RETURN NEW;
END
"""
_DELETE_BODY = f"""
BEGIN
    RAISE EXCEPTION 'no version is deleted' USING ERRCODE = '{CLOSED_STATE}';
END
"""
FUNCTIONS = {
    ITEMS_FUNCTION: _ITEMS_BODY,
    VERSION_FUNCTION: _VERSION_BODY,
    DELETE_FUNCTION: _DELETE_BODY,
}
POSTGRESQL = {
    "rule_item_closed": ("INSERT OR UPDATE OR DELETE", "rule_item", "ROW", ITEMS_FUNCTION),
    "rule_item_refuses_truncate": ("TRUNCATE", "rule_item", "STATEMENT", DELETE_FUNCTION),
    "rulebook_closed_to_update": ("UPDATE", "rulebook", "ROW", VERSION_FUNCTION),
    "rulebook_closed_to_delete": ("DELETE", "rulebook", "ROW", DELETE_FUNCTION),
    "rulebook_refuses_truncate": ("TRUNCATE", "rulebook", "STATEMENT", DELETE_FUNCTION),
}


def create_triggers(connection: Connection) -> None:
    """Create them in the connection's schema."""
    if connection.dialect.name == "sqlite":
        for name, (when, table, condition, words) in SQLITE.items():
            connection.exec_driver_sql(sqlite_trigger(name, when, table, condition, words))
        return
    with own_schema(connection):
        for function, body in FUNCTIONS.items():
            create_function(connection, function, body)
        for name, (when, table, each, function) in POSTGRESQL.items():
            create_trigger(connection, name, f"BEFORE {when}", table, each, function)


def drop_triggers(connection: Connection) -> None:
    """Drop them; the tables stay."""
    if connection.dialect.name == "sqlite":
        for name in SQLITE:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        return
    for name, (_when, table, _each, _function) in POSTGRESQL.items():
        connection.exec_driver_sql(f"DROP TRIGGER {name} ON {table}")
    for function in FUNCTIONS:
        connection.exec_driver_sql(f"DROP FUNCTION {function}()")
