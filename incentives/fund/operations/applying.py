"""The act of applying for a disbursement, and of taking the application back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.clock import village_day
from incentives.errors import FieldError, Invalid, NotFound, NotPermitted
from incentives.extensions import db
from incentives.files.queries import brought_file
from incentives.fund.models import (
    NAME_LENGTH,
    REASON_LENGTH,
    Disbursement,
    DisbursementFile,
    DisbursementMember,
)
from incentives.fund.operations.capping import refuse_over_cap
from incentives.fund.operations.steps import (
    check_amount,
    find_for_step,
    move_on,
    record,
    refuse_payee,
)
from incentives.fund.purposes import purposes
from incentives.fund.queries.payees import (
    is_resident_named,
    is_team_named,
    members_of_teams,
    payee_holds_role,
)
from incentives.fund.states import Action
from incentives.register.policy import policy_on
from incentives.register.queries import find_household, find_team, find_village, get_resident
from incentives.texts import check_name, check_text

FILES_AT_MOST = 10


@dataclass(frozen=True)
class PayeeChoice:
    """Who is to get the money: exactly one of the four."""

    household_id: UUID | None = None
    resident_id: UUID | None = None
    team_id: UUID | None = None
    name: str | None = None


def apply_for_disbursement(
    *,
    village: str,
    purpose: str,
    payee: PayeeChoice,
    amount_fen: int,
    reason: str,
    evidence: Sequence[UUID] = (),
    actor: Actor,
    now: datetime,
) -> Disbursement:
    """Ask for money out of the fund, with the reason and what shows it.

    Keeps the policy of the day, who is in a team that it is for, and whether the payee holds a role
    in the village (the township approves too then). Refuses a payee of one's own household, payees
    and files of other villages, a resident's or team's name that was typed instead of chosen, one
    with a letter that nobody sees, more than the cap that the assembly adopted leaves the payee
    (the county's advice only warns), and settlements, which have their own way.
    """
    require(actor, "disbursement.apply", village)
    find_village(village)
    check_purpose(purpose)
    check_files(village, evidence, actor)
    ledger.hold([village])
    return add_disbursement(
        village=village,
        purpose=purpose,
        payee=payee,
        amount_fen=amount_fen,
        reason=reason,
        evidence=evidence,
        actor=actor,
        now=now,
    )


def check_purpose(purpose: str) -> None:
    """Refuse a purpose that isn't on the list, or that nobody applies for."""
    chosen = purposes().get(purpose)
    if chosen is None or not chosen.can_be_applied_for:
        detail = _("The list of purposes has no such purpose")
        raise Invalid(errors=[FieldError("/purpose", detail)])


def add_disbursement(
    *,
    village: str,
    purpose: str,
    payee: PayeeChoice,
    amount_fen: int,
    reason: str,
    evidence: Sequence[UUID],
    actor: Actor,
    now: datetime,
) -> Disbursement:
    """Add an application whose purpose and files were checked, under the village's lock."""
    check_amount(amount_fen)
    policy = policy_on(village, village_day(now))
    disbursement = Disbursement(
        village=village,
        purpose=purpose,
        **checked_payee(village, payee),
        amount_fen=amount_fen,
        reason=check_text(reason, "/reason", REASON_LENGTH),
        publicity_days=policy.publicity_days,
        second_approval_fen=policy.second_approval_fen,
        applied_by=actor.person,
        applied_at=now,
    )
    refuse_payee(actor, disbursement)
    disbursement.payee_has_role = payee_holds_role(disbursement)
    refuse_over_cap([disbursement])
    db.session.add(disbursement)
    db.session.flush()
    db.session.add_all(
        DisbursementFile(disbursement_id=disbursement.id, file_id=file_id)
        for file_id in dict.fromkeys(evidence)
    )
    if payee.team_id is not None:
        members = members_of_teams([payee.team_id]).get(payee.team_id, {})
        db.session.add_all(
            DisbursementMember(
                disbursement_id=disbursement.id, resident_id=resident, household_id=home
            )
            for resident, home in members.items()
        )
    db.session.flush()
    record(disbursement, audit.Tag.DISBURSEMENT_APPLIED, actor=actor, now=now)
    return disbursement


def checked_payee(village: str, payee: PayeeChoice) -> dict[str, UUID | str | None]:
    """The payee as columns; refuses none, several, and one who isn't of the village."""
    given = [payee.household_id, payee.resident_id, payee.team_id, payee.name]
    if sum(each is not None for each in given) != 1:
        raise Invalid(errors=[FieldError("/payee", _("Name one payee"))])
    try:
        if payee.household_id is not None:
            refuse_gone(find_household(village, payee.household_id).departed_on)
        if payee.resident_id is not None:
            refuse_gone(get_resident(village, payee.resident_id).left_on)
        if payee.team_id is not None:
            refuse_gone(find_team(village, payee.team_id).disbanded_on)
    except NotFound as missing:
        detail = _("This village has no such payee")
        raise Invalid(errors=[FieldError("/payee", detail)]) from missing
    name = None if payee.name is None else checked_name(village, payee.name)
    return {
        "household_id": payee.household_id,
        "resident_id": payee.resident_id,
        "team_id": payee.team_id,
        "payee_name": name,
    }


def checked_name(village: str, typed: str) -> str:
    """A payee's typed name; refuses a resident's or a team's, which are chosen from the register.

    Refuses one with a letter that nobody sees too.
    """
    name = check_name(typed, "/payee/name", NAME_LENGTH)
    if is_resident_named(village, name):
        detail = _("Somebody of the village has this name: choose them from the register")
        raise Invalid(errors=[FieldError("/payee/name", detail)])
    if is_team_named(village, name):
        detail = _("A team of the village has this name: choose it from the register")
        raise Invalid(errors=[FieldError("/payee/name", detail)])
    return name


def refuse_gone(day: object) -> None:
    """Refuse a payee who has left the village or a team that was disbanded."""
    if day is not None:
        raise NotFound()


def check_files(village: str, evidence: Sequence[UUID], actor: Actor) -> None:
    """Refuse too many files, and each that the actor didn't bring to the village, or erased."""
    if len(evidence) > FILES_AT_MOST:
        detail = _("At most %(count)s files", count=FILES_AT_MOST)
        raise Invalid(errors=[FieldError("/evidence", detail)])
    for index, file_id in enumerate(evidence):
        brought_file([village], file_id, actor, f"/evidence/{index}")


def withdraw_disbursement(
    *, village: str, disbursement_id: UUID, reason: str, actor: Actor, now: datetime
) -> Disbursement:
    """Take an application back before it is paid; only who applied can."""
    require(actor, "disbursement.withdraw", village)
    disbursement = find_for_step(village, disbursement_id)
    if actor.person != disbursement.applied_by:
        raise NotPermitted(_("Only who applied can take it back"))
    reason = check_text(reason, "/reason", REASON_LENGTH)
    move_on(disbursement, Action.WITHDRAW, ended_by=actor.person, ended_at=now, ended_reason=reason)
    record(
        disbursement,
        audit.Tag.DISBURSEMENT_WITHDRAWN,
        actor=actor,
        now=now,
        details={"reason": reason},
    )
    return disbursement
