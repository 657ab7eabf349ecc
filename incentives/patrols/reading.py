"""Who may see the photo of something found on a patrol."""

from sqlalchemy import select

from incentives.access.actor import Actor
from incentives.access.permissions import may
from incentives.extensions import db
from incentives.files.models import File
from incentives.patrols.models import Finding


def reads_photo(file: File, actor: Actor) -> bool:
    """Whether the file is a finding's photo, and the reader's role reads patrols there."""
    found = select(Finding.id).where(Finding.photo_id == file.id)
    return may(actor, "patrol.read", file.village) and db.session.scalar(found) is not None
