"""Who objected, and from whom that is kept: the household concerned, its staff among them."""

from collections import defaultdict
from uuid import UUID

from sqlalchemy import Select, or_, select

from incentives.access.actor import Actor
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
