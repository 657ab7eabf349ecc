"""The register by HTTP: divisions and policy, households, their statement, residents."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from incentives import ledger
from incentives.access.actor import Actor, current_actor
from incentives.access.permissions import may, refuse_others
from incentives.access.queries import person_names
from incentives.clock import now, village_day
from incentives.database import columns
from incentives.errors import NotFound
from incentives.register import lists, operations, queries, schemas
from incentives.register.lines import Told, tell_lines
from incentives.register.models import Division, Household, HouseholdLook, Resident
from incentives.register.operations.looks import note_look_of_staff
from incentives.register.operations.own import hide_balance
from incentives.register.policy import policy_on
from incentives.register.queries import HouseholdView
from incentives.web.api import Blueprint, reads, writes
from incentives.web.cursors import page
from incentives.web.lists import export_api, narrowing_of

blueprint = Blueprint("register", __name__, url_prefix="/api/v1", description=__doc__)

HOUSEHOLDS = "/villages/<village>/households"
ONE = f"{HOUSEHOLDS}/<uuid:household_id>"


def member_output(resident: Resident, *, private: bool) -> dict[str, Any]:
    """A member; phone and year of birth only for those who need them."""
    output = {"id": resident.id, "name": resident.name, "minor": resident.minor}
    if private:
        output |= {"phone": resident.phone, "birth_year": resident.birth_year}
    return output


def sees_private(actor: Actor, village: str, household_id: UUID) -> bool:
    """Whether the actor keeps the register, or it is their own household."""
    return may(actor, "household.register", village) or actor.household_id == household_id


def household_output(view: HouseholdView, actor: Actor) -> dict[str, Any]:
    """A household with members and points, for this person."""
    household = view.household
    private = sees_private(actor, household.village, household.id)
    return {
        "id": household.id,
        "number": household.number,
        "door": household.door,
        "grid": household.grid,
        "head_id": household.head_id,
        "hide_balance": household.hide_balance,
        "departed_on": household.departed_on,
        "balance": view.balance,
        "spendable": view.spendable,
        "debt": view.debt,
        "members": [member_output(each, private=private) for each in view.members],
    }


def one_output(village: str, household_id: UUID) -> dict[str, Any]:
    """A household as it now is, for the caller."""
    return household_output(queries.household_view(village, household_id), current_actor())


def resident_outputs(residents: Sequence[Resident], actor: Actor) -> list[dict[str, Any]]:
    """Residents with their household and door."""
    doors = queries.doors_of([each.household_id for each in residents])
    return [
        {
            **member_output(each, private=sees_private(actor, each.village, each.household_id)),
            "household_id": each.household_id,
            "door": doors[each.household_id],
            "left_on": each.left_on,
        }
        for each in residents
    ]


@blueprint.route("/divisions")
@reads(schemas.DivisionPage, query=lists.DIVISIONS.query, permission=None)
def get_divisions(query: dict[str, Any]) -> dict[str, Any]:
    """The divisions under a parent, of a level, or all, by code."""
    chosen = lists.DIVISIONS.narrow(queries.divisions(), query)
    return page(chosen, [Division.code], query)


@blueprint.route("/divisions", methods=["POST"])
@writes(schemas.DivisionOutput, status=201, body=schemas.DivisionInput, permission="division.add")
def post_division(body: dict[str, Any]) -> Division:
    """Add a division under one of the level above."""
    return operations.add_division(actor=current_actor(), now=now(), **body)


@blueprint.route("/divisions/<code>", methods=["PATCH"])
@writes(schemas.DivisionOutput, body=schemas.DivisionChange, permission="division.rename")
def patch_division(code: str, body: dict[str, Any]) -> Division:
    """Give a division another name; its code stays."""
    division = queries.find_division(code)
    return operations.rename_division(
        code=code,
        name_zh=body.get("name_zh", division.name_zh),
        name_en=body.get("name_en", division.name_en),
        actor=current_actor(),
        now=now(),
    )


@blueprint.route("/divisions/<code>/opening", methods=["POST"])
@writes(schemas.DivisionOutput, permission="village.open")
def post_opening(code: str) -> Division:
    """Begin to serve a village."""
    return operations.open_village(village=code, actor=current_actor(), now=now())


@blueprint.route("/villages/<village>/policy")
@reads(schemas.PolicyOutput, query=schemas.PolicyQuery, permission="policy.read")
def get_policy(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """What holds in the village on a day, today unless said."""
    day = query["on"] or village_day(now())
    return {"on": day, **policy_on(village, day).values()}


@blueprint.route("/villages/<village>/policy", methods=["PATCH"])
@writes(schemas.PolicyOutput, body=schemas.PolicyInput, permission="policy.set")
def patch_policy(village: str, body: dict[str, Any]) -> dict[str, Any]:
    """Set policies that hold from a day on, today unless said; what holds then."""
    effective_on = body.pop("effective_on", None)
    resolution = body.pop("resolution")
    at = now()
    policy = operations.set_policy(
        village=village,
        values=body,
        effective_on=effective_on,
        resolution=resolution,
        actor=current_actor(),
        now=at,
    )
    return {"on": effective_on or village_day(at), **policy.values()}


@blueprint.route(HOUSEHOLDS)
@reads(schemas.HouseholdPage, query=lists.HOUSEHOLDS.query, permission="household.read", own=True)
def get_households(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """The households that a name, pinyin, initials, a door or a card's number finds, by number."""
    actor = current_actor()
    chosen = queries.search_households(village, **narrowing_of(query))
    if not may(actor, "household.read", village):
        chosen = chosen.where(Household.id == actor.household_id)
    found = page(chosen, [Household.number], query)
    views = queries.household_views(village, found["items"])
    return {**found, "items": [household_output(view, actor) for view in views]}


