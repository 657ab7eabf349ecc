"""The one table of what each role may do, and the one call that asks it.

A right that needs more than a role (whose award it is, which step it stands at) is refused by the
operation itself; which duties one person may not hold together is in `duties`.
"""

from uuid import UUID

from incentives.access.actor import Actor, Assignment, Role
from incentives.errors import NotFound, NotPermitted

ADMINISTRATOR = Role.ADMINISTRATOR
OVERSEER = Role.OVERSEER
CADRE = Role.CADRE
REVIEWER = Role.REVIEWER
TREASURER = Role.TREASURER
SUPERVISOR = Role.SUPERVISOR
SHOPKEEPER = Role.SHOPKEEPER
RESPONDER = Role.RESPONDER


def roles(*named: Role) -> frozenset[Role]:
    """The roles that hold a permission."""
    return frozenset(named)


EVERYBODY = frozenset(Role)
VILLAGE_STAFF = roles(CADRE, REVIEWER, TREASURER, SUPERVISOR)
NOBODY = roles()  # the clock alone, or residents for their own household

TABLE: dict[str, frozenset[Role]] = {
    # One's own account
    "me.read": EVERYBODY,
    "me.change": EVERYBODY,
    # Users and the trail
    "user.read": roles(ADMINISTRATOR),
    "user.manage": roles(ADMINISTRATOR),
    "audit.read": roles(ADMINISTRATOR, SUPERVISOR),
    "overview.read": roles(ADMINISTRATOR, OVERSEER, SUPERVISOR),
    # Divisions and policy
    "division.add": roles(ADMINISTRATOR),
    "division.rename": roles(ADMINISTRATOR),
    "village.open": roles(ADMINISTRATOR),
    "policy.set": roles(ADMINISTRATOR),
    "policy.read": EVERYBODY,
    # The register: an overseer reads a household only by `household.look`, with a reason
    "household.register": roles(CADRE),
    "household.read": VILLAGE_STAFF,
    "household.look": roles(OVERSEER),
    "resident.read": VILLAGE_STAFF,
    "statement.read": roles(CADRE, REVIEWER, SUPERVISOR),
    "team.make": roles(CADRE),
    "balance.hide": NOBODY,
    # Files: read by their uploader, and by whom a record lets read them
    "file.keep": roles(ADMINISTRATOR, CADRE, REVIEWER, TREASURER, SHOPKEEPER, RESPONDER),
    "file.erase": NOBODY,
    # Cards: whoever reads one has its code, and could spend with it
    "card.issue": roles(CADRE),
    "card.read": roles(CADRE),
    "card.set_pin": roles(CADRE),
    "card.suspend": roles(CADRE),
    "card.reinstate": roles(CADRE),
    "card.reissue": roles(CADRE),
    "card.revoke": roles(CADRE),
    "card.print": roles(CADRE),
    # At a counter: a forgotten card by its holder's name, and a cadre who knows them
    "card.find": roles(SHOPKEEPER),
    "vouch.ask": roles(SHOPKEEPER),
    "vouch.answer": roles(CADRE),
    "vouch.read": roles(CADRE, SHOPKEEPER),
    # Rules and awards
    # What was adopted anyone reads; `rulebook.read` is for drafts, their doubts, and minutes
    "rulebook.read": VILLAGE_STAFF | {ADMINISTRATOR, OVERSEER},
    "rulebook.draft": roles(CADRE),
    "rulebook.adopt": roles(CADRE),
    "rulebook.discard": roles(CADRE),
    "rulebook.keep_minutes": roles(CADRE),
    "award.propose": roles(CADRE),
    "award.read": roles(CADRE, REVIEWER, SUPERVISOR),
    # Where a village has too few who may, the township decides (`LEVELS_HELD`)
    "award.review": roles(REVIEWER, SUPERVISOR),
    "award.review_above": roles(REVIEWER, SUPERVISOR),
    "award.withdraw": roles(CADRE),
    "award.reverse": roles(REVIEWER),
    "award.reinstate": roles(REVIEWER),
    "claim.make": NOBODY,
    # Patrols; whoever is in a team may walk with it, and its leader closes
    "patrol.plan": roles(CADRE),
    "patrol.read": VILLAGE_STAFF | {ADMINISTRATOR, OVERSEER},
    "patrol.walk": roles(CADRE),
    "patrol.close": roles(CADRE),
    "patrol.add": roles(CADRE),
    "patrol.cancel": roles(CADRE),
    # Publicity
    "notice.make": roles(REVIEWER),
    "notice.close": roles(REVIEWER),
    "objection.make": roles(CADRE),
    "objection.read": roles(CADRE, REVIEWER, SUPERVISOR, OVERSEER),
    "objection.rule": roles(REVIEWER, SUPERVISOR),
    "objection.rule_above": roles(REVIEWER, SUPERVISOR),
    # The micro-fund
    "fund.read": VILLAGE_STAFF | {OVERSEER},
    "income.record": roles(TREASURER),
    "income.reverse": roles(TREASURER),
    "money.move": roles(TREASURER),
    "budget.set": roles(TREASURER),
    "cash.count": roles(TREASURER),
    "cash.confirm": VILLAGE_STAFF,
    "bank.reconcile": roles(TREASURER),
    "bank.confirm": VILLAGE_STAFF,
    "month.close": roles(TREASURER),
    "disbursement.apply": roles(CADRE, TREASURER),
    "disbursement.read": VILLAGE_STAFF,
    "disbursement.evaluate": roles(REVIEWER),
    "disbursement.approve": roles(SUPERVISOR),
    "disbursement.pay": roles(TREASURER),
    "disbursement.receive": roles(TREASURER),
    "disbursement.return": roles(TREASURER),
    "disbursement.reverse_return": roles(TREASURER),
    "disbursement.reverse": roles(TREASURER),
    "disbursement.withdraw": roles(CADRE, TREASURER),
    "disbursement.reject": roles(REVIEWER, SUPERVISOR),
    # Shops: their goods and prices by level (`LEVELS`)
    "shop.open": roles(ADMINISTRATOR),
    "good.set": roles(ADMINISTRATOR, CADRE),
    "good.list": roles(ADMINISTRATOR, CADRE),  # the pages of goods; `good.set` says of which shop
    "stock.move": roles(SHOPKEEPER),
    "stock.link": roles(CADRE, TREASURER),
    "stock.read": VILLAGE_STAFF | {SHOPKEEPER, ADMINISTRATOR},
    "redemption.make": roles(SHOPKEEPER),
    "voucher.serve": roles(SHOPKEEPER),
    "redemption.refund": roles(SHOPKEEPER),
    "redemption.read": VILLAGE_STAFF | {SHOPKEEPER},
    # What shopkeepers are owed, and how they are paid
    "shop.agree": roles(ADMINISTRATOR),
    "settlement.read": VILLAGE_STAFF | {SHOPKEEPER, OVERSEER},
    "settlement.submit": roles(SHOPKEEPER),
    "settlement.check": roles(REVIEWER),
    "settlement.approve": roles(SUPERVISOR),
    "settlement.pay": roles(TREASURER),
    "settlement.confirm": roles(SHOPKEEPER),
    "settlement.reverse": roles(SUPERVISOR, TREASURER),  # each what their own role had done
    # A phone of the shop: anyone near may stop one, whoever keeps the shop may not start it again
    "terminal.read": roles(SHOPKEEPER, CADRE, SUPERVISOR, ADMINISTRATOR),
    "terminal.register": roles(SHOPKEEPER),
    "terminal.replace": roles(SHOPKEEPER),
    "terminal.suspend": roles(SHOPKEEPER, CADRE, ADMINISTRATOR),
    "terminal.reinstate": roles(CADRE, ADMINISTRATOR),
    "closing.make": roles(SHOPKEEPER),
    "closing.read": VILLAGE_STAFF | {SHOPKEEPER, ADMINISTRATOR},
    # Calls: an office's own people take its steps, whoever holds the role (docs/calls.md)
    "office.manage": roles(ADMINISTRATOR),
    "call.report": roles(CADRE),
    "call.read": roles(CADRE, SUPERVISOR, OVERSEER, RESPONDER),
    "village_call.read": roles(CADRE, SUPERVISOR, OVERSEER),
    "call.sort": roles(CADRE),
    "call.step": roles(CADRE, RESPONDER),
    "duty.enter": roles(ADMINISTRATOR, CADRE),
    "duty.do": roles(ADMINISTRATOR, CADRE, RESPONDER),
    # Opening balances of a paper book
    "opening.read": VILLAGE_STAFF,
    "opening.enter": roles(CADRE),
    "opening.check": roles(REVIEWER, SUPERVISOR),
    "opening.reject": roles(REVIEWER, SUPERVISOR),
    "opening.post": roles(CADRE),
    "opening.reverse": roles(REVIEWER),
    # The books
    "ledger.read": VILLAGE_STAFF | {OVERSEER},
    "ledger.audit": roles(SUPERVISOR),
    "leaf.read": roles(SUPERVISOR),  # the fund's leaves are public
    # Recovery: an administrator and a supervisor sign, each in their own capacity
    "recovery.read": roles(ADMINISTRATOR, SUPERVISOR),
    "recovery.sign": roles(ADMINISTRATOR, SUPERVISOR),
}

