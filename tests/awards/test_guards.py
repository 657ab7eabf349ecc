"""What the database keeps of the rules of awards when the operations are gone round: the twins."""

from datetime import date
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy.exc import DBAPIError

from incentives.awards.models import Award, AwardStatus, CapPer, CapPeriod, Decision
from incentives.awards.states import TRANSITIONS
from incentives.awards.triggers import MOVES
from incentives.database import new_id
from incentives.extensions import db
from incentives.register.models import Resident
from tests.around import refused, send
from tests.awards.public import put_up
from tests.awards.scenes import make_scene
from tests.awards.test_cap_periods import adopt_cap, village_time
from tests.awards.test_states import award_in
from tests.conftest import Clock
from tests.factories import act

REVIEW = (
    "INSERT INTO award_review (id, award_id, reviewer, decision, reviewed_at)"
    " VALUES (:id, :award, :reviewer, 'approve', '2026-03-02 01:00:00+00:00')"
)
EVENT = ", event_id = id, last_event_id = id, posted_at = proposed_at"
AWARD = [column.name for column in Award.__table__.columns if column.name != "id"]


def copied(award: UUID, **changes: object) -> tuple[str, dict[str, object]]:
    """An award put in once more, with other values in some columns."""
    chosen = ", ".join(f":{name}" if name in changes else name for name in AWARD)
    statement = (
        f"INSERT INTO award (id, {', '.join(AWARD)})"
        f" SELECT :new_id, {chosen} FROM award WHERE id = :award"
    )
    return statement, {**changes, "new_id": new_id(), "award": award}


def review_by(award: UUID, reviewer: UUID) -> dict[str, object]:
    return {"id": new_id(), "award": award, "reviewer": reviewer}


def test_the_moves_of_the_guard_are_those_of_the_table() -> None:
    moves = {
        f"{before}>{after}"
        for froms, after in TRANSITIONS.values()
        for before in froms
        if before is not after
    }
    assert set(MOVES) == moves


def test_nobody_reviews_what_they_entered(app: Flask) -> None:
    scene = make_scene()
    award = scene.propose().id
    refused("what they entered", REVIEW, **review_by(award, scene.cadre.person))


def test_nobody_reviews_their_own_household(app: Flask) -> None:
    scene = make_scene()
    award = scene.propose().id
    for resident in scene.people():
        refused("their own household", REVIEW, **review_by(award, resident.id))
    neighbour = db.session.query(Resident).filter_by(household_id=scene.other.id).first()
    assert neighbour is not None
    send(REVIEW, **review_by(award, neighbour.id))


def test_what_is_decided_takes_no_more_reviews(app: Flask) -> None:
    scene = make_scene()
    award = scene.propose()
    scene.review(award, Decision.REJECT, reason="was away")
    refused("decided already", REVIEW, **review_by(award.id, scene.second.person))


@pytest.mark.parametrize("needed", [1, 2])
def test_an_award_goes_on_with_all_its_approvals_only(app: Flask, needed: int) -> None:
    scene = make_scene(reviewers=needed, publicity_days=5)
    award = scene.propose()
    award_id = award.id
    if needed == 2:
        scene.review(award)
    act(lambda: put_up(award_id))
    words = "lacks approvals"
    refused(words, "UPDATE award SET status = 'reviewed'")
    refused(words, "UPDATE award SET status = 'published', notice = 1")
    last = scene.second if needed == 2 else scene.reviewer
    send(REVIEW, **review_by(award_id, last.person))
    send("UPDATE award SET status = 'reviewed'")
    assert scene.status(award) is AwardStatus.REVIEWED


def test_a_no_is_no_approval(app: Flask) -> None:
    scene = make_scene(reviewers=2, publicity_days=5)
    award = scene.propose()
    scene.review(award)
    send(
        REVIEW.replace("decision,", "decision, reason,").replace("'approve',", "'reject', 'no',"),
        **review_by(award.id, scene.second.person),
    )
    refused("lacks approvals", "UPDATE award SET status = 'reviewed'")


def test_what_was_promised_a_notice_is_not_posted_without(app: Flask) -> None:
    scene = make_scene(publicity_days=5)
    scene.review(scene.propose())
    refused("promised a notice", f"UPDATE award SET status = 'posted'{EVENT}")


@pytest.mark.parametrize("status", AwardStatus, ids=str)
def test_an_award_moves_as_the_table_says_only(app: Flask, status: AwardStatus) -> None:
    scene = make_scene(publicity_days=5)
    award = award_in(scene, status)
    ways = {AwardStatus(move.split(">")[1]) for move in MOVES if move.startswith(f"{status}>")}
    strays = set(AwardStatus) - ways - {status}
    assert strays
    for stray in strays:
        with pytest.raises(DBAPIError):
            send(
                "UPDATE award SET status = :stray, closed_at = proposed_at, notice = 1"
                f"{EVENT if stray in (AwardStatus.POSTED, AwardStatus.REVERSED) else ''}"
                " WHERE id = :award",
                stray=stray.value,
                award=award,
            )


@pytest.mark.parametrize(
    "change",
    [
        "points = 8, quantity = 2",
        "occurred_on = '2026-01-01'",
        "resident_id = NULL",
        "household_id = :other",
        "reviews_needed = 2, reviewers = 2",
        "proposed_by = :other",
    ],
)
def test_what_was_decided_stays(app: Flask, change: str) -> None:
    scene = make_scene()
    scene.review(scene.propose())
    values = {"other": scene.other.id} if ":other" in change else {}
    refused("stays", f"UPDATE award SET {change}", **values)


