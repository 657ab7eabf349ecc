"""Balances and versions of a village, recomputed from its transfers."""

from collections.abc import Iterator

from sqlalchemy import select

from incentives.extensions import db
from incentives.ledger.audit.findings import Finding, rows
from incentives.ledger.kinds import CEILING_ZERO, FLOOR_ZERO, AccountKind, kind_of, unit_of
from incentives.ledger.models import Account, Transfer
from incentives.ledger.planning import Holding


def audit_accounts(village: str) -> Iterator[Finding]:
    """Balances and versions recomputed from the transfers, and their floors and ceilings."""
    held: dict[str, Holding] = {}
    for each in db.session.scalars(
        select(Transfer)
        .where(Transfer.village == village)
        .order_by(Transfer.seq, Transfer.line)
        .execution_options(populate_existing=True)
    ):
        yield from replay(each, held)
    for account in rows(Account, village):
        expected = held.pop(account.code, Holding(0, 0))
        for name in ("balance", "version"):
            value, found = getattr(expected, name), getattr(account, name)
            if value != found:
                yield Finding(village, "account", account.code, name, str(value), str(found))
        yield from compare_code(account)
    for code in held:
        yield Finding(village, "account", code, "code", "an account", "none")


def compare_code(account: Account) -> Iterator[Finding]:
    """Whether an account is of the kind and unit that its code says."""
    place = account.code
    kind = known_kind(place)
    if kind is None:
        yield Finding(account.village, "account", place, "code", "a known kind", place)
        return
    if account.kind is not kind:
        yield Finding(account.village, "account", place, "kind", kind, account.kind)
    if account.unit is not unit_of(place):
        yield Finding(account.village, "account", place, "unit", unit_of(place), account.unit)


def known_kind(code: str) -> AccountKind | None:
    """The kind of the account with this code, None for a code of no kind."""
    try:
        return kind_of(code)
    except ValueError:
        return None


def replay(each: Transfer, held: dict[str, Holding]) -> Iterator[Finding]:
    """Move one transfer on recomputed accounts; where it says otherwise, or leaves a floor."""
    place = f"{each.seq}/{each.line}"
    sides = (("from", each.from_code, -each.amount), ("to", each.to_code, each.amount))
    for side, code, change in sides:
        account = held.setdefault(code, Holding(0, 0))
        account.balance += change
        account.version += 1
        stored = {
            f"{side}_balance_after": account.balance,
            f"{side}_version": account.version,
        }
        for name, value in stored.items():
            if getattr(each, name) != value:
                found = str(getattr(each, name))
                yield Finding(each.village, "transfer", place, name, str(value), found)
        kind = known_kind(code)
        if (account.balance < 0 and kind in FLOOR_ZERO) or (
            account.balance > 0 and kind in CEILING_ZERO
        ):
            limit = ">= 0" if kind in FLOOR_ZERO else "<= 0"
            yield Finding(
                each.village, "transfer", place, f"{side}_code", limit, f"{code} {account.balance}"
            )
