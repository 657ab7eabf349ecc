"""A cadre's pages of rulebooks: draft one, edit its items, enter the assembly's adoption."""

from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _

from incentives.access.actor import current_actor
from incentives.awards import forms, operations, queries, schemas, words
from incentives.awards.models import CapPer, CapPeriod, Category, Evidence, Rulebook, RulebookStatus
from incentives.awards.pages.shared import blank_form, blueprint
from incentives.awards.template import ItemDraft
from incentives.clock import now, village_day
from incentives.errors import NotFound
from incentives.web.cursors import page as page_of
from incentives.web.pages import Form, current_village, page, render
from incentives.web.schemas import UUID_TEXT

BLANK_ROWS = 3


@blueprint.route("/desk/rulebooks", methods=["GET", "POST"])
@page(permission="rulebook.draft")
def list_rulebooks() -> Any:
    """All versions, and a new draft from the template or from one of them."""
    village = current_village().code
    form = Form(forms.DraftForm)
    answer = form.accept(
        lambda: draft(village, form.data["source"]),
        then=lambda rulebook: url_for(".show_rulebook", number=rulebook.number),
        done=_("A new draft. Change it, then enter what the assembly decided."),
    )
    if answer:
        return answer
    in_force = queries.rulebook_in_force(village, village_day(now()))
    found = page_of(queries.rulebooks(village), [Rulebook.number.desc()], {"limit": 50})
    return render("awards/rulebooks.html", form=form, rulebooks=found["items"], in_force=in_force)


def draft(village: str, source: str) -> Rulebook:
    """Begin a draft; `template` or a version's id."""
    if source != "template" and not UUID_TEXT.fullmatch(source):
        raise NotFound()
    return operations.draft_rulebook(
        village=village,
        source=None if source == "template" else UUID(source),
        actor=current_actor(),
        now=now(),
    )


@blueprint.route("/desk/rulebooks/<int:number>", methods=["GET", "POST"])
@page(permission="rulebook.draft")
def show_rulebook(number: int) -> Any:
    """One version; a draft can be edited here."""
    village = current_village().code
    form = Form(forms.ItemsForm)
    answer = form.accept(
        lambda: operations.set_items(
            village=village,
            number=number,
            items=items_in(form.data),
            actor=current_actor(),
            now=now(),
        ),
        then=lambda rulebook: url_for(".show_rulebook", number=rulebook.number),
        done=_("The draft is kept."),
    )
    return answer or show(village, number, items_form=form)


def items_in(data: dict[str, Any]) -> list[ItemDraft]:
    """The rules that were typed, those to go left out."""
    return [ItemDraft(**row) for row in data["items"] if not row.pop("remove")]


@blueprint.post("/desk/rulebooks/<int:number>/adoption")
@page(permission="rulebook.adopt")
def adopt(number: int) -> Any:
    """Enter that the assembly adopted a draft."""
    village = current_village().code
    form = Form(schemas.AdoptionInput)
    answer = form.accept(
        lambda: operations.adopt_rulebook(
            village=village,
            number=number,
            adoption=operations.Adoption(**form.data),
            actor=current_actor(),
            now=now(),
        ),
        then=lambda rulebook: url_for(".show_rulebook", number=rulebook.number),
        done=_("Entered. The rules hold from the day that the assembly named."),
    )
    return answer or show(village, number, adoption_form=form)


def show(
    village: str,
    number: int,
    items_form: Form | None = None,
    adoption_form: Form | None = None,
) -> Any:
    """The page of one version, with the form that was refused, if any."""
    rulebook = queries.find_rulebook(village, number)
    return render(
        "awards/rulebook.html",
        rulebook=rulebook,
        items=queries.items_of([rulebook.id])[rulebook.id],
        is_draft=rulebook.status is RulebookStatus.DRAFT,
        blank_rows=BLANK_ROWS,
        items_form=items_form or blank_form(),
        adoption_form=adoption_form or blank_form(),
        today=village_day(now()),
        categories=[(each.value, words.CATEGORIES[each]) for each in Category],
        proofs=[(each.value, words.PROOFS[each]) for each in Evidence],
        pers=[(each.value, words.PER[each]) for each in CapPer],
        periods=[(each.value, words.PERIODS[each]) for each in CapPeriod],
        words=words,
    )
