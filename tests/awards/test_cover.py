"""What covers points is asked before they are promised, approved or given again."""

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from incentives.awards import cover
from incentives.awards import operations as awards
from incentives.awards.models import Award, AwardStatus, Decision
from incentives.clock import now
from incentives.errors import NotCovered
from incentives.register.policy import Policy
from tests.awards.scenes import Scene, make_scene
from tests.factories import VILLAGE, act


class Means:
    """What a village can stand by in points; keeps what it was asked."""

    def __init__(self) -> None:
        self.points = 1000
        self.asked: list[tuple[str, int, date]] = []

    def __call__(self, village: str, points: int, on: date, _policy: Policy) -> LazyString | None:
        self.asked.append((village, points, on))
        return None if points <= self.points else _("The shelf is too small")


@pytest.fixture
def means(app: Flask) -> Iterator[Means]:  # which sets what is asked else
    """The means of the village: all that the awards ask while a test lasts."""
    found, before = Means(), list(cover.covers)
    cover.covers[:] = [found]
    yield found
    cover.covers[:] = before


def propose_two(scene: Scene) -> list[Award]:
    """One act of two people of a household, 4 points each."""
    lines = [awards.BatchLine(each.id) for each in scene.people()[:2]]
    return act(
        lambda: awards.propose_batch(
            village=VILLAGE, act=scene.act_of(), lines=lines, actor=scene.cadre, now=now()
        )
    )


def test_all_that_stands_proposed_counts_with_what_is_asked(app: Flask, means: Means) -> None:
    scene = make_scene(issuance_cover="refuse")
    scene.propose(quantity=2)
    scene.withdraw(scene.propose(quantity=3))
    propose_two(scene)
    assert [points for _village, points, _on in means.asked] == [8, 8 + 12, 8 + 8]
    assert means.asked[-1] == (VILLAGE, 16, scene.today)


def test_points_over_the_means_are_not_proposed(app: Flask, means: Means) -> None:
    scene = make_scene(issuance_cover="refuse")
    means.points = 7
    with pytest.raises(NotCovered):
        propose_two(scene)
    with pytest.raises(NotCovered):
        scene.propose(quantity=2)
    award = scene.propose()
    with pytest.raises(NotCovered):
        scene.edit(award, quantity=2)
    means.points = 3
    assert scene.edit(award, note="less isn't asked for").status is AwardStatus.PROPOSED


def test_an_approval_asks_again_and_a_no_does_not(app: Flask, means: Means) -> None:
    scene = make_scene(issuance_cover="refuse")
    award = scene.propose()
    means.points = 3
    with pytest.raises(NotCovered):
        scene.review(award)
    assert (scene.status(award), scene.points()) == (AwardStatus.PROPOSED, 0)
    assert scene.review(award, Decision.REJECT, reason="r").status is AwardStatus.REJECTED


def test_what_was_taken_back_is_given_again_only_if_covered(app: Flask, means: Means) -> None:
    scene = make_scene(issuance_cover="refuse")
    award = scene.review(scene.propose())
    means.points = 0
    scene.reverse(award)
    with pytest.raises(NotCovered):
        scene.reinstate(award)
    means.points = 4
    assert scene.reinstate(award).status is AwardStatus.POSTED


def test_a_warning_refuses_nothing(app: Flask, means: Means) -> None:
    scene = make_scene(issuance_cover="warn")
    means.points = 0
    assert scene.review(scene.propose()).status is AwardStatus.POSTED
    assert cover.warnings(VILLAGE, 1, scene.today) == ["The shelf is too small"]
    assert cover.warnings(VILLAGE, 0, scene.today) == []


def test_where_nobody_wants_to_know_nothing_is_asked(app: Flask, means: Means) -> None:
    scene = make_scene(issuance_cover="off")
    means.points = 0
    scene.propose()
    assert cover.warnings(VILLAGE, 1, scene.today) == []
    assert means.asked == []
