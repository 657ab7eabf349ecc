"""The printed sheet of a notice: what a browser prints and what the PDF holds."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from flask import Response
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from markupsafe import Markup

from incentives.access.actor import find_actor
from incentives.access.permissions import may
from incentives.cards.paper import printed_checkpoint
from incentives.errors import NotFound
from incentives.notices.models import NoticeKind, NoticeLine
from incentives.notices.publishers import PUBLISHERS
from incentives.notices.queries import NoticeView, ShownLine, notice_view, subject_of
from incentives.register.policy import NoticeNames
from incentives.web.dates import day_word
from incentives.web.guard import get_village
from incentives.web.sheets import for_the_wall, sheet_html, sheet_response

KINDS = {
    NoticeKind.AWARDS: _("Points"),
    NoticeKind.DISBURSEMENTS: _("Money of the fund"),
    NoticeKind.OPENINGS: _("Taken over from the paper book"),
}


def sheet_of(view: NoticeView) -> Markup:
    """A notice's sheet; refuses one whose lines are gone from the web.

    Full names, where the policy says so, only for who puts the sheet up.
    """
    if view.lines_gone:
        raise NotFound()
    notice = view.notice
    actor = find_actor()
    names: dict[UUID, str] = {}
    puts_up = actor is not None and may(actor, "notice.make", notice.village)
    if notice.names is NoticeNames.FULL and puts_up:
        subjects = [subject_of(each.line) for each in view.lines]
        names = PUBLISHERS[notice.kind].full_names(subjects)
    with for_the_wall():
        rows = [row_of(notice.kind, each.line, names) for each in view.lines]
        total = total_of(notice.kind, view.lines)
    return sheet_html(
        "notices/sheet.html",
        village=get_village(notice.village),
        notice=notice,
        rows=rows,
        total=total,
        checkpoint=printed_checkpoint(notice.village),
    )


def total_of(kind: NoticeKind, lines: Sequence[ShownLine]) -> str | None:
    """What a paper book adds up to, as its last page says it too; None for other notices."""
    if kind is not NoticeKind.OPENINGS:
        return None
    found = [each.line for each in lines]
    fund = sum(line.amount_fen or 0 for line in found if line.quantity is None)
    goods = sum(line.amount_fen or 0 for line in found if line.quantity is not None)
    return gettext(
        "In all %(points)s points, %(fund)s yuan in the fund, goods worth %(goods)s yuan.",
        points=sum(line.points or 0 for line in found),
        fund=f"{fund / 100:.2f}",
        goods=f"{goods / 100:.2f}",
    )


def sheet_pdf(village: str, number: int, *, now: datetime) -> Response:
    """The sheet as a PDF."""
    view = notice_view(village, number, now)
    label = f"{village}-{view.notice.label}"
    return sheet_response(sheet_of(view), title=label, name=f"{label}.pdf")


def row_of(kind: NoticeKind, line: NoticeLine, names: dict[UUID, str]) -> list[str]:
    """A line as cells of the printed sheet."""
    name = names.get(subject_of(line)) or line.holder or gettext("a minor")
    if kind is NoticeKind.OPENINGS:
        times = f" × {line.quantity}" if line.quantity else ""
        reason = f" ({line.reason})" if line.reason else ""
        points = "" if line.points is None else str(line.points)
        money = "" if line.amount_fen is None else f"{line.amount_fen / 100:.2f}"
        return [str(line.line), name, line.what + times + reason, points, money]
    if line.points is not None:
        times = f" × {line.quantity}" if line.quantity and line.quantity > 1 else ""
        day = day_word(line.occurred_on) if line.occurred_on else ""
        return [str(line.line), name, line.what + times, day, str(line.points)]
    yuan = f"{(line.amount_fen or 0) / 100:.2f}"
    return [str(line.line), name, line.what, line.reason or "", yuan]
