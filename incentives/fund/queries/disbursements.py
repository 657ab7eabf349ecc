"""What is read about disbursements: one, a list, what waits for whom, what a budget leaves."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select, true
from sqlalchemy.orm import aliased

from incentives.access.actor import Actor
from incentives.access.permissions import may
from incentives.errors import NotFound
from incentives.extensions import db
from incentives.fund.models import (
    Budget,
    Disbursement,
    DisbursementApproval,
    DisbursementFile,
    DisbursementList,
    DisbursementListLine,
    DisbursementMember,
    PaymentReturn,
    Status,
)
from incentives.fund.queries.budgets import UNDER_WAY, budget_year
from incentives.fund.queries.caps import Cap, caps_of
from incentives.fund.queries.figures import borne_in_years
from incentives.fund.queries.lists import lists_with
from incentives.fund.queries.nearby import nearby_totals
from incentives.fund.queries.payees import Payee, paid_to, payees
from incentives.fund.queries.typed import Paid, meant_by
from incentives.fund.states import BEFORE_PAYMENT
from incentives.register.models import Resident, TeamMember


@dataclass
class DisbursementView:
    """A disbursement with its payee, files, approvals and what came back.

    `budget_fen` is the year's budget for its purpose, None where there is none; `budget_left_fen`
    what is left of it after this, what waits beside it on its list, and all that is approved or
    paid, below zero where it isn't covered. `cap` is what this payee may get in the year, None
    where the purpose has none; `of_list` the list that it stands on, with its line. `nearby_fen`
    is what others bring the same payee within 30 days of it.
    """

    disbursement: Disbursement
    payee: Payee
    paid: Paid
    budget_fen: int | None
    budget_left_fen: int
    cap: Cap | None = None
    of_list: tuple[DisbursementList, int] | None = None
    nearby_fen: int = 0
    evidence: list[UUID] = field(default_factory=list)
    approvals: list[DisbursementApproval] = field(default_factory=list)
    returns: list[PaymentReturn] = field(default_factory=list)

    @property
    def decided_fen(self) -> int:
        """What is decided on: the sum of its list, else its own, and what is nearby."""
        own = self.of_list[0].total_fen if self.of_list else self.disbursement.amount_fen
        return own + self.nearby_fen


def find_disbursement(village: str, disbursement_id: UUID) -> Disbursement:
    """A disbursement of that village; refuses what isn't there."""
    disbursement = db.session.get(Disbursement, disbursement_id)
    if disbursement is None or disbursement.village != village:
        raise NotFound()
    return disbursement


def disbursements(village: str, status: Status | None = None) -> Select[Disbursement]:
    """The disbursements of a village, to be paged newest first by id (a UUIDv7)."""
    chosen = select(Disbursement).where(Disbursement.village == village)
    return chosen if status is None else chosen.where(Disbursement.status == status)


def disbursements_waiting(village: str) -> list[Disbursement]:
    """What is evaluated and waits for a notice, oldest first."""
    return list(
        db.session.scalars(
            disbursements(village, Status.EVALUATED)
            .where(Disbursement.publicity_days > 0)
            .order_by(Disbursement.id)
        )
    )


def goes_to(
    paid: type[Disbursement], household_id: UUID | None, names: Collection[str]
) -> ColumnElement[bool]:
    """Whether money goes to this household: to it, a member, a team of one, or one of the names.

    A team is one of a member's who is in it, or was when it was applied for.
    """
    named = func.coalesce(paid.payee_name.in_(names), False)
    if household_id is None:
        return named
    members = select(Resident.id).where(
        Resident.household_id == household_id, Resident.left_on.is_(None)
    )
    teams = select(TeamMember.team_id).where(TeamMember.resident_id.in_(members))
    asked = select(DisbursementMember.disbursement_id).where(
        DisbursementMember.household_id == household_id
    )
    return or_(
        named,
        func.coalesce(paid.household_id == household_id, False),
        func.coalesce(paid.resident_id.in_(members), False),
        func.coalesce(paid.team_id.in_(teams), False),
        paid.id.in_(asked),
    )


def names_of(actor: Actor, village: str) -> list[str]:
    """The typed names of payees still to be paid that mean this person, or their household."""
    typed = db.session.scalars(
        select(Disbursement.payee_name)
        .where(
            Disbursement.village == village,
            Disbursement.status.in_(BEFORE_PAYMENT),
            Disbursement.payee_name.is_not(None),
        )
        .distinct()
    )
    return [
        name
        for name, paid in meant_by(village, [each for each in typed if each is not None]).items()
        if actor.person in paid.people or actor.household_id in paid.homes
    ]


def lines_beside(household_id: UUID | None, names: Collection[str]) -> Select[UUID]:
    """The lines of lists on which this household, or one of the names, still stands."""
    line, paid = DisbursementListLine, aliased(Disbursement)
    lists = (
        select(line.list_id)
        .join(paid, paid.id == line.disbursement_id)
        .where(goes_to(paid, household_id, names), paid.status.in_(BEFORE_PAYMENT))
    )
    return select(line.disbursement_id).where(line.list_id.in_(lists))