# What residents may do for their own household, in their own village.
OWN: frozenset[str] = frozenset(
    {
        "me.read",
        "household.read",
        "resident.read",
        "statement.read",
        "card.read",
        "card.suspend",
        "balance.hide",
        "file.keep",
        "award.read",
        "claim.make",
        "call.report",
        "patrol.walk",
        "patrol.close",
        "patrol.cancel",
        "objection.make",
        "objection.read",
        "redemption.read",
        "ledger.read",
        "leaf.read",
    }
)

VILLAGE_CODE = 12
# Where the level of the division decides: a village's shop is priced by its cadre, a township's
# by the administrator.
LEVELS: dict[tuple[str, Role], range] = {
    ("good.set", CADRE): range(VILLAGE_CODE, VILLAGE_CODE + 4),
    ("good.set", ADMINISTRATOR): range(VILLAGE_CODE),
}

# Where the level at which the role is held decides: what only the township or county may.
ABOVE_VILLAGES = range(VILLAGE_CODE)
LEVELS_HELD: dict[tuple[str, Role], range] = {
    ("award.review", SUPERVISOR): ABOVE_VILLAGES,
    ("award.review_above", REVIEWER): ABOVE_VILLAGES,
    ("award.review_above", SUPERVISOR): ABOVE_VILLAGES,
    ("objection.rule", SUPERVISOR): ABOVE_VILLAGES,
    ("objection.rule_above", REVIEWER): ABOVE_VILLAGES,
    ("objection.rule_above", SUPERVISOR): ABOVE_VILLAGES,
}


