"""The bank's statement, typed or imported: each goes on where the one before ended.

So no line can come twice or be left out.
"""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import delete

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.errors import FieldError, Invalid, WrongState
from incentives.extensions import db
from incentives.files.queries import brought_file
from incentives.fund.bank_reading import LINES_AT_MOST, StatementLine
from incentives.fund.models import (
    REASON_LENGTH,
    BankLine,
    BankMatch,
    BankStatement,
)
from incentives.fund.operations.keeping import keep_for_accounting
from incentives.fund.operations.steps import AMOUNT_AT_MOST, check_day
from incentives.fund.queries.bank import (
    closed_since,
    find_statement,
    last_statement,
    lines_closed_with,
    lines_of,
)
from incentives.texts import hidden_in, refusal
from incentives.web.dates import day_word


def enter_statement(
    *,
    village: str,
    from_on: date,
    to_on: date,
    opening_fen: int | None,
    closing_fen: int | None,
    lines: Sequence[StatementLine],
    file: UUID | None = None,
    actor: Actor,
    now: datetime,
) -> BankStatement:
    """Enter a statement of these days, typed or imported, oldest line first.

    What it begins and ends with may be left out where the lines say what was left after each.
    Refuses one that doesn't follow the last, lines of other days, and lines that don't lead from
    the beginning to the end: each is named.
    """
    require(actor, "bank.reconcile", village)
    check_day(to_on, "/to_on", now)
    if from_on > to_on:
        raise Invalid(errors=[FieldError("/to_on", _("The last day lies before the first"))])
    if len(lines) > LINES_AT_MOST:
        detail = _("At most %(count)s lines", count=LINES_AT_MOST)
        raise Invalid(errors=[FieldError("/lines", detail)])
    if file is not None:
        brought_file([village], file, actor, "/file")
    ledger.hold([village])
    opening, closing = ends_of(lines, opening_fen, closing_fen)
    refuse_bad_lines(lines, from_on, to_on, opening, closing)
    refuse_gap(last_statement(village), from_on, opening)
    refuse_closed_days(village, from_on, "/from_on")
    statement = BankStatement(
        village=village,
        from_on=from_on,
        to_on=to_on,
        opening_fen=opening,
        closing_fen=closing,
        file_id=file,
        entered_by=actor.person,
        entered_at=now,
    )
    db.session.add(statement)
    db.session.flush()
    db.session.add_all(
        BankLine(
            village=village,
            statement_id=statement.id,
            line=number,
            day=line.day,
            amount_fen=line.amount_fen,
            summary=line.summary.strip(),
            other=line.other,
            balance_fen=line.balance_fen,
        )
        for number, line in enumerate(lines, start=1)
    )
    db.session.flush()
    if file is not None:
        keep_for_accounting([file], to_on)
    record(actor, audit.Tag.BANK_STATEMENT_ENTERED, village, statement.id, now)
    return statement


def ends_of(
    lines: Sequence[StatementLine], opening_fen: int | None, closing_fen: int | None
) -> tuple[int, int]:
    """What a statement begins and ends with; refuses where neither field nor lines say it."""
    if opening_fen is None and lines and lines[0].balance_fen is not None:
        opening_fen = lines[0].balance_fen - lines[0].amount_fen
    if closing_fen is None and lines and lines[-1].balance_fen is not None:
        closing_fen = lines[-1].balance_fen
    detail = _("Say what was in the account then: the lines don't")
    errors = [
        FieldError(pointer, detail)
        for pointer, value in (("/opening_fen", opening_fen), ("/closing_fen", closing_fen))
        if value is None
    ]
    if opening_fen is None or closing_fen is None:
        raise Invalid(errors=errors)
    return opening_fen, closing_fen


