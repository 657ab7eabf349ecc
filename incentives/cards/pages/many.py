"""A cadre's desk for many cards: make them for a grid or the village, and have them printed."""

from typing import Any
from uuid import UUID

from flask import Response, flash, url_for
from flask_babel import lazy_gettext as _
from flask_babel import ngettext

from incentives.access.actor import current_actor
from incentives.cards import lists, operations, queries, schemas
from incentives.cards.api.sheets import get_sheets
from incentives.cards.models import SheetJob
from incentives.cards.pages.views import blueprint, in_fours
from incentives.clock import now
from incentives.register.queries import divisions_by_code, grids_of
from incentives.web.cursors import page as page_of
from incentives.web.lists import ListPage, export_page
from incentives.web.pages import Form, current_village, nav_item, page, render

SHOWN = 20

nav_item(_("Cards"), "/desk/cards", permission="card.print", order=25)


@blueprint.get("/desk/cards")
@page(permission="card.print")
def many() -> Any:
    """Who holds a card and who doesn't, and the sheets asked for since yesterday."""
    return show_many(Form(), Form())


def show_many(issue_form: Form, sheets_form: Form) -> Any:
    """The page, with a form that was refused."""
    village = current_village().code
    shown = ListPage(lists.SHEETS, get_sheets, limit=SHOWN, endpoint="cards_pages.many", address={})
    chosen = lists.SHEETS.narrow(queries.sheet_jobs(village), shown.query)
    jobs = shown.take(page_of(chosen, [SheetJob.id.desc()], shown.query))
    grids = grids_of(village)
    return render(
        "cards/many.html",
        counts=queries.card_counts(village, now=now()),
        grids=[(each.code, each.name_zh) for each in grids],
        grid_names={each.code: each.name_zh for each in grids},
        jobs=jobs,
        list=shown,
        issue_form=issue_form,
        sheets_form=sheets_form,
    )


export_page(blueprint, "/desk/cards", get_sheets, lists.SHEETS)


@blueprint.post("/desk/cards/batch")
@page(permission="card.issue")
def issue_many() -> Any:
    """Make a card for each household that holds none, and say how many that were."""
    form = Form(schemas.ManyCardsForm)
    village = current_village().code
    made: list[int] = []

    def issue() -> None:
        issued = operations.issue_cards(
            village=village, actor=current_actor(), now=now(), **form.data
        )
        made.append(len(issued.cards))

    answer = form.accept(issue, then=lambda _none: url_for("cards_pages.many"))
    if answer and made:
        flash(tell_made(made[-1]), "done")
    return answer or show_many(form, Form())


def tell_made(count: int) -> str:
    """What a cadre reads once so many cards were made."""
    if not count:
        return str(_("Nobody there is without a card: none was made"))
    return ngettext(
        "%(num)s card is made: print it, and set its PIN with its holder",
        "%(num)s cards are made: print them, and set each PIN with its holder",
        count,
    )


@blueprint.post("/desk/cards/sheets")
@page(permission="card.print")
def ask_for_sheets() -> Any:
    """Ask for cards to be laid out on sheets."""
    form = Form(schemas.SheetsForm)
    village = current_village().code
    answer = form.accept(
        lambda: operations.ask_for_sheets(
            village=village, actor=current_actor(), now=now(), **form.data
        ),
        then=lambda job: url_for("cards_pages.sheets", job_id=job.id),
    )
    return answer or show_many(Form(), form)


@blueprint.get("/desk/cards/sheets/<uuid:job_id>")
@page(permission="card.print")
def sheets(job_id: UUID) -> Any:
    """How far sheets are; once finished they can be fetched, and what can't be printed is named."""
    job = queries.find_sheet_job(current_village().code, job_id)
    grid = divisions_by_code([job.grid]).get(job.grid) if job.grid else None
    return render(
        "cards/sheets.html",
        job=job,
        done=job.cards_done,
        grid=grid.name_zh if grid else None,
        unprintable=[{**each, "number": in_fours(str(each["number"]))} for each in job.unprintable],
    )


@blueprint.get("/desk/cards/sheets/<uuid:job_id>.pdf")
@page(permission="card.print")
def sheets_pdf(job_id: UUID) -> Any:
    """Finished sheets as PDF."""
    content = operations.sheets_pdf(
        village=current_village().code, job_id=job_id, actor=current_actor(), now=now()
    )
    return Response(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="cards-{job_id}.pdf"'},
    )
