"""Claims: whose, of what, how often, with which photos, with which answer, and what is deleted."""

import io
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import delete, select, text
from sqlalchemy.exc import DBAPIError

from incentives.access.actor import Actor, Role
from incentives.awards import operations as awards
from incentives.awards import queries
from incentives.awards.models import Award, AwardStatus, Decision
from incentives.awards.queries.claims import CLAIMS_A_WEEK
from incentives.clock import now
from incentives.database import new_id
from incentives.errors import (
    CapExceeded,
    Duplicate,
    Invalid,
    NotFound,
    NotPermitted,
    OwnHousehold,
    SamePerson,
    WrongState,
)
from incentives.extensions import db
from incentives.files.models import File
from incentives.files.operations import keep_file, sweep_files
from incentives.files.queries import file_bytes, readable_file, thumbnail_bytes
from incentives.fund.models import DisbursementFile
from incentives.fund.operations import PayeeChoice, apply_for_disbursement
from incentives.notices import operations as notices
from incentives.notices.models import NoticeKind, NoticeLine, Objection
from incentives.notices.pages import way_to_object
from incentives.register.models import Household
from incentives.register.operations import Person, add_resident
from incentives.upkeep.jobs import do_daily_jobs
from tests.awards.scenes import Scene, make_scene
from tests.conftest import Clock
from tests.factories import OTHER_VILLAGE, VILLAGE, act, make_household, make_village, staff


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


def test_an_act_is_claimed_once_until_it_is_answered_with_no(app: Flask) -> None:
    scene = make_scene()
    award = claim(scene)
    with pytest.raises(Duplicate) as refused:
        claim(scene, quantity=2)
    assert refused.value.errors[0].pointer == "/occurred_on"
    claim(scene, resident_id=scene.people()[1].id)
    claim(scene, days_ago=1)
    scene.review(award, Decision.REJECT, reason="没有人看见")
    again = claim(scene)
    with pytest.raises(Duplicate):
        claim(scene)
    scene.withdraw(again, actor=resident_of(scene.household))
    assert claim(scene).status is AwardStatus.PROPOSED


def test_what_the_village_registered_cant_be_claimed_again(app: Flask) -> None:
    scene = make_scene()
    registered = scene.propose("NE01")
    with pytest.raises(Duplicate):
        claim(scene)
    scene.withdraw(registered)
    assert claim(scene).claimed


def test_a_claim_isnt_mended_into_another_one(app: Flask) -> None:
    scene = make_scene()
    claim(scene)
    second = claim(scene, days_ago=1)
    mine = resident_of(scene.household)
    with pytest.raises(Duplicate):
        scene.edit(second, actor=mine, occurred_on=scene.today)
    with pytest.raises(Invalid) as refused:
        scene.edit(second, actor=mine, rule_item="PA01")
    assert refused.value.errors[0].pointer == "/rule_item"
    with pytest.raises((NotFound, NotPermitted)):
        scene.edit(second, actor=resident_of(scene.other), quantity=2)


def test_what_was_taken_back_and_claimed_again_isnt_given_twice(app: Flask) -> None:
    scene = make_scene()
    award = scene.review(claim(scene))
    assert award.status is AwardStatus.POSTED
    scene.reverse(award)
    again = claim(scene)
    with pytest.raises(Duplicate):
        scene.reinstate(award, actor=scene.second)
    scene.review(again, Decision.REJECT, reason="是同一件事")
    assert scene.reinstate(award, actor=scene.second).status is AwardStatus.POSTED
    assert scene.points() == award.points


@pytest.mark.parametrize(
    ("holder", "resident", "times"), [("resident", "resident_id", 1), ("household", "NULL", 2)]
)
def test_the_database_takes_one_act_once_too(
    app: Flask, holder: str, resident: str, times: int
) -> None:
    scene = make_scene()
    award_id = claim(scene).id
    db.session.remove()
    columns = [column.name for column in Award.__table__.columns if column.name != "id"]
    listed = ", ".join(columns)
    values = listed.replace("resident_id", resident)
    again = text(
        f"INSERT INTO award (id, {listed}) SELECT :id, {values} FROM award WHERE id = :other"
    )
    rows = [{"id": parameter(new_id()), "other": parameter(award_id)} for _ in range(times)]
    with (
        db.engine.connect().execution_options(write=True) as connection,
        pytest.raises(DBAPIError, match=f"{holder}_id|claim_of_{holder}"),
        connection.begin(),
    ):
        connection.execute(again, rows)


