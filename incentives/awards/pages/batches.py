"""A cadre's page for one act of many people: tick, paste or upload, mend, send; and its paper."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from incentives.access.actor import current_actor
from incentives.awards import batches, cover, forms, naming, operations, queries, words
from incentives.awards.models import Award
from incentives.awards.naming import NamedLine
from incentives.awards.pages.shared import blueprint
from incentives.awards.sign_up import SignUp, printed_at, sign_up_pdf, sign_up_sheet
from incentives.clock import now, village_day
from incentives.errors import CapExceeded, FieldError, Invalid, Refusal
from incentives.register.queries import grids_of, residents_by_id
from incentives.web import parsing
from incentives.web.pages import Form, current_village, page, render

ALL_HAVE_THEM = lazy_gettext("Everyone ticked has points for it already: nobody is left.")


@blueprint.route("/desk/awards/new", methods=["GET", "POST"])
@page(permission="award.propose")
def new_awards() -> Any:
    """Register one act of one or many people."""
    village = current_village().code
    looks = "look" in request.form
    schema = forms.NamesToLookUp if looks else forms.NewAwards
    form = Form(schema, None if request.method == "POST" else asked())
    found = Found()
    if form.submitted and form.status == 200:
        found = look_up(village, form)
        if looks or found.bad or found.looked_up or form.status != 200:
            return show_new(village, form, found)
    answer = form.accept(
        lambda: propose(village, form.data, found.people),
        then=lambda _kept: url_for(
            ".list_awards", _anchor=f"sent={request.form.get('idempotency_key', '')}"
        ),
        done=_("Registered. The review group decides next."),
    )
    return answer or show_new(village, form, found)


@dataclass
class Found:
    """Who was ticked, picked or named, the lines that mean nobody, how many were looked up."""

    people: list[UUID] = field(default_factory=list)
    bad: list[NamedLine] = field(default_factory=list)
    looked_up: int = 0


def asked(*also: str) -> dict[str, str]:
    """The rule and the day that a sign-up sheet's address asks for, and what else is named."""
    names = ("rule_item", "occurred_on", *also)
    return {name: request.args[name] for name in names if request.args.get(name)}


def is_sheet() -> bool:
    """Whether the page keys in a printed sheet."""
    return printed_at(request.args.get("printed")) is not None


def draft_of(village: str) -> str:
    """The name of this page's draft: each cadre has one, and one more for each printed sheet."""
    parts = [village, str(current_actor().user_id), *asked("grid", "printed").values()]
    return "-".join(["new-awards", *parts])


def look_up(village: str, form: Form) -> Found:
    """Whom ticks and pasted, uploaded and mended lines mean. Nothing is kept."""
    data = form.data
    found = Found(people=list(data["people"]))
    again = []
    for line in data["lines"]:
        if line["pick"] == forms.LEFT_OUT:
            continue
        if line["pick"] and line["typed"] == line["was"]:
            found.people.append(UUID(line["pick"]))
        else:
            again.append(line["typed"])
    try:
        named = naming.match_text(village, data["names"])
        if data["sheet"]:
            named += naming.match_table(village, data["sheet"], "/sheet")
        mended = naming.match_text(village, "\n".join(again))
    except Invalid as refusal:
        form.refuse(refusal)
        return found
    found.looked_up = len(named)
    named += mended
    found.bad = [line for line in named if line.problem]
    found.people += [line.resident_id for line in named if line.resident_id]
    found.people = list(dict.fromkeys(found.people))
    form.values |= {"people": [str(each) for each in found.people], "names": ""}
    form.errors |= {
        f"lines-{place}-typed": str(words.NAME_PROBLEMS[line.problem])
        for place, line in enumerate(found.bad)
        if line.problem
    }
    return found


def propose(village: str, data: dict[str, Any], people: list[UUID]) -> list[Award]:
    """Propose what was ticked and picked; a refusal names each person it concerns."""
    if not people:
        raise Invalid(errors=[FieldError("/people", lazy_gettext("Tick at least one person."))])
    if is_sheet() and data["standing"] == forms.LEAVE:
        standing = queries.who_stands(village, data["rule_item"], data["occurred_on"], people)
        people = [each for each in people if each not in standing]
        if not people:
            raise Invalid(errors=[FieldError("/people", ALL_HAVE_THEM)])
    try:
        return operations.propose_batch(
            village=village,
            act=operations.Act(data["rule_item"], data["occurred_on"], data.get("note")),
            lines=[operations.BatchLine(each, data["quantity"]) for each in people],
            once=is_sheet() and data["standing"] != forms.AGAIN,
            actor=current_actor(),
            now=now(),
        )
    except (CapExceeded, Invalid) as refusal:
        raise named(refusal, people) from refusal


