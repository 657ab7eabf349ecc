"""The fingerprint of a notice: what anyone can compute anew from the lines that they see.

Canonical text, UTF-8, a line feed after each line: `jishan-notice/v1`, then `village`, `notice`,
`kind`, `opened` and `closes` with their values, then each line of the notice as its number, holder,
what, day, quantity, points or fen, and reason, separated by tabs, `-` for what is empty.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

from incentives.notices.models import Notice, NoticeLine


def cell(value: Any) -> str:
    """One value as the canonical text has it."""
    text = "-" if value is None or value == "" else str(value)
    return " ".join(text.split())


def canonical(notice: Notice, lines: Sequence[NoticeLine]) -> str:
    """The canonical text of a notice."""
    head = [
        "jishan-notice/v1",
        f"village {notice.village}",
        f"notice {notice.number}",
        f"kind {notice.kind.value}",
        f"opened {notice.opened_on.isoformat()}",
        f"closes {notice.closes_on.isoformat()}",
    ]
    body = [
        "\t".join(
            cell(value)
            for value in (
                line.line,
                line.holder,
                line.what,
                line.occurred_on,
                line.quantity,
                line.points if line.points is not None else line.amount_fen,
                line.reason,
            )
        )
        for line in lines
    ]
    return "".join(f"{each}\n" for each in [*head, *body])


def fingerprint(notice: Notice, lines: Sequence[NoticeLine]) -> str:
    """The SHA-256 of the canonical text, in hex."""
    return hashlib.sha256(canonical(notice, lines).encode()).hexdigest()
