"""What anyone reads of notices, and the objection to one of their lines."""

from typing import Any

from flask import request, url_for
from flask_babel import lazy_gettext as _

from incentives.access.actor import current_actor, find_actor
from incentives.access.permissions import may
from incentives.clock import now
from incentives.extensions import db
from incentives.notices import forms, lists, operations, queries
from incentives.notices.api import get_notice_lines, get_notices, line_outputs
from incentives.notices.models import Notice
from incentives.notices.pages.shared import FOUND_AT_MOST, blueprint
from incentives.notices.reopened import reopened_pdf
from incentives.notices.sheets import KINDS, sheet_of, sheet_pdf
from incentives.register.models import Resident
from incentives.register.queries import search_residents
from incentives.web.cursors import page as page_of
from incentives.web.lists import ListPage, export_page
from incentives.web.pages import Form, page, public_place, render

public_place(_("Public notices"), "/v/{village}/notices", order=30)


@blueprint.get("/v/<village>/notices")
@page(permission=None)
def list_notices(village: str) -> Any:
    """A village's notices, newest first, for anyone."""
    shown = ListPage(lists.NOTICES, get_notices, limit=30)
    chosen = lists.NOTICES.narrow(queries.notices(village), shown.query)
    found = shown.take(page_of(chosen, [Notice.number.desc()], shown.query))
    return render(
        "notices/list.html",
        notices=found,
        counts=queries.counts(found),
        kinds=KINDS,
        list=shown,
    )


export_page(blueprint, "/v/<village>/notices", get_notices, lists.NOTICES)


@blueprint.get("/v/<village>/notices/<int:number>")
@page(permission=None)
def show_notice(village: str, number: int) -> Any:
    """One notice with masked names; its lines are gone 30 days after closing."""
    view = queries.notice_view(village, number, now())
    actor = find_actor()
    shown = ListPage(lists.LINES, get_notice_lines)
    kept = shown.hold(lists.LINES.sift(line_outputs(view), shown.query))
    numbers = {each["line"] for each in kept}
    return render(
        "notices/show.html",
        view=view,
        lines=[each for each in view.lines if each.line.line in numbers],
        list=shown,
        notice=view.notice,
        kinds=KINDS,
        may_object=actor is not None and may(actor, "objection.make", village, own=True),
    )


export_page(blueprint, "/v/<village>/notices/<int:number>", get_notice_lines, lists.LINES)


@blueprint.get("/v/<village>/notices/<int:number>/print")
@page(permission=None)
def print_notice(village: str, number: int) -> Any:
    """The sheet to put up, as a page that a browser prints."""
    view = queries.notice_view(village, number, now())
    return render("notices/print.html", notice=view.notice, sheet=sheet_of(view))


@blueprint.get("/v/<village>/notices/<int:number>.pdf")
@page(permission=None)
def notice_pdf(village: str, number: int) -> Any:
    """The sheet as a PDF."""
    return sheet_pdf(village, number, now=now())


@blueprint.get("/v/<village>/ledger/reopenings/<int:voucher>.pdf")
@page(permission=None)
def reopening_pdf(village: str, voucher: int) -> Any:
    """The sheet that says that the log was opened anew, as a PDF."""
    return reopened_pdf(village, voucher)


@blueprint.route(
    "/v/<village>/notices/<int:number>/lines/<int:line>/objection", methods=["GET", "POST"]
)
@page(permission="objection.make", own=True)
def object_to_line(village: str, number: int, line: int) -> Any:
    """Say no to a line, with a reason."""
    form = Form(forms.ObjectionForm)
    answer = form.accept(
        lambda: operations.make_objection(
            village=village,
            about=operations.About(notice=number, line=line),
            reason=form.data["reason"],
            on_behalf_of=form.data.get("on_behalf_of"),
            actor=current_actor(),
            now=now(),
        ),
        then=lambda _objection: url_for(".show_notice", village=village, number=number),
        done=_("Your objection is kept. Somebody else of the review group rules on it."),
    )
    return answer or show_objecting(village, number, line, form)


def show_objecting(village: str, number: int, line: int, form: Form) -> Any:
    """The page on which an objection is written."""
    view = queries.notice_view(village, number, now())
    q = request.args.get("q")
    people = search_residents(village, q).order_by(Resident.id).limit(FOUND_AT_MOST)
    is_staff = may(current_actor(), "objection.make", village)
    return render(
        "notices/object.html",
        form=form,
        view=view,
        line=next((each for each in view.lines if each.line.line == line), None),
        is_staff=is_staff,
        people=list(db.session.scalars(people)) if is_staff and q else [],
        q=q or "",
    )
