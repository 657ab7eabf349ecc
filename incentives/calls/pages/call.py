"""One call for whoever has to do with it: its page, and the acts on it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import redirect, request, session, url_for
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from sqlalchemy import or_

from incentives.access.actor import Actor, current_actor
from incentives.access.permissions import may
from incentives.awards.unasked import UNAWARDED
from incentives.awards.words import item_name
from incentives.calls import operations, queries, schemas
from incentives.calls.api.calls import take_step
from incentives.calls.models import Call, CallStatus
from incentives.calls.operations.following import OPEN_FOR
from incentives.calls.outputs import whole_call
from incentives.calls.pages.blueprint import blueprint
from incentives.calls.pages.shared import category_options, forms_of, timeline_of
from incentives.calls.states import OFFICE_STEPS, SENT_ON, Action, allowed
from incentives.calls.words import CATEGORIES, DOING, SOURCES, STATES
from incentives.cards.paper import picture
from incentives.clock import now
from incentives.register.models import Resident
from incentives.register.queries import search_residents
from incentives.web.cursors import page as page_of
from incentives.web.dates import instant_word
from incentives.web.pages import Form, page, render

DOUBLES_SHOWN = 20
PEOPLE_SHOWN = 20
TOLD = "told_call"  # in the session: the last call that one reported for somebody, and its link
TOLD_FOR = timedelta(hours=1)
WORDS_SHOWN = 20  # characters of a text that a call is known by
FILE_PAGES = {"show": "files_pages.show", "thumbnail": "files_pages.show_thumbnail"}


@blueprint.get("/v/<village>/calls/<uuid:call_id>")
@page(permission="call.read")
def show_call(village: str, call_id: UUID) -> Any:
    """One call with its steps, and what one may do with it.

    A link that comes along is taken out of the address, and stays in this browser for an hour.
    """
    secret = request.args.get("link", "")
    if secret:
        call = queries.readable_call(village, call_id, current_actor())
        if queries.digest_of(secret) == call.secret_digest:
            session[TOLD] = [str(call_id), secret, now().timestamp()]
        return redirect(url_for(".show_call", village=village, call_id=call_id), 303)
    return show(village, call_id, Form())


def show(village: str, call_id: UUID, form: Form, at: str | None = None) -> Any:
    """A call's page; the form that was refused, if one was, is that of the action `at`."""
    actor = current_actor()
    call = queries.readable_call(village, call_id, actor)
    row = whole_call(call, actor)
    sorts = may(actor, "call.sort", village)
    steps_here = may(actor, "call.step", village) and queries.answers_for(actor, call.office_id)
    possible = allowed(call.status)
    idle = sorts and call.status in SENT_ON and queries.is_unattended(call)

    def photo_address(which: str, photo_id: UUID) -> str:
        return url_for(FILE_PAGES[which], village=village, file_id=photo_id)

    return render(
        "calls/show.html",
        call=row,
        form=form,
        form_of=forms_of(form, at),
        steps=timeline_of(row["steps"], photo_address),
        categories=CATEGORIES,
        category_options=category_options(),
        states=STATES,
        sources=SOURCES,
        doing=DOING,
        step_options=[each for each in possible if each in OFFICE_STEPS] if steps_here else [],
        sort_options=[each for each in possible if each not in OFFICE_STEPS] if sorts else [],
        idle=idle,
        offices=[
            (each.id, each.name)
            for each in queries.answering_over(village)
            if each.id != call.office_id
        ],
        doubles=doubles_of(call) if sorts and Action.MERGE in possible else [],
        award=award_choices(call, actor),
        unawarded=UNAWARDED,
        reads_awards=may(actor, "award.read", village),
        **link_of(call),
        back=calls_of_reader(village, actor),
    )


def calls_of_reader(village: str, actor: Actor) -> str:
    """Where whoever reads a call finds calls: the desk, their office, else the village's page."""
    if may(actor, "call.sort", village):
        return url_for(".desk_calls")
    if may(actor, "call.step", village):
        return url_for(".office")
    return url_for(".list_calls", village=village)


def link_of(call: Call) -> dict[str, Any]:
    """The caller's link, for an hour after the report: whoever was told gives it to them."""
    call_id, secret, since = session.get(TOLD) or ("", "", 0.0)
    if call_id != str(call.id) or now().timestamp() - since > TOLD_FOR.total_seconds():
        return {"follow_url": None}
    follow_url = url_for(".follow", secret=secret, _external=True)
    return {"follow_url": follow_url, "follow_qr": picture(follow_url)}