def parameter(value: UUID) -> Any:
    """An id as the database of this test keeps it."""
    return value.hex if db.engine.dialect.name == "sqlite" else value


def test_ten_claims_a_week_whoever_writes_them_down(app: Flask, clock: Clock) -> None:
    scene = make_scene()
    clock.forward(days=2)
    mine, cadre = resident_of(scene.household), scene.cadre
    for days in range(CLAIMS_A_WEEK - 1):
        award = claim(scene, "NE02" if days % 2 else "NE05", days_ago=days * 5)
        # Withdrawing gives no other one in its place.
        scene.withdraw(award, actor=mine)
    head = scene.household.head_id
    claim(scene, "NE01", actor=cadre, on_behalf_of=head)
    assert queries.claims_left(scene.household.id, now()) == 0
    refusals = [
        {"actor": mine},
        {"actor": mine, "resident_id": scene.people()[1].id},
        {"actor": cadre, "on_behalf_of": head},
    ]
    for more in refusals:
        with pytest.raises(CapExceeded) as refused:
            claim(scene, "SA01", **more)
        assert refused.value.extensions == {"left": 0, "again_on": "2026-03-09"}
    claim(scene, "SA01", actor=resident_of(scene.other))
    # Sunday, one minute before midnight in the village, is still this week.
    clock.forward(days=4, hours=14, minutes=59)
    with pytest.raises(CapExceeded):
        claim(scene, "SA01")
    clock.forward(minutes=1)
    assert claim(scene, "SA01").status is AwardStatus.PROPOSED


def test_others_cant_claim_withdraw_or_see_it(app: Flask) -> None:
    scene = make_scene()
    award = claim(scene)
    stranger = resident_of(scene.other)
    with pytest.raises(Invalid):
        claim(scene, actor=stranger, resident_id=scene.household.head_id)
    with pytest.raises((NotFound, NotPermitted)):
        scene.withdraw(award, actor=stranger)
    with pytest.raises(NotFound):
        queries.own_claim(award.id, stranger)
    with pytest.raises(NotPermitted):
        claim(scene, actor=staff(Role.CADRE))
    with pytest.raises(NotPermitted):
        claim(scene, actor=staff(Role.SHOPKEEPER), on_behalf_of=scene.household.head_id)
    helper = staff(Role.CADRE, household=scene.household)
    with pytest.raises(OwnHousehold):
        claim(scene, actor=helper, on_behalf_of=scene.household.head_id)
    make_village(OTHER_VILLAGE)
    elsewhere = make_household(OTHER_VILLAGE, "洛桑", door="9")
    with pytest.raises(NotFound):
        claim(scene, actor=resident_of(elsewhere))


def test_what_the_village_registered_is_no_claim_of_the_household(app: Flask) -> None:
    scene = make_scene()
    with pytest.raises(NotFound):
        queries.own_claim(scene.propose().id, resident_of(scene.household))


@pytest.mark.parametrize("reason", [None, "", "   "])
def test_a_no_says_why(app: Flask, reason: str | None) -> None:
    scene = make_scene()
    award = claim(scene)
    with pytest.raises(Invalid) as refused:
        scene.review(award, Decision.REJECT, reason=reason)
    assert refused.value.errors[0].pointer == "/reason"
    assert scene.status(award) is AwardStatus.PROPOSED


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE award SET status = 'rejected', closed_at = proposed_at",
        "UPDATE award SET status = 'rejected'",
        "UPDATE award SET status = 'withdrawn'",
    ],
)
def test_the_database_takes_no_no_without_a_reason(app: Flask, statement: str) -> None:
    scene = make_scene()
    claim(scene)
    db.session.remove()
    with (
        db.engine.connect().execution_options(write=True) as connection,
        pytest.raises(DBAPIError, match="a no has a reason"),
        connection.begin(),
    ):
        connection.execute(text(statement))


def test_who_is_in_two_minds_withdraws_before_the_answer_only(app: Flask) -> None:
    scene = make_scene()
    mine = resident_of(scene.household)
    award = scene.withdraw(claim(scene), actor=mine)
    assert (award.status, award.closed_at) == (AwardStatus.WITHDRAWN, now())
    answered = claim(scene, days_ago=1)
    scene.review(answered, Decision.REJECT, reason="不够")
    with pytest.raises(WrongState):
        scene.withdraw(answered, actor=mine)


# Photos


