"""A disbursement: asked for, shown with its way, taken a step on."""

from typing import Any
from uuid import UUID

from flask import request, url_for
from flask_babel import lazy_gettext as _
from marshmallow import ValidationError

from incentives.access.actor import current_actor
from incentives.clock import now, village_day
from incentives.errors import Invalid, NotFound
from incentives.extensions import db
from incentives.files.operations import keep_file
from incentives.fund import forms, operations, queries, timeline, words
from incentives.fund.models import Disbursement, Method
from incentives.fund.operations import PayeeChoice
from incentives.fund.pages.shared import blueprint
from incentives.fund.papers import payee_receipt_pdf
from incentives.register.queries import (
    household_views,
    search_households,
    search_residents,
    teams_of,
)
from incentives.web.pages import Form, current_village, page, render

FOUND_AT_MOST = 20


@blueprint.route("/fund/apply", methods=["GET", "POST"])
@page(permission="disbursement.apply")
def apply() -> Any:
    """Ask for money: first who gets it, then how much and why."""
    village = current_village().code
    form = Form(forms.ApplicationForm)
    answer = form.accept(
        lambda: send_application(village, form.data),
        then=lambda disbursement: url_for(".show", disbursement_id=disbursement.id),
        done=_("Sent to the review group."),
    )
    if answer:
        return answer
    chosen = form.values.get("payee") or request.args.get("payee")
    if chosen or request.args.get("payee_name") or form.submitted:
        return render(
            "fund/apply.html",
            form=form,
            payee=chosen,
            payee_name=payee_label(village, chosen) if chosen else None,
            purposes=words.purpose_options(),
        )
    return render("fund/choose_payee.html", q=request.args.get("q", ""), **found_payees(village))


def send_application(village: str, data: dict[str, Any]) -> Disbursement:
    """Apply with what was typed, the photo or paper kept with it."""
    actor, at = current_actor(), now()
    evidence = []
    if "evidence_file" in data:
        content = data["evidence_file"].read()
        evidence = [keep_file(village=village, content=content, actor=actor, now=at).id]
    payee = data.get("payee") or PayeeChoice(name=data.get("payee_name"))
    return operations.apply_for_disbursement(
        village=village,
        purpose=data["purpose"],
        payee=payee,
        amount_fen=data["amount_fen"],
        reason=data["reason"],
        evidence=evidence,
        actor=actor,
        now=at,
    )


def found_payees(village: str) -> dict[str, Any]:
    """Who may get money: households, residents and teams that the search finds."""
    q = request.args.get("q", "").strip()[:60]
    if not q:
        return {"households": [], "residents": [], "teams": teams_of(village)}
    households = db.session.scalars(search_households(village, q).limit(FOUND_AT_MOST))
    residents = db.session.scalars(search_residents(village, q).limit(FOUND_AT_MOST))
    return {
        "households": household_views(village, list(households)),
        "residents": list(residents),
        "teams": [team for team in teams_of(village) if q in team.name],
    }


def payee_label(village: str, chosen: str) -> str:
    """The name of a payee that was chosen; refuses what the village doesn't have."""
    try:
        choice = forms.PayeeField().deserialize(chosen)
        columns = operations.checked_payee(village, choice)
    except (Invalid, ValidationError) as error:
        raise NotFound() from error
    draft = Disbursement(id=UUID(int=0), village=village, purpose="", **columns)
    return queries.payees([draft])[draft.id].name


@blueprint.get("/fund/disbursements/<uuid:disbursement_id>")
@page(permission="disbursement.read")
def show(disbursement_id: UUID) -> Any:
    """One disbursement: what it is for, who acted, what comes next."""
    return show_one(disbursement_id)


def show_one(disbursement_id: UUID, action: str | None = None, form: Form | None = None) -> Any:
    """The page of a disbursement, with the form of one action as it stands."""
    village = current_village().code
    disbursement = queries.find_disbursement(village, disbursement_id)
    view = queries.disbursement_views([disbursement])[0]
    return render(
        "fund/show.html",
        card=timeline.card_of(view, current_actor()),
        action=action,
        form=form,
        methods=[(method.value, words.PLACES[method.value]) for method in Method],
        today=village_day(now()),
        words=words,
    )


@blueprint.get("/fund/disbursements/<uuid:disbursement_id>/receipt.pdf")
@page(permission="disbursement.read")
def receipt_form(disbursement_id: UUID) -> Any:
    """The form that the payee signs."""
    return payee_receipt_pdf(queries.find_disbursement(current_village().code, disbursement_id))


@blueprint.post("/fund/disbursements/<uuid:disbursement_id>/<action>")
@page(permission="disbursement.read")
def act(disbursement_id: UUID, action: str) -> Any:
    """Take a step of a disbursement; the operation asks who may."""
    if action not in forms.ACTIONS:
        raise NotFound()
    village = current_village().code
    form = Form(forms.ACTIONS[action])
    answer = form.accept(
        lambda: take_step(village, disbursement_id, action, form.data),
        then=lambda _done: after_step(action, disbursement_id),
        done=timeline.DONE[action],
    )
    return answer or show_one(disbursement_id, action, form)


def after_step(action: str, disbursement_id: UUID) -> str:
    """Where a step leads: a supervisor goes on to what waits next."""
    if action == "approval" and request.form.get("from") == "supervise":
        return url_for(".supervise")
    return url_for(".show", disbursement_id=disbursement_id)


def take_step(village: str, disbursement_id: UUID, action: str, data: dict[str, Any]) -> Any:
    """Call the operation of a step."""
    steps: dict[str, Any] = {
        "evaluation": operations.evaluate_disbursement,
        "approval": operations.approve_disbursement,
        "rejection": operations.reject_disbursement,
        "withdrawal": operations.withdraw_disbursement,
        "payment": operations.pay_disbursement,
        "receipt": operations.confirm_receipt,
        "return": operations.return_payment,
        "return_reversal": operations.reverse_return,
        "reversal": operations.reverse_disbursement,
    }
    actor, at = current_actor(), now()
    if action == "receipt":
        content = data.pop("file").read()
        data["file_id"] = keep_file(village=village, content=content, actor=actor, now=at).id
    return steps[action](
        village=village, disbursement_id=disbursement_id, actor=actor, now=at, **data
    )