def doubles_of(call: Call) -> list[tuple[UUID, str]]:
    """The calls that one may have been reported as before."""
    others = queries.calls(call.village, category=call.category).where(
        Call.id != call.id,
        Call.status.not_in([CallStatus.MERGED, CallStatus.STRUCK]),
        or_(Call.answered_at.is_(None), Call.answered_at >= now() - OPEN_FOR),
    )
    found = page_of(others, [Call.id.desc()], {"limit": DOUBLES_SHOWN})["items"]
    return [(each.id, known_by(each)) for each in found]


def known_by(call: Call) -> str:
    """What a cadre knows a call by: when, where, and how its words begin, else how it came."""
    text = call.text or ""
    come = str(SOURCES[call.source])
    words = text if len(text) <= WORDS_SHOWN else f"{text[:WORDS_SHOWN]}…"
    return " · ".join(filter(None, (instant_word(call.reported_at), call.place, words or come)))


def award_choices(call: Call, actor: Actor) -> dict[str, Any] | None:
    """Under which rule, and for whom, the points of a verified report may be proposed."""
    if not call.verified or call.award_id or not may(actor, "award.propose", call.village):
        return None
    rule = operations.award_rule(call.village, call)
    if rule is None:
        return None
    q = request.args.get("q", "")
    people = search_residents(call.village, q)
    found = page_of(people, [Resident.id], {"limit": PEOPLE_SHOWN})["items"] if q else []
    return {
        "rule": rule,
        "name": item_name(rule),
        "q": q,
        "people": [(each.id, each.name) for each in found],
    }


def answer_act(
    village: str,
    call_id: UUID,
    form: Form,
    at: str,
    operation: Callable[..., Any],
    done: LazyString,
) -> Any:
    """Do what was sent by the form of an action, and show the call again."""
    answer = form.accept(
        lambda: operation(
            village=village, call_id=call_id, actor=current_actor(), now=now(), **form.data
        ),
        then=lambda _call: url_for(".show_call", village=village, call_id=call_id),
        done=done,
    )
    return answer or show(village, call_id, form, at)


@blueprint.post("/v/<village>/calls/<uuid:call_id>/push")
@page(permission="call.sort")
def push(village: str, call_id: UUID) -> Any:
    """Send a report to an office."""
    form, done = Form(schemas.PushInput), _("The office has it now; its clock runs.")
    return answer_act(village, call_id, form, Action.PUSH, operations.push_call, done)


@blueprint.post("/v/<village>/calls/<uuid:call_id>/merge")
@page(permission="call.sort")
def merge(village: str, call_id: UUID) -> Any:
    """End a call that was reported before."""
    form, done = Form(schemas.MergeInput), _("Merged. Its caller follows the other one now.")
    return answer_act(village, call_id, form, Action.MERGE, operations.merge_call, done)


@blueprint.post("/v/<village>/calls/<uuid:call_id>/strike")
@page(permission="call.sort")
def strike(village: str, call_id: UUID) -> Any:
    """Answer what is no call."""
    form, done = Form(schemas.StrikeInput), _("Not taken. Its caller reads why.")
    return answer_act(village, call_id, form, Action.STRIKE, operations.strike_call, done)


@blueprint.post("/v/<village>/calls/<uuid:call_id>/steps")
@page(permission="call.step")
def step(village: str, call_id: UUID) -> Any:
    """Take an office's step; what was handed over is another office's to show."""
    form = Form(schemas.StepInput)
    answer = form.accept(
        lambda: take_step(village, call_id, form.data),
        then=lambda call: (
            url_for(".show_call", village=village, call_id=call_id)
            if queries.answers_for(current_actor(), call.office_id)
            else url_for(".office")
        ),
        done=_("Kept. Its caller sees it at once."),
    )
    return answer or show(village, call_id, form, form.values.get("step"))


@blueprint.post("/v/<village>/calls/<uuid:call_id>/award")
@page(permission="award.propose")
def award(village: str, call_id: UUID) -> Any:
    """Propose the points of a report that proved true."""
    form, done = Form(schemas.CallAwardInput), _("Proposed. The review group decides.")
    return answer_act(village, call_id, form, "award", operations.propose_call_award, done)
