"""The assembly's caps by payee: asked at the application, at each approval and at the payment."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _

from incentives.errors import CapExceeded, FieldError
from incentives.fund.models import Disbursement
from incentives.fund.queries.caps import caps_of


def refuse_over_cap(rows: Sequence[Disbursement], *, ahead_only: bool = False) -> None:
    """Refuse more than the assembly's own cap, as it is now, leaves a payee in the year.

    An application counts all that its payee asked for; a later step, `ahead_only`, what goes before
    it: a cap that was adopted since binds the last, not all of them.
    """
    caps = caps_of(rows, ahead_only=ahead_only)
    for row in rows:
        cap = caps.get(row.id)
        if cap is not None and cap.is_adopted and row.amount_fen > cap.left_fen:
            detail = _(
                "The assembly's cap leaves this payee %(left)s yuan this year",
                left=f"{cap.left_fen / 100:.2f}",
            )
            raise CapExceeded(detail, errors=[FieldError("/amount_fen", detail)])
