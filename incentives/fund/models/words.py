"""The fund's closed lists, and how long its texts may be."""

from enum import StrEnum

REASON_LENGTH = 300
VOUCHER_LENGTH = 40
NAME_LENGTH = 60
PURPOSE_LENGTH = 20
RESOLUTION_LENGTH = 200


class Source(StrEnum):
    """Where income comes from."""

    DONATION = "donation"
    COLLECTIVE = "collective"
    SUBSIDY = "subsidy"
    INTEREST = "interest"


class Method(StrEnum):
    """Where the money lies that comes or goes; also the code of its account."""

    CASH = "cash"
    BANK = "bank"


class Place(StrEnum):
    """Between what money is moved; `difference` is what a count or a bank's statement found."""

    CASH = "cash"
    BANK = "bank"
    DIFFERENCE = "difference"


class Status(StrEnum):
    """How far a disbursement has come; the diagram is in `docs/domain.md`, Micro-fund."""

    APPLIED = "applied"
    EVALUATED = "evaluated"
    PUBLISHED = "published"
    APPROVED = "approved"
    PAID = "paid"
    RECEIVED = "received"
    RETURNED = "returned"
    REVERSED = "reversed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Decision(StrEnum):
    """What somebody says to a disbursement."""

    APPROVE = "approve"
    REJECT = "reject"


class CountStatus(StrEnum):
    """Whether a second person stands by a count of the cash."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
