"""Lists: many payees asked for at once, decided on and paid from one page."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import lazy_gettext as _

from incentives.access.actor import Actor, current_actor
from incentives.access.permissions import may
from incentives.clock import now, village_day
from incentives.errors import FieldError, Invalid, NotFound, Refusal
from incentives.extensions import db
from incentives.files.operations import keep_file
from incentives.fund import forms, operations, queries, schemas, timeline, words
from incentives.fund.list_reading import read_list, rows_of_file, rows_of_text
from incentives.fund.models import Disbursement, DisbursementList, Method
from incentives.fund.operations import ListLine, PayeeChoice
from incentives.fund.pages.money import kept_upload
from incentives.fund.pages.shared import blueprint
from incentives.fund.purposes import purposes
from incentives.fund.queries.payees import payees
from incentives.fund.states import BEFORE_PAYMENT
from incentives.register.queries import household_views, search_households
from incentives.web.pages import Form, current_village, page, render

ACTIONS: dict[str, Any] = {
    "evaluation": schemas.DecisionInput,
    "approval": schemas.DecisionInput,
    "withdrawal": schemas.ReasonInput,
    "payment": forms.ListPaymentForm,
    "receipt": forms.ListReceiptForm,
}
TO_TICK = {"payment": _("Tick whom you pay"), "receipt": _("Tick who signed it")}
HOUSEHOLDS_AT_MOST = 1000


@blueprint.route("/fund/lists/new", methods=["GET", "POST"])
@page(permission="disbursement.apply")
def new_list() -> Any:
    """Ask for money for many households at once: tick them, paste a list or bring a sheet."""
    village = current_village().code
    form = Form(forms.ListForm)
    answer = form.accept(
        lambda: send_list(village, form.data),
        then=lambda asked: url_for(".show_list", list_id=asked.id),
        done=_("Sent to the review group."),
    )
    if answer:
        return answer
    households = db.session.scalars(search_households(village, "").limit(HOUSEHOLDS_AT_MOST))
    return render(
        "fund/list_new.html",
        form=form,
        households=household_views(village, list(households)),
        ticked=form.values.get("households", []),
        purposes=words.purpose_options(),
        left=queries.left_to_ask_for(village, village_day(now()).year),
    )


def send_list(village: str, data: dict[str, Any]) -> DisbursementList:
    """Apply for the ticked, pasted and brought payees; each bad line is named."""
    lines = lines_of(village, data)
    evidence = kept_upload(village, data.get("evidence_file"))
    try:
        return operations.apply_for_list(
            village=village,
            title=data["title"],
            purpose=data["purpose"],
            reason=data["reason"],
            lines=lines,
            evidence=[] if evidence is None else [evidence],
            actor=current_actor(),
            now=now(),
        )
    except Invalid as refusal:
        raise named(village, refusal, lines) from refusal


def lines_of(village: str, data: dict[str, Any]) -> list[ListLine]:
    """The lines that were ticked, pasted and brought."""
    amount_fen = data["amount_fen"]
    if data["households"] and amount_fen is None:
        detail = _("Write how much each of those ticked gets")
        raise Invalid(errors=[FieldError("/amount_fen", detail)])
    lines = [
        ListLine(PayeeChoice(household_id=each), amount_fen or 0) for each in data["households"]
    ]
    purpose = purposes().get(data["purpose"])
    of_people = purpose is not None and purpose.cap_per == "person"
    given = {"village": village, "of_people": of_people, "amount_fen": amount_fen}
    if data["names"].strip():
        lines += read_list(rows=rows_of_text(data["names"]), pointer="/names", **given)
    if "sheet" in data:
        lines += read_list(rows=rows_of_file(data["sheet"].read()), pointer="/sheet", **given)
    return lines


def named(village: str, refusal: Invalid, lines: list[ListLine]) -> Refusal:
    """A refusal of the lines in sentences: of single ones with the payees' names."""
    for error in refusal.errors:
        if error.pointer == "/lines":
            return Invalid(error.detail)
    bad = [error for error in refusal.errors if error.pointer.startswith("/lines/")]
    if not bad:
        return refusal
    sentences = []
    for error in bad:
        payee = lines[int(error.pointer.split("/")[2])].payee
        draft = Disbursement(
            id=UUID(int=0),
            village=village,
            purpose="",
            household_id=payee.household_id,
            resident_id=payee.resident_id,
            payee_name=payee.name,
        )
        name = payees([draft])[draft.id].name
        sentences.append(str(_("%(name)s: %(what)s", name=name, what=error.detail)))
    return Invalid(str(_("; ")).join(sentences))


