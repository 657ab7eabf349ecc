"""The shop's words in the reader's language."""

from functools import cache

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from incentives.files.sheets import folded, in_every_language
from incentives.shop.models import (
    Basis,
    Category,
    MovementKind,
    SettlementStatus,
    Shop,
    StockSource,
    TerminalStatus,
    VoucherStatus,
)
from incentives.shop.queries.reconciling import Difference, Witness
from incentives.web.states import state_words

CATEGORIES: dict[Category, LazyString] = {
    Category.GRAIN: _("Grain and flour"),
    Category.OIL: _("Oil, salt, tea"),
    Category.DAILY: _("For every day"),
    Category.HOME: _("For the house"),
    Category.FARM: _("For the fields"),
    Category.SCHOOL: _("For school"),
    Category.SERVICE: _("Services"),
    Category.OTHER: _("Other things"),
}
KINDS: dict[MovementKind, LazyString] = {
    MovementKind.IN: _("Goods came in"),
    MovementKind.COUNT: _("Counted"),
    MovementKind.SPOILED: _("Spoiled"),
    MovementKind.RETURN: _("Back to the supplier"),
    MovementKind.REDEMPTION: _("Handed over"),
    MovementKind.REFUND: _("Brought back"),
    MovementKind.REVERSAL: _("Taken back"),
    MovementKind.REVALUED: _("Cost changed"),
}
SOURCES: dict[StockSource, LazyString] = {
    StockSource.PURCHASE: _("bought by the fund"),
    StockSource.DONATION: _("a gift"),
    StockSource.SHOPKEEPER: _("the shopkeeper's own"),
    StockSource.OPENING: _("from the paper book"),
}
VOUCHERS: dict[VoucherStatus, tuple[LazyString, str]] = {
    VoucherStatus.ISSUED: (_("Not used yet"), "notice"),
    VoucherStatus.SERVED: (_("Used"), "done"),
    VoucherStatus.REFUNDED: (_("Taken back"), "objection"),
    VoucherStatus.EXPIRED: (_("Not used in time"), "plain"),
}

TERMINALS_STAND = state_words("terminal", TerminalStatus)

# The units of the county's list of goods; a unit that a cadre typed stays as it is.
UNITS: dict[str, LazyString] = {
    "bag": _("bag"),
    "bar": _("bar"),
    "block": _("block"),
    "bottle": _("bottle"),
    "box": _("box"),
    "brick": _("brick"),
    "mu": _("mu"),
    "pack": _("pack"),
    "pair": _("pair"),
    "piece": _("piece"),
    "time": _("time"),
    "tube": _("tube"),
}


def who_sets(shop: Shop) -> str:
    """Who puts goods on the shop's list, as it is said where there are none."""
    if shop.of_township:
        return gettext("Goods of a township's shop are put on the list by the administrator.")
    return gettext("Goods are put on the list by the village's cadres.")


def unit_word(unit: str) -> str:
    """A good's unit as people say it."""
    return str(UNITS.get(unit, unit))


def unit_of(text: str) -> str:
    """A unit by any of its words: one of the county's list, else what was typed."""
    return units_by_word().get(folded(text).casefold(), text)


@cache
def units_by_word() -> dict[str, str]:
    """The units of the county's list by each of their words."""
    return {word: unit for unit, words in UNITS.items() for word in in_every_language(words)}


SETTLEMENT_STATES = state_words("settlement", SettlementStatus)
SETTLEMENT_DONE: dict[str, LazyString] = {
    "check": _("Your decision is kept."),
    "approval": _("Your decision is kept."),
    "payment": _("Paid. It stands in the public book now."),
    "confirmation": _("Thank you: this month is done."),
    "reversal": _("Taken back. Both entries stay in the ledger."),
}
# What is owed for a shopkeeper's goods.
BASES: dict[Basis, LazyString] = {
    Basis.COST: _("what the goods cost"),
    Basis.FEN_PER_POINT: _("their points, at the village's rate"),
}
DIFFERENCES: dict[Witness, LazyString] = {
    Witness.POINTS: _("points moved in the ledger %(expected)s, on the receipt %(found)s."),
    Witness.PRICE: _("its goods come to %(expected)s points, %(found)s were paid."),
    Witness.GOODS: _("on the receipt %(expected)s, off the shelf %(found)s."),
    Witness.RETURNED: _("%(expected)s came back, the receipt says %(found)s."),
    Witness.NO_RECEIPT: _("%(found)s left the shelf without a receipt."),
    Witness.STATEMENT: _("by the receipts ¥%(expected)s, on the statement ¥%(found)s."),
    Witness.SETTLED: _("Settled in the ledger %(expected)s points, by statements %(found)s."),
    Witness.PAYABLE: _("Owed in the ledger ¥%(expected)s, by statements ¥%(found)s."),
}
IN_FEN = (Witness.STATEMENT, Witness.PAYABLE)


def difference_words(difference: Difference) -> str:
    """A difference as a sentence: of which receipt and good, and what each witness says."""
    expected, found = difference.expected, difference.found
    figures = {"expected": str(expected), "found": str(found)}
    if difference.witness in IN_FEN:
        figures = {"expected": f"{expected / 100:.2f}", "found": f"{found / 100:.2f}"}
    said = str(DIFFERENCES[difference.witness]) % figures
    where = [difference.good] if difference.good else []
    if difference.receipt is not None:
        where.insert(0, gettext("Receipt %(number)s", number=difference.receipt))
    return f"{', '.join(where)}: {said}" if where else said
