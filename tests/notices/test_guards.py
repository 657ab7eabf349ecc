"""What the database keeps of the rules of notices when the operations are gone round: the twins."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from incentives.access.actor import Role
from incentives.awards.models import Award
from incentives.clock import VILLAGE_TIME
from incentives.database import new_id
from incentives.extensions import db
from incentives.notices.models import Objection
from incentives.notices.queries import find_notice
from tests.around import refused, send
from tests.awards.scenes import Scene, make_scene
from tests.conftest import Clock
from tests.factories import VILLAGE, staff
from tests.notices.acts import by_card, close, objected, publish, resident_of, reviewed, rule
from tests.notices.test_objections import lacking, on_paper

POSTED = (
    "UPDATE award SET status = 'posted', event_id = id, last_event_id = id, posted_at = proposed_at"
)
RULED = (
    "UPDATE objection SET status = 'overruled', ruling_reason = 'so', ruled_by = :who,"
    " ruled_at = made_at"
)


@pytest.fixture
def scene(app: Flask) -> Scene:
    """A village with one award in public."""
    made = make_scene(publicity_days=5)
    reviewed(made)
    publish(made)
    return made


def test_an_award_is_published_by_a_notice_that_lists_it_only(scene: Scene) -> None:
    award = scene.review(scene.propose())
    for number in (1, 2):
        refused(
            "no notice lists",
            "UPDATE award SET status = 'published', notice = :number WHERE id = :id",
            number=number,
            id=award.id,
        )


def test_an_award_is_posted_once_its_notice_has_closed_only(scene: Scene, clock: Clock) -> None:
    refused("in public still", POSTED)
    objection = objected(scene)
    clock.forward(days=6)
    close(scene)
    send("UPDATE award SET status = 'published'")
    refused("objected to", POSTED)
    rule(scene, objection, upheld=False)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE notice SET closes_on = '2026-03-03'",
        "UPDATE notice SET fingerprint = number || substr(fingerprint, 2)",
        "UPDATE notice SET names = 'full'",
        "DELETE FROM notice",
        "UPDATE notice_line SET points = 40",
        "UPDATE notice_line SET holder = 'somebody'",
        "UPDATE notice_line SET what = 'sweeping'",
        "DELETE FROM notice_line",
    ],
)
def test_a_notice_stays_as_it_was_put_up(scene: Scene, statement: str) -> None:
    refused("stay|deleted", statement)


def test_a_name_may_be_erased(scene: Scene) -> None:
    send("UPDATE notice_line SET holder = NULL")


def test_a_notice_stays_open_for_its_days_and_closes_once(scene: Scene, clock: Clock) -> None:
    early = "UPDATE notice SET closed_by = opened_by, closed_at = :at"
    last_minute = datetime(2026, 3, 7, 23, 59, 59, tzinfo=VILLAGE_TIME)
    for at in (clock.now, last_minute):
        refused("through its last day", early, at=at.astimezone(UTC))
    clock.now = last_minute + timedelta(seconds=1)
    close(scene)
    refused("stays as it was", "UPDATE notice SET closed_at = NULL, closed_by = NULL")
    assert find_notice(VILLAGE, 1).closed_at is not None


def test_who_had_a_hand_in_it_does_not_rule(scene: Scene) -> None:
    objected(scene)
    hands = [scene.cadre.person, scene.reviewer.person]
    hands += [each.id for home in (scene.household, scene.other) for each in scene.people(home)]
    asker = resident_of(scene).person
    for person in hands:
        words = "ruled_by_another|own household" if person == asker else "a hand in"
        refused(words, RULED, who=person)
    send(RULED, who=scene.third.person)


def test_who_refused_it_does_not_rule_on_what_is_missing(scene: Scene) -> None:
    objected(scene, missing=lacking(scene))
    scene.review(scene.propose(person=scene.other.head_id))
    for person in (scene.cadre.person, scene.reviewer.person):
        refused("a hand in", RULED, who=person)
    send(RULED, who=scene.second.person)


def test_who_granted_it_does_not_rule_on_what_it_became(app: Flask) -> None:
    made = make_scene(reviewers=1, publicity_days=5)
    rule(made, objected(made, missing=lacking(made)), upheld=True)  # by the third
    award = db.session.scalars(select(Award)).one()
    made.review(award)
    publish(made)
    objected(made, by_card(made.household))
    still_open = f"{RULED} WHERE status = 'open'"
    refused("a hand in", still_open, who=made.third.person)
    send(still_open, who=made.second.person)


def test_a_line_has_the_points_of_its_award(scene: Scene) -> None:
    """And comes into a notice of awards that isn't closed, for its days."""
    award = scene.review(scene.propose())
    again = (
        "INSERT INTO notice_line (notice_id, line, award_id, what, points)"
        " SELECT id, 2, :award, 'x', :points FROM notice"
    )
    refused("a line says|stays as it was put up", again, award=award.id, points=award.points + 1)
    refused("stays as it was put up", again, award=award.id, points=award.points)


def test_who_entered_it_does_not_write_down_an_objection(scene: Scene) -> None:
    on_paper(scene, staff(Role.CADRE), notice=1, line=1)
    columns = [each.name for each in Objection.__table__.columns if each.name != "id"]
    values = ", ".join(":hand" if name == "made_by" else name for name in columns)
    again = f"INSERT INTO objection (id, {', '.join(columns)}) SELECT :id, {values} FROM objection"

    def written_by(person: UUID) -> dict[str, UUID]:
        return {"id": new_id(), "hand": person}

    refused("writes down", again, **written_by(scene.cadre.person))
    send(again, **written_by(scene.second.person))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE objection SET status = 'upheld'",
        "UPDATE objection SET ruling_reason = 'otherwise'",
        "UPDATE objection SET ruled_by = award_id",
        "UPDATE objection SET due_on = '2027-01-01'",
        "UPDATE objection SET made_by = award_id",
        "DELETE FROM objection",
    ],
)
def test_a_ruling_stays(scene: Scene, statement: str) -> None:
    rule(scene, objected(scene), upheld=False)
    refused("stay|deleted", statement)


def test_how_often_it_was_missing_stays(scene: Scene) -> None:
    objected(scene, missing=lacking(scene))
    refused("stay", "UPDATE objection SET missing_quantity = 2")