def waiting_for(actor: Actor, village: str) -> Select[Disbursement]:
    """What this person can do the next step of: by their roles, what they did before, their home.

    A list is decided on as one, so none of it waits for who lives in one payee's household; they
    still pay the others on it.
    """
    steps = []
    others = Disbursement.applied_by != actor.person
    payable: ColumnElement[bool] = true()
    names = names_of(actor, village)
    if names or actor.household_id is not None:
        payable = not_(goes_to(Disbursement, actor.household_id, names))
        beside = lines_beside(actor.household_id, names)
        others = and_(others, payable, Disbursement.id.not_in(beside))
    decided = select(DisbursementApproval.disbursement_id).where(
        DisbursementApproval.approver == actor.person
    )
    if may(actor, "disbursement.evaluate", village):
        steps.append(and_(Disbursement.status == Status.APPLIED, others))
    if may(actor, "disbursement.approve", village):
        steps.append(
            and_(
                or_(
                    and_(Disbursement.status == Status.EVALUATED, Disbursement.publicity_days == 0),
                    and_(
                        Disbursement.status == Status.PUBLISHED,
                        Disbursement.concluded_at.is_not(None),
                    ),
                ),
                others,
                Disbursement.evaluated_by != actor.person,
                Disbursement.id.not_in(decided),
            )
        )
    if may(actor, "disbursement.pay", village):
        steps.append(
            and_(
                Disbursement.status == Status.APPROVED,
                payable,
                Disbursement.evaluated_by != actor.person,
                Disbursement.id.not_in(decided),
            )
        )
    return disbursements(village).where(or_(False, *steps))


def count_waiting(actor: Actor, village: str) -> int:
    """How many disbursements wait for this person; those on one list are one."""
    line = DisbursementListLine
    decided_on = func.coalesce(line.list_id, Disbursement.id)
    waiting = (
        waiting_for(actor, village)
        .outerjoin(line, line.disbursement_id == Disbursement.id)
        .with_only_columns(func.count(decided_on.distinct()))
    )
    return int(db.session.scalar(waiting) or 0)


def disbursement_views(rows: Sequence[Disbursement]) -> list[DisbursementView]:
    """These disbursements of one village with all that belongs to them, in a few statements."""
    if not rows:
        return []
    named, paid = payees(rows), paid_to(rows)
    left = budgets_left(rows)
    caps, lists, nearby = caps_of(rows), lists_with(rows), nearby_totals(rows)
    views = {
        row.id: DisbursementView(
            disbursement=row,
            payee=named[row.id],
            paid=paid[row.id],
            budget_fen=left[row.id][0],
            budget_left_fen=left[row.id][1],
            cap=caps.get(row.id),
            of_list=lists.get(row.id),
            nearby_fen=nearby[row.id],
        )
        for row in rows
    }
    of_these = [row.id for row in rows]
    for file in db.session.scalars(
        select(DisbursementFile)
        .where(DisbursementFile.disbursement_id.in_(of_these))
        .order_by(DisbursementFile.file_id)
    ):
        views[file.disbursement_id].evidence.append(file.file_id)
    for approval in db.session.scalars(
        select(DisbursementApproval)
        .where(DisbursementApproval.disbursement_id.in_(of_these))
        .order_by(DisbursementApproval.decided_at)
    ):
        views[approval.disbursement_id].approvals.append(approval)
    for returned in db.session.scalars(
        select(PaymentReturn)
        .where(PaymentReturn.disbursement_id.in_(of_these))
        .order_by(PaymentReturn.id)
    ):
        views[returned.disbursement_id].returns.append(returned)
    return list(views.values())


def asked_on(lists: Collection[UUID]) -> defaultdict[UUID, int]:
    """What the lines of each list ask for that aren't decided on, in fen."""
    line, found = DisbursementListLine, defaultdict[UUID, int](int)
    if not lists:
        return found
    rows = db.session.execute(
        select(line.list_id, func.sum(Disbursement.amount_fen))
        .join(Disbursement, Disbursement.id == line.disbursement_id)
        .where(line.list_id.in_(lists), Disbursement.status.in_(UNDER_WAY))
        .group_by(line.list_id)
    )
    for list_id, total in rows:
        found[list_id] = int(total)
    return found


def speaks_for(views: Sequence[DisbursementView]) -> DisbursementView:
    """The line that says of a list what its budget leaves: one that isn't decided on, else any."""
    waiting = (view for view in views if view.disbursement.status in UNDER_WAY)
    return next(waiting, views[0])


def budgets_left(rows: Sequence[Disbursement]) -> dict[UUID, tuple[int | None, int]]:
    """The budget of each one's purpose and year, and what is left after it and its list."""
    village = rows[0].village
    lists = lists_with(rows)
    asked = asked_on({of_list.id for of_list, _line in lists.values()})
    budgets = {
        (each.year, each.purpose): each.amount_fen
        for each in db.session.scalars(select(Budget).where(Budget.village == village))
    }
    borne = borne_in_years(village)
    approved: dict[tuple[int, str], int] = {}
    for each in db.session.scalars(disbursements(village, Status.APPROVED)):
        key = (budget_year(each), each.purpose)
        approved[key] = approved.get(key, 0) + each.amount_fen
    left = {}
    for row in rows:
        key = (budget_year(row), row.purpose)
        own = 0
        if row.status in UNDER_WAY:
            own = asked[lists[row.id][0].id] if row.id in lists else row.amount_fen
        used = borne.get(key, 0) + approved.get(key, 0) + own
        left[row.id] = (budgets.get(key), budgets.get(key, 0) - used)
    return left
