"""What a notice asks of the rooms whose records it lists: one publisher a kind.

A room above this one puts its own publisher in.
"""

from incentives.notices.models import NoticeKind
from incentives.notices.publishers.awards import AwardPublisher
from incentives.notices.publishers.disbursements import DisbursementPublisher
from incentives.notices.publishers.protocol import Entry, Hands, Publisher

PUBLISHERS: dict[NoticeKind, Publisher] = {
    NoticeKind.AWARDS: AwardPublisher(),
    NoticeKind.DISBURSEMENTS: DisbursementPublisher(),
}

__all__ = ["PUBLISHERS", "Entry", "Hands", "Publisher"]
