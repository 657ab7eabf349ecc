"""What keeps a shop from selling to a village that it doesn't serve, whoever writes.

A released trigger is never edited: a change is a new one, made by a migration of its own.
"""

from sqlalchemy import Connection

from incentives.triggers import Guard, create_guards, drop_guards

STATE = "JS001"
NOT_SERVED = (
    "NOT EXISTS (SELECT 1 FROM shop_service WHERE shop_service.shop_id = NEW.shop_id"
    " AND shop_service.village = NEW.village AND shop_service.ended_at IS NULL)"
)
SERVICE_CHANGED = (
    "NEW.shop_id <> OLD.shop_id OR NEW.village <> OLD.village OR NEW.number <> OLD.number"
    " OR NEW.began_at <> OLD.began_at"
)
GUARDS = (
    Guard(
        "redemption_served_insert",
        "redemption",
        "INSERT",
        NOT_SERVED,
        "this shop doesn't serve this village",
    ),
    Guard(
        "shop_service_stays_update",
        "shop_service",
        "UPDATE",
        SERVICE_CHANGED,
        "a shop's accounts in a village stay its own",
    ),
    Guard(
        "shop_service_stays_delete",
        "shop_service",
        "DELETE",
        "1 = 1",
        "a shop's accounts in a village stay its own",
    ),
)


def create_triggers(connection: Connection) -> None:
    """Create them in the connection's schema."""
    create_guards(connection, GUARDS, STATE)


def drop_triggers(connection: Connection) -> None:
    """Drop them; the tables stay."""
    drop_guards(connection, GUARDS)
