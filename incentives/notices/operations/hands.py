"""Whose hands are in what an objection is about: they neither write it down nor rule on it."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import CompoundSelect, Select, and_, or_, select, union

from incentives.access.actor import Actor, Role
from incentives.access.duties import (
    decides_here,
    household_ids_of,
    refuse_from_above,
    refuse_own_entry,
    refuse_own_household,
    refuse_same_person,
)
from incentives.awards.models import Award, AwardReview, AwardTurn
from incentives.errors import Refusal
from incentives.extensions import db
from incentives.notices.models import Objection
from incentives.notices.operations import cleared, disputes
from incentives.notices.publishers import PUBLISHERS, Hands
from incentives.notices.queries import by_household, is_same_missing, listed, open_objections
from incentives.register.deciders import is_anybody_above, is_too_small

RULES_ABOVE = (Role.REVIEWER, Role.SUPERVISOR)


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
    if objection.clearing_id is not None:
        return cleared.hands_of(objection)
    return hands_on_missing(objection)


def hands_on_missing(objection: Objection) -> Hands:
    """The household, who entered the act, who decided on it, and who ruled before that it is
    missing or not; these may again where nobody else is left (duty 4: never nobody).
    """
    homes = household_ids_of(objection.missing_resident_id)
    hands = Hands(homes, entered=proposers_of(objection), decided=deciders_on(objection))
    decided = hands.decided | rulers_on(objection)
    barred = replace(hands, decided=decided)
    if decided == hands.decided or is_anybody_left(objection, barred):
        return barred
    return hands


def awards_of_the_day(objection: Objection) -> Select[UUID]:
    """What was entered for a person and day, or for the household alone.

    And for others of it what is the same act, as the rule counts by household.
    """
    same = and_(Award.rule_code == objection.missing_rule_item, by_household(objection))
    return select(Award.id).where(
        Award.occurred_on == objection.missing_occurred_on,
        or_(
            Award.resident_id == objection.missing_resident_id,
            and_(
                Award.household_id == objection.household_id,
                or_(Award.resident_id.is_(None), same),
            ),
        ),
    )


def proposers_of(objection: Objection) -> frozenset[UUID]:
    """Who registered, or claimed for somebody, the act that is said to be missing."""
    proposers = select(Award.proposed_by).where(
        Award.id.in_(awards_of_the_day(objection)), Award.rule_code == objection.missing_rule_item
    )
    return frozenset(db.session.scalars(proposers))


def deciders_on(objection: Objection) -> frozenset[UUID]:
    """Who decided on what was registered or claimed for a person and day.

    A no is a decision too, and so is taking back, and the ruling by which it was struck.
    """
    found = awards_of_the_day(objection)
    deciders: CompoundSelect[Any] = union(
        select(AwardReview.reviewer).where(AwardReview.award_id.in_(found)),
        select(AwardTurn.turned_by).where(AwardTurn.award_id.in_(found)),
        select(Objection.ruled_by).where(
            Objection.ruled_by.is_not(None), Objection.award_id.in_(found)
        ),
    )
    return frozenset(db.session.scalars(deciders))


def rulers_on(objection: Objection) -> frozenset[UUID]:
    """Who ruled before on whether the act is missing."""
    granted = Objection.granted_award_id.in_(awards_of_the_day(objection))
    rulers = select(Objection.ruled_by).where(
        Objection.ruled_by.is_not(None), or_(granted, is_same_missing(objection))
    )
    return frozenset(each for each in db.session.scalars(rulers) if each is not None)


def is_anybody_left(objection: Objection, hands: Hands) -> bool:
    """Whether anybody may rule on it, of the village or above."""
    return not is_sent_up(objection, hands) or is_anybody_above(
        objection.village, RULES_ABOVE, **barred_by(objection, hands)
    )


def is_sent_up(objection: Objection, hands: Hands) -> bool:
    """Whether nobody of the village may rule on it, so that the township does (duty 4)."""
    return is_too_small(objection.village, Role.REVIEWER, **barred_by(objection, hands))


def barred_by(objection: Objection, hands: Hands) -> dict[str, Any]:
    """Which people and households may not rule on it."""
    return {
        "people": [objection.made_by, *hands.entered, *hands.decided],
        "households": [objection.household_id, *hands.households],
    }


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