def refuse_bad_lines(
    lines: Sequence[StatementLine], from_on: date, to_on: date, opening: int, closing: int
) -> None:
    """Refuse lines of other days, of nothing, whose summary can't be seen or is blank.

    And the first whose balance doesn't follow.
    """
    errors = []
    held = opening
    broken = False
    for index, line in enumerate(lines):
        held += line.amount_fen
        if not from_on <= line.day <= to_on:
            detail = _(
                "Line %(number)s is of %(day)s, not of these days",
                number=index + 1,
                day=day_word(line.day),
            )
            errors.append(FieldError(f"/lines/{index}/day", detail))
        if line.amount_fen == 0 or abs(line.amount_fen) > AMOUNT_AT_MOST:
            detail = _("Line %(number)s: this is no amount", number=index + 1)
            errors.append(FieldError(f"/lines/{index}/amount_fen", detail))
        errors += summary_errors(line.summary, f"/lines/{index}/summary")
        if not broken and line.balance_fen is not None and line.balance_fen != held:
            broken = True
            detail = _(
                "Line %(number)s, of %(day)s: %(yuan)s yuan should be left",
                number=index + 1,
                day=day_word(line.day),
                yuan=yuan(held),
            )
            errors.append(FieldError(f"/lines/{index}/balance_fen", detail))
    if not errors and held != closing:
        detail = _("With these lines %(yuan)s yuan are left", yuan=yuan(held))
        errors.append(FieldError("/closing_fen", detail))
    if errors:
        raise Invalid(errors=errors)


def summary_errors(summary: str, pointer: str) -> Sequence[FieldError]:
    """That a line's summary is blank, or has a letter that nobody sees; a stroke says: none."""
    if hidden := hidden_in(summary):
        return [FieldError(pointer, hidden)]
    return [] if summary.strip() else refusal(pointer, REASON_LENGTH).errors


def yuan(fen: int) -> str:
    """An amount in yuan."""
    return f"{fen / 100:.2f}"


def refuse_gap(last: BankStatement | None, from_on: date, opening: int) -> None:
    """Refuse a statement that doesn't go on where the last one ended."""
    if last is None:
        return
    if from_on <= last.to_on:
        detail = _("The last statement reaches to %(day)s", day=day_word(last.to_on))
        raise Invalid(errors=[FieldError("/from_on", detail)])
    if opening != last.closing_fen:
        detail = _("The last statement ended with %(yuan)s yuan", yuan=yuan(last.closing_fen))
        raise Invalid(errors=[FieldError("/opening_fen", detail)])


def refuse_closed_days(village: str, day: date, pointer: str) -> None:
    """Refuse what would change a closed month's statement."""
    if closed_since(village, day):
        raise Invalid(errors=[FieldError(pointer, _("This month is closed already"))])


def remove_statement(*, village: str, statement_id: UUID, actor: Actor, now: datetime) -> None:
    """Take out the newest statement, entered by mistake, with its lines and matches.

    Refuses one that another follows, one of a closed month, and one whose matches a month was
    closed with.
    """
    require(actor, "bank.reconcile", village)
    ledger.hold([village])
    statement = find_statement(village, statement_id)
    last = last_statement(village)
    if last is None or last.id != statement.id:
        raise WrongState(_("Another statement follows this one"))
    refuse_closed_days(village, statement.from_on, "")
    ids = [line.id for line in lines_of(statement.id)]
    if lines_closed_with(village).intersection(ids):
        detail = _(
            "A month was closed with a match of its lines, so it stays. What was mistyped is put"
            " right by a line the other way in the next statement"
        )
        raise Invalid(errors=[FieldError("", detail)])
    db.session.execute(delete(BankMatch).where(BankMatch.line_id.in_(ids)))
    db.session.execute(delete(BankLine).where(BankLine.statement_id == statement.id))
    db.session.execute(delete(BankStatement).where(BankStatement.id == statement.id))
    record(actor, audit.Tag.BANK_STATEMENT_REMOVED, village, statement_id, now)


def record(actor: Actor, tag: audit.Tag, village: str, subject: UUID, now: datetime) -> None:
    """Leave a row of it in the audit trail."""
    audit.record(actor, tag, village=village, subject=subject, now=now)