def named(refusal: Refusal, people: list[UUID]) -> Refusal:
    """A refusal of single lines in sentences with the people's names."""
    lines = [error for error in refusal.errors if error.pointer.startswith("/lines/")]
    if not lines:
        return refusal
    names = residents_by_id(people)
    sentences = []
    for error in lines:
        person = names.get(people[int(error.pointer.split("/")[2])])
        name = person.name if person else "?"
        detail = str(error.detail)
        sentences.append(detail if name in detail else f"{name}{_(': ')}{detail}")
    return type(refusal)(" ".join(sentences))


def show_new(village: str, form: Form, found: Found) -> Any:
    """The page on which people are ticked, with the lines of a list that are to be mended."""
    today = village_day(now())
    printed = printed_at(request.args.get("printed"))
    grid = request.args.get("grid") or None
    people = batches.people_of(village, grid=grid if printed else None, printed=printed)
    ticked = ticked_in(form)
    also = batches.people_named(village, ticked - {each.resident.id for each in people})
    return render(
        "awards/new.html",
        form=form,
        items=queries.enterable_items(village, today),
        people=people,
        also=also,
        printed=printed,
        grids=grid_picks(village, people),
        ticked=ticked,
        found=found,
        standing=standing_on_sheet(village, form, [each.resident.id for each in [*people, *also]]),
        standing_words=queries.standing_words,
        picks=queries.same_people(village, current_actor().person),
        draft=draft_of(village),
        warnings=cover.warnings(village, 0, today),
        today=today,
        first_day=queries.first_enterable_day(village, today),
        on=day_typed(form, today),
        words=words,
    )


def ticked_in(form: Form) -> set[UUID]:
    """Whose ticks came with the form or were set by a look-up; also where it was refused."""
    values = form.values.get("people", [])
    ticked = set()
    for text in [values] if isinstance(values, str) else values:
        with suppress(ValueError):
            ticked.add(UUID(text))
    return ticked


def standing_on_sheet(village: str, form: Form, people: list[UUID]) -> dict[UUID, str]:
    """Who of a printed sheet has points for its act and day already, by name."""
    if not is_sheet():
        return {}
    act = form.data if form.submitted else {}
    if not form.submitted:
        with suppress(Invalid):
            act = parsing.load(forms.NewAwards(), asked())
    if not (act.get("rule_item") and act.get("occurred_on")):
        return {}
    return queries.who_stands(village, act["rule_item"], act["occurred_on"], people)


def day_typed(form: Form, today: date) -> date:
    """The day that stands in a form, of which its rules' points are shown; else today."""
    try:
        return date.fromisoformat(form.values.get("occurred_on", ""))
    except ValueError:
        return today


def grid_picks(village: str, people: list[batches.Candidate]) -> list[tuple[str, list[UUID]]]:
    """The people of each grid, by its name."""
    return [
        (grid.short_name, ids)
        for grid in grids_of(village)
        if (ids := [each.resident.id for each in people if each.household.grid == grid.code])
    ]


@blueprint.get("/desk/awards/sign-up")
@page(permission="award.propose")
def sign_up() -> Any:
    """A sign-up sheet to print before the act: which act, which day, whose names."""
    village = current_village().code
    form = Form(forms.SignUpForm, given := sheet_given())
    sheet = sheet_asked(village, form) if given else None
    text = None
    if sheet is not None:
        try:
            text = sign_up_sheet(sheet)
        except Refusal as refusal:
            form.refuse(refusal)
    today = village_day(now())
    return render(
        "awards/sign_up.html",
        form=form,
        items=queries.enterable_items(village, today, ahead=True),
        grids=[(grid.code, grid.short_name) for grid in grids_of(village)],
        sheet=text,
        pdf_url=url_for(".download_sign_up", village=village, **given) if text else None,
        today=today,
        on=day_typed(form, today),
        words=words,
    )


@blueprint.get("/desk/awards/sign-up.pdf")
@page(permission="award.propose")
def download_sign_up() -> Response:
    """The sheet as a PDF."""
    village = current_village().code
    sheet = sheet_asked(village, Form(forms.SignUpForm))
    if sheet is None:
        raise Invalid()
    return sign_up_pdf(sheet)


def sheet_given() -> dict[str, Any]:
    """What an address says of the sheet, its village aside."""
    return {name: text for name, text in request.args.items() if text and name != "village"}


def sheet_asked(village: str, form: Form) -> SignUp | None:
    """The sheet that an address asks for; None where it doesn't say which, told on the form."""
    try:
        return SignUp(village, **parsing.load(forms.SignUpForm(), sheet_given()), printed_at=now())
    except Invalid as refusal:
        form.refuse(refusal)
        return None
