"""The two signatures: under the list of what is lost, or under a log opened anew."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import insert, select

from incentives.access import audit
from incentives.access.actor import Actor, Role
from incentives.access.duties import refuse_same_person
from incentives.access.permissions import require
from incentives.errors import FieldError, Invalid, NotPermitted, Stale, WrongState
from incentives.extensions import db
from incentives.keys import key
from incentives.ledger import codes, hold, notes
from incentives.ledger.models import Erasure, LogHead
from incentives.ledger.origins import first_origin, opening_of
from incentives.ledger.reopening import last_known, reopen_log, set_seals_aside
from incentives.recovery.models import (
    LostItem,
    LostKind,
    Recovery,
    RecoverySignature,
    Signer,
    Way,
)
from incentives.recovery.operations.finding import end
from incentives.recovery.queries import may_catch_up, signatures_of, unusable_villages
from incentives.recovery.state import ask_again, waiting

GROUND = "lost in restore"
ROLES = {Signer.ADMINISTRATOR: Role.ADMINISTRATOR, Signer.SUPERVISOR: Role.SUPERVISOR}


def sign_list(*, signer: Signer, digest: str, actor: Actor, now: datetime) -> Recovery:
    """Sign the list of what can't be rebuilt; with the second signature everything may be written.

    `digest` is that of the list that was read: another one is refused as `stale`. It takes an
    administrator of every village concerned and a supervisor of one of them, two different
    people. Refuses while some village is not caught up. Details that are lost are then erased on
    record, on the ground `lost in restore`.
    """
    recovery = refuse_signer(signer, actor)
    if recovery.digest is None or unusable_villages(recovery):
        raise WrongState(_("The books haven't caught up with their seals"))
    if digest != recovery.digest:
        raise Stale(_("The list is another one by now: please read it again"))
    keep_signature(recovery, signer, Way.CATCH_UP, actor=actor, now=now)
    if len(signatures_of(recovery.id)) == len(Signer):
        conclude(recovery, Way.CATCH_UP, actor=actor, now=now)
    return recovery


def sign_reopening(
    *,
    signer: Signer,
    digest: str | None = None,
    checkpoint: str | None = None,
    actor: Actor,
    now: datetime,
) -> Recovery:
    """Ask that the logs without usable seals be opened anew, or agree to it, which does it.

    `checkpoint` is a newer one than the database has, as from a printed notice: the event then
    tells how many events are lost. `digest` is that of the list, where some villages were caught
    up. Signers as in `sign_list`. Refuses while catching up could still bring something back.
    """
    recovery = refuse_signer(signer, actor)
    villages = unusable_villages(recovery)
    if not villages or may_catch_up(recovery):
        raise WrongState(_("First run flask ledger catch-up: it brings back what was sealed"))
    if digest != recovery.digest:
        raise Stale(_("The list is another one by now: please read it again"))
    paper = read_paper(checkpoint, villages) if checkpoint and checkpoint.strip() else None
    asked = signatures_of(recovery.id)
    keep_signature(recovery, signer, Way.REOPEN, actor=actor, now=now, paper=paper)
    if asked:
        recovery_id = recovery.id
        papers = [each.note for each in signatures_of(recovery_id) if each.note is not None]
        conclude(recovery, Way.REOPEN, actor=actor, now=now)
        reopen_villages(
            recovery_id, villages, papers, asked=asked[0].person, agreed=actor.person, now=now
        )
    return recovery


def conclude(recovery: Recovery, way: Way, *, actor: Actor, now: datetime) -> None:
    """End the recovery with its second signature."""
    erase_lost_details(recovery, actor=actor, now=now)
    record(recovery, audit.Tag.RECOVERY_ENDED, actor=actor, now=now, details={"way": way.value})
    end(recovery, way, now=now)
    ask_again()


def refuse_signer(signer: Signer, actor: Actor) -> Recovery:
    """The recovery that waits; refuses who may not sign it in that capacity, or has signed."""
    require(actor, "recovery.sign", None)
    recovery = waiting()
    if recovery is None:
        raise WrongState(_("The books wait for no recovery"))
    villages = [str(each["village"]) for each in recovery.findings]
    covered = [actor.has_role(ROLES[signer], village) for village in villages]
    if not (all(covered) if signer is Signer.ADMINISTRATOR else any(covered)):
        raise NotPermitted()
    signed = signatures_of(recovery.id)
    refuse_same_person(actor, *(each.person for each in signed))
    if any(each.signer is signer for each in signed):
        raise WrongState(_("This is signed in that capacity already"))
    return recovery


def keep_signature(
    recovery: Recovery,
    signer: Signer,
    way: Way,
    *,
    actor: Actor,
    now: datetime,
    paper: str | None = None,
) -> None:
    """Keep a signature, with its row in the audit trail of each village concerned."""
    db.session.add(
        RecoverySignature(
            recovery_id=recovery.id,
            signer=signer,
            person=actor.person,
            way=way,
            digest=recovery.digest,
            note=paper,
            signed_at=now,
        )
    )
    db.session.flush()
    details = {"way": way.value, "as": signer.value, "digest": recovery.digest}
    record(recovery, audit.Tag.RECOVERY_SIGNED, actor=actor, now=now, details=details)


def record(
    recovery: Recovery, tag: audit.Tag, *, actor: Actor, now: datetime, details: dict[str, Any]
) -> None:
    """Leave a row in the audit trail of each village concerned."""
    for each in recovery.findings:
        audit.record(
            actor, tag, village=each["village"], subject=recovery.id, now=now, details=details
        )


def read_paper(checkpoint: str, villages: Iterable[str]) -> str:
    """A checkpoint's note, typed or scanned; refuses one that isn't this log's, or isn't signed."""
    try:
        note = codes.read_paper(checkpoint)
        root = notes.read_checkpoint(note, notes.private_key(key("log")).public_key())
    except ValueError as error:
        raise Invalid(
            errors=[FieldError("/checkpoint", _("This is no checkpoint signed by this service"))]
        ) from error
    if not any(is_of(root.origin, village) for village in villages):
        raise Invalid(
            errors=[FieldError("/checkpoint", _("This is no checkpoint of a log to be opened"))]
        )
    return note


def is_of(origin: str, village: str) -> bool:
    """Whether a log's name is that of a village, however often it was opened anew."""
    first = first_origin(village)
    return origin == first or origin.startswith(f"{first}/")


