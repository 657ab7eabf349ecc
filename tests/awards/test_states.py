"""The table of states against the flow of domain.md, written down here a second time."""

import pytest

from incentives.awards.models import AwardStatus
from incentives.awards.states import FREED, TRANSITIONS, Action, allowed

FLOW = """
proposed  edit       proposed
proposed  approve    reviewed
proposed  reject     rejected
proposed  withdraw   withdrawn
proposed  publish    published
reviewed  publish    published
reviewed  post       posted
published post       posted
published object     objected
objected  overrule   published
objected  uphold     rejected
posted    reverse    reversed
reversed  reinstate  posted
"""
EXPECTED = {
    (before, action): after
    for before, action, after in (line.split() for line in FLOW.strip().splitlines())
}


@pytest.mark.parametrize("status", AwardStatus)
@pytest.mark.parametrize("action", Action)
def test_each_action_leads_where_the_flow_says_or_nowhere(
    status: AwardStatus, action: Action
) -> None:
    before, after = TRANSITIONS[action]
    expected = EXPECTED.get((status.value, action.value))
    assert (after.value if status in before else None) == expected
    assert (action in allowed(status)) == (expected is not None)


def test_what_is_refused_or_taken_back_frees_the_cap() -> None:
    assert {each.value for each in FREED} == {"rejected", "withdrawn", "reversed"}
