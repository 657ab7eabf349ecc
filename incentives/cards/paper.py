"""What paper carries of the log: a receipt's QR, and the newest signature as text and QR."""

import re
from dataclasses import dataclass
from uuid import UUID

from markupsafe import Markup

from incentives.books import queries
from incentives.cards.qr import qr_svg
from incentives.ledger.proofs import verifier_keys

FOLD = re.compile("^(— [^ \n]+) ", re.MULTILINE)


@dataclass(frozen=True)
class PrintedReceipt:
    """An event as its receipt carries it: where it is checked, and that address as a QR."""

    url: str
    qr: Markup


@dataclass(frozen=True)
class PrintedCheckpoint:
    """A signature as paper carries it: its note, size and root alone, the QR, and the log's key."""

    note: str
    short: str
    qr: Markup
    key: str

    @property
    def folded(self) -> str:
        """The note in lines that fit a sheet: a signature stands below its name, in one piece."""
        return FOLD.sub("\\1\n", self.note)


def printed_receipt(village: str, event_id: UUID) -> PrintedReceipt:
    """What a receipt of this event prints; refuses an event that isn't there."""
    url = queries.receipt_url(village, event_id)
    return PrintedReceipt("/verify#" + url.partition("#")[2], picture(url))


def printed_checkpoint(village: str) -> PrintedCheckpoint | None:
    """The log's newest signature for paper, None where it was never signed."""
    checkpoint = queries.find_checkpoint(village)
    if checkpoint is None:
        return None
    _origin, size, root = checkpoint.note.split("\n")[:3]
    url = queries.checkpoint_url(checkpoint)
    newest_key = verifier_keys(village)[-1]
    return PrintedCheckpoint(checkpoint.note, f"{size} {root}", picture(url), newest_key)


def picture(url: str) -> Markup:
    """The QR of an address."""
    return Markup(qr_svg(url))  # noqa: S704 -- made here, of a URL
