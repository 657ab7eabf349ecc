"""Whose hands are in what an objection is about: they neither write it down nor rule on it."""

from uuid import UUID

from sqlalchemy import select

from incentives.access.actor import Actor, Role
from incentives.access.duties import (
    decides_here,
    household_ids_of,
    refuse_from_above,
    refuse_own_entry,
    refuse_own_household,
    refuse_same_person,
)
from incentives.awards.models import Award, AwardReview
from incentives.errors import Refusal
from incentives.extensions import db
from incentives.notices.models import Objection
from incentives.notices.operations import disputes
from incentives.notices.publishers import PUBLISHERS, Hands
from incentives.notices.queries import listed, open_objections
from incentives.register.deciders import is_too_small


def refuse_hand(objection: Objection, actor: Actor) -> None:
    """Refuse who has a hand in the matter, and the township where the village can decide.

    These are the separate duties 1, 3 and 4.
    """
    hands = hands_of(objection)
    refuse_own_entry(actor, objection.made_by, *hands.entered)
    refuse_own_household(actor, [objection.household_id, *hands.households])
    refuse_same_person(actor, *hands.decided)
    if not decides_here(actor, Role.REVIEWER, objection.village):
        too_small = is_sent_up(objection, hands)
        refuse_from_above(actor, Role.REVIEWER, objection.village, too_small=too_small)


def hands_of(objection: Objection) -> Hands:
    """Who may not rule on it, beside its maker."""
    found = listed(objection)
    if found is not None:
        kind, record = found
        return PUBLISHERS[kind].hands(objection.village, record)
    if objection.redemption_id is not None:
        return disputes.hands_of(objection)
    homes = household_ids_of(objection.missing_resident_id)
    return Hands(homes, entered=proposers_of(objection), decided=deciders_on(objection))


def proposers_of(objection: Objection) -> frozenset[UUID]:
    """Who registered, or claimed for somebody, the act that is said to be missing."""
    proposers = select(Award.proposed_by).where(
        Award.resident_id == objection.missing_resident_id,
        Award.rule_code == objection.missing_rule_item,
        Award.occurred_on == objection.missing_occurred_on,
    )
    return frozenset(db.session.scalars(proposers))


def deciders_on(objection: Objection) -> frozenset[UUID]:
    """Who decided on what was registered or claimed for a person and day: no is a decision too."""
    reviewers = (
        select(AwardReview.reviewer)
        .join(Award, Award.id == AwardReview.award_id)
        .where(
            Award.resident_id == objection.missing_resident_id,
            Award.occurred_on == objection.missing_occurred_on,
        )
    )
    return frozenset(db.session.scalars(reviewers))


def is_sent_up(objection: Objection, hands: Hands) -> bool:
    """Whether nobody of the village may rule on it, so that the township does (duty 4)."""
    return is_too_small(
        objection.village,
        Role.REVIEWER,
        people=[objection.made_by, *hands.entered, *hands.decided],
        households=[objection.household_id, *hands.households],
    )


def may_rule(objection: Objection, actor: Actor) -> bool:
    """Whether this reviewer may rule on it: no hand in it, and it is theirs to decide."""
    try:
        refuse_hand(objection, actor)
    except Refusal:
        return False
    return True


def sent_up(division: str) -> list[Objection]:
    """What waits in villages below a division and nobody there may rule on, the first due first."""
    return [each for each in open_objections(division) if is_sent_up(each, hands_of(each))]
