"""Whether shelf and settlement budget cover the points that are out (policy `issuance_cover`).

Points, those that shopkeepers will be paid for among them, are measured at `fen_per_point` against
the village's own goods at cost and what is left of the year's budget for settlement:
`docs/domain.md`, Policy.
"""

from datetime import date

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from incentives.fund.queries.points import cover_of
from incentives.register.policy import Policy


def shelf_and_budget(village: str, points: int, on: date, policy: Policy) -> LazyString | None:
    """What to say where promises outrun means, None where they don't.

    `points` are asked for and not in the ledger yet.
    """
    found = cover_of(village, on, policy, promised_points=points)
    if found.uncovered_fen <= 0:
        return None
    return _(
        "With these, %(points)s points are out or promised, worth %(worth)s yuan; shelf and"
        " settlement budget cover %(cover)s yuan.",
        points=found.points,
        worth=f"{found.worth_fen / 100:.2f}",
        cover=f"{found.cover_fen / 100:.2f}",
    )