def require(actor: Actor, permission: str, division: str | None, *, own: bool = False) -> None:
    """Refuse what the actor's roles don't allow in a division (None: anywhere).

    `own` says that the actor's own household is concerned, which the operation has made sure of:
    then what `OWN` lists passes in their own village. Refuses as not found where the actor has no
    role that covers the division, and as not permitted where it is another role.
    """
    if allowed(actor, permission, division, own=own):
        return
    if division is None or is_known(actor, division):
        raise NotPermitted()
    raise NotFound()


def may(actor: Actor, permission: str, division: str | None, *, own: bool = False) -> bool:
    """Whether `require` would let the actor through."""
    return allowed(actor, permission, division, own=own)


def allowed(actor: Actor, permission: str, division: str | None, *, own: bool) -> bool:
    """Whether a role of the actor's, or their own household, allows it. LookupError: no such
    permission."""
    if permission not in TABLE:
        raise LookupError(f"no such permission: {permission}")
    if actor.is_system:
        return True
    if own and permission in OWN and is_own(actor, division):
        return True
    return any(
        held.role in TABLE[permission]
        and is_high_enough(permission, held)
        and (
            division is None
            or (held.covers(division) and at_level(permission, held.role, division))
        )
        for held in actor.roles
    )


def is_own(actor: Actor, division: str | None) -> bool:
    """Whether the actor has a household of their own, in that village (None: anywhere)."""
    return actor.household_id is not None and (division is None or actor.is_at_home(division))


def at_level(permission: str, role: Role, division: str) -> bool:
    """Whether the role holds the permission for a division of that level."""
    lengths = LEVELS.get((permission, role))
    return lengths is None or len(division) in lengths


def is_high_enough(permission: str, held: Assignment) -> bool:
    """Whether the role is held at a level at which it has the permission."""
    lengths = LEVELS_HELD.get((permission, held.role))
    return lengths is None or len(held.division) in lengths


def is_known(actor: Actor, division: str) -> bool:
    """Whether the actor may know of what is there: by any role, or by living there."""
    return actor.is_at_home(division) or any(held.covers(division) for held in actor.roles)


def refuse_others(actor: Actor, permission: str, village: str, household_id: UUID) -> None:
    """Let a resident see their own household only, as if there were no other."""
    if not may(actor, permission, village) and actor.household_id != household_id:
        raise NotFound()
