"""The accounts as they stand, what is held back of them, and who is known by which code."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select

from incentives.extensions import db
from incentives.ledger.audit.findings import Finding
from incentives.ledger.audit.reading import raw
from incentives.ledger.audit.replay import Held, Replay, known_kind
from incentives.ledger.kinds import VILLAGE_ACCOUNTS, unit_of
from incentives.ledger.models import Account, ActorCode, Allowance

# Accounts that are opened together: where one is, so are the others of its number or household.
TOGETHER = (("h", "debt"), ("shop", "settled", "payable"))
PARTNERS = {kind: group for group in TOGETHER for kind in group}


def audit_accounts(village: str, replay: Replay) -> Iterator[Finding]:
    """Every account against what its transfers come to, and all that must be there."""
    columns = (Account.code, Account.kind, Account.unit, Account.balance, Account.version)
    codes = set()
    for row in db.session.execute(select(*map(raw, columns)).where(Account.village == village)):
        codes.add(row[0])
        yield from audit_account(village, row, replay.account(row[0]))
    wanted = {*VILLAGE_ACCOUNTS, *replay.held}
    for code in codes:
        kind, _, name = str(code).partition(".")
        wanted.update(f"{each}.{name}" for each in PARTNERS.get(kind, ()))
    for code in sorted(wanted - codes):
        yield Finding(village, "account", code, "code", "an account", "none")


def audit_account(village: str, row: Any, held: Held) -> Iterator[Finding]:
    """An account against its code, and against what its transfers come to."""
    code, kind, unit, balance, version = row
    expected = known_kind(code)
    if expected is None:
        yield Finding(village, "account", code, "code", "a known kind", code)
    else:
        if kind != expected:
            yield Finding(village, "account", code, "kind", expected, str(kind))
        if unit != unit_of(code):
            yield Finding(village, "account", code, "unit", unit_of(code), str(unit))
    if balance != held.balance:
        yield Finding(village, "account", code, "balance", str(held.balance), str(balance))
    if version != held.version:
        yield Finding(village, "account", code, "version", str(held.version), str(version))


def audit_allowances(village: str, replay: Replay) -> Iterator[Finding]:
    """What terminals hold back: of households of here, and no more than they own.

    A household that owes holds no more than that, either: a reversal took all else, and who ends
    an allowance pays the debt first. Its balance may be more only where it took over the debt.
    """
    held_back: dict[str, int] = {}
    for code, points, least in db.session.execute(
        select(raw(Allowance.account_code), func.sum(Allowance.points), func.min(Allowance.points))
        .where(Allowance.village == village)
        .group_by(Allowance.account_code)
    ):
        owner = replay.held.get(code)
        balance = owner.balance if owner is not None else 0
        held_back[code] = int(points)
        if not code.startswith("h.") or owner is None:
            yield Finding(village, "allowance", code, "account_code", "a household's", code)
        elif least < 0 or points > balance:
            found = f"{points}, the least {least}"
            yield Finding(village, "allowance", code, "points", f"0 to {balance}", found)
    for held in list(replay.held.values()):
        if held.is_debt and held.balance < 0 and not held.assumed:
            own = f"h.{held.household}"
            balance, allowed = replay.account(own).balance, held_back.get(own, 0)
            if balance > allowed:
                wanted = f"at most {allowed} while {-held.balance} is owed"
                yield Finding(village, "account", own, "balance", wanted, str(balance))


def audit_persons(village: str, seen: set[Any]) -> Iterator[Finding]:
    """Whether each code of a person stands in an event; one that is no longer known may be gone."""
    for (code,) in db.session.execute(
        select(raw(ActorCode.code)).where(ActorCode.village == village)
    ):
        if code not in seen:
            yield Finding(village, "actor_code", str(code), "code", "a code of an event", str(code))
