"""How a household claims points, with photos."""

import io
from datetime import timedelta
from typing import Any
from uuid import UUID

from PIL import Image

from incentives.access.actor import Actor
from incentives.awards import operations as awards
from incentives.awards.models import Award
from incentives.clock import now
from incentives.files.operations import keep_file
from incentives.register.models import Household
from tests.awards.scenes import Scene
from tests.factories import VILLAGE, act


def resident_of(household: Household, person: UUID | None = None) -> Actor:
    """One of a household's people, signed in by card."""
    who = person or household.head_id
    assert who is not None
    return Actor(
        person=who,
        user_id=None,
        resident_id=who,
        household_id=household.id,
        name="resident",
        roles=(),
        village=household.village,
    )


def photo(colour: str = "green") -> bytes:
    """A photo of a phone, with a place and a camera in it."""
    exif = Image.Exif()
    exif[0x0110] = "SECRET-CAMERA"
    exif.get_ifd(0x8825)[1] = "N"
    buffer = io.BytesIO()
    Image.new("RGB", (1200, 900), colour).save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


def keep(actor: Actor, content: bytes | None = None) -> UUID:
    """Bring a photo; its id."""
    return act(
        lambda: keep_file(village=VILLAGE, content=content or photo(), actor=actor, now=now()).id
    )


def claim(
    scene: Scene,
    code: str = "NE01",
    *,
    actor: Actor | None = None,
    days_ago: int = 0,
    evidence: tuple[UUID, ...] = (),
    **more: Any,
) -> Award:
    """Claim an act of some days ago, by default by the first household's head."""
    done = awards.Act(code, scene.today - timedelta(days=days_ago), evidence=evidence)
    who = actor or resident_of(scene.household)
    return act(lambda: awards.claim_award(village=VILLAGE, act=done, actor=who, now=now(), **more))