@pytest.mark.parametrize(
    "change", ["publicity_days = 0", "reviewers = 0", "proposed_by = id", "objection_days = 1"]
)
def test_the_policy_of_its_day_stays_with_an_award(app: Flask, change: str) -> None:
    scene = make_scene(publicity_days=5, reviewers=2)
    scene.propose()
    refused("stays|reviews of its policy", f"UPDATE award SET {change}")


@pytest.mark.parametrize(
    "change", ["points = 5", "quantity = 2", "rule_code = 'CL02'", "reviews_needed = 2"]
)
def test_an_award_has_the_points_and_reviews_of_its_rule(app: Flask, change: str) -> None:
    scene = make_scene(review_above=1000)
    scene.propose()
    refused("points of its rule", f"UPDATE award SET {change}")


def test_two_reviews_are_needed_above_the_policy_s_points(app: Flask) -> None:
    scene = make_scene(review_above=8)
    award = scene.propose()
    statement, values = copied(award.id, quantity=2, points=8)
    refused("reviews of its policy", statement, **values)
    send("UPDATE award SET quantity = 2, points = 8, reviews_needed = 2")


@pytest.mark.parametrize("status", ["reviewed", "withdrawn"])
def test_an_award_begins_as_proposed(app: Flask, status: str) -> None:
    scene = make_scene()
    statement, values = copied(scene.propose().id, status=status)
    refused("begins as proposed", statement, **values)


@pytest.mark.parametrize("table", ["award", "award_review", "award_turn"])
def test_nothing_is_deleted(app: Flask, database: str, table: str) -> None:
    scene = make_scene()
    award = scene.propose()
    scene.review(award)
    scene.reverse(award)
    refused("deleted|stays", f"DELETE FROM {table}")
    if database == "postgresql":
        refused("deleted|stays|permission denied", f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE award_review SET decision = 'reject', reason = 'no'",
        "UPDATE award_review SET reviewer = award_id",
        "UPDATE award_turn SET reason = 'another'",
    ],
)
def test_decisions_stay(app: Flask, statement: str) -> None:
    scene = make_scene()
    award = scene.propose()
    scene.review(award)
    scene.reverse(award)
    refused("stays", statement)


@pytest.mark.parametrize("per", CapPer, ids=str)
@pytest.mark.parametrize(
    ("period", "inside", "outside"),
    [
        (CapPeriod.DAY, (date(2028, 2, 29),), (date(2028, 2, 28), date(2028, 3, 1))),
        (
            CapPeriod.MONTH,
            (date(2028, 2, 1), date(2028, 2, 29)),
            (date(2028, 1, 31), date(2028, 3, 1), date(2027, 2, 28)),
        ),
        (
            CapPeriod.QUARTER,
            (date(2028, 1, 1), date(2028, 3, 31)),
            (date(2027, 12, 31), date(2028, 4, 1), date(2027, 2, 1)),
        ),
        (
            CapPeriod.YEAR,
            (date(2028, 1, 1), date(2028, 12, 31)),
            (date(2027, 12, 31), date(2029, 1, 1)),
        ),
    ],
    ids=str,
)
def test_caps_hold_at_the_edges_of_their_periods(
    app: Flask,
    clock: Clock,
    per: CapPer,
    period: CapPeriod,
    inside: tuple[date, ...],
    outside: tuple[date, ...],
) -> None:
    clock.now = village_time(2027, 1, 1)
    scene = make_scene(late_entry_days=366)
    adopt_cap(4, per, period, effective_on=date(2027, 1, 1), held_on=date(2027, 1, 1))
    clock.now = village_time(2028, 2, 29)
    award = scene.propose(on=date(2028, 2, 29)).id
    neighbour = db.session.query(Resident).filter_by(household_id=scene.other.id).first()
    assert neighbour is not None
    other = {"resident_id": neighbour.id, "household_id": scene.other.id}
    for day in inside:
        statement, values = copied(award, occurred_on=day)
        refused("passes the cap", statement, **values)
    for day, holder in [*((day, {}) for day in outside), (inside[0], other)]:
        statement, values = copied(award, occurred_on=day, **holder)
        send(statement, **values)
    statement, values = copied(award, occurred_on=inside[-1], **other)
    refused("passes the cap", statement, **values)


def test_an_edit_counts_anew_and_leaves_itself_out(app: Flask) -> None:
    scene = make_scene()
    scene.propose(quantity=3)
    mended = scene.propose(on=scene.today.replace(day=1)).id
    send("UPDATE award SET quantity = 3, points = 12 WHERE id = :id", id=mended)
    more = "UPDATE award SET quantity = 4, points = 16 WHERE id = :id"
    refused("passes the cap", more, id=mended)


def test_what_is_given_again_counts_anew(app: Flask) -> None:
    scene = make_scene()
    award = scene.propose(quantity=6)
    scene.review(award)
    scene.reverse(award)
    scene.propose()
    refused("passes the cap", "UPDATE award SET status = 'posted' WHERE id = :id", id=award.id)


def test_a_rule_by_person_wants_a_person(app: Flask) -> None:
    scene = make_scene()
    statement, values = copied(scene.propose().id, resident_id=None)
    refused("passes the cap", statement, **values)


def test_what_is_freed_makes_room(app: Flask) -> None:
    scene = make_scene()
    award = scene.propose(quantity=6)
    statement, values = copied(award.id, status="proposed")
    refused("passes the cap", statement, **values)
    scene.withdraw(award)
    send(statement, **values)
