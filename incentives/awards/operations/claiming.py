"""Acts of claiming: a resident asks for points, or staff do for a resident who can't."""

from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _

from incentives import ledger
from incentives.access.actor import Actor
from incentives.access.duties import refuse_own_household
from incentives.access.permissions import require
from incentives.awards.models import Award, RuleItem
from incentives.awards.operations.entries import Act, enter, found_or_invalid, holder_in
from incentives.awards.queries import same_act
from incentives.awards.queries.claims import CLAIMS_A_WEEK, claims_left, next_week
from incentives.errors import CapExceeded, Duplicate, FieldError, Invalid, NotPermitted
from incentives.extensions import db
from incentives.register.queries import get_resident
from incentives.web.dates import day_word


def claim_award(
    *,
    village: str,
    act: Act,
    quantity: int = 1,
    resident_id: UUID | None = None,
    on_behalf_of: UUID | None = None,
    actor: Actor,
    now: datetime,
) -> Award:
    """Ask for points for one's own household; staff may for a resident who can't (`on_behalf_of`).

    Refuses as `propose_award` does, rules that can't be claimed, an act that stands already,
    another household's people, staff who act for their own household, and more claims than a
    household has in a week.
    """
    own = on_behalf_of is None
    require(actor, "claim.make" if own else "award.propose", village, own=own)
    ledger.hold([village])
    if on_behalf_of is not None:
        asker = found_or_invalid(get_resident, village, on_behalf_of, "/on_behalf_of")
        refuse_own_household(actor, [asker.household_id])
        home, earner = asker.household_id, resident_id or asker.id
    else:
        home, earner = own_household(actor), resident_id or actor.resident_id
    household, resident = holder_in(village, earner, home if earner is None else None)
    if household.id != home:
        detail = _("This person is of another household")
        raise Invalid(errors=[FieldError("/resident_id", detail)])
    refuse_too_many(home, now)

    def check(item: RuleItem, award: Award) -> None:
        award.claimed, award.on_behalf_of = True, on_behalf_of
        refuse_unclaimable(item)
        refuse_claimed_already(item, award)

    return enter(village, act, quantity, household, resident, actor=actor, now=now, check=check)


def own_household(actor: Actor) -> UUID:
    """The household of the resident who acts; refuses whoever has none."""
    if actor.household_id is None:
        raise NotPermitted()
    return actor.household_id


def refuse_too_many(household_id: UUID, now: datetime) -> None:
    """Refuse a household that made all its claims of the week, saying from when it may again."""
    if claims_left(household_id, now) == 0:
        again = next_week(now)
        words = _(
            "Your household has made %(most)s claims this week. You can claim again from Monday, "
            "%(day)s.",
            most=CLAIMS_A_WEEK,
            day=day_word(again),
        )
        raise CapExceeded(words, left=0, again_on=again.isoformat())


def refuse_unclaimable(item: RuleItem) -> None:
    """Refuse a rule whose points the village registers itself."""
    if not item.claimable:
        detail = _("This can't be claimed: the village registers it")
        raise Invalid(errors=[FieldError("/rule_item", detail)])


def refuse_claimed_already(item: RuleItem, award: Award) -> None:
    """Refuse a claim of what stands already for that day, claimed or registered by the village.

    What was refused, withdrawn or taken back may be claimed again.
    """
    with db.session.no_autoflush:
        found = same_act(
            item,
            award.occurred_on,
            household_id=award.household_id,
            resident_id=award.resident_id,
            without=award.id,
        )
    if found is not None:
        detail = _("This is in already for that day. Was it done several times? Say how often.")
        raise Duplicate(detail, errors=[FieldError("/occurred_on", detail)])
