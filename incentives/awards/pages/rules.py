"""The public pages of the rules: those in force, every version for ever, the sheet to put up."""

from typing import Any

from flask import request

from incentives.access.actor import find_actor
from incentives.awards import lists, queries, words
from incentives.awards.api.rulebooks import get_rulebooks
from incentives.awards.models import Rulebook, RulebookStatus
from incentives.awards.pages.shared import blueprint
from incentives.awards.schemas import RulesQuery
from incentives.awards.sheets import by_kind, rulebook_pdf, rulebook_sheet, rulebook_workbook
from incentives.clock import now, village_day
from incentives.errors import NoRuleInForce
from incentives.web import parsing
from incentives.web.cursors import page as page_of
from incentives.web.lists import ListPage, Place, export_page
from incentives.web.pages import page, render

SHOWN = 30


@blueprint.get("/v/<village>/rules")
@page(permission=None)
def show_rules(village: str) -> Any:
    """What earns points in a village, by kind: today, or on the day asked for (`on`).

    Refuses what is no day, and a day on which no rules were in force, with the way to all versions.
    """
    current = queries.rulebook_in_force(village, village_day(now()))
    if "on" in request.args:
        on = parsing.load(RulesQuery(), {"on": request.args["on"]})["on"]
        asked = queries.rulebook_in_force(village, on)
        return no_rules(village) if asked is None else show(asked, is_today=asked == current)
    if current is None:
        return render("awards/no_rules.html")
    return show(current, is_today=True)


def no_rules(village: str) -> Any:
    """That no rules were in force on the day asked for, and where all of them are."""
    refusal = NoRuleInForce()
    answer = render(
        "awards/no_rules.html", refused=refusal.detail, versions=queries.has_adopted(village)
    )
    answer.status_code = refusal.status
    return answer


ADOPTED = Place(fixed=lambda: {"status": RulebookStatus.ADOPTED})


@blueprint.get("/v/<village>/rules/versions")
@page(permission=None)
def list_versions(village: str) -> Any:
    """Every version that the assembly adopted, newest first."""
    shown = ListPage(lists.VERSIONS, get_rulebooks, limit=SHOWN, place=ADOPTED)
    chosen = lists.RULEBOOKS.narrow(queries.rulebooks(village), shown.query)
    found = shown.take(page_of(chosen, [Rulebook.number.desc()], shown.query))
    return render(
        "awards/versions.html",
        rulebooks=found,
        standings=queries.standings(village, found, village_day(now())),
        never=queries.never_held(village, found),
        list=shown,
    )


export_page(blueprint, "/v/<village>/rules/versions", get_rulebooks, lists.VERSIONS, place=ADOPTED)


@blueprint.get("/v/<village>/rules/<int:number>")
@page(permission=None)
def show_version(village: str, number: int) -> Any:
    """One version, for anyone and for ever; a draft for the village's staff."""
    return show(queries.find_readable(village, number, find_actor()), is_today=False)


def show(rulebook: Rulebook, *, is_today: bool) -> Any:
    """The page of a version as residents read it."""
    today = village_day(now())
    before = queries.predecessor(rulebook, today)
    items = queries.items_of([rulebook.id])[rulebook.id]
    return render(
        "awards/rules.html",
        rulebook=rulebook,
        groups=[(words.CATEGORIES[kind], rules) for kind, rules in by_kind(items)],
        standing=queries.standings(rulebook.village, [rulebook], today)[rulebook.id],
        never=queries.never_held(rulebook.village, [rulebook]),
        before=before,
        changes=queries.changes_of(rulebook, before) if before else None,
        is_today=is_today,
        minutes=rulebook.minutes_id
        if queries.may_read_drafts(find_actor(), rulebook.village)
        else None,
        words=words,
    )


@blueprint.get("/v/<village>/rules/<int:number>.xlsx")
@page(permission=None)
def download_version(village: str, number: int) -> Any:
    """The rules of a version as a workbook."""
    rulebook = queries.find_readable(village, number, find_actor())
    return rulebook_workbook(rulebook, queries.items_of([rulebook.id])[rulebook.id])


@blueprint.get("/v/<village>/rules/<int:number>/print")
@page(permission=None)
def print_version(village: str, number: int) -> Any:
    """The sheet to put up: in Chinese, with Tibetan headings, whoever prints it."""
    rulebook = queries.find_readable(village, number, find_actor())
    sheet = rulebook_sheet(rulebook, village_day(now()))
    return render("awards/rules_print.html", rulebook=rulebook, sheet=sheet)


@blueprint.get("/v/<village>/rules/<int:number>.pdf")
@page(permission=None)
def download_sheet(village: str, number: int) -> Any:
    """The sheet as a PDF."""
    rulebook = queries.find_readable(village, number, find_actor())
    return rulebook_pdf(rulebook, village_day(now()))
