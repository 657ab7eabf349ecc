"""What the triggers hold to, by table, and the states that they raise on PostgreSQL."""

APPEND_ONLY = ("event", "transfer", "leaf", "checkpoint", "erasure")
NEVER_DELETED = (*APPEND_ONLY, "account", "log_head")
NEVER_UPDATED = (*APPEND_ONLY, "event_detail")
NEVER_TRUNCATED = (*NEVER_DELETED, "event_detail")

OTHER_BALANCE = "JL001"
NOT_BY_TRANSFER = "JL002"
APPEND_ONLY_STATE = "JL003"
OUT_OF_SEQUENCE = "JL004"
EVENT_CLOSED = "JL005"
WAITS_FOR_RECOVERY = "JL006"
CHECK_VIOLATION = "23514"
WAITS = "the books wait for their recovery"

# Made by the migration of recovery; all others but those once a statement by the first.
OF_RECOVERY = ("event_waits_for_recovery", "event_reopens_log", "log_head_keeps_origin")

# The name that a log has after so many times being opened anew; docs/ledger.md, Origin.
NEXT_ORIGIN = (
    "(SELECT origin FROM installation) || '/' || NEW.village || '/' ||"
    " (SELECT 1 + COUNT(*) FROM event WHERE village = NEW.village AND kind = 'reopen')"
)
