"""Acts on drafts of rules: begin one, set its items, discard it."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from sqlalchemy import delete, func, select, update

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.awards.differences import difference
from incentives.awards.models import CODE_LENGTH, Category, Rulebook, RulebookStatus, RuleItem
from incentives.awards.operations.records import rows_changed
from incentives.awards.queries import find_rulebook, items_of
from incentives.awards.states import RULEBOOK_PERMISSIONS, RULEBOOK_TRANSITIONS, RulebookAction
from incentives.awards.template import (
    ItemDraft,
    as_draft,
    refuse_what_is_ruled_out,
    template_items,
)
from incentives.errors import FieldError, Invalid, NotFound, Stale, WrongState
from incentives.extensions import db
from incentives.texts import hidden_in, is_blank

ITEMS_AT_MOST = 200
DRAFTS_AT_MOST = 20
NOT_NOW = {
    RulebookStatus.ADOPTED: _("This version was adopted: draft a new one to change the rules"),
    RulebookStatus.DISCARDED: _("This draft was discarded: begin a new one"),
    RulebookStatus.DRAFT: _("The assembly has not adopted this version yet"),
}


def draft_rulebook(*, village: str, source: UUID | None, actor: Actor, now: datetime) -> Rulebook:
    """Begin the next version of a village's rules, from another version or (None) the template.

    Refuses a village that has twenty drafts open.
    """
    require(actor, "rulebook.draft", village)
    ledger.hold([village])
    refuse_many_drafts(village)
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
    audit.record(
        actor,
        audit.Tag.RULEBOOK_DRAFTED,
        village=village,
        subject=rulebook.id,
        now=now,
        details={"number": rulebook.number, "from": "template" if source is None else str(source)},
    )
    return rulebook


def refuse_many_drafts(village: str) -> None:
    """Refuse a draft more than a village can look after."""
    open_drafts = db.session.scalar(
        select(func.count())
        .select_from(Rulebook)
        .where(Rulebook.village == village, Rulebook.status == RulebookStatus.DRAFT)
    )
    if (open_drafts or 0) >= DRAFTS_AT_MOST:
        raise WrongState(_("There are many drafts already: discard one first"))


def items_of_version(village: str, rulebook_id: UUID) -> list[ItemDraft]:
    """The items of another version of that village, to begin with; refuses what isn't there."""
    rulebook = db.session.get(Rulebook, rulebook_id)
    if rulebook is None or rulebook.village != village:
        raise NotFound()
    return [as_draft(item) for item in items_of([rulebook.id])[rulebook.id]]


def set_items(
    *,
    village: str,
    number: int,
    items: Sequence[ItemDraft],
    revision: int | None = None,
    actor: Actor,
    now: datetime,
) -> Rulebook:
    """Replace all items of a draft, in the order given.

    Refuses a version that is no draft, one that was changed since `revision` (None: whichever),
    codes that stand twice, caps that don't hold one act, and what points may not be given for, each
    item named.
    """
    rulebook = find_for(RulebookAction.EDIT, village, number, revision, actor)
    refuse_bad_items(items)
    refuse_what_is_ruled_out(items)
    before = [as_draft(item) for item in items_of([rulebook.id])[rulebook.id]]
    if before == list(items):
        return rulebook
    change_rulebook(rulebook, RulebookAction.EDIT, revision=rulebook.revision + 1)
    db.session.execute(delete(RuleItem).where(RuleItem.rulebook_id == rulebook.id))
    write_items(rulebook, items)
    changes = difference(before, items)
    audit.record(
        actor,
        audit.Tag.RULEBOOK_EDITED,
        village=village,
        subject=rulebook.id,
        now=now,
        details={
            "number": number,
            "added": [item.code for item in changes.added],
            "removed": [item.code for item in changes.removed],
            "changed": [item.code for item in changes.changed],
        },
    )
    return rulebook


def discard_rulebook(*, village: str, number: int, actor: Actor, now: datetime) -> Rulebook:
    """Discard a draft: it stays readable to staff, and its number is never given again."""
    rulebook = find_for(RulebookAction.DISCARD, village, number, None, actor)
    change_rulebook(rulebook, RulebookAction.DISCARD)
    audit.record(
        actor,
        audit.Tag.RULEBOOK_DISCARDED,
        village=village,
        subject=rulebook.id,
        now=now,
        details={"number": number},
    )
    return rulebook


def find_for(
    action: RulebookAction, village: str, number: int, revision: int | None, actor: Actor
) -> Rulebook:
    """A version as it is under the lock, for an action.

    Refuses who may not, a version in another state, and one changed since `revision`.
    """
    require(actor, RULEBOOK_PERMISSIONS[action], village)
    ledger.hold([village])
    rulebook = find_rulebook(village, number)
    db.session.refresh(rulebook)
    before, _after = RULEBOOK_TRANSITIONS[action]
    if rulebook.status not in before:
        raise WrongState(NOT_NOW[rulebook.status])
    if revision is not None and revision != rulebook.revision:
        raise Stale()
    return rulebook


def change_rulebook(rulebook: Rulebook, action: RulebookAction, **values: Any) -> None:
    """Change a version's state by the table of states, if it still is in the one before."""
    before, after = RULEBOOK_TRANSITIONS[action]
    changed = rows_changed(
        update(Rulebook)
        .where(
            Rulebook.id == rulebook.id,
            Rulebook.status.in_(before),
            Rulebook.revision == rulebook.revision,
        )
        .values(status=after, **values)
    )
    if changed == 0:
        raise WrongState()
    db.session.refresh(rulebook)


def refuse_bad_items(items: Sequence[ItemDraft]) -> None:
    """Refuse no items, too many, a code that stands twice, a name or unit that nobody can read, and
    a cap that doesn't hold one act."""
    errors = []
    if not 1 <= len(items) <= ITEMS_AT_MOST:
        errors.append(FieldError("/items", _("From 1 to %(most)s rules", most=ITEMS_AT_MOST)))
    codes = [item.code for item in items]
    for index, item in enumerate(items):
        if item.code in codes[:index]:
            errors.append(FieldError(f"/items/{index}/code", _("This code stands here twice")))
        if not 1 <= len(item.code) <= CODE_LENGTH:
            errors.append(FieldError(f"/items/{index}/code", _("This isn't right")))
        for field in ("name_zh", "unit"):
            if detail := unreadable(getattr(item, field)):
                errors.append(FieldError(f"/items/{index}/{field}", detail))
        if item.points < 1:
            errors.append(FieldError(f"/items/{index}/points", _("At least 1 point")))
        cap = (item.cap_points, item.cap_per, item.cap_period)
        if None in cap and cap != (None, None, None):
            detail = _("A cap needs points, whose they are, and the period")
            missing = ("cap_points", "cap_per", "cap_period")[cap.index(None)]
            errors.append(FieldError(f"/items/{index}/{missing}", detail))
        elif item.cap_points is not None and item.cap_points < item.points:
            detail = _("The cap must hold the points of one time")
            errors.append(FieldError(f"/items/{index}/cap_points", detail))
    if errors:
        raise Invalid(errors=errors)


def unreadable(text: str) -> LazyString | None:
    """Why nobody could read a name or unit, which stands for ever once adopted; None if not."""
    if is_blank(text):
        return _("Please write at least one letter or digit")
    return hidden_in(text)


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
