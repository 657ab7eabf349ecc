"""An event's detail: what it was for, under a commitment that outlives its erasure."""

import hashlib
import hmac
import secrets
from typing import Any

import rfc8785

from incentives.ledger.kinds import Kind

KEY_BYTES = 32
# What a detail may say, by kind of event: `post` refuses any other key, and the audit names it.
KEYS: dict[str, frozenset[str]] = {
    Kind.OPENING: frozenset({"notice"}),
    Kind.REOPEN: frozenset({"events", "lost", "origin", "size", "root"}),
    Kind.AWARD: frozenset({"rule_item", "name", "quantity", "points"}),
    Kind.REDEMPTION: frozenset({"goods"}),
    Kind.REFUND: frozenset({"receipt", "reason"}),
    Kind.LOSS: frozenset({"receipt", "reason"}),
    Kind.INCOME: frozenset({"source", "voucher"}),
    Kind.DISBURSEMENT: frozenset({"purpose", "voucher"}),
    Kind.PAYMENT_RETURN: frozenset({"purpose"}),
    Kind.SETTLEMENT_APPROVED: frozenset({"month"}),
    Kind.SETTLEMENT_PAID: frozenset({"month", "voucher"}),
    Kind.REVERSAL: frozenset({"reason"}),
    Kind.EXPIRY: frozenset({"period_ends_on"}),
    Kind.DEBT_PAYMENT: frozenset({"period_ends_on"}),
}


def require_keys(kind: Kind, detail: dict[str, Any] | None) -> None:
    """Refuse, by ValueError, a detail with keys that its kind of event doesn't have."""
    if strange := (detail or {}).keys() - KEYS.get(kind, frozenset()):
        raise ValueError(f"no detail of kind {kind} has the keys {', '.join(sorted(strange))}")


def write_detail(detail: dict[str, Any]) -> str:
    """The detail's text: one RFC 8785 JSON object.

    ValueError for other values than texts, whole numbers and lists of objects of them.
    """
    for value in detail.values():
        if isinstance(value, list):
            if not all(isinstance(each, dict) and is_flat(each) for each in value):
                raise ValueError("a list in a detail holds objects of texts and whole numbers")
        elif not is_scalar(value):
            raise ValueError("a detail holds texts, whole numbers and lists of objects of them")
    return rfc8785.dumps(detail).decode()


def is_scalar(value: Any) -> bool:
    """Whether a value is a text or a whole number."""
    return isinstance(value, str | int) and not isinstance(value, bool)


def is_flat(value: dict[str, Any]) -> bool:
    """Whether an object holds texts and whole numbers only."""
    return all(is_scalar(each) for each in value.values())


def new_key() -> bytes:
    """A detail's key: 32 random bytes, erased together with the text."""
    return secrets.token_bytes(KEY_BYTES)


def commit(text: str, key: bytes) -> str:
    """HMAC-SHA-256 of the text under its key, in hex: what event and leaf hold."""
    return hmac.digest(key, text.encode(), hashlib.sha256).hex()
