"""The pages of openings: bring the paper book, mend it, check it, post it, take it back."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request, url_for
from flask_babel import lazy_gettext as _

from incentives.access.actor import Actor, current_actor
from incentives.access.permissions import may
from incentives.clock import now, village_day
from incentives.errors import NotFound
from incentives.extensions import db
from incentives.openings import choices, forms, lists, operations, queries, timeline, words
from incentives.openings.api import chosen_lines, get_lines, get_openings, workbook
from incentives.openings.models import Opening, OpeningLine, OpeningStatus, Part
from incentives.openings.operations.steps import lines_of
from incentives.openings.problems import problems_of
from incentives.web.cursors import page as page_of
from incentives.web.guard import Village
from incentives.web.lists import ListPage, export_page
from incentives.web.pages import Form, current_village, nav_item, of_villages, page, render

blueprint = Blueprint("openings_pages", __name__)
of_villages.update(opening_id=Opening)

LINES = 100
BAD_AT_MOST = 50
LEFT_OUT_AT_MOST = 60


def desk_waits(_actor: Actor, village: Village) -> int:
    """Whether the village's book waits for a cadre: to be mended and sent, or to be posted."""
    waiting = (OpeningStatus.DRAFTED, OpeningStatus.CHECKED)
    found = queries.unfinished(village.code)
    return int(found is not None and found.status in waiting)


def checks_wait(actor: Actor, village: Village) -> int:
    """How many books wait for this person's check."""
    return len(queries.waiting_for(actor, village.code))


nav_item(_("Paper book"), "/desk/openings", permission="opening.enter", order=68, count=desk_waits)
nav_item(
    _("Paper book to check"),
    "/review/openings",
    permission="opening.check",
    order=38,
    count=checks_wait,
)


@blueprint.route("/desk/openings", methods=["GET", "POST"])
@page(permission="opening.enter")
def desk() -> Any:
    """Bring the paper book, and what was brought before."""
    village = current_village().code
    form = Form(forms.BookInput)
    answer = form.accept(
        lambda: operations.draft_opening_from_book(
            village=village,
            occurred_on=form.data["occurred_on"],
            book=form.data["file"],
            actor=current_actor(),
            now=now(),
        ),
        then=lambda opening: url_for(".show", opening_id=opening.id),
        done=_("The book is read. Nothing counts yet: hold the sums against the paper book."),
    )
    if answer:
        return answer
    shown = ListPage(lists.OPENINGS, get_openings, limit=20)
    chosen = lists.OPENINGS.narrow(queries.openings(village), shown.query)
    found = shown.take(page_of(chosen, [Opening.id.desc()], shown.query))
    return render(
        "openings/desk.html",
        form=form,
        today=village_day(now()),
        unfinished=queries.unfinished(village),
        openings=found,
        totals=queries.totals_of([each.id for each in found]),
        list=shown,
    )


export_page(blueprint, "/desk/openings", get_openings, lists.OPENINGS)
export_page(blueprint, "/desk/openings/<uuid:opening_id>", get_lines, lists.LINES)


@blueprint.get("/desk/openings/template")
@page(permission="opening.enter")
def template() -> Response:
    """The workbook to fill in, with the village's households and goods."""
    village = current_village().code
    return workbook(queries.template(village), f"{village}-book")


@blueprint.get("/review/openings")
@page(permission="opening.check")
def review() -> Any:
    """What waits to be held against a paper book."""
    village, actor = current_village().code, current_actor()
    submitted = list(
        db.session.scalars(
            queries.openings(village).where(Opening.status == OpeningStatus.SUBMITTED)
        )
    )
    mine = {opening.id for opening in queries.waiting_for(actor, village)}
    return render(
        "openings/review.html",
        openings=submitted,
        mine=mine,
        totals=queries.totals_of([each.id for each in submitted]),
    )


@blueprint.get("/desk/openings/<uuid:opening_id>")
@page(permission="opening.read")
def show(opening_id: UUID) -> Any:
    """One opening: its sums, its lines, who checked it, what this person can do."""
    return show_one(opening_id)


def show_one(opening_id: UUID, action: str | None = None, form: Form | None = None) -> Any:
    """The page of an opening, with the form of one act as it stands."""
    village = current_village().code
    view = queries.opening_view(village, opening_id)
    opening = view.opening
    drafted = opening.status is OpeningStatus.DRAFTED
    enters = may(current_actor(), "opening.enter", village)
    place = {"opening_id": opening_id}
    shown = ListPage(lists.LINES, get_lines, limit=LINES, endpoint=".show", address=place)
    chosen = chosen_lines(opening, view.bad, shown.query)
    found = shown.take(page_of(chosen, [OpeningLine.line], shown.query))
    bad = [line for line in lines_of(opening) if line.id in view.bad][:BAD_AT_MOST]
    left_out = queries.households_left_out(opening) if not opening.ended_at else []
    return render(
        "openings/show.html",
        view=view,
        opening=opening,
        bad=queries.line_views(bad, view.bad),
        lines=queries.line_views(found, view.bad),
        list=shown,
        left_out=left_out[:LEFT_OUT_AT_MOST],
        left_out_count=len(left_out),
        may_edit=drafted and enters,
        may_enter=enters,
        actions=timeline.actions_of(view, current_actor()),
        steps=timeline.steps_of(view),
        words=words,
        action=action,
        form=form,
    )


