"""The fund's pages: the public book, the treasurer's desk, a disbursement, what supervisors do."""

from typing import Any
from uuid import UUID

from flask import Blueprint, request, url_for
from flask_babel import lazy_gettext as _
from marshmallow import ValidationError

from incentives.access.actor import Actor, current_actor
from incentives.access.permissions import may
from incentives.clock import now, village_day
from incentives.errors import Invalid, NotFound
from incentives.extensions import db
from incentives.files.operations import keep_file
from incentives.fund import forms, operations, queries, schemas, timeline, words
from incentives.fund.models import Disbursement, Income, Method, Place
from incentives.fund.operations import PayeeChoice
from incentives.fund.purposes import purposes
from incentives.register.queries import (
    household_views,
    search_households,
    search_residents,
    teams_of,
)
from incentives.web.cursors import page as page_of
from incentives.web.guard import Village
from incentives.web.pages import Form, current_village, nav_item, page, render
from incentives.web.pages.places import public_place
from incentives.web.parsing import load_query
from incentives.web.schemas import PageQuery

blueprint = Blueprint("fund_pages", __name__)

FOUND_AT_MOST = 20


def waits_on_desk(actor: Actor, village: Village) -> int | None:
    """What waits for this person on the fund's page; a supervisor's waits on another."""
    if may(actor, "disbursement.approve", village.code):
        return None
    return queries.count_waiting(actor, village.code)


def waits_for_approval(actor: Actor, village: Village) -> int:
    """What waits for a supervisor."""
    return queries.count_waiting(actor, village.code)


nav_item(_("Fund"), "/fund", permission="disbursement.read", order=40, count=waits_on_desk)
nav_item(
    _("To approve"),
    "/supervise",
    permission="disbursement.approve",
    order=35,
    count=waits_for_approval,
)
public_place(_("The village's fund"), "/v/{village}/fund", order=40)


@blueprint.get("/v/<village>/fund")
@page(permission=None)
def public_book(village: str) -> Any:
    """The public book, by year and purpose, with what remained after each line."""
    query = load_query(schemas.BookQuery(), request.args)
    month = query.pop("month")
    found = queries.book(village, month, query)
    overview = queries.fund_overview(village)
    address: dict[str, Any] = {"village": village, "month": request.args.get("month")}
    return render(
        "fund/book.html",
        overview=overview,
        bars=year_bars(overview),
        lines=found["items"],
        months=queries.months_of(village),
        month=month,
        next_url=found["next"] and url_for(".public_book", **address, after=found["next"]),
        first_url=url_for(".public_book", **address) if query["after"] else None,
        words=words,
    )


