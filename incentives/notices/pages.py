"""The pages of notices: public lists with their sheets, and the review group's desk."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import select

from incentives.access.actor import Actor, current_actor, find_actor
from incentives.access.permissions import may
from incentives.awards.models import Award
from incentives.awards.queries import award_views, own_award
from incentives.clock import now, village_day
from incentives.extensions import db
from incentives.notices import forms, operations, queries
from incentives.notices.models import Notice, NoticeLine, Objection, ObjectionStatus
from incentives.notices.publishers import PUBLISHERS
from incentives.notices.schemas import NoticeInput
from incentives.notices.sheets import KINDS, sheet_of, sheet_pdf
from incentives.register.models import Resident
from incentives.register.queries import residents_by_id, search_residents
from incentives.web.cursors import page as page_of
from incentives.web.guard import Village
from incentives.web.pages import Form, current_village, nav_item, page, public_place, render

blueprint = Blueprint("notices_pages", __name__)

FOUND_AT_MOST = 20


def rulings_wait(actor: Actor, village: Village) -> int:
    """How many objections wait for a ruling."""
    return queries.count_waiting(village.code)


nav_item(
    _("Notices"),
    "/review/notices",
    permission="notice.make",
    order=14,
    count=rulings_wait,
)
public_place(_("Public notices"), "/v/{village}/notices", order=30)


@blueprint.get("/v/<village>/notices")
@page(permission=None)
def list_notices(village: str) -> Any:
    """A village's notices, newest first, for anyone."""
    query = {"limit": 30, "after": request.args.get("after")}
    found = page_of(queries.notices(village), [Notice.number.desc()], query)
    return render(
        "notices/list.html",
        notices=found["items"],
        counts=queries.counts(found["items"]),
        kinds=KINDS,
        next_url=found["next"] and url_for(".list_notices", village=village, after=found["next"]),
        first_url=url_for(".list_notices", village=village) if query["after"] else None,
    )


@blueprint.get("/v/<village>/notices/<int:number>")
@page(permission=None)
def show_notice(village: str, number: int) -> Any:
    """One notice with masked names; its lines are gone 30 days after closing."""
    view = queries.notice_view(village, number, now())
    actor = find_actor()
    return render(
        "notices/show.html",
        view=view,
        notice=view.notice,
        kinds=KINDS,
        may_object=actor is not None and may(actor, "objection.make", village, own=True),
    )


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


@blueprint.route("/c/claims/<uuid:award_id>/objection", methods=["GET", "POST"])
@page(permission="objection.make", own=True)
def object_to_claim(award_id: UUID) -> Any:
    """Say no to what became of one's own award or claim, with a reason."""
    form, actor = Form(forms.ClaimObjectionForm), current_actor()
    award = own_award(award_id, actor)
    answer = form.accept(
        lambda: operations.object_to_claim(
            village=current_village().code, award_id=award_id, actor=actor, now=now(), **form.data
        ),
        then=lambda _objection: url_for("awards_pages.show_own", award_id=award_id),
        done=_("Your objection is kept. Somebody else of the review group rules on it."),
    )
    return answer or render("notices/object_claim.html", form=form, view=award_views([award])[0])


def way_to_object(award: Award) -> str | None:
    """Where a household objects to how its award stands, None where it can't now."""
    may_now = operations.may_object(award, now())
    return url_for("notices_pages.object_to_claim", award_id=award.id) if may_now else None


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


@dataclass(frozen=True)
class Waiting:
    """An objection on the desk: what it is to, in words, and where that is."""

    objection: Objection
    title: str
    url: str | None
    asker: str


@blueprint.route("/review/notices", methods=["GET", "POST"])
@page(permission="notice.make")
def desk() -> Any:
    """What awaits publication, what is public, what waits for a ruling."""
    village = current_village().code
    form = Form(NoticeInput)
    answer = form.accept(
        lambda: operations.make_notice(
            village=village, kind=form.data["kind"], actor=current_actor(), now=now()
        ),
        then=lambda notice: url_for(".show_notice", village=village, number=notice.number),
        done=_("Published. Print it and put it up."),
    )
    return answer or show_desk(form)