@blueprint.post("/desk/openings/<uuid:opening_id>/book")
@page(permission="opening.enter")
def bring_again(opening_id: UUID) -> Any:
    """Bring the workbook of a draft again."""
    village = current_village().code
    form = Form(forms.BookAgainInput)
    answer = form.accept(
        lambda: operations.replace_book(
            village=village,
            opening_id=opening_id,
            book=form.data["file"],
            actor=current_actor(),
            now=now(),
        ),
        then=lambda _opening: url_for(".show", opening_id=opening_id),
        done=_("The book is read. Nothing counts yet: hold the sums against the paper book."),
    )
    return answer or show_one(opening_id, "book", form)


@blueprint.get("/desk/openings/<uuid:opening_id>/book")
@page(permission="opening.enter")
def book(opening_id: UUID) -> Response:
    """The workbook with this opening's figures filled in."""
    village = current_village().code
    opening = queries.find_opening(village, opening_id)
    return workbook(queries.template(village, opening), f"{village}-book")


@blueprint.route("/desk/openings/<uuid:opening_id>/lines/<uuid:line_id>", methods=["GET", "POST"])
@page(permission="opening.enter")
def mend(opening_id: UUID, line_id: UUID) -> Any:
    """Mend one line of a draft."""
    village = current_village().code
    line = queries.find_line(village, opening_id, line_id)
    form = Form(forms.LINE_FORMS[line.part], typed_values(line))
    answer = form.accept(
        lambda: operations.mend_line(
            village=village,
            opening_id=opening_id,
            line_id=line_id,
            changes=form.data,
            actor=current_actor(),
            now=now(),
        ),
        then=lambda _line: url_for(".show", opening_id=opening_id),
        done=_("The line is mended."),
    )
    if answer:
        return answer
    opening = queries.find_opening(village, opening_id)
    line = queries.find_line(village, opening_id, line_id)
    bad = problems_of(village, lines_of(opening))
    return render(
        "openings/line.html",
        form=form,
        opening=opening,
        view=queries.line_views([line], bad)[0],
        households=choices.households_for(line, request.args.get("q", ""))
        if line.part is Part.POINTS
        else [],
        goods=choices.goods_of_village(village) if line.part is Part.STOCK else [],
        q=request.args.get("q", ""),
        words=words,
    )


def typed_values(line: OpeningLine) -> dict[str, Any]:
    """A line's figures as the form shows them, what can't be read as it was typed."""
    typed = line.typed or {}
    shown: dict[str, Any] = {}
    for name in ("points", "quantity"):
        figure = getattr(line, name)
        shown[name] = typed.get(name, "") if figure is None else figure
    for name in ("cash_fen", "bank_fen", "unit_cost_fen"):
        fen = getattr(line, name)
        shown[name] = "" if fen is None else f"{fen // 100}.{fen % 100:02d}"
    return shown | {name: str(getattr(line, name) or "") for name in ("household_id", "good_id")}


@blueprint.post("/desk/openings/<uuid:opening_id>/lines/<uuid:line_id>/drop")
@page(permission="opening.enter")
def drop(opening_id: UUID, line_id: UUID) -> Any:
    """Take one line out of a draft."""
    village = current_village().code
    form = Form()
    answer = form.accept(
        lambda: operations.drop_line(
            village=village,
            opening_id=opening_id,
            line_id=line_id,
            actor=current_actor(),
            now=now(),
        ),
        then=lambda _opening: url_for(".show", opening_id=opening_id),
        done=_("The line is out of the book."),
    )
    return answer or show_one(opening_id, "drop", form)


@blueprint.post("/desk/openings/<uuid:opening_id>/<action>")
@page(permission="opening.read")
def act(opening_id: UUID, action: str) -> Any:
    """Take a step of an opening; the operation asks who may."""
    if action not in forms.ACTIONS:
        raise NotFound()
    village = current_village().code
    form = Form(forms.ACTIONS[action])
    answer = form.accept(
        lambda: take_step(village, opening_id, action, form.data),
        then=lambda _opening: url_for(".show", opening_id=opening_id),
        done=words.DONE[action],
    )
    return answer or show_one(opening_id, action, form)


def take_step(village: str, opening_id: UUID, action: str, data: dict[str, Any]) -> Opening:
    """Call the operation of a step."""
    steps: dict[str, Any] = {
        "submission": operations.submit_opening,
        "check": operations.check_opening,
        "posting": operations.post_opening,
        "rejection": operations.reject_opening,
        "withdrawal": operations.withdraw_opening,
        "reversal": operations.reverse_opening,
    }
    opening: Opening = steps[action](
        village=village, opening_id=opening_id, actor=current_actor(), now=now(), **data
    )
    return opening
