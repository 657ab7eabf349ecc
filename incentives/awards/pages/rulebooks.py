"""The desk's pages of rulebooks: draft one, compare it, enter the assembly's adoption."""

from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _

from incentives.access.actor import current_actor
from incentives.access.permissions import may
from incentives.awards import forms, lists, operations, queries, words
from incentives.awards.api.rulebooks import get_rulebooks
from incentives.awards.models import Rulebook, RulebookStatus
from incentives.awards.pages import editor
from incentives.awards.pages.shared import blank_form, blueprint
from incentives.awards.sheets import doubts_in
from incentives.clock import now, village_day
from incentives.errors import NotFound
from incentives.files.operations import keep_file
from incentives.web.cursors import page as page_of
from incentives.web.lists import ListPage
from incentives.web.pages import Form, current_village, page, render
from incentives.web.schemas import UUID_TEXT

SHOWN = 30
SOURCES_AT_MOST = 50


@blueprint.route("/desk/rulebooks", methods=["GET", "POST"])
@page(permission="rulebook.read")
def list_rulebooks() -> Any:
    """The versions, by state, and a new draft from the template or from one of them."""
    village = current_village().code
    form = Form(forms.DraftForm)
    answer = form.accept(
        lambda: draft(village, form.data["source"]),
        then=lambda rulebook: url_for(".show_rulebook", number=rulebook.number),
        done=_("A new draft. Change it, then enter what the assembly decided."),
    )
    return answer or show_list(village, form)


def show_list(village: str, form: Form) -> Any:
    """The page of all versions."""
    shown = ListPage(lists.RULEBOOKS, get_rulebooks, limit=SHOWN)
    chosen = lists.RULEBOOKS.narrow(queries.rulebooks(village), shown.query)
    found = shown.take(page_of(chosen, [Rulebook.number.desc()], shown.query))
    sources = page_of(
        queries.rulebooks(village), [Rulebook.number.desc()], {"limit": SOURCES_AT_MOST}
    )
    today = village_day(now())
    return render(
        "awards/rulebooks.html",
        form=form,
        rulebooks=found,
        list=shown,
        standings=queries.standings(village, found, today),
        never=queries.never_held(village, found),
        sources=sources["items"],
        in_force=queries.rulebook_in_force(village, today),
        status=shown.query["status"],
        statuses=list(RulebookStatus),
        may_draft=may(current_actor(), "rulebook.draft", village),
    )


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
@page(permission="rulebook.read")
def show_rulebook(number: int) -> Any:
    """One version; a draft can be edited here."""
    village = current_village().code
    form = Form(forms.ItemsForm)
    answer = form.accept(
        lambda: editor.keep(village, number, form.data),
        then=lambda rulebook: url_for(".show_rulebook", number=rulebook.number),
        done=_("The draft is kept."),
    )
    return answer or show(village, number, items_form=form)


@blueprint.route("/desk/rulebooks/<int:number>/adoption", methods=["GET", "POST"])
@page(permission="rulebook.adopt")
def adopt(number: int) -> Any:
    """Enter that the assembly adopted a draft."""
    village = current_village().code
    form = Form(forms.AdoptionForm)
    answer = form.accept(
        lambda: enter_adoption(village, number, form.data),
        then=lambda rulebook: url_for(".show_rulebook", number=rulebook.number),
        done=_("Entered. The rules hold from the day that the assembly named."),
    )
    if answer:
        return answer
    rulebook = queries.find_rulebook(village, number)
    return render(
        "awards/adoption.html",
        form=form,
        today=village_day(now()),
        **about(rulebook),
    )


def enter_adoption(village: str, number: int, data: dict[str, Any]) -> Rulebook:
    """Keep the minutes that were brought, and the adoption."""
    actor, at = current_actor(), now()
    upload = data.pop("minutes", None)
    minutes = (
        keep_file(village=village, content=upload.read(), actor=actor, now=at).id
        if upload is not None
        else None
    )
    return operations.adopt_rulebook(
        village=village,
        number=number,
        revision=data.pop("revision"),
        adoption=operations.Adoption(**data, minutes=minutes),
        actor=actor,
        now=at,
    )


@blueprint.post("/desk/rulebooks/<int:number>/minutes")
@page(permission="rulebook.keep_minutes")
def bring_minutes(number: int) -> Any:
    """Bring an adopted version's minutes."""
    village = current_village().code
    form = Form(forms.MinutesForm)
    answer = form.accept(
        lambda: keep_minutes(village, number, form.data["minutes"].read()),
        then=lambda rulebook: url_for(".show_rulebook", number=rulebook.number),
        done=_("The minutes are kept."),
    )
    return answer or show(village, number, minutes_form=form)


def keep_minutes(village: str, number: int, content: bytes) -> Rulebook:
    """Keep a file and put it to the version."""
    actor, at = current_actor(), now()
    file = keep_file(village=village, content=content, actor=actor, now=at)
    return operations.keep_minutes(
        village=village, number=number, minutes=file.id, actor=actor, now=at
    )


@blueprint.post("/desk/rulebooks/<int:number>/discarding")
@page(permission="rulebook.discard")
def discard(number: int) -> Any:
    """Discard a draft."""
    village = current_village().code
    form = Form()
    answer = form.accept(
        lambda: operations.discard_rulebook(
            village=village, number=number, actor=current_actor(), now=now()
        ),
        then=lambda _rulebook: url_for(".list_rulebooks"),
        done=_("The draft is discarded."),
    )
    return answer or show(village, number, discard_form=form)


def show(
    village: str,
    number: int,
    items_form: Form | None = None,
    minutes_form: Form | None = None,
    discard_form: Form | None = None,
) -> Any:
    """The page of one version, with the form that was refused, if any."""
    rulebook = queries.find_rulebook(village, number)
    form = items_form or blank_form()
    known = about(rulebook)

    def allows(permission: str) -> bool:
        return may(current_actor(), permission, village)

    return render(
        "awards/rulebook.html",
        items_form=form,
        minutes_form=minutes_form or blank_form(),
        discard_form=discard_form or blank_form(),
        editor=editor.view(rulebook, known["items"], form) if allows("rulebook.draft") else None,
        may_adopt=allows("rulebook.adopt"),
        may_discard=allows("rulebook.discard"),
        may_keep_minutes=allows("rulebook.keep_minutes"),
        **known,
    )


def about(rulebook: Rulebook) -> dict[str, Any]:
    """What is shown of a version: its standing, its items, what it changes, what is doubtful."""
    today = village_day(now())
    before = queries.predecessor(rulebook, today)
    items = queries.items_of([rulebook.id])[rulebook.id]
    return {
        "rulebook": rulebook,
        "items": items,
        "standing": queries.standings(rulebook.village, [rulebook], today)[rulebook.id],
        "never": queries.never_held(rulebook.village, [rulebook]),
        "before": before,
        "changes": queries.changes_of(rulebook, before),
        "doubts": doubts_in(items),
        "words": words,
    }
