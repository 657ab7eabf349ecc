"""Which line of the bank's statement may be which entry of the book, by amount and day."""

from dataclasses import dataclass
from datetime import timedelta

from incentives.fund.models import BankLine
from incentives.fund.queries.bank import BankEvent, BankStanding

DAYS_APART = 10


@dataclass(frozen=True)
class Proposal:
    """A line and the event of the same amount that is nearest to its day."""

    line: BankLine
    event: BankEvent


def proposals(standing: BankStanding) -> list[Proposal]:
    """For each line the event of the same amount nearest to its day, within ten days; each once.

    None where both are of closed months: these were explained when they were closed.
    """
    lines, events = standing.lines, standing.events
    pairs = sorted(
        (
            (abs((line.day - event.day).days), line.day, place, event.voucher)
            for place, line in enumerate(lines)
            for event in events
            if line.amount_fen == event.amount_fen
            and abs(line.day - event.day) <= timedelta(days=DAYS_APART)
            and max(line.day, event.day) > standing.closed_to
        )
    )
    by_voucher = {event.voucher: event for event in events}
    taken_lines: set[int] = set()
    taken_events: set[int] = set()
    found = []
    for _apart, _day, place, voucher in pairs:
        if place in taken_lines or voucher in taken_events:
            continue
        taken_lines.add(place)
        taken_events.add(voucher)
        found.append(Proposal(lines[place], by_voucher[voucher]))
    return sorted(found, key=lambda each: (each.line.day, each.line.line))
