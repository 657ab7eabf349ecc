"""Versions of a village's rules, brought into being by the acts on them."""

from collections.abc import Callable
from io import BytesIO
from typing import Any
from uuid import UUID

from PIL import Image
from sqlalchemy import update

from incentives.access.actor import SYSTEM, Actor, Role
from incentives.access.permissions import may
from incentives.awards import operations as awards
from incentives.awards import queries
from incentives.awards.models import Rulebook, RulebookStatus, RuleItem
from incentives.awards.states import RulebookAction
from incentives.awards.template import template_items
from incentives.clock import now, village_day
from incentives.extensions import db
from incentives.files.operations import keep_file
from tests.factories import VILLAGE, act, staff


def picture() -> bytes:
    """A photo."""
    buffer = BytesIO()
    Image.new("RGB", (8, 8), "white").save(buffer, "PNG")
    return buffer.getvalue()


def keep(actor: Actor) -> UUID:
    """A file that this person brought; its id."""
    return act(lambda: keep_file(village=VILLAGE, content=picture(), actor=actor, now=now()).id)


def draft(source: UUID | None = None, *, village: str = VILLAGE) -> Rulebook:
    """A new draft."""
    cadre = staff(Role.CADRE, village)
    return act(
        lambda: awards.draft_rulebook(village=village, source=source, actor=cadre, now=now())
    )


def renamed(name: str, *, village: str = VILLAGE) -> int:
    """A new draft in which the clean-up is called something else; its number."""
    rulebook = draft(village=village)
    items = update(RuleItem).where(RuleItem.rulebook_id == rulebook.id, RuleItem.code == "CL01")
    act(lambda: db.session.execute(items.values(name_zh=name)) and None)
    return rulebook.number


def edit(number: int, items: Any, revision: int | None = None, actor: Actor | None = None) -> Any:
    """Set a draft's items."""
    who = actor or staff(Role.CADRE)
    return act(
        lambda: awards.set_items(
            village=VILLAGE, number=number, items=items, revision=revision, actor=who, now=now()
        )
    )


def vote(**changes: Any) -> awards.Adoption:
    """A vote that carries, of today."""
    today = village_day(now())
    figures = {"present": 40, "in_favour": 31, "against": 2}
    return awards.Adoption(**{"held_on": today, "effective_on": today, **figures, **changes})


def adopt(
    number: int,
    *,
    village: str = VILLAGE,
    revision: int | None = None,
    actor: Actor | None = None,
    **c: Any,
) -> Any:
    """Adopt a draft."""
    who = actor or staff(Role.CADRE, village)
    adoption = vote(**c)
    return act(
        lambda: awards.adopt_rulebook(
            village=village,
            number=number,
            adoption=adoption,
            revision=revision,
            actor=who,
            now=now(),
        )
    )


def discard(number: int, actor: Actor | None = None) -> Any:
    """Discard a draft."""
    who = actor or staff(Role.CADRE)
    return act(
        lambda: awards.discard_rulebook(village=VILLAGE, number=number, actor=who, now=now())
    )


def bring(number: int, minutes: UUID, actor: Actor) -> Any:
    """Bring the minutes."""
    return act(
        lambda: awards.keep_minutes(
            village=VILLAGE, number=number, minutes=minutes, actor=actor, now=now()
        )
    )


def bring_own(number: int, actor: Actor) -> Any:
    """Bring minutes that the same person kept, or the clock where they may keep none."""
    keeper = actor if may(actor, "file.keep", VILLAGE) else SYSTEM
    return bring(number, keep(keeper), actor)


def in_state(status: RulebookStatus) -> Rulebook:
    """A version in a state."""
    rulebook = draft()
    number = rulebook.number
    if status is RulebookStatus.ADOPTED:
        adopt(number)
    if status is RulebookStatus.DISCARDED:
        discard(number)
    return queries.find_rulebook(VILLAGE, number)


ACTS: dict[RulebookAction, Callable[[int, Actor], Any]] = {
    RulebookAction.EDIT: lambda number, actor: edit(number, template_items()[1:], actor=actor),
    RulebookAction.ADOPT: lambda number, actor: adopt(number, actor=actor),
    RulebookAction.DISCARD: lambda number, actor: discard(number, actor),
    RulebookAction.KEEP_MINUTES: bring_own,
}
