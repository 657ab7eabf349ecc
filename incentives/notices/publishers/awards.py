"""Awards in notices."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from incentives.access.actor import Actor
from incentives.awards import operations as awards
from incentives.awards.models import Award, AwardStatus, AwardTurn, Turn
from incentives.awards.queries import (
    AwardView,
    awaiting_publication,
    award_views,
    get_award,
    reviewers_of,
)
from incentives.awards.telling import name_in_english
from incentives.awards.words import item_name
from incentives.clock import village_day
from incentives.errors import WrongState
from incentives.extensions import db
from incentives.notices.models import Notice, Objection
from incentives.notices.publishers.protocol import Entry, Hands
from incentives.register.names import masked
from incentives.register.policy import NoticeNames
from incentives.web.languages import reading


class AwardPublisher:
    """Awards: published, then posted; objected ones wait for the ruling."""

    def waiting(self, village: str) -> list[Entry]:
        """The awards that have all approvals they need."""
        found = list(db.session.scalars(awaiting_publication(village)))
        return [entry_of(view) for view in award_views(found)]

    def publish(self, notice: Notice, ids: Sequence[UUID], *, now: datetime) -> None:
        """Put these awards into the notice."""
        awards.publish_awards(notice.village, ids, notice=notice.number)

    def conclude(self, village: str, ids: Sequence[UUID], *, actor: Actor, now: datetime) -> None:
        """Post those that are published still, in one post."""
        awards.conclude_publication(village, ids, actor=actor, now=now)

    def take_objection(self, village: str, record_id: UUID, *, now: datetime) -> None:
        """Hold a published award back; a posted one can be objected to for its policy's days."""
        award = awards.object_to_award(village, record_id)
        if award.status is AwardStatus.POSTED and award.posted_at is not None:
            last = village_day(award.posted_at) + timedelta(days=award.objection_days)
            if village_day(now) > last:
                days = award.objection_days
                raise WrongState(_("Objections can be made for %(days)s days", days=days))

    def dismiss(
        self, village: str, record_id: UUID, *, closed: bool, actor: Actor, now: datetime
    ) -> None:
        """Publish it again, and post it where its notice has closed."""
        awards.dismiss_objection(village, record_id, notice_closed=closed, actor=actor, now=now)

    def uphold(
        self, village: str, record_id: UUID, *, reason: str, actor: Actor, now: datetime
    ) -> None:
        """Reject it, or reverse it if it was posted."""
        awards.uphold_objection(village, record_id, reason=reason, actor=actor, now=now)

    def hands(self, village: str, record_id: UUID) -> Hands:
        """Its household, its proposer, its reviewers, and who granted it or gave it again."""
        award = get_award(village, record_id)
        granters = db.session.scalars(
            select(Objection.ruled_by).where(Objection.granted_award_id == award.id)
        )
        givers = db.session.scalars(
            select(AwardTurn.turned_by).where(
                AwardTurn.award_id == award.id, AwardTurn.turn == Turn.REINSTATEMENT
            )
        )
        decided = {*reviewers_of([award.id])[award.id], *granters, *givers}
        return Hands(
            households=frozenset({award.household_id}),
            entered=frozenset({award.proposed_by}),
            decided=frozenset(decided - {None}),
        )

    def households(self, ids: Sequence[UUID]) -> dict[UUID, frozenset[UUID]]:
        """Whose points they are."""
        rows = db.session.execute(select(Award.id, Award.household_id).where(Award.id.in_(ids)))
        return {award_id: frozenset({household_id}) for award_id, household_id in rows}

    def statuses(self, ids: Sequence[UUID]) -> dict[UUID, str]:
        """The awards' states."""
        rows = db.session.execute(select(Award.id, Award.status).where(Award.id.in_(ids)))
        return {award_id: status.value for award_id, status in rows}

    def titles(self, ids: Sequence[UUID]) -> dict[UUID, str]:
        """What was done, in English by the rules."""
        return name_in_english(ids) if reading() == "en" else {}

    def full_names(self, ids: Sequence[UUID]) -> dict[UUID, str]:
        """Who earned them; minors left out."""
        found = list(db.session.scalars(select(Award).where(Award.id.in_(ids))))
        return {view.award.id: view.holder for view in award_views(found) if not view.minor}


def entry_of(view: AwardView) -> Entry:
    """An award as its line says it."""
    award = view.award
    return Entry(
        id=award.id,
        ready_at=max((each.reviewed_at for each in view.reviews), default=award.proposed_at),
        holder=None if view.minor else masked(view.holder),
        what=view.item.name_zh,
        days=award.publicity_days,
        full_names=award.notice_names is NoticeNames.FULL,
        occurred_on=award.occurred_on,
        quantity=award.quantity,
        points=award.points,
        title=item_name(view.item),
    )
