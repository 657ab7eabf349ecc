"""The assembly's caps by payee: asked at the application, at each approval and at the payment."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from incentives.errors import CapExceeded, FieldError
from incentives.fund.models import Disbursement
from incentives.fund.queries.caps import caps_of
from incentives.fund.queries.lists import lists_with
from incentives.fund.queries.payees import payees


def refuse_over_cap(rows: Sequence[Disbursement], *, ahead_only: bool = False) -> None:
    """Refuse more than the assembly's own cap, as it is now, leaves a payee in the year.

    An application counts all that its payee asked for; a later step, `ahead_only`, what goes before
    it: a cap that was adopted since binds the last, not all of them.
    """
    for _row, detail in over_cap(rows, ahead_only=ahead_only):
        raise CapExceeded(detail, errors=[FieldError("/amount_fen", detail)])


def refuse_lines_over_cap(rows: Sequence[Disbursement]) -> None:
    """Refuse a step with these lines of a list where a cap adopted since leaves one less, each
    named with its number and its payee."""
    over = over_cap(rows, ahead_only=True)
    if not over:
        return
    lines = lists_with([row for row, _detail in over])
    names = payees([row for row, _detail in over])
    errors = []
    for row, detail in over:
        number = lines[row.id][1]
        what = _(
            "Line %(number)s (%(typed)s): %(what)s",
            number=number,
            typed=names[row.id].name,
            what=detail,
        )
        errors.append(FieldError(f"/lines/{number - 1}/amount_fen", what))
    raise CapExceeded(str(_("; ")).join(str(each.detail) for each in errors), errors=errors)


def over_cap(
    rows: Sequence[Disbursement], *, ahead_only: bool
) -> list[tuple[Disbursement, LazyString]]:
    """Those of these that are more than the assembly's cap leaves, each with a sentence."""
    caps = caps_of(rows, ahead_only=ahead_only)
    found = []
    for row in rows:
        cap = caps.get(row.id)
        if cap is not None and cap.is_adopted and row.amount_fen > cap.left_fen:
            detail = _(
                "The assembly's cap leaves this payee %(left)s yuan this year",
                left=f"{cap.left_fen / 100:.2f}",
            )
            found.append((row, detail))
    return found
