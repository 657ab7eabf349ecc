"""An event's detail: what it was for, under a commitment that outlives its erasure."""

import hashlib
import hmac
import json
import secrets
from typing import Any

from incentives.ledger.kinds import Kind

KEY_BYTES = 32
MAX_INTEGER = 2**53 - 1
# RFC 8785 for all that a detail may hold, at a third of a general encoder's cost: with ASCII keys
# sorting by characters is sorting by UTF-16, and without fractions no number has two forms.
CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
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

    ValueError for other values than texts, whole numbers that JSON carries and lists of objects
    of them, and for keys that aren't ASCII.
    """
    for value in detail.values():
        if isinstance(value, list):
            if not all(isinstance(each, dict) and is_flat(each) for each in value):
                raise ValueError("a list in a detail holds objects of texts and whole numbers")
        elif not is_scalar(value):
            raise ValueError("a detail holds texts, whole numbers and lists of objects of them")
    if not all(key.isascii() for key in detail):
        raise ValueError("a detail's keys are ASCII")
    return CANONICAL.encode(detail)


def is_scalar(value: Any) -> bool:
    """Whether a value is a text or a whole number that JSON carries (RFC 8785, appendix D)."""
    if isinstance(value, int):
        return not isinstance(value, bool) and -MAX_INTEGER <= value <= MAX_INTEGER
    return isinstance(value, str)


def is_flat(value: dict[str, Any]) -> bool:
    """Whether an object holds texts and whole numbers only, under ASCII keys."""
    return all(key.isascii() and is_scalar(each) for key, each in value.items())


def new_key() -> bytes:
    """A detail's key: 32 random bytes, erased together with the text."""
    return secrets.token_bytes(KEY_BYTES)


def commit(text: str, key: bytes) -> str:
    """HMAC-SHA-256 of the text under its key, in hex: what event and leaf hold."""
    return hmac.digest(key, text.encode(), hashlib.sha256).hex()
