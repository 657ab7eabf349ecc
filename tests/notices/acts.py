"""Acts on notices and objections, as the tests take them."""

from typing import Any
from uuid import UUID

from incentives.access.actor import Actor
from incentives.awards.models import Award
from incentives.clock import now
from incentives.notices import operations as notices
from incentives.notices.models import Notice, NoticeKind, Objection
from incentives.register.models import Household
from tests.awards.scenes import Scene
from tests.factories import VILLAGE, act


def make_notice(actor: Actor, kind: NoticeKind = NoticeKind.AWARDS) -> int:
    """Make a notice of what waits; its number."""
    return act(
        lambda: notices.make_notice(village=VILLAGE, kind=kind, actor=actor, now=now()).number
    )


def close_notice(actor: Actor, number: int) -> Notice:
    """Close a notice."""
    return act(lambda: notices.close_notice(village=VILLAGE, number=number, actor=actor, now=now()))


def publish(scene: Scene) -> int:
    """Make a notice of the awards that wait; its number."""
    return make_notice(scene.reviewer)


def close(scene: Scene, number: int = 1) -> Notice:
    return close_notice(scene.reviewer, number)


def resident_of(scene: Scene) -> Actor:
    """The head of the other household, signed in by card."""
    return by_card(scene.other)


def by_card(household: Household) -> Actor:
    """A household's head, signed in by card."""
    return Actor(
        person=household.head_id,
        user_id=None,
        resident_id=household.head_id,
        household_id=household.id,
        name="card",
        roles=(),
        village=VILLAGE,
    )


def objected(scene: Scene, actor: Actor | None = None, **about: Any) -> UUID:
    """Object to a line (the first), or to something else; the objection's id."""
    subject = notices.About(**(about or {"notice": 1, "line": 1}))
    return act(
        lambda: (
            notices.make_objection(
                village=VILLAGE,
                about=subject,
                reason="he was not there",
                actor=actor or resident_of(scene),
                now=now(),
            ).id
        )
    )


def on_paper(asker: UUID, actor: Actor, **about: Any) -> UUID:
    """An objection that staff write down for a resident; its id."""
    subject = notices.About(**about)
    return act(
        lambda: (
            notices.make_objection(
                village=VILLAGE,
                about=subject,
                reason="she was there",
                on_behalf_of=asker,
                actor=actor,
                now=now(),
            ).id
        )
    )


def rule(
    scene: Scene,
    objection_id: UUID,
    *,
    upheld: bool,
    actor: Actor | None = None,
    **more: Any,
) -> Objection:
    return act(
        lambda: notices.rule_on_objection(
            village=VILLAGE,
            objection_id=objection_id,
            upheld=upheld,
            reason="asked three neighbours",
            actor=actor or scene.third,
            now=now(),
            **more,
        )
    )


def reviewed(scene: Scene, **options: Any) -> Award:
    return scene.review(scene.propose(**options))