@blueprint.get("/fund/lists/<uuid:list_id>")
@page(permission="disbursement.read")
def show_list(list_id: UUID) -> Any:
    """A list with its lines, and what this person can do with it."""
    return show(list_id)


def show(list_id: UUID, action: str | None = None, form: Form | None = None) -> Any:
    """The page of a list, with the form of one action as it stands."""
    village, actor = current_village().code, current_actor()
    asked = queries.find_list(village, list_id)
    views = queries.disbursement_views(queries.rows_on(asked.id))
    cards = [timeline.card_of(view, actor) for view in views]
    return render(
        "fund/list_show.html",
        asked=asked,
        cards=cards,
        speaking=queries.speaks_for(views),
        actions=actions_on(asked, cards, actor),
        action=action,
        form=form,
        methods=[(method.value, words.PLACES[method.value]) for method in Method],
        today=village_day(now()),
        words=words,
    )


def actions_on(asked: DisbursementList, cards: list[timeline.Card], actor: Actor) -> list[str]:
    """What this person can do with the list as a whole: what they can do with each line of it.

    One who lives in a payee's household decides on none of it, and pays the others.
    """
    possible = {action for card in cards for action in card.actions}
    beside = any(card.is_own and card.row.status in BEFORE_PAYMENT for card in cards)
    decided = () if beside else ("evaluation", "approval")
    found: list[str] = [action for action in (*decided, "payment", "receipt") if action in possible]
    mine = asked.applied_by == actor.person and "withdrawal" in possible
    if mine and may(actor, "disbursement.withdraw", asked.village):
        found.append("withdrawal")
    return found


@blueprint.post("/fund/lists/<uuid:list_id>/<action>")
@page(permission="disbursement.read")
def act_on_list(list_id: UUID, action: str) -> Any:
    """Take a step with a whole list; the operation asks who may."""
    if action not in ACTIONS:
        raise NotFound()
    village = current_village().code
    form = Form(ACTIONS[action])
    answer = form.accept(
        lambda: take_step_on(village, list_id, action, form.data),
        then=lambda _done: url_for(".show_list", list_id=list_id),
        done=timeline.DONE[action],
    )
    return answer or show(list_id, action, form)


def take_step_on(village: str, list_id: UUID, action: str, data: dict[str, Any]) -> Any:
    """Call the operation of a step."""
    steps: dict[str, Any] = {
        "evaluation": operations.evaluate_list,
        "approval": operations.approve_list,
        "withdrawal": operations.withdraw_list,
        "payment": operations.pay_list,
        "receipt": keep_receipt,
    }
    if action in TO_TICK and not data["lines"]:
        raise Invalid(errors=[FieldError("/lines", TO_TICK[action])])
    return steps[action](village=village, list_id=list_id, actor=current_actor(), now=now(), **data)


def keep_receipt(
    *, village: str, list_id: UUID, lines: list[int], file: Any, actor: Actor, now: datetime
) -> None:
    """Keep one signed sheet as the receipt of these lines, given by their numbers."""
    rows = dict(enumerate(queries.rows_on(queries.find_list(village, list_id).id), start=1))
    if not rows.keys() >= set(lines):
        raise NotFound()
    file_id = keep_file(village=village, content=file.read(), actor=actor, now=now).id
    for number in dict.fromkeys(lines):
        operations.confirm_receipt(
            village=village,
            disbursement_id=rows[number].id,
            file_id=file_id,
            actor=actor,
            now=now,
        )
