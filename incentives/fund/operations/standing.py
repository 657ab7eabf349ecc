"""Whether approvals still stand when it is paid: its payee is looked at again.

Whom a team, a name or a household means can change after the approval, by the register alone.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from flask_babel import lazy_gettext as _

from incentives.errors import WrongState
from incentives.fund.models import Disbursement, DisbursementApproval
from incentives.fund.operations.deciding import lacking_approvals, note_role
from incentives.fund.queries.lists import lists_with
from incentives.fund.queries.nearby import approved_alone, brought_by, nearby


def refuse_lacking(
    rows: Sequence[Disbursement], approvals: Mapping[UUID, Sequence[DisbursementApproval]]
) -> None:
    """Refuse to pay where one of these approved ones would need another approval by now.

    Notes that a payee took a role meanwhile. The way on is to take it back and apply again.
    """
    totals = totals_at_payment(rows, approvals)
    for row in rows:
        note_role(row)
        given = approvals[row.id]
        if lacking_approvals(row, given, totals[row.id]) == 0:
            continue
        if row.payee_has_role and not any(each.from_above for each in given):
            raise WrongState(
                _(
                    "The payee holds a role by now, and the township hasn't approved this:"
                    " take it back and apply again"
                )
            )
        raise WrongState(
            _(
                "With what else its payee gets within 30 days this needs a second approval by now:"
                " take it back and apply again"
            )
        )


def totals_at_payment(
    rows: Sequence[Disbursement], approvals: Mapping[UUID, Sequence[DisbursementApproval]]
) -> dict[UUID, int]:
    """What is decided on with each of these, as its payee is known by now, in fen.

    That is what it was when it was approved, or, where that is more, itself with those that were
    applied for later and that one person approved alone: two would have seen this one beside it.
    """
    lists, alone, found = lists_with(rows), approved_alone(rows[0].village), nearby(rows)
    totals = {}
    for row in rows:
        approved_at = max(each.decided_at for each in approvals[row.id])
        then = [each for each in found[row.id] if each.applied_at < approved_at]
        since = [
            each for each in found[row.id] if each.applied_at >= approved_at and each.id in alone
        ]
        decided = lists[row.id][0].total_fen if row.id in lists else row.amount_fen
        totals[row.id] = max(decided + brought_by(then), row.amount_fen + brought_by(since))
    return totals
