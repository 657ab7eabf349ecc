"""Acts on rulebooks: draft one, set its items, enter the assembly's adoption."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import delete, func, select, update

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.awards.models import CODE_LENGTH, Category, Rulebook, RulebookStatus, RuleItem
from incentives.awards.operations.records import rows_changed
from incentives.awards.queries import find_rulebook, items_of
from incentives.awards.template import ItemDraft, refuse_what_is_ruled_out, template_items
from incentives.clock import village_day
from incentives.errors import FieldError, Invalid, NotFound, WrongState
from incentives.extensions import db
from incentives.files.queries import find_file

ITEMS_AT_MOST = 200


@dataclass(frozen=True)
class Adoption:
    """The assembly's vote: its day, who was there, how they voted, from when the rules hold."""

    held_on: date
    present: int
    in_favour: int
    against: int
    effective_on: date
    minutes: UUID | None = None


def draft_rulebook(*, village: str, source: UUID | None, actor: Actor, now: datetime) -> Rulebook:
    """Begin the next version of a village's rules, from another version or (None) the template."""
    require(actor, "rulebook.draft", village)
    ledger.hold([village])
    items = template_items() if source is None else items_of_version(village, source)
    last = db.session.scalar(select(func.max(Rulebook.number)).where(Rulebook.village == village))
    rulebook = Rulebook(
        village=village,
        number=(last or 0) + 1,
        status=RulebookStatus.DRAFT,
        drafted_by=actor.person,
        drafted_at=now,
    )
    db.session.add(rulebook)
    db.session.flush()
    write_items(rulebook, items)
    audit.record(actor, audit.Tag.RULEBOOK_DRAFTED, village=village, subject=rulebook.id, now=now)
    return rulebook


def items_of_version(village: str, rulebook_id: UUID) -> list[ItemDraft]:
    """The items of another version of that village, to begin with; refuses what isn't there."""
    rulebook = db.session.get(Rulebook, rulebook_id)
    if rulebook is None or rulebook.village != village:
        raise NotFound()
    return [as_draft(item) for item in items_of([rulebook.id])[rulebook.id]]


def as_draft(item: RuleItem) -> ItemDraft:
    """A kept item as one is entered."""
    return ItemDraft(
        code=item.code,
        category=item.category.value,
        name_zh=item.name_zh,
        name_en=item.name_en,
        points=item.points,
        unit=item.unit,
        cap_points=item.cap_points,
        cap_per=item.cap_per,
        cap_period=item.cap_period,
        evidence=item.evidence,
        claimable=item.claimable,
    )


def set_items(
    *, village: str, number: int, items: Sequence[ItemDraft], actor: Actor, now: datetime
) -> Rulebook:
    """Replace all items of a draft.

    Refuses a version that was adopted, codes that stand twice, caps that don't hold one act, and
    what points may not be given for, each item named.
    """
    require(actor, "rulebook.draft", village)
    ledger.hold([village])
    rulebook = find_draft(village, number)
    refuse_bad_items(items)
    refuse_what_is_ruled_out(items)
    db.session.execute(delete(RuleItem).where(RuleItem.rulebook_id == rulebook.id))
    write_items(rulebook, items)
    return rulebook


def find_draft(village: str, number: int) -> Rulebook:
    """A draft by its number, as it is under the lock; refuses one that was adopted."""
    rulebook = find_rulebook(village, number)
    db.session.refresh(rulebook)
    if rulebook.status is not RulebookStatus.DRAFT:
        raise WrongState(_("This version was adopted: draft a new one to change the rules"))
    return rulebook


def refuse_bad_items(items: Sequence[ItemDraft]) -> None:
    """Refuse no items, too many, a code that stands twice, and a cap that doesn't hold one act."""
    errors = []
    if not 1 <= len(items) <= ITEMS_AT_MOST:
        errors.append(FieldError("/items", _("From 1 to %(most)s rules", most=ITEMS_AT_MOST)))
    codes = [item.code for item in items]
    for index, item in enumerate(items):
        if item.code in codes[:index]:
            errors.append(FieldError(f"/items/{index}/code", _("This code stands here twice")))
        if not 1 <= len(item.code) <= CODE_LENGTH:
            errors.append(FieldError(f"/items/{index}/code", _("This isn't right")))
        if item.points < 1:
            errors.append(FieldError(f"/items/{index}/points", _("At least 1 point")))
        cap = (item.cap_points, item.cap_per, item.cap_period)
        if None in cap and cap != (None, None, None):
            detail = _("A cap needs points, whose they are, and the period")
            errors.append(FieldError(f"/items/{index}/cap_points", detail))
        elif item.cap_points is not None and item.cap_points < item.points:
            detail = _("The cap must hold the points of one time")
            errors.append(FieldError(f"/items/{index}/cap_points", detail))
    if errors:
        raise Invalid(errors=errors)


def write_items(rulebook: Rulebook, items: Sequence[ItemDraft]) -> None:
    """Add a version's items, in order."""
    db.session.add_all(
        RuleItem(
            rulebook_id=rulebook.id,
            line=line,
            **{**asdict(item), "category": Category(item.category)},
        )
        for line, item in enumerate(items, start=1)
    )
    db.session.flush()


def adopt_rulebook(
    *, village: str, number: int, adoption: Adoption, actor: Actor, now: datetime
) -> Rulebook:
    """Enter that the village assembly adopted a draft; it holds from the day it names.

    Refuses a day of the assembly still to come, votes that don't add up or are no majority of
    those present, rules that hold from before the assembly, and items that points may not be
    given for.
    """
    require(actor, "rulebook.adopt", village)
    ledger.hold([village])
    rulebook = find_draft(village, number)
    refuse_bad_adoption(adoption, village_day(now))
    if adoption.minutes is not None:
        find_file(village, adoption.minutes)
    items = [as_draft(item) for item in items_of([rulebook.id])[rulebook.id]]
    refuse_bad_items(items)
    refuse_what_is_ruled_out(items)
    changed = rows_changed(
        update(Rulebook)
        .where(Rulebook.id == rulebook.id, Rulebook.status == RulebookStatus.DRAFT)
        .values(
            status=RulebookStatus.ADOPTED,
            held_on=adoption.held_on,
            present=adoption.present,
            in_favour=adoption.in_favour,
            against=adoption.against,
            effective_on=adoption.effective_on,
            minutes_id=adoption.minutes,
            adopted_by=actor.person,
            adopted_at=now,
        )
    )
    if changed == 0:
        raise WrongState()
    db.session.refresh(rulebook)
    audit.record(actor, audit.Tag.RULEBOOK_ADOPTED, village=village, subject=rulebook.id, now=now)
    return rulebook


def refuse_bad_adoption(adoption: Adoption, today: date) -> None:
    """Refuse a vote that can't have been, or that didn't carry the rules."""
    errors = []
    if adoption.held_on > today:
        errors.append(FieldError("/held_on", _("This day is still to come")))
    if adoption.in_favour + adoption.against > adoption.present:
        errors.append(FieldError("/present", _("More voted than were there")))
    elif 2 * adoption.in_favour <= adoption.present:
        detail = _("More than half of those present must be in favour")
        errors.append(FieldError("/in_favour", detail))
    if adoption.effective_on < adoption.held_on:
        detail = _("The rules can't hold from before the assembly")
        errors.append(FieldError("/effective_on", detail))
    if errors:
        raise Invalid(errors=errors)
