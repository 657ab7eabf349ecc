"""Reviewers with accounts, and the queues as they see them."""

from incentives.access.actor import SYSTEM, Actor, Assignment, Role
from incentives.access.operations import add_user
from incentives.access.people import actor_of_user
from incentives.awards import queries
from incentives.awards.models import Award
from incentives.awards.queries import Closed, Waiting
from incentives.clock import now
from incentives.extensions import db
from incentives.register.models import Household
from tests.factories import VILLAGE, act
from tests.site import PASSWORD


def account(
    username: str,
    role: Role = Role.REVIEWER,
    division: str = VILLAGE,
    *,
    household: Household | None = None,
) -> Actor:
    """A user of the service with one role, maybe the head of a household."""
    resident_id = None if household is None else household.head_id

    def work() -> Actor:
        user = add_user(
            username=username,
            name=username,
            password=PASSWORD,
            roles=[Assignment(role, division)],
            resident_id=resident_id,
            actor=SYSTEM,
            now=now(),
        )
        return actor_of_user(user)

    return act(work)


def queue_of(actor: Actor, village: str = VILLAGE) -> list[Waiting]:
    """A village's queue as somebody sees it."""
    db.session.rollback()
    found = list(db.session.scalars(queries.to_review(village).order_by(Award.id)))
    return queries.queue(found, actor, now())


def closed_to(actor: Actor, award: Award) -> Closed | None:
    """Why an award of the queue is closed to somebody."""
    award_id = award.id
    return next(each.closed for each in queue_of(actor) if each.view.award.id == award_id)


def above(*divisions: str) -> list[Award]:
    """What was sent up to these divisions."""
    db.session.rollback()
    return list(db.session.scalars(queries.sent_up_under(divisions).order_by(Award.id)))