def year_bars(overview: queries.Overview) -> list[tuple[str, list[int]]]:
    """Whole yuan that came in and went out, by year, oldest first."""
    return [
        (str(each.year), [max(0, each.income_fen) // 100, max(0, each.spent_fen) // 100])
        for each in reversed(overview.years)
    ]


@blueprint.get("/fund")
@page(permission="disbursement.read")
def desk() -> Any:
    """What the fund holds, what waits for me, and what may be done."""
    village, actor = current_village().code, current_actor()
    waiting = queries.waiting_for(actor, village).order_by(Disbursement.id)
    listed = page_of(queries.disbursements(village), [Disbursement.id.desc()], {"limit": 20})
    return render(
        "fund/desk.html",
        overview=queries.fund_overview(village),
        waiting=queries.disbursement_views(list(db.session.scalars(waiting))),
        latest=queries.disbursement_views(listed["items"]),
        may_apply=may(actor, "disbursement.apply", village),
        is_treasurer=may(actor, "income.record", village),
        budgets=queries.budget_figures(village, village_day(now()).year),
        year=village_day(now()).year,
        words=words,
    )


@blueprint.get("/supervise")
@page(permission="disbursement.approve")
def supervise() -> Any:
    """What waits for the supervision committee, with all that is needed to decide."""
    village, actor = current_village().code, current_actor()
    waiting = queries.waiting_for(actor, village).order_by(Disbursement.id)
    views = queries.disbursement_views(list(db.session.scalars(waiting)))
    return render(
        "fund/supervise.html",
        cards=[timeline.card_of(view, actor) for view in views],
        overview=queries.fund_overview(village),
        words=words,
    )


@blueprint.route("/fund/income", methods=["GET", "POST"])
@page(permission="income.record")
def income() -> Any:
    """Enter money that came in; what came in lately, with its reversal."""
    village = current_village().code
    form = Form(forms.IncomeForm)
    answer = form.accept(
        lambda: operations.record_income(
            village=village, actor=current_actor(), now=now(), **form.data
        ),
        then=lambda _income: url_for(".income"),
        done=_("Entered. It stands in the public book now."),
    )
    return answer or show_income(form)


def show_income(form: Form, reversal: Form | None = None, of: UUID | None = None) -> Any:
    """The page of income, with the forms as they stand."""
    village = current_village().code
    query = load_query(PageQuery(), request.args) if request.method == "GET" else {}
    found = page_of(queries.income(village), [Income.id.desc()], {"limit": 20} | query)
    return render(
        "fund/income.html",
        form=form,
        reversal=reversal,
        reversal_of=of,
        items=found["items"],
        next_url=found["next"] and url_for(".income", after=found["next"]),
        today=village_day(now()),
        words=words,
    )


@blueprint.post("/fund/income/<uuid:income_id>/reversal")
@page(permission="income.reverse")
def reverse_income(income_id: UUID) -> Any:
    """Take back an income that was mistyped."""
    village = current_village().code
    form = Form(schemas.ReasonInput)
    answer = form.accept(
        lambda: operations.reverse_income(
            village=village, income_id=income_id, actor=current_actor(), now=now(), **form.data
        ),
        then=lambda _income: url_for(".income"),
        done=_("Taken back. Both entries stand in the public book."),
    )
    return answer or show_income(fresh_form(), form, income_id)


def fresh_form() -> Form:
    """A form that nothing was typed into, beside one that was sent."""
    form = Form()
    form.values, form.errors, form.refusal = {}, {}, None
    return form


@blueprint.route("/fund/moves", methods=["GET", "POST"])
@page(permission="money.move")
def moves() -> Any:
    """Bring cash to the bank or fetch it, or enter a difference that was found."""
    village = current_village().code
    form = Form(forms.MoveForm)
    answer = form.accept(
        lambda: operations.move_money(
            village=village, actor=current_actor(), now=now(), **form.data
        ),
        then=lambda _move: url_for(".desk"),
        done=_("Entered."),
    )
    return answer or render(
        "fund/moves.html",
        form=form,
        overview=queries.fund_overview(village),
        places=[(place.value, words.PLACES[place.value]) for place in Place],
        today=village_day(now()),
    )


@blueprint.route("/fund/budgets/<int:year>", methods=["GET", "POST"])
@page(permission="budget.set")
def budgets(year: int) -> Any:
    """Set a year's budgets by a resolution."""
    village = current_village().code
    form = Form(forms.BudgetsForm)
    answer = form.accept(
        lambda: operations.set_budgets(
            village=village,
            year=year,
            amounts={
                row["purpose"]: row["amount_fen"]
                for row in form.data["items"]
                if "amount_fen" in row
            },
            resolution=form.data["resolution"],
            actor=current_actor(),
            now=now(),
        ),
        then=lambda _budgets: url_for(".desk"),
        done=_("The budgets hold from now on."),
    )
    known = {each.purpose: each for each in queries.budget_figures(village, year)}
    return answer or render(
        "fund/budgets.html",
        form=form,
        year=year,
        purposes=list(purposes()),
        known=known,
        words=words,
    )


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
        "reversal": operations.reverse_disbursement,
    }
    actor, at = current_actor(), now()
    if action == "receipt":
        content = data.pop("file").read()
        data["file_id"] = keep_file(village=village, content=content, actor=actor, now=at).id
    return steps[action](
        village=village, disbursement_id=disbursement_id, actor=actor, now=at, **data
    )
