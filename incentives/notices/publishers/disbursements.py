"""Disbursements in notices."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from incentives.access.actor import Actor
from incentives.clock import now, village_day
from incentives.errors import WrongState
from incentives.extensions import db
from incentives.fund.models import Disbursement, Status
from incentives.fund.operations.publication import (
    conclude_publication,
    publish_disbursements,
    reject_upheld,
)
from incentives.fund.purposes import purposes
from incentives.fund.queries.disbursements import disbursements_waiting, find_disbursement
from incentives.fund.queries.payees import Payee, paid_to, payee_households, payees
from incentives.fund.states import BEFORE_PAYMENT
from incentives.fund.words import purpose_word
from incentives.notices.models import Notice
from incentives.notices.publishers.protocol import Entry, Hands
from incentives.register.policy import NoticeNames, policy_on


class DisbursementPublisher:
    """Disbursements: published after evaluation, approved only once nobody objects."""

    def waiting(self, village: str) -> list[Entry]:
        """What is evaluated and waits for a notice."""
        found = disbursements_waiting(village)
        named = payees(found)
        full = policy_on(village, village_day(now())).notice_names is NoticeNames.FULL
        return [entry_of(each, named[each.id], full=full) for each in found]

    def publish(self, notice: Notice, ids: Sequence[UUID], *, now: datetime) -> None:
        """Put these disbursements into the notice."""
        publish_disbursements(ids, notice.id, now)

    def conclude(self, village: str, ids: Sequence[UUID], *, actor: Actor, now: datetime) -> None:
        """Let these go on to approval."""
        conclude_publication(ids, now)

    def take_objection(self, village: str, record_id: UUID, *, now: datetime) -> None:
        """An open objection holds it back from approval; refuses where it is too late."""
        disbursement = find_disbursement(village, record_id)
        db.session.refresh(disbursement)
        published = disbursement.status is Status.PUBLISHED and disbursement.concluded_at is None
        if not published:
            raise WrongState(_("The time for objections to this is over"))

    def dismiss(
        self, village: str, record_id: UUID, *, closed: bool, actor: Actor, now: datetime
    ) -> None:
        """Let it go on to approval where its notice has closed."""
        if closed:
            conclude_publication([record_id], now)

    def uphold(
        self, village: str, record_id: UUID, *, reason: str, actor: Actor, now: datetime
    ) -> None:
        """Reject it, unless it ended meanwhile."""
        if find_disbursement(village, record_id).status in BEFORE_PAYMENT:
            reject_upheld(record_id, reason, actor, now)

    def hands(self, village: str, record_id: UUID) -> Hands:
        """Its payee's households, its applicant, its evaluator."""
        disbursement = find_disbursement(village, record_id)
        evaluators = {disbursement.evaluated_by} - {None}
        return Hands(
            households=frozenset(payee_households(disbursement)),
            entered=frozenset({disbursement.applied_by}),
            decided=frozenset(each for each in evaluators if each is not None),
        )

    def households(self, ids: Sequence[UUID]) -> dict[UUID, frozenset[UUID]]:
        """The households that the money goes to, of disbursements of one village."""
        rows = db.session.scalars(select(Disbursement).where(Disbursement.id.in_(ids))).all()
        paid = paid_to(rows)
        return {each.id: paid[each.id].homes for each in rows}

    def statuses(self, ids: Sequence[UUID]) -> dict[UUID, str]:
        """The disbursements' states."""
        rows = db.session.execute(
            select(Disbursement.id, Disbursement.status).where(Disbursement.id.in_(ids))
        )
        return {disbursement_id: status.value for disbursement_id, status in rows}

    def titles(self, ids: Sequence[UUID]) -> dict[UUID, str]:
        """What the money is for, by the county's list of purposes."""
        rows = db.session.execute(
            select(Disbursement.id, Disbursement.purpose).where(Disbursement.id.in_(ids))
        )
        return {disbursement_id: purpose_word(purpose) for disbursement_id, purpose in rows}

    def full_names(self, ids: Sequence[UUID]) -> dict[UUID, str]:
        """The payees by their public names: who is in need and minors are masked on paper, too."""
        found = db.session.scalars(select(Disbursement).where(Disbursement.id.in_(ids))).all()
        return {each: payee.public_name for each, payee in payees(found).items()}


def entry_of(disbursement: Disbursement, payee: Payee, *, full: bool) -> Entry:
    """A disbursement as its line says it; the reason for help in need stays with the committee."""
    purpose = purposes().get(disbursement.purpose)
    in_need = purpose is not None and purpose.in_need
    return Entry(
        id=disbursement.id,
        ready_at=disbursement.evaluated_at or disbursement.applied_at,
        holder=payee.notice_name,
        what=purpose.name_zh if purpose else disbursement.purpose,
        days=disbursement.publicity_days,
        full_names=full,
        amount_fen=disbursement.amount_fen,
        reason=None if in_need else disbursement.reason,
        title=purpose_word(disbursement.purpose),
    )
