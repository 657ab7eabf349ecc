"""What is done with calls and with the offices that answer them."""

from incentives.calls.operations.awarding import award_rule, propose_call_award
from incentives.calls.operations.duties import enter_duty, strike_off_duty
from incentives.calls.operations.following import (
    may_rate,
    may_reopen,
    open_until,
    rate_call,
    reopen_call,
)
from incentives.calls.operations.forgetting import forget_calls
from incentives.calls.operations.offices import (
    Answerer,
    add_office,
    change_office,
    set_call_limits,
    set_office_people,
)
from incentives.calls.operations.reporting import Report, Reported, report_call
from incentives.calls.operations.sorting import merge_call, push_call, strike_call
from incentives.calls.operations.stepping import step_call

__all__ = [
    "Answerer",
    "Report",
    "Reported",
    "add_office",
    "award_rule",
    "change_office",
    "enter_duty",
    "forget_calls",
    "may_rate",
    "may_reopen",
    "merge_call",
    "open_until",
    "propose_call_award",
    "push_call",
    "rate_call",
    "reopen_call",
    "report_call",
    "set_call_limits",
    "set_office_people",
    "step_call",
    "strike_call",
    "strike_off_duty",
]
