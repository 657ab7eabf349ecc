"""The public pages of the rules: those in force, every version for ever, the sheet to put up."""

from collections.abc import Sequence
from typing import Any

from flask import request, url_for
from flask_babel import force_locale, gettext

from incentives.access.actor import find_actor
from incentives.awards import queries, words
from incentives.awards.models import Category, Rulebook, RulebookStatus, RuleItem
from incentives.awards.pages.shared import blueprint
from incentives.awards.sheets import rulebook_workbook
from incentives.awards.template import as_draft, findings_of, sentence_of
from incentives.books.queries import newest_checkpoint
from incentives.clock import now, village_day
from incentives.errors import NotFound
from incentives.web.cursors import page as page_of
from incentives.web.pages import page, render

SHOWN = 30
CHINESE, TIBETAN = "zh_Hans_CN", "bo"


@blueprint.get("/v/<village>/rules")
@page(permission=None)
def show_rules(village: str) -> Any:
    """What earns points in a village today, by kind."""
    rulebook = queries.rulebook_in_force(village, village_day(now()))
    if rulebook is None:
        return render("awards/no_rules.html")
    return show(rulebook, is_today=True)


@blueprint.get("/v/<village>/rules/versions")
@page(permission=None)
def list_versions(village: str) -> Any:
    """Every version that the assembly adopted, newest first."""
    after = request.args.get("after")
    chosen = queries.rulebooks(village, RulebookStatus.ADOPTED)
    found = page_of(chosen, [Rulebook.number.desc()], {"limit": SHOWN, "after": after})
    address = url_for(".list_versions", village=village)
    return render(
        "awards/versions.html",
        rulebooks=found["items"],
        standings=queries.standings(village, found["items"], village_day(now())),
        next_url=found["next"] and url_for(".list_versions", village=village, after=found["next"]),
        first_url=address if after else None,
    )


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
        before=before,
        changes=queries.changes_of(rulebook, before) if before else None,
        is_today=is_today,
        minutes=rulebook.minutes_id
        if queries.may_read_drafts(find_actor(), rulebook.village)
        else None,
        words=words,
    )


def by_kind(items: Sequence[RuleItem]) -> list[tuple[Category, list[RuleItem]]]:
    """The rules by kind, in the order of the kinds, each kind once."""
    return [
        (kind, rules)
        for kind in Category
        if (rules := [item for item in items if item.category is kind])
    ]


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
    before = queries.predecessor(rulebook, village_day(now()))
    items = queries.items_of([rulebook.id])[rulebook.id]
    with force_locale(CHINESE):
        return render(
            "awards/rules_sheet.html",
            rulebook=rulebook,
            groups=[(in_both(words.CATEGORIES[kind]), rules) for kind, rules in by_kind(items)],
            heads=[in_both(text) for text in words.SHEET_HEADS],
            title=in_both(words.SHEET_TITLE),
            before=before,
            changes=queries.changes_of(rulebook, before) if before else None,
            checkpoint=checkpoint_of(village),
            doubts=doubts_in(items) if rulebook.effective_on is None else [],
            today=village_day(now()),
            words=words,
        )


def doubts_in(items: Sequence[RuleItem]) -> list[Any]:
    """What the template check lets pass, for the assembly to look at."""
    return [sentence_of(found) for item in items for found in findings_of(as_draft(item))]


def in_both(text: Any) -> tuple[str, str]:
    """A heading in Chinese and in Tibetan; where Tibetan lacks it, in Chinese once."""
    with force_locale(CHINESE):
        chinese = str(text)
    with force_locale(TIBETAN):
        tibetan = str(text)
    return chinese, "" if tibetan == chinese else tibetan


def checkpoint_of(village: str) -> str:
    """The log's size and root by the newest checkpoint, in one line; empty before the first."""
    try:
        _origin, size, root = newest_checkpoint(village).note.split("\n")[:3]
    except NotFound:
        return ""
    return gettext("Checkpoint %(size)s %(root)s", size=size, root=root)
