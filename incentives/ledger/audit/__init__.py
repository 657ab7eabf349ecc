"""The audit: balances, versions, floors, reversals, debts, leaves and roots from the rows alone.

It walks a village's log once, in order, a window of rows at a time, and recomputes what the rows
say: `comparing` sets an event's rows against its leaf, `replay` follows balances, versions, floors
and debts, `rules` holds each event to its kind, `texts` looks at details, `checkpoints` at the
tree and what was signed, `accounts` at what it all comes to.
"""

from incentives.ledger.audit.database import audit_database
from incentives.ledger.audit.findings import Finding
from incentives.ledger.audit.log import FINDINGS_AT_MOST, Audited, audit, examine

__all__ = ["FINDINGS_AT_MOST", "Audited", "Finding", "audit", "audit_database", "examine"]