def test_photos_lose_their_place_and_are_for_reviewer_and_household(app: Flask) -> None:
    scene = make_scene()
    mine = resident_of(scene.household)
    assert b"SECRET-CAMERA" in photo()
    shown = keep(mine)
    award = claim(scene, "CL03", evidence=(shown,))
    file = db.session.get_one(File, shown)
    small = thumbnail_bytes(file)
    for content in (file_bytes(file), small, thumbnail_bytes(file)):
        assert b"SECRET" not in content
        assert not Image.open(io.BytesIO(content)).getexif()
    assert max(Image.open(io.BytesIO(small)).size) == 320
    family = resident_of(scene.household, scene.people()[1].id)
    for reader in (mine, family, scene.reviewer):
        assert readable_file(VILLAGE, shown, reader) is file
    for reader in (resident_of(scene.other), scene.cadre, staff(Role.REVIEWER, OTHER_VILLAGE)):
        with pytest.raises(NotFound):
            readable_file(VILLAGE, shown, reader)
    assert queries.award_view(VILLAGE, award.id).photos == {shown}


def test_others_photos_prove_nothing(app: Flask) -> None:
    scene = make_scene()
    theirs = keep(resident_of(scene.other))
    with pytest.raises(Invalid) as refused:
        claim(scene, "CL03", evidence=(theirs,))
    assert refused.value.errors[0].pointer == "/evidence/0"


def test_no_photo_no_yes(app: Flask) -> None:
    scene = make_scene()
    award = claim(scene, "CL03")
    with pytest.raises(Invalid):
        scene.review(award)
    mine = resident_of(scene.household)
    scene.edit(award, actor=mine, evidence=[keep(mine)])
    assert scene.review(award).status is AwardStatus.POSTED


def answer(scene: Scene, award: Award, how: str) -> None:
    """Post, reject or withdraw a claim."""
    if how == "withdrawn":
        scene.withdraw(award, actor=resident_of(scene.household))
    else:
        decision = Decision.APPROVE if how == "posted" else Decision.REJECT
        scene.review(award, decision, reason="看过了")


def erase() -> int:
    """The daily job."""
    db.session.rollback()
    return awards.erase_old_evidence(now=now())


@pytest.mark.parametrize("how", ["posted", "rejected", "withdrawn"])
def test_photos_are_gone_90_days_after_the_answer(app: Flask, clock: Clock, how: str) -> None:
    scene = make_scene()
    mine = resident_of(scene.household)
    shown = keep(mine)
    award = claim(scene, "CL03", evidence=(shown,))
    award_id, name = award.id, db.session.get_one(File, shown).name
    thumbnail_bytes(db.session.get_one(File, shown))
    clock.forward(days=100)
    # Nobody answered: it is still needed.
    assert erase() == 0
    answer(scene, award, how)
    clock.forward(days=90)
    assert erase() == 0
    assert readable_file(VILLAGE, shown, mine).name == name
    clock.forward(seconds=1)
    assert erase() == 1
    assert erase() == 0
    view = queries.award_view(VILLAGE, award_id)
    assert (view.evidence, view.photos, view.evidence_erased) == ([], set(), 1)
    with pytest.raises(NotFound):
        readable_file(VILLAGE, shown, scene.reviewer)
    data = app.config["JISHAN_DATA"]
    assert [path for path in data.rglob("*") if path.name.startswith(name)] == []


def test_a_photo_of_several_acts_stays_until_the_last_has_had_its_days(
    app: Flask, clock: Clock
) -> None:
    scene = make_scene()
    shown = keep(resident_of(scene.household))
    first = claim(scene, "CL03", evidence=(shown,))
    second = claim(scene, "CL03", days_ago=1, evidence=(shown,))
    answer(scene, first, "posted")
    clock.forward(days=91)
    assert erase() == 0
    answer(scene, second, "rejected")
    clock.forward(days=91)
    assert erase() == 1


def test_a_small_picture_made_while_its_photo_was_erased_is_swept_up(
    app: Flask, clock: Clock
) -> None:
    scene = make_scene()
    shown = keep(resident_of(scene.household))
    award = claim(scene, "CL03", evidence=(shown,))
    name = db.session.get_one(File, shown).name
    content = thumbnail_bytes(db.session.get_one(File, shown))
    answer(scene, award, "posted")
    clock.forward(days=91)
    assert erase() == 1
    left = app.config["JISHAN_DATA"] / "thumbnails" / name
    left.write_bytes(content)
    sweep_files(now=now())
    assert not left.exists()


# Objections


