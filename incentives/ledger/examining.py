"""The audit of the rows together with the seals, which keep what no row can prove by itself.

Rows alone can't tell that a checkpoint is gone, or which record an event was posted for.
"""

from collections.abc import Iterator

from sqlalchemy import select

from incentives.extensions import db
from incentives.ledger.audit import FINDINGS_AT_MOST, Audited, Finding, examine
from incentives.ledger.models import LogHead
from incentives.ledger.seals import CHECKPOINTS, SealsDamaged, sealed_villages
from incentives.ledger.seals.comparing import compare_with_seals
from incentives.ledger.verifying import lost_checkpoints, of_seals


def examine_with_seals(village: str) -> Audited:
    """Audit a village's books, and hold them against what the seals have of them.

    Without seals the rows are audited alone. What the rows tell by themselves is said once.
    """
    audited = examine(village)
    named = {(each.table, each.place, each.column) for each in audited.findings}
    findings = audited.findings + [
        each
        for each in against_seals(village)
        if (each.table, each.place, each.column) not in named
    ]
    return Audited(village, audited.events, findings[:FINDINGS_AT_MOST])


def against_seals(village: str) -> Iterator[Finding]:
    """The sealed checkpoints that the database lost, and the rows that aren't the sealed ones."""
    try:
        yield from lost_checkpoints(village, list(of_seals(village)), ())
    except SealsDamaged as damaged:
        yield Finding(village, CHECKPOINTS, "", "line", "a checkpoint", str(damaged))
    yield from compare_with_seals(village)


def lost_villages() -> Iterator[Finding]:
    """The villages whose seals are there and whose log isn't."""
    known = set(db.session.scalars(select(LogHead.village)))
    for village in sealed_villages():
        if village not in known:
            yield Finding(village, "log_head", village, "village", "a village with a log", "none")