@blueprint.route(HOUSEHOLDS, methods=["POST"])
@writes(
    schemas.HouseholdOutput,
    status=201,
    body=schemas.HouseholdInput,
    permission="household.register",
)
def post_household(village: str, body: dict[str, Any]) -> dict[str, Any]:
    """Enter a household with its head and members."""
    household = operations.register_household(
        village=village, actor=current_actor(), now=now(), **body
    )
    return one_output(village, household.id)


@blueprint.route(ONE)
@reads(schemas.HouseholdOutput, permission="household.read", own=True)
def get_household(village: str, household_id: UUID) -> dict[str, Any]:
    """A household with members and points; that the staff looked is noted."""
    actor = current_actor()
    refuse_others(actor, "household.read", village, household_id)
    note_look_of_staff(village=village, household_id=household_id, actor=actor, now=now())
    return one_output(village, household_id)


@blueprint.route(ONE, methods=["PATCH"])
@writes(schemas.HouseholdOutput, body=schemas.HouseholdChange, permission="household.register")
def patch_household(village: str, household_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Mend a household's door, grid or head, or hide its balance."""
    operations.edit_household(
        village=village, household_id=household_id, changes=body, actor=current_actor(), now=now()
    )
    return one_output(village, household_id)


@blueprint.route(f"{ONE}/looks")
@reads(schemas.LookPage, query=lists.LOOKS.query, permission="household.read", own=True)
def get_looks(village: str, household_id: UUID, query: dict[str, Any]) -> dict[str, Any]:
    """Who of the staff looked at a household and why, newest first."""
    refuse_others(current_actor(), "household.read", village, household_id)
    household = queries.find_household(village, household_id)
    chosen = lists.LOOKS.narrow(queries.looks(household.id), query)
    found = page(chosen, [HouseholdLook.id.desc()], query)
    names = person_names(each.person for each in found["items"])
    items = [
        {**columns(each), "name": names.get(each.person) if each.person else None}
        for each in found["items"]
    ]
    return {**found, "items": items}


@blueprint.route(f"{ONE}/looks", methods=["POST"])
@writes(
    schemas.HouseholdOutput,
    body=schemas.LookInput,
    permission="household.look",
    in_recovery=True,
)
def post_look(village: str, household_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """A household for an overseer who says why; the household sees it."""
    operations.note_look(
        village=village,
        household_id=household_id,
        reason=body["reason"],
        actor=current_actor(),
        now=now(),
    )
    return one_output(village, household_id)


@blueprint.route(f"{ONE}/hidden-balance", methods=["PUT"])
@writes(schemas.HiddenBalance, body=schemas.HiddenBalance, permission="balance.hide", own=True)
def put_hidden_balance(village: str, household_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Hide one's own household's balance from whoever scans its card, or show it again."""
    actor = current_actor()
    queries.find_household(village, household_id)
    if actor.household_id != household_id:
        raise NotFound()
    household = hide_balance(hide=body["hidden"], actor=actor, now=now())
    return {"hidden": household.hide_balance}


@blueprint.route(f"{ONE}/statement")
@reads(schemas.StatementPage, query=lists.STATEMENT.query, permission="statement.read", own=True)
def get_statement(village: str, household_id: UUID, query: dict[str, Any]) -> dict[str, Any]:
    """A household's lines of points and debt, newest first."""
    refuse_others(current_actor(), "statement.read", village, household_id)
    household = queries.find_household(village, household_id)
    start, end = query.pop("first"), query.pop("last")
    found = ledger.statement(village, household.account_code, start=start, end=end, query=query)
    lines: list[ledger.Line] = found["items"]
    return {
        **found,
        "items": [line_output(*each) for each in zip(lines, tell_lines(lines), strict=True)],
    }


def line_output(line: ledger.Line, told: Told) -> dict[str, Any]:
    """A line of a statement with what it was for and who decided it, in words."""
    return vars(line) | {"voucher": line.voucher, "title": told.title, "note": told.small}


@blueprint.route("/villages/<village>/residents")
@reads(schemas.ResidentPage, query=lists.RESIDENTS.query, permission="resident.read", own=True)
def get_residents(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """The residents that a name, pinyin, initials or a door finds, by pinyin."""
    actor = current_actor()
    chosen = queries.search_residents(village, **narrowing_of(query))
    if not may(actor, "resident.read", village):
        chosen = chosen.where(Resident.household_id == actor.household_id)
    found = page(chosen, [Resident.pinyin, Resident.id], query)
    return {**found, "items": resident_outputs(found["items"], actor)}


@blueprint.route(f"{ONE}/residents", methods=["POST"])
@writes(
    schemas.ResidentOutput, status=201, body=schemas.PersonInput, permission="household.register"
)
def post_resident(village: str, household_id: UUID, body: operations.Person) -> dict[str, Any]:
    """Enter one more member of a household."""
    actor = current_actor()
    resident = operations.add_resident(
        village=village, household_id=household_id, person=body, actor=actor, now=now()
    )
    return resident_outputs([resident], actor)[0]


@blueprint.route("/villages/<village>/residents/<uuid:resident_id>", methods=["PATCH"])
@writes(schemas.ResidentOutput, body=schemas.ResidentChange, permission="household.register")
def patch_resident(village: str, resident_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Mend what is entered of a resident, or that they have left."""
    actor = current_actor()
    resident = operations.edit_resident(
        village=village, resident_id=resident_id, changes=body, actor=actor, now=now()
    )
    return resident_outputs([resident], actor)[0]


export_api(blueprint, HOUSEHOLDS, get_households, lists.HOUSEHOLDS)
export_api(blueprint, "/villages/<village>/residents", get_residents, lists.RESIDENTS)
export_api(blueprint, "/divisions", get_divisions, lists.DIVISIONS)
export_api(blueprint, f"{ONE}/statement", get_statement, lists.STATEMENT)
export_api(blueprint, f"{ONE}/looks", get_looks, lists.LOOKS)
