"""Evidence: photos and documents that show an act, brought by who enters it."""

from collections.abc import Sequence
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import delete, insert, select

from incentives.access.actor import Actor
from incentives.awards.models import Award, AwardEvidence, Evidence, RuleItem
from incentives.errors import FieldError, Invalid
from incentives.extensions import db
from incentives.files.models import File

FILES_AT_MOST = 6
NEEDS_FILE = (Evidence.PHOTO, Evidence.DOCUMENT)


def keep_evidence(award: Award, file_ids: Sequence[UUID], actor: Actor) -> None:
    """Set which files show the act; refuses others' files, erased ones, and too many."""
    wanted = list(dict.fromkeys(file_ids))
    if len(wanted) > FILES_AT_MOST:
        detail = _("At most %(most)s files", most=FILES_AT_MOST)
        raise Invalid(errors=[FieldError("/evidence", detail)])
    kept = set(
        db.session.scalars(select(AwardEvidence.file_id).where(AwardEvidence.award_id == award.id))
    )
    brought = set(
        db.session.scalars(
            select(File.id).where(
                File.id.in_(wanted),
                File.village == award.village,
                File.uploaded_by == actor.person,
                File.erased_at.is_(None),
            )
        )
    )
    errors = [
        FieldError(f"/evidence/{index}", _("This file isn't there, or somebody else brought it"))
        for index, file_id in enumerate(wanted)
        if file_id not in kept | brought
    ]
    if errors:
        raise Invalid(errors=errors)
    if kept - set(wanted):
        db.session.execute(delete(AwardEvidence).where(AwardEvidence.award_id == award.id))
        kept = set()
    rows = [{"award_id": award.id, "file_id": each} for each in wanted if each not in kept]
    if rows:
        db.session.execute(insert(AwardEvidence), rows)


def refuse_missing_evidence(awards: Sequence[Award], pointer: str) -> None:
    """Refuse awards whose rule wants a photo or document and that have none."""
    if not awards:
        return
    needing = set(
        db.session.scalars(
            select(RuleItem.id).where(
                RuleItem.id.in_({award.rule_item_id for award in awards}),
                RuleItem.evidence.in_(NEEDS_FILE),
            )
        )
    )
    wanted = [award for award in awards if award.rule_item_id in needing]
    if not wanted:
        return
    shown = set(
        db.session.scalars(
            select(AwardEvidence.award_id).where(
                AwardEvidence.award_id.in_([award.id for award in wanted])
            )
        )
    )
    if any(award.id not in shown for award in wanted):
        detail = _("This rule wants a photo or a document, and there is none yet")
        raise Invalid(errors=[FieldError(pointer, detail)])
