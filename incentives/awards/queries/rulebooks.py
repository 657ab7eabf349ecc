"""What is read about rulebooks: versions, where each stands, and what one changes of another."""

from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, select

from incentives.access.actor import Actor
from incentives.access.permissions import may
from incentives.awards.differences import Difference, difference
from incentives.awards.models import CapPer, Rulebook, RulebookStatus, RuleItem
from incentives.awards.template import as_draft
from incentives.clock import village_day
from incentives.errors import NoRuleInForce, NotFound
from incentives.extensions import db
from incentives.files.models import File
from incentives.register.policy import Policy, policy_column, read_policy


class Standing(StrEnum):
    """Where a version stands on a day: its state, and of adopted ones whether their day is now."""

    DRAFT = "draft"
    DISCARDED = "discarded"
    COMING = "coming"
    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"


def rulebooks(village: str, status: RulebookStatus | None = None) -> Select[Rulebook]:
    """A village's versions of its rules, to be paged newest first by number."""
    chosen = select(Rulebook).where(Rulebook.village == village)
    return chosen if status is None else chosen.where(Rulebook.status == status)


def find_rulebook(village: str, number: int) -> Rulebook:
    """A village's version of its rules by number; refuses what isn't there."""
    rulebook = db.session.scalar(
        select(Rulebook).where(Rulebook.village == village, Rulebook.number == number)
    )
    if rulebook is None:
        raise NotFound()
    return rulebook


def may_read_drafts(actor: Actor | None, village: str) -> bool:
    """Whether somebody reads what isn't adopted; what is, anyone reads for ever."""
    return actor is not None and may(actor, "rulebook.read", village)


def find_readable(village: str, number: int, actor: Actor | None) -> Rulebook:
    """A version that this person, or the public (None), may read; refuses others as not there."""
    rulebook = find_rulebook(village, number)
    if rulebook.status is not RulebookStatus.ADOPTED and not may_read_drafts(actor, village):
        raise NotFound()
    return rulebook


def items_of(rulebook_ids: Sequence[UUID]) -> dict[UUID, list[RuleItem]]:
    """The items of each of these versions, in their order."""
    items: dict[UUID, list[RuleItem]] = {each: [] for each in rulebook_ids}
    for item in db.session.scalars(
        select(RuleItem).where(RuleItem.rulebook_id.in_(rulebook_ids)).order_by(RuleItem.line)
    ):
        items[item.rulebook_id].append(item)
    return items


def rulebook_in_force(village: str, on: date) -> Rulebook | None:
    """The version in force on a day, or None: of those whose day had come, the last adopted.

    As none is adopted for a day gone by where others hold, a day that is past keeps its version.
    """
    return db.session.scalar(in_force(village, on))


def in_force(village: str, on: date) -> Select[Rulebook]:
    """The version in force on a day, if any."""
    return (
        select(Rulebook)
        .where(
            Rulebook.village == village,
            Rulebook.status == RulebookStatus.ADOPTED,
            Rulebook.effective_on <= on,
        )
        .order_by(Rulebook.adopted_at.desc(), Rulebook.number.desc())
        .limit(1)
    )


def rule_in_force(
    village: str, on: date, code: str, today: date
) -> tuple[Policy, bool, RuleItem | None]:
    """What an award is decided on, in one statement: today's policy, and the rule of its day.

    Whether rules were in force at all that day, and the item of that code among them, if any.
    """
    rulebook = in_force(village, on).with_only_columns(Rulebook.id).scalar_subquery()
    found = select(rulebook.label("rulebook_id"), policy_column(village, today).label("policy"))
    one = found.subquery()
    row = db.session.execute(
        select(one.c.policy, one.c.rulebook_id, RuleItem).outerjoin_from(
            one,
            RuleItem,
            and_(RuleItem.rulebook_id == one.c.rulebook_id, RuleItem.code == code),
        )
    ).one()
    return read_policy(row.policy), row.rulebook_id is not None, row.RuleItem


def counts_by_household(village: str, on: date, code: str) -> ColumnElement[bool]:
    """Whether the rule of a day counts by household: an act of one of its people is its act."""
    rulebook = in_force(village, on).with_only_columns(Rulebook.id).scalar_subquery()
    return exists().where(
        RuleItem.rulebook_id == rulebook,
        RuleItem.code == code,
        RuleItem.cap_per == CapPer.HOUSEHOLD,
    )