def reopen_villages(
    recovery_id: UUID,
    villages: list[str],
    papers: list[str],
    *,
    asked: UUID,
    agreed: UUID,
    now: datetime,
) -> None:
    """Set aside what is left of these villages' seals, and open their logs anew."""
    with_books = db.session.scalars(
        select(LogHead.village).where(LogHead.village.in_(villages)).order_by(LogHead.village)
    ).all()
    hold(with_books)
    for village in villages:
        set_seals_aside(village)
    for village in with_books:
        reopen_log(
            village,
            last=newest_known(village, papers),
            record=recovery_id,
            actor=asked,
            approver=agreed,
            now=now,
        )


def newest_known(village: str, papers: list[str]) -> notes.Root | None:
    """The newest checkpoint known of a village's log: the database's, or one from paper."""
    public = notes.private_key(key("log")).public_key()
    texts = [each for each in (last_known(village), *papers) if each is not None]
    roots = [notes.read_checkpoint(each, public) for each in texts]
    known = [each for each in roots if is_of(each.origin, village)]
    return max(known, key=lambda each: (opening_of(each.origin), each.size), default=None)


def erase_lost_details(recovery: Recovery, *, actor: Actor, now: datetime) -> None:
    """Enter the details that are lost as erased, so that the audit knows of them."""
    lost = db.session.scalars(
        select(LostItem.event_id).where(
            LostItem.recovery_id == recovery.id, LostItem.kind == LostKind.DETAIL
        )
    ).all()
    if lost:
        db.session.execute(
            insert(Erasure),
            [
                {"event_id": each, "at": now, "actor": actor.person, "ground": GROUND}
                for each in lost
            ],
        )
