"""What paper carries of the log: a receipt's code and a checkpoint's (docs/cards.md).

Both stand in an address, `JISHAN_URL/verify#` and the code, so that any phone's camera opens the
page that checks them; readers ignore what stands before `#`.
"""

import base64
import re
import unicodedata
from dataclasses import dataclass
from uuid import UUID

from incentives.ledger.merkle import HASH_BYTES
from incentives.ledger.notes import DASH

RECEIPT = "R1"
CHECKPOINT = "C1"
VILLAGE_BYTES = 6
SEQ_BYTES = 8
ID_BYTES = 16
RECEIPT_BYTES = VILLAGE_BYTES + SEQ_BYTES + ID_BYTES + HASH_BYTES
VILLAGE_DIGITS = 12
DASHES = re.compile("^[-\u2010-\u2015\u2212]{1,2} ")
BLANKS = re.compile("[ \t\f\ufeff]+")


@dataclass(frozen=True)
class Receipt:
    """An event as a receipt names it: where it stands in the log, and its leaf's hash."""

    village: str
    seq: int
    event: UUID
    leaf_hash: bytes


def write_receipt(receipt: Receipt) -> str:
    """`R1` and base64url, without padding, of village (6 bytes), seq (8), event (16), hash (32)."""
    raw = (
        int(receipt.village).to_bytes(VILLAGE_BYTES, "big")
        + receipt.seq.to_bytes(SEQ_BYTES, "big")
        + receipt.event.bytes
        + receipt.leaf_hash
    )
    return RECEIPT + to_base64url(raw)


def read_receipt(text: str) -> Receipt:
    """The receipt that a code, or an address that ends in one, names; ValueError for any other."""
    raw = from_base64url(fragment(text, RECEIPT))
    village = str(int.from_bytes(raw[:VILLAGE_BYTES], "big"))
    if len(raw) != RECEIPT_BYTES or len(village) != VILLAGE_DIGITS:
        raise ValueError("this is no receipt's code")
    seq, event = raw[VILLAGE_BYTES:-HASH_BYTES][:SEQ_BYTES], raw[:-HASH_BYTES][-ID_BYTES:]
    return Receipt(village, int.from_bytes(seq, "big"), UUID(bytes=event), raw[-HASH_BYTES:])


def write_checkpoint(note: str) -> str:
    """`C1` and base64url, without padding, of a checkpoint's whole note."""
    return CHECKPOINT + to_base64url(note.encode())


def read_checkpoint(text: str) -> str:
    """The note in a code, or in an address that ends in one; ValueError for any other text."""
    code = fragment(text, CHECKPOINT)
    try:
        return from_base64url(code).decode()
    except ValueError as error:
        raise ValueError("this is no checkpoint's code") from error


def read_paper(text: str) -> str:
    """A checkpoint's note as paper carries it: typed, or scanned as the code in an address.

    ValueError for a code that is cut off or misread.
    """
    typed = text.strip("\ufeff \t\n")
    try:
        fragment(typed, CHECKPOINT)
    except ValueError:
        return read_typed(typed)
    return read_checkpoint(typed)


def read_typed(text: str) -> str:
    """The note in lines that somebody typed, or copied off a page.

    Keyboards have other dashes than a signature's line, wide letters, other ends of lines; paper
    folds what is longer than itself; nobody types an empty line: all of it means the same note.
    """
    lines = [BLANKS.sub(" ", each).strip(" ") for each in plain(text).split("\n")]
    lines = [each for each in lines if each]
    start = next((at for at, each in enumerate(lines) if at > 2 and DASHES.match(each)), 3)
    signatures: list[str] = []
    for line in lines[start:]:
        if signatures and not DASHES.match(line):
            # Folded behind the name there was a space, within the signature there was none.
            name_only = signatures[-1].count(" ") == 1 and " " not in line
            signatures[-1] += f" {line}" if name_only else line
        else:
            signatures.append(DASHES.sub(DASH, line))
    body = [*lines[:2], "".join(lines[2:start])]
    return "\n".join([*body, "", *signatures, ""])


def plain(text: str) -> str:
    """A text with narrow letters, its lines ended by line feeds."""
    return unicodedata.normalize("NFKC", text).replace("\r\n", "\n").replace("\r", "\n")


def verify_url(installation_url: str, code: str) -> str:
    """The address that a QR holds; the code is in the fragment, which no browser sends."""
    return f"{installation_url.rstrip('/')}/verify#{code}"


def fragment(text: str, kind: str) -> str:
    """What stands behind the kind's two letters, in a code or behind an address's `#`."""
    code = text.strip().rpartition("#")[2]
    if not code.startswith(kind):
        raise ValueError(f"a code of this kind begins with {kind}")
    return code[len(kind) :]


def to_base64url(raw: bytes) -> str:
    """RFC 4648, section 5, without padding."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def from_base64url(text: str) -> bytes:
    """The bytes; ValueError for a text that they aren't written as: one text, one meaning."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise ValueError("this is no base64url") from error
    if to_base64url(raw) != text:
        raise ValueError("this is no base64url")
    return raw
