"""The ledger: every point and every fen, append-only, double-entry, provable.

All else proposes, the ledger records: events made of transfers that balance by construction, in
one log a village, each with its leaf in a Merkle tree. It imports no other room. The database
itself refuses what the program must not do (triggers, checks, rights). The room offers what is
listed here; everything below is its own.
"""

from incentives.ledger.accounts import open_household, open_purpose, open_shop, open_village
from incentives.ledger.allowances import release, reserve
from incentives.ledger.drafts import Draft, give, move, pass_on, reversal, take
from incentives.ledger.holding import hold
from incentives.ledger.kinds import INCOME_SOURCES, Kind, Unit
from incentives.ledger.lines import Line
from incentives.ledger.models import Event
from incentives.ledger.posting import post, post_reversal, refusal_of
from incentives.ledger.queries import (
    BalanceRow,
    Position,
    balance,
    balance_of,
    balances,
    is_posted,
    persons,
    positions,
    received_since,
    spendable_of,
    taken_over,
    trial_balance,
)
from incentives.ledger.statements import statement
from incentives.ledger.writing import Posted

__all__ = [
    "INCOME_SOURCES",
    "BalanceRow",
    "Draft",
    "Event",
    "Kind",
    "Line",
    "Position",
    "Posted",
    "Unit",
    "balance",
    "balance_of",
    "balances",
    "give",
    "hold",
    "is_posted",
    "move",
    "open_household",
    "open_purpose",
    "open_shop",
    "open_village",
    "pass_on",
    "persons",
    "positions",
    "post",
    "post_reversal",
    "received_since",
    "refusal_of",
    "release",
    "reserve",
    "reversal",
    "spendable_of",
    "statement",
    "take",
    "taken_over",
    "trial_balance",
]
