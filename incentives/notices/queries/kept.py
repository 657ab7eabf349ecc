"""Who objected, and from whom that is kept: the household concerned, its staff among them."""

from collections import defaultdict
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import Select, or_, select

from incentives.access.actor import Actor, find_actor
from incentives.access.permissions import may
from incentives.extensions import db
from incentives.notices.models import SUBJECTS, NoticeKind, Objection
from incentives.notices.publishers import PUBLISHERS
from incentives.notices.queries.notices import listed


def kept_from(reader: Actor | None) -> frozenset[UUID]:
    """The objections of which a reader isn't told who made them, whatever roles they hold.

    They are by others, and to what a notice lists of the reader's own household.
    """
    if reader is None or reader.household_id is None:
        return frozenset()
    by_others = select(Objection).where(
        Objection.village == reader.village,
        Objection.made_by != reader.person,
        or_(Objection.household_id.is_(None), Objection.household_id != reader.household_id),
        or_(*(getattr(Objection, column).is_not(None) for column in SUBJECTS.values())),
    )
    made: dict[NoticeKind, dict[UUID, list[UUID]]] = defaultdict(lambda: defaultdict(list))
    for each in db.session.scalars(by_others):
        if (found := listed(each)) is not None:
            made[found[0]][found[1]].append(each.id)
    return frozenset(
        objection
        for kind, records in made.items()
        for record, homes in PUBLISHERS[kind].households(list(records)).items()
        if reader.household_id in homes
        for objection in records[record]
    )


def without_kept(chosen: Select[Objection], reader: Actor | None) -> Select[Objection]:
    """These objections less those: where one household's are chosen, the choice says whose."""
    kept = kept_from(reader)
    return chosen.where(Objection.id.not_in(kept)) if kept else chosen


def is_of(objection: Objection, actor: Actor) -> bool:
    """Whether an objection is the actor's own or their household's."""
    return objection.made_by == actor.person or (
        actor.household_id is not None and objection.household_id == actor.household_id
    )


def objector(objection: Objection, names: dict[UUID, str]) -> str | None:
    """Who objected, for whoever reads an award's way: to neighbours just another household.

    Of one on paper also who wrote it down. To staff of the household concerned as to neighbours.
    """
    reader = find_actor()
    if reader is not None and (is_of(objection, reader) or is_told(objection, reader)):
        if objection.on_behalf_of is None:
            return names.get(objection.made_by)
        writer = _("written down by %(name)s", name=names.get(objection.made_by, ""))
        return " · ".join((names.get(objection.on_behalf_of, ""), writer))
    return _("another household") if objection.household_id is not None else None


def is_told(objection: Objection, reader: Actor) -> bool:
    """Whether the reader's roles tell them who objected: not where it concerns their household."""
    told = may(reader, "objection.read", objection.village)
    return told and objection.id not in kept_from(reader)