def rules_in_force(village: str, on: date) -> tuple[Rulebook, list[RuleItem]]:
    """The version in force on a day with its items; refuses a day on which none was."""
    rulebook = rulebook_in_force(village, on)
    if rulebook is None:
        raise NoRuleInForce()
    return rulebook, items_of([rulebook.id])[rulebook.id]


def has_adopted(village: str) -> bool:
    """Whether a village ever adopted rules."""
    adopted = exists().where(Rulebook.village == village, Rulebook.status == RulebookStatus.ADOPTED)
    return bool(db.session.scalar(select(adopted)))


def adopted_versions(village: str) -> list[Rulebook]:
    """All adopted versions of a village, the last adopted first; a village has few."""
    return list(
        db.session.scalars(
            rulebooks(village, RulebookStatus.ADOPTED).order_by(
                Rulebook.adopted_at.desc(), Rulebook.number.desc()
            )
        )
    )


def holding_on(adopted: Sequence[Rulebook], on: date) -> Rulebook | None:
    """Of adopted versions, the last adopted first, the one that holds on a day."""
    return next((each for each in adopted if each.effective_on and each.effective_on <= on), None)


def standings(village: str, found: Sequence[Rulebook], on: date) -> dict[UUID, Standing]:
    """Where each of these versions stands on a day, by one statement."""
    adopted = adopted_versions(village)
    return {each.id: standing_of(each, adopted, on) for each in found}


def standing_of(rulebook: Rulebook, adopted: Sequence[Rulebook], on: date) -> Standing:
    """Where a version stands among the adopted ones, the last adopted first.

    One whose day is to come, but which another then replaces at once, is superseded already.
    """
    if rulebook.effective_on is None:
        return Standing(rulebook.status.value)
    holding = holding_on(adopted, max(on, rulebook.effective_on))
    if holding is None or holding.id != rulebook.id:
        return Standing.SUPERSEDED
    return Standing.COMING if rulebook.effective_on > on else Standing.IN_FORCE


def never_held(village: str, found: Sequence[Rulebook]) -> set[UUID]:
    """Which of these versions never hold, as another took their place before their day came."""
    adopted = adopted_versions(village)
    return {each.id for each in found if is_overtaken(each, adopted)}


def is_overtaken(rulebook: Rulebook, adopted: Sequence[Rulebook]) -> bool:
    """Whether, of the versions that were adopted before its day came, another holds on that day."""
    day = rulebook.effective_on
    if day is None:
        return False
    known = [
        each
        for each in adopted
        if each.id == rulebook.id or (each.adopted_at and village_day(each.adopted_at) < day)
    ]
    holding = holding_on(known, day)
    return holding is not None and holding.id != rulebook.id


def predecessor(rulebook: Rulebook, today: date) -> Rulebook | None:
    """What a version changes: of those adopted before it, the one that it takes the place of.

    That is the one in force the day before it takes effect, or the same day where it does so at
    once. For a draft it is the one in force today.
    """
    adopted = adopted_versions(rulebook.village)
    if rulebook.effective_on is None or rulebook.adopted_at is None:
        return holding_on(adopted, today)
    place = next(at for at, each in enumerate(adopted) if each.id == rulebook.id)
    last = max(rulebook.effective_on - timedelta(days=1), village_day(rulebook.adopted_at))
    return holding_on(adopted[place + 1 :], min(last, rulebook.effective_on))


def changes_of(rulebook: Rulebook, before: Rulebook | None) -> Difference:
    """What a version adds, takes out and changes of another (None: of no rules)."""
    ids = [rulebook.id] if before is None else [before.id, rulebook.id]
    items = items_of(ids)
    old = [] if before is None else [as_draft(each) for each in items[before.id]]
    return difference(old, [as_draft(each) for each in items[rulebook.id]])


def is_minutes(file_id: UUID) -> bool:
    """Whether a file is the minutes of an assembly."""
    return bool(db.session.scalar(select(exists().where(Rulebook.minutes_id == file_id))))


def keeps_minutes(file: File) -> bool:
    """Minutes are kept for ever."""
    return is_minutes(file.id)


def may_read_minutes(file: File, actor: Actor) -> bool:
    """Minutes hold names and signatures: they are for the village's staff and for the township."""
    return may(actor, "rulebook.read", file.village) and is_minutes(file.id)