def object_to(award: Award, actor: Actor) -> Objection:
    """Object to what became of a claim."""
    award_id = award.id
    return act(
        lambda: notices.object_to_claim(
            village=VILLAGE, award_id=award_id, reason="我们做了", actor=actor, now=now()
        )
    )


def test_a_no_can_be_objected_to_once_in_time_and_by_its_household(
    app: Flask, clock: Clock
) -> None:
    scene = make_scene(objection_days=30)
    mine = resident_of(scene.household)
    award = claim(scene)
    with pytest.raises(WrongState):
        object_to(award, mine)
    scene.review(award, Decision.REJECT, reason="没有人看见")
    with pytest.raises(NotFound):
        object_to(award, resident_of(scene.other))
    late = claim(scene, days_ago=1)
    scene.review(late, Decision.REJECT, reason="没有人看见")
    made = object_to(award, mine)
    assert (made.missing_resident_id, made.missing_rule_item) == (scene.household.head_id, "NE01")
    with pytest.raises(WrongState):
        object_to(award, mine)
    clock.forward(days=31)
    with pytest.raises(WrongState):
        object_to(late, mine)


def test_who_said_no_doesnt_rule_on_the_objection(app: Flask) -> None:
    scene = make_scene()
    award = claim(scene)
    scene.review(award, Decision.REJECT, reason="没有人看见")
    made = object_to(award, resident_of(scene.household)).id

    def rule(actor: Actor) -> Objection:
        return act(
            lambda: notices.rule_on_objection(
                village=VILLAGE,
                objection_id=made,
                upheld=True,
                reason="有人看见",
                actor=actor,
                now=now(),
            )
        )

    with pytest.raises(SamePerson):
        rule(scene.reviewer)
    assert rule(scene.second).ruling_reason == "有人看见"


def test_the_way_to_object_is_shown_as_long_as_there_is_one(app: Flask, clock: Clock) -> None:
    scene = make_scene(publicity_days=5)
    award = claim(scene)
    with app.test_request_context():
        assert way_to_object(award) is None
        scene.review(award)
        assert way_to_object(award) is None
        act(
            lambda: (
                notices.make_notice(
                    village=VILLAGE, kind=NoticeKind.AWARDS, actor=scene.reviewer, now=now()
                )
                and None
            )
        )
        db.session.refresh(award)
        assert award.status is AwardStatus.PUBLISHED
        assert way_to_object(award) == f"/c/claims/{award.id}/objection"
        object_to(award, resident_of(scene.household))
        db.session.refresh(award)
        assert (award.status, way_to_object(award)) == (AwardStatus.OBJECTED, None)


def test_a_minors_claim_stands_in_no_notice_by_name(app: Flask) -> None:
    scene = make_scene(publicity_days=5, notice_names="full")
    minor_id = act(
        lambda: (
            add_resident(
                village=VILLAGE,
                household_id=scene.household.id,
                person=Person("格桑小", birth_year=2015),
                actor=scene.cadre,
                now=now(),
            ).id
        )
    )
    # By the family's card: for the minor, who is one of the household.
    award = claim(scene, resident_id=minor_id)
    assert (award.resident_id, award.proposed_by) == (minor_id, scene.household.head_id)
    scene.review(award)
    act(
        lambda: (
            notices.make_notice(
                village=VILLAGE, kind=NoticeKind.AWARDS, actor=scene.reviewer, now=now()
            )
            and None
        )
    )
    (line,) = db.session.scalars(select(NoticeLine))
    assert (line.award_id, line.holder) == (award.id, None)


def test_evidence_goes_with_the_daily_jobs_and_papers_of_the_fund_stay(
    app: Flask, clock: Clock
) -> None:
    scene = make_scene()
    shown = keep(scene.cadre)
    award = claim(scene, "CL03", actor=scene.cadre, on_behalf_of=scene.household.head_id)
    scene.edit(award, evidence=[shown])
    answer(scene, award, "posted")
    disbursement_id = act(
        lambda: (
            apply_for_disbursement(
                village=VILLAGE,
                purpose="commons",
                payee=PayeeChoice(name="五金店"),
                amount_fen=1000,
                reason="买锹",
                evidence=[shown],
                actor=scene.cadre,
                now=now(),
            ).id
        )
    )
    assert disbursement_id
    clock.forward(days=91)
    assert do_daily_jobs(now=now())["evidence_erased"] == 0
    act(lambda: db.session.execute(delete(DisbursementFile)) and None)
    assert do_daily_jobs(now=now())["evidence_erased"] == 1