def show_desk(form: Form | None = None) -> Any:
    """The review group's desk of notices."""
    village = current_village().code
    open_notices = queries.open_notices(village)
    today = village_day(now())
    waiting = {kind: publisher.waiting(village) for kind, publisher in PUBLISHERS.items()}
    open_ = queries.objections(village, status=ObjectionStatus.OPEN).order_by(Objection.id)
    return render(
        "notices/desk.html",
        form=form or Form(),
        waiting=waiting,
        kinds=KINDS,
        open_notices=open_notices,
        counts=queries.counts(open_notices),
        due={each.id for each in open_notices if each.closes_on <= today},
        objections=described(village, list(db.session.scalars(open_))),
        today=today,
        next_round=operations.next_round(village, today),
    )


@blueprint.post("/review/notices/<int:number>/closing")
@page(permission="notice.close")
def close(number: int) -> Any:
    """Close a notice whose days are over."""
    village = current_village().code
    form = Form()
    answer = form.accept(
        lambda: operations.close_notice(
            village=village, number=number, actor=current_actor(), now=now()
        ),
        then=lambda _notice: url_for(".desk"),
        done=_("Closed. What nobody objected to counts now."),
    )
    return answer or show_desk(form)


@blueprint.route("/review/objections/<uuid:objection_id>", methods=["GET", "POST"])
@page(permission="objection.rule")
def rule(objection_id: UUID) -> Any:
    """One objection, and the ruling on it."""
    village = current_village().code
    form = Form(forms.RulingForm)
    answer = form.accept(
        lambda: operations.rule_on_objection(
            village=village,
            objection_id=objection_id,
            actor=current_actor(),
            now=now(),
            **form.data,
        ),
        then=lambda _objection: url_for(".desk"),
        done=_("Your ruling is kept. The household reads it."),
    )
    if answer:
        return answer
    objection = queries.find_objection(village, objection_id)
    return render(
        "notices/rule.html", form=form, each=described(village, [objection])[0], today=today()
    )


def today() -> date:
    """The day in the villages."""
    return village_day(now())


def described(village: str, found: list[Objection]) -> list[Waiting]:
    """Objections with what they are to, in words."""
    ids = [each.award_id for each in found if each.award_id]
    awards = list(db.session.scalars(select(Award).where(Award.id.in_(ids))))
    views = {view.award.id: view for view in award_views(awards)}
    people = residents_by_id(
        [
            person
            for each in found
            for person in (each.missing_resident_id, each.on_behalf_of, each.made_by)
            if person is not None
        ]
    )
    return [describe(each, views, people) for each in found]


def describe(each: Objection, views: dict[UUID, Any], people: dict[UUID, Resident]) -> Waiting:
    """One objection with what it is to, in words."""
    asker = people.get(each.on_behalf_of or each.made_by)
    title, url = gettext("Objection"), None
    if each.notice_id is not None and each.opening_line_id is not None:
        title, url = opening_words(each)
    elif each.award_id is not None:
        view = views[each.award_id]
        title = f"{view.holder} · {view.item.name_zh} · {view.award.points}"
        url = url_for("awards_pages.show_award", award_id=each.award_id)
    elif each.disbursement_id is not None:
        title = gettext("A payment of the fund")
        url = url_for("fund_pages.show", disbursement_id=each.disbursement_id)
    elif each.redemption_id is not None:
        title = gettext("Something from the shop")
    elif each.missing_resident_id is not None:
        person = people.get(each.missing_resident_id)
        name = person.name if person else ""
        title = gettext(
            "Missing: %(name)s, %(rule)s, %(day)s",
            name=name,
            rule=each.missing_rule_item,
            day=each.missing_occurred_on.isoformat() if each.missing_occurred_on else "",
        )
    return Waiting(each, title, url, asker.name if asker else "")


def opening_words(each: Objection) -> tuple[str, str]:
    """A line of a paper book as its notice has it, and where that is."""
    line = db.session.get_one(NoticeLine, (each.notice_id, each.line))
    notice = db.session.get_one(Notice, each.notice_id)
    figure = line.points if line.points is not None else f"{(line.amount_fen or 0) / 100:.2f}"
    title = " · ".join((line.holder or gettext("a minor"), line.what, str(figure)))
    return title, url_for(".show_notice", village=each.village, number=notice.number)
