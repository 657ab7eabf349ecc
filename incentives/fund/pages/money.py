"""Income, moves between cash and bank, budgets."""

from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import lazy_gettext as _

from incentives.access.actor import current_actor
from incentives.clock import now, village_day
from incentives.files.operations import keep_file
from incentives.fund import forms, operations, queries, schemas, words
from incentives.fund.models import Income, Place
from incentives.fund.operations.months import close_of
from incentives.fund.pages.shared import blueprint
from incentives.fund.papers import income_receipt_pdf
from incentives.fund.purposes import purposes
from incentives.web.cursors import page as page_of
from incentives.web.pages import Form, current_village, page, render


@blueprint.route("/fund/income", methods=["GET", "POST"])
@page(permission="income.record")
def income() -> Any:
    """Enter money that came in; what came in lately, with its reversal."""
    village = current_village().code
    form = Form(forms.IncomeForm)
    answer = form.accept(
        lambda: send_income(village, form.data),
        then=lambda _income: url_for(".income"),
        done=_("Entered. It stands in the public book now."),
    )
    return answer or show_income(form)


def send_income(village: str, data: dict[str, Any]) -> Income:
    """Enter what was typed, its voucher's photo or paper kept with it."""
    actor, at = current_actor(), now()
    data["file"] = kept_upload(village, data.pop("voucher_file", None))
    return operations.record_income(village=village, actor=actor, now=at, **data)


def kept_upload(village: str, upload: Any) -> UUID | None:
    """An upload as a file of the village, None for none."""
    if upload is None:
        return None
    content = upload.read()
    return keep_file(village=village, content=content, actor=current_actor(), now=now()).id


@blueprint.get("/fund/income/<uuid:income_id>/receipt.pdf")
@page(permission="fund.read")
def income_receipt(income_id: UUID) -> Any:
    """The receipt that thanks who gave."""
    return income_receipt_pdf(queries.find_income(current_village().code, income_id))


def show_income(form: Form, reversal: Form | None = None, of: UUID | None = None) -> Any:
    """The page of income, with the forms as they stand."""
    village = current_village().code
    found = page_of(queries.income(village), [Income.id.desc()], {"limit": 20})
    return render(
        "fund/income.html",
        form=form,
        reversal=reversal,
        reversal_of=of,
        items=found["items"],
        papers=queries.vouchers_of(found["items"]),
        twice=queries.vouchers_twice(found["items"]),
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
    """Bring cash to the bank or fetch it, or enter money that was found."""
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
        places={place.value: words.PLACES[place.value] for place in Place},
        today=village_day(now()),
    )


@blueprint.route("/fund/budgets/<int:year>", methods=["GET", "POST"])
@page(permission="budget.set")
def budgets(year: int) -> Any:
    """Set a year's budgets as the assembly adopted them."""
    village = current_village().code
    form = Form(forms.BudgetsForm)
    answer = form.accept(
        lambda: send_budgets(village, year, form.data),
        then=lambda _budgets: url_for(".desk"),
        done=_("The budgets hold from now on."),
    )
    known = {each.purpose: each for each in queries.budget_figures(village, year)}
    return answer or render(
        "fund/budgets.html",
        form=form,
        year=year,
        why_not=operations.why_not_adopted(village, year, village_day(now())),
        purposes=list(purposes().values()),
        known=known,
        left=queries.left_of_year(village, year - 1) if close_of(village, year - 1) else {},
        adoptions=queries.adoptions_of(village, year),
        today=village_day(now()),
        words=words,
    )


def send_budgets(village: str, year: int, data: dict[str, Any]) -> Any:
    """Set the budgets that were typed; a purpose without an amount has none."""
    rows = [row for row in data.pop("items") if "amount_fen" in row]
    minutes = kept_upload(village, data.pop("minutes_file", None))
    return operations.set_budgets(
        village=village,
        year=year,
        lines={row.pop("purpose"): operations.BudgetLine(**row) for row in rows},
        vote=operations.Vote(**data, minutes=minutes),
        actor=current_actor(),
        now=now(),
    )
