"""The ledger's closed lists: units, kinds of account and of event, and what each event may move."""

import re
from enum import StrEnum


class Unit(StrEnum):
    """What an account counts."""

    POINT = "point"
    FEN = "fen"


class AccountKind(StrEnum):
    """What an account is for; its code is the kind, or the kind, a dot and a name."""

    ISSUANCE = "issuance"
    HOUSEHOLD = "household"
    DEBT = "debt"
    SHOP = "shop"
    SETTLED = "settled"
    EXPIRED = "expired"
    OFFLINE_LOSS = "offline_loss"
    CASH = "cash"
    BANK = "bank"
    INCOME = "income"
    SPENDING = "spending"
    PAYABLE = "payable"


class Kind(StrEnum):
    """What kind of business act an event is."""

    OPENING = "opening"
    AWARD = "award"
    REDEMPTION = "redemption"
    REFUND = "refund"
    EXPIRY = "expiry"
    REVERSAL = "reversal"
    DEBT_PAYMENT = "debt_payment"
    HOUSEHOLD_MOVE = "household_move"
    LOSS = "loss"
    INCOME = "income"
    MONEY_MOVE = "money_move"
    DISBURSEMENT = "disbursement"
    PAYMENT_RETURN = "payment_return"
    SETTLEMENT_APPROVED = "settlement_approved"
    SETTLEMENT_PAID = "settlement_paid"
    REOPEN = "reopen"


FEN_KINDS = frozenset(
    {
        AccountKind.CASH,
        AccountKind.BANK,
        AccountKind.INCOME,
        AccountKind.SPENDING,
        AccountKind.PAYABLE,
    }
)
FLOOR_ZERO = frozenset(
    {
        AccountKind.HOUSEHOLD,
        AccountKind.SETTLED,
        AccountKind.EXPIRED,
        AccountKind.CASH,
        AccountKind.BANK,
        AccountKind.SPENDING,
    }
)
CEILING_ZERO = frozenset({AccountKind.DEBT, AccountKind.PAYABLE})

INCOME_SOURCES = ("donation", "collective", "subsidy", "interest", "opening", "difference")
VILLAGE_ACCOUNTS = (
    "issuance",
    "expired",
    "offline_loss",
    "cash",
    "bank",
    *(f"income.{source}" for source in INCOME_SOURCES),
    "spending.difference",
    "spending.settlement",
)

ONE_EVENT_A_RECORD = (
    Kind.OPENING,
    Kind.AWARD,
    Kind.REDEMPTION,
    Kind.REFUND,
    Kind.INCOME,
    Kind.DISBURSEMENT,
    Kind.PAYMENT_RETURN,
)
REVERSIBLE = frozenset(
    {
        Kind.AWARD,
        Kind.OPENING,
        Kind.INCOME,
        Kind.MONEY_MOVE,
        Kind.DISBURSEMENT,
        Kind.PAYMENT_RETURN,
        Kind.SETTLEMENT_APPROVED,
        Kind.SETTLEMENT_PAID,
        Kind.HOUSEHOLD_MOVE,
        Kind.REVERSAL,
    }
)

CODE = re.compile(r"[a-z0-9._]{1,64}")
HOUSEHOLD_CODE = re.compile(r"[a-z2-9]{8}")

# From which account to which, by kind of event: what stands on either side is a regular
# expression over whole account codes. A reversal mirrors another event and is not listed.
_HOUSE = r"h\.[a-z2-9]{8}"
_DEBT = r"debt\.[a-z2-9]{8}"
_MONEY = r"cash|bank"
_GIVEN = r"income\.(?:donation|collective|subsidy|interest)"
_SPENT = r"spending\.(?!difference$)[a-z0-9_]+"
_PAIRS: dict[Kind, list[tuple[str, str]]] = {
    Kind.OPENING: [("issuance", f"{_HOUSE}|{_DEBT}"), (r"income\.opening", _MONEY)],
    Kind.AWARD: [("issuance", f"{_HOUSE}|{_DEBT}")],
    Kind.REDEMPTION: [(_HOUSE, r"shop\.[1-9][0-9]*")],
    Kind.REFUND: [(r"shop\.[1-9][0-9]*", f"{_HOUSE}|{_DEBT}|offline_loss")],
    Kind.EXPIRY: [(_HOUSE, "expired")],
    Kind.DEBT_PAYMENT: [(_HOUSE, _DEBT)],
    Kind.HOUSEHOLD_MOVE: [(_HOUSE, f"{_HOUSE}|{_DEBT}"), (_DEBT, _DEBT)],
    Kind.LOSS: [("offline_loss", rf"{_HOUSE}|{_DEBT}|shop\.[1-9][0-9]*")],
    Kind.INCOME: [(_GIVEN, _MONEY)],
    Kind.MONEY_MOVE: [
        (_MONEY, _MONEY),
        (r"income\.difference", _MONEY),
        (_MONEY, r"spending\.difference"),
    ],
    Kind.DISBURSEMENT: [(_MONEY, _SPENT)],
    Kind.PAYMENT_RETURN: [(_SPENT, _MONEY)],
    Kind.SETTLEMENT_APPROVED: [
        (r"shop\.[1-9][0-9]*", r"settled\.[1-9][0-9]*"),
        (r"payable\.[1-9][0-9]*", r"spending\.settlement"),
    ],
    Kind.SETTLEMENT_PAID: [(_MONEY, r"payable\.[1-9][0-9]*")],
}
_ALLOWED = {
    kind: re.compile("|".join(f"(?:{source})>(?:{target})" for source, target in pairs))
    for kind, pairs in _PAIRS.items()
}


def may_move(kind: Kind, source: str, target: str) -> bool:
    """Whether an event of this kind may move from `source` to `target` (the table of flows)."""
    pairs = _ALLOWED.get(kind)
    return pairs is not None and pairs.fullmatch(f"{source}>{target}") is not None


def kind_of(code: str) -> AccountKind:
    """The kind of the account with this code; ValueError for a code of no kind."""
    head = code.partition(".")[0]
    return AccountKind.HOUSEHOLD if head == "h" else AccountKind(head)


def unit_of(code: str) -> Unit:
    """The unit that the account with this code counts."""
    return unit_of_kind(kind_of(code))


def unit_of_kind(kind: AccountKind) -> Unit:
    """The unit that accounts of this kind count."""
    return Unit.FEN if kind in FEN_KINDS else Unit.POINT


def household_of(code: str) -> str | None:
    """The household's 8 characters of an `h.` or `debt.` account, None for any other."""
    head, _, name = code.partition(".")
    return name if head in ("h", "debt") else None
