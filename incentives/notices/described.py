"""Objections in words: what each is to and where that is, whose it is, who wrote and ruled."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import cast
from uuid import UUID

from flask import url_for
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from sqlalchemy import select

from incentives.access.actor import find_actor
from incentives.access.permissions import may
from incentives.access.queries import person_names
from incentives.awards.models import Award, Rulebook, RulebookStatus, RuleItem
from incentives.awards.queries import AwardView, award_views
from incentives.awards.words import item_name
from incentives.clearing.queries import find_clearing, taken
from incentives.extensions import db
from incentives.notices.models import Notice, NoticeLine, Objection, ObjectionStatus
from incentives.notices.queries import Matter, kept_from, matter_of
from incentives.register.dues import due_words
from incentives.register.models import Household
from incentives.register.names import masked
from incentives.shop.queries import find_redemption
from incentives.web.dates import day_word

MATTER_WORDS = {
    Matter.AWARD: _("points given"),
    Matter.DISBURSEMENT: _("a payment of the fund"),
    Matter.OPENING: _("a line of the paper book"),
    Matter.REDEMPTION: _("something from the shop"),
    Matter.CLEARING: _("points that were cleared"),
    Matter.MISSING: _("points that are missing"),
}
STATUS_WORDS = {
    ObjectionStatus.OPEN: _("waits for a ruling"),
    ObjectionStatus.UPHELD: _("was right"),
    ObjectionStatus.OVERRULED: _("was not right"),
}


# By the code of an act and its day.
RuleNames = dict[tuple[str, date], str]


@dataclass(frozen=True)
class Described:
    """An objection in words: `asker` is whose it is, `writer` who wrote it down for them.

    `village` is its village's name, where there are several. `granted` is how often the act was
    granted that was said to be done several times.
    """

    objection: Objection
    title: str
    url: str | None
    asker: str
    writer: str
    ruler: str
    village: str = ""
    granted: int | None = None

    @property
    def granted_words(self) -> str:
        """How often the act was granted, of how often it was said to be done; empty where once."""
        asked = self.objection.missing_quantity or 1
        if self.granted is None or asked == 1:
            return ""
        return gettext("granted %(granted)s of %(asked)s", granted=self.granted, asked=asked)

    @property
    def matter(self) -> str:
        """What kind of thing it is to."""
        return str(MATTER_WORDS[matter_of(self.objection)])

    def due_words(self, on: date) -> str:
        """How many days are left for the ruling, or by how many it is late."""
        return due_words(self.objection.due_on, on)


def described(village: str, found: Sequence[Objection]) -> list[Described]:
    """A village's objections in words; awards and names in one statement each.

    Whoever isn't of its staff reads the names of other households as its notices have them.
    """
    ids = [each.award_id for each in found if each.award_id]
    awards = list(db.session.scalars(select(Award).where(Award.id.in_(ids)))) if ids else []
    views = {view.award.id: view for view in award_views(awards)}
    names = person_names(
        person
        for each in found
        for person in (each.missing_resident_id, each.on_behalf_of, each.made_by, each.ruled_by)
    )
    rules = rule_names(village, found)
    reader = find_actor()
    whole = reader is not None and may(reader, "objection.read", village)
    kept = kept_from(reader) if whole else frozenset()
    shown = [describe(each, views, names, rules, whole=whole) for each in found]
    often = granted_often(found)
    shown = [replace(each, granted=often.get(each.objection.granted_award_id)) for each in shown]
    return [unnamed(each) if each.objection.id in kept else each for each in shown]


def granted_often(found: Sequence[Objection]) -> dict[UUID | None, int]:
    """How often the act was granted of each award that came of these objections."""
    ids = [each.granted_award_id for each in found if each.granted_award_id]
    if not ids:
        return {}
    rows = db.session.execute(select(Award.id, Award.quantity).where(Award.id.in_(ids)))
    return {row.id: row.quantity for row in rows}


def unnamed(each: Described) -> Described:
    """The same for staff of the household concerned: not whose it is, nor who wrote it down."""
    return replace(each, asker=gettext("another household"), writer="")


def rule_names(village: str, found: Sequence[Objection]) -> RuleNames:
    """What the acts that are said to be missing are called, by the rules in force on their days."""
    wanted = {(each.missing_rule_item, each.missing_occurred_on) for each in found}
    acts = [(code, day) for code, day in wanted if code is not None and day is not None]
    if not acts:
        return {}
    versions = db.session.execute(
        select(RuleItem, Rulebook.effective_on)
        .join(Rulebook, Rulebook.id == RuleItem.rulebook_id)
        .where(
            Rulebook.village == village,
            Rulebook.status == RulebookStatus.ADOPTED,
            RuleItem.code.in_({code for code, _day in acts}),
        )
        .order_by(Rulebook.adopted_at.desc(), Rulebook.number.desc())
    ).all()
    names: RuleNames = {}
    for item, effective_on in versions:
        for code, day in acts:
            if code == item.code and effective_on is not None and effective_on <= day:
                names.setdefault((code, day), item_name(item))
    return names


def describe(
    each: Objection,
    views: dict[UUID, AwardView],
    names: dict[UUID, str],
    rules: RuleNames,
    *,
    whole: bool,
) -> Described:
    """One objection in words; `whole` says that the reader reads every name."""
    title, url = subject_words(each, views, names, rules, whole=whole)
    return Described(
        each,
        title,
        url,
        asker=names.get(each.on_behalf_of or each.made_by, ""),
        writer=names.get(each.made_by, "") if each.on_behalf_of else "",
        ruler=names.get(each.ruled_by, "") if each.ruled_by else "",
    )


def subject_words(
    each: Objection,
    views: dict[UUID, AwardView],
    names: dict[UUID, str],
    rules: RuleNames,
    *,
    whole: bool,
) -> tuple[str, str | None]:
    """What an objection is to, in words, and where the staff looks at it."""
    if each.notice_id is not None and each.opening_line_id is not None:
        return opening_words(each)
    if each.award_id is not None:
        view = views[each.award_id]
        own = view.award.household_id == each.household_id
        holder = view.holder if whole or own else in_public(view)
        points = ngettext("%(num)s point", "%(num)s points", view.award.points)
        title = f"{holder} · {item_name(view.item)} · {points}"
        return title, url_for("awards_pages.show_award", award_id=each.award_id)
    if each.disbursement_id is not None:
        url = url_for("fund_pages.show", disbursement_id=each.disbursement_id)
        return gettext("A payment of the fund"), url
    if each.redemption_id is not None:
        receipt = find_redemption(each.village, each.redemption_id).receipt
        url = url_for("shop_pages.receipt", redemption_id=each.redemption_id)
        return gettext("Something from the shop: receipt %(number)s", number=receipt), url
    if each.clearing_id is not None:
        return clearing_words(each)
    code, day = cast("str", each.missing_rule_item), cast("date", each.missing_occurred_on)
    name = names.get(each.missing_resident_id, "") if each.missing_resident_id else ""
    rule = rules.get((code, day), code)
    words = {"name": name, "rule": rule, "day": day_word(day)}
    title = gettext("Missing: %(name)s, %(rule)s, %(day)s", **words)
    often = each.missing_quantity or 1
    return (f"{title} × {often}" if often > 1 else title), None


def in_public(view: AwardView) -> str:
    """Who earned an award, as its notice has it."""
    return gettext("a minor") if view.minor else masked(view.holder)


def clearing_words(each: Objection) -> tuple[str, str]:
    """What was cleared of a household, and the page of the village's clearings."""
    clearing = find_clearing(each.village, cast("UUID", each.clearing_id))
    household = db.session.get_one(Household, each.household_id)
    gone = taken(clearing, household.account_code)
    title = gettext(
        "Cleared, of what was left on %(day)s: %(points)s",
        points=gone.points if gone else 0,
        day=day_word(clearing.period_ends_on),
    )
    return title, url_for("clearing_pages.list_clearings", village=each.village)


def opening_words(each: Objection) -> tuple[str, str]:
    """A line of a paper book as its notice has it, and where that is."""
    line = db.session.get_one(NoticeLine, (each.notice_id, each.line))
    notice = db.session.get_one(Notice, each.notice_id)
    if line.points is None:
        figure = gettext("%(yuan)s yuan", yuan=f"{(line.amount_fen or 0) / 100:.2f}")
    else:
        figure = ngettext("%(num)s point", "%(num)s points", line.points)
    title = " · ".join((line.holder or gettext("a minor"), line.what, figure))
    return title, url_for("notices_pages.show_notice", village=each.village, number=notice.number)
