"""The year's budgets, as the assembly adopted them: what is carried over, what caps hold."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from sqlalchemy import delete, select

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.clock import village_day
from incentives.errors import FieldError, Invalid
from incentives.extensions import db
from incentives.files.queries import brought_file
from incentives.fund.models import RESOLUTION_LENGTH, Budget, BudgetAdoption
from incentives.fund.operations.months import close_of
from incentives.fund.operations.steps import AMOUNT_AT_MOST
from incentives.fund.purposes import purposes
from incentives.fund.queries.closing import first_month
from incentives.fund.queries.figures import left_of_year
from incentives.register.assembly import vote_errors
from incentives.texts import check_text

FIRST_YEAR = 2000


@dataclass(frozen=True)
class Vote:
    """The assembly's vote on a year's budgets: its day, who was there, how they voted."""

    held_on: date
    present: int
    in_favour: int
    against: int
    resolution: str
    minutes: UUID | None = None


@dataclass(frozen=True)
class BudgetLine:
    """What a purpose gets, how much of that is carried over, and what one payee may get of it."""

    amount_fen: int
    carried_fen: int = 0
    cap_fen: int | None = None


def set_budgets(
    *,
    village: str,
    year: int,
    lines: Mapping[str, BudgetLine],
    vote: Vote,
    actor: Actor,
    now: datetime,
) -> list[Budget]:
    """Set all of a year's budgets as the assembly adopted them: a purpose not named has none.

    Refuses years other than this, the next and the last while it is open, purposes that aren't on
    the list, a vote that can't have been or that carried nothing, minutes that the actor didn't
    bring, and more carried over than the year before left, or before that year is closed.
    """
    require(actor, "budget.set", village)
    resolution = check_text(vote.resolution, "/resolution", RESOLUTION_LENGTH)
    ledger.hold([village])
    today = village_day(now)
    errors = vote_errors(vote.held_on, vote.present, vote.in_favour, vote.against, today)
    errors += line_errors(lines)
    if wrong_year := why_not_adopted(village, year, today):
        errors.append(FieldError("/year", wrong_year))
    else:
        errors += carried_errors(village, year, lines)
    if errors:
        raise Invalid(errors=errors)
    if vote.minutes is not None:
        brought_file([village], vote.minutes, actor, "/minutes")
    adoption = BudgetAdoption(
        village=village,
        year=year,
        resolution=resolution,
        held_on=vote.held_on,
        present=vote.present,
        in_favour=vote.in_favour,
        against=vote.against,
        minutes_id=vote.minutes,
        adopted_by=actor.person,
        adopted_at=now,
    )
    db.session.add(adoption)
    db.session.flush()
    before = exchange_lines(adoption, lines)
    audit.record(
        actor,
        audit.Tag.BUDGET_SET,
        village=village,
        subject=adoption.id,
        now=now,
        details={
            "year": year,
            "resolution": resolution,
            "before": before,
            "after": {purpose: asdict(line) for purpose, line in lines.items()},
        },
    )
    return list(
        db.session.scalars(select(Budget).where(Budget.village == village, Budget.year == year))
    )


def exchange_lines(adoption: BudgetAdoption, lines: Mapping[str, BudgetLine]) -> dict[str, int]:
    """Put a year's budgets in the place of those before; what those were, by purpose."""
    of_year = (Budget.village == adoption.village, Budget.year == adoption.year)
    before = {
        each.purpose: each.amount_fen for each in db.session.scalars(select(Budget).where(*of_year))
    }
    db.session.execute(delete(Budget).where(*of_year))
    db.session.expire_all()
    db.session.add_all(
        Budget(
            village=adoption.village,
            year=adoption.year,
            purpose=purpose,
            **asdict(line),
            resolution=adoption.resolution,
            adoption_id=adoption.id,
            set_by=adoption.adopted_by,
            set_at=adoption.adopted_at,
        )
        for purpose, line in lines.items()
    )
    db.session.flush()
    return before


def why_not_adopted(village: str, year: int, today: date) -> LazyString | None:
    """Why nothing is adopted for a year any more, or not yet; None where it can be.

    Open are this year and the next, and last year while its December isn't closed, if the fund had
    money by then.
    """
    began = first_month(village)
    if began and FIRST_YEAR <= year < began.year:
        return _("The fund began in %(year)s: no year before it has a budget", year=began.year)
    if FIRST_YEAR <= year < today.year and close_of(village, year):
        return _("The year %(year)s is closed: its budgets stay as they are", year=year)
    earliest = today.year - 1 if began and began.year < today.year else today.year
    if earliest <= year <= today.year + 1:
        return None
    return _("Budgets are adopted for this year and the next, and for last year until it is closed")


def line_errors(lines: Mapping[str, BudgetLine]) -> list[FieldError]:
    """What is wrong with a year's lines: a purpose, an amount below nothing."""
    errors = []
    for index, (purpose, line) in enumerate(lines.items()):
        if purpose not in purposes():
            detail = _("The list of purposes has no such purpose")
            errors.append(FieldError(f"/items/{index}/purpose", detail))
        if not 0 <= line.amount_fen <= AMOUNT_AT_MOST:
            errors.append(FieldError(f"/items/{index}/amount_fen", _("Write an amount above 0")))
        if not 0 <= line.carried_fen <= line.amount_fen:
            detail = _("What is carried over is a part of the budget")
            errors.append(FieldError(f"/items/{index}/carried_fen", detail))
        if line.cap_fen is not None and not 0 < line.cap_fen <= AMOUNT_AT_MOST:
            errors.append(FieldError(f"/items/{index}/cap_fen", _("Write an amount above 0")))
    return errors


def carried_errors(village: str, year: int, lines: Mapping[str, BudgetLine]) -> list[FieldError]:
    """What is wrong with what is carried over: the year before isn't closed, or left less.

    A purpose carries at most what its budget left, all together what cash and bank then held.
    """
    carried = {
        index: (purpose, line.carried_fen)
        for index, (purpose, line) in enumerate(lines.items())
        if line.carried_fen > 0
    }
    if not carried:
        return []
    closed = close_of(village, year - 1)
    if closed is None:
        detail = _("Close the year %(year)s first: until then more may be spent", year=year - 1)
        return [carried_error(index, detail) for index in carried]
    held_fen = closed.cash_fen + closed.bank_fen
    if sum(fen for _purpose, fen in carried.values()) > held_fen:
        detail = _(
            "Cash and bank held %(held)s yuan at the end of %(year)s: no more is carried over",
            held=f"{held_fen / 100:.2f}",
            year=year - 1,
        )
        return [carried_error(index, detail) for index in carried]
    left = left_of_year(village, year - 1)
    return [
        carried_error(index, at_most(max(0, left.get(purpose, 0)), year - 1))
        for index, (purpose, fen) in carried.items()
        if fen > left.get(purpose, 0)
    ]


def carried_error(index: int, detail: LazyString) -> FieldError:
    """What is wrong with what a line carries over."""
    return FieldError(f"/items/{index}/carried_fen", detail)


def at_most(left_fen: int, year: int) -> LazyString:
    """What a year's budget left."""
    return _("At most %(left)s yuan are left of %(year)s", left=f"{left_fen / 100:.2f}", year=year)
