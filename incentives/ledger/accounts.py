"""Accounts: opened here, moved by transfers alone."""

import secrets
from collections.abc import Iterable

from sqlalchemy import func, insert, select

from incentives.errors import Duplicate
from incentives.extensions import db
from incentives.installation import get_installation
from incentives.ledger.holding import held_heads
from incentives.ledger.kinds import VILLAGE_ACCOUNTS, AccountKind, kind_of, unit_of
from incentives.ledger.models import Account, LogHead

LETTERS = "abcdefghijklmnopqrstuvwxyz23456789"
CODE_LENGTH = 8


def random_code() -> str:
    """8 random characters of a-z2-9: the name of a household or a person in the log."""
    return "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))


def open_village(village: str) -> None:
    """Begin a village's log and open the accounts that every village has; refuses a second time."""
    if db.session.get(LogHead, village) is not None:
        raise Duplicate()
    origin = f"{get_installation().origin}/{village}"
    db.session.execute(insert(LogHead).values(village=village, origin=origin))
    open_accounts(village, VILLAGE_ACCOUNTS)


def open_household(village: str) -> str:
    """Open a household's account and its debt's; the 8 random characters that name them."""
    held_heads([village])
    code = random_code()
    while exists(village, f"h.{code}"):
        code = random_code()
    open_accounts(village, (f"h.{code}", f"debt.{code}"))
    return code


def open_shop(village: str) -> int:
    """Open the accounts of one more shop that serves a village; its number there, from 1."""
    held_heads([village])
    opened = db.session.scalar(
        select(func.count()).where(Account.village == village, Account.kind == AccountKind.SHOP)
    )
    number = int(opened or 0) + 1
    open_accounts(village, (f"shop.{number}", f"settled.{number}", f"payable.{number}"))
    return number


def open_purpose(village: str, purpose: str) -> str:
    """The account of what is spent on a purpose, opened when first needed."""
    held_heads([village])
    code = f"spending.{purpose}"
    if not exists(village, code):
        open_accounts(village, (code,))
    return code


def exists(village: str, code: str) -> bool:
    """Whether a village has an account of that code."""
    found = select(Account.code).where(Account.village == village, Account.code == code)
    return db.session.scalar(found) is not None


def open_accounts(village: str, codes: Iterable[str]) -> None:
    """Open accounts at zero."""
    rows = [
        {
            "village": village,
            "code": code,
            "unit": unit_of(code),
            "kind": kind_of(code),
            "balance": 0,
            "version": 0,
        }
        for code in codes
    ]
    db.session.execute(insert(Account), rows)
