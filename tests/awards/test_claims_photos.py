"""Photos of claims: who sees them, and when they are gone."""

import io
from datetime import timedelta

import pytest
from flask import Flask
from PIL import Image

from incentives.access.actor import Role
from incentives.awards import operations as awards
from incentives.awards import queries
from incentives.awards.models import Award, AwardStatus, Decision
from incentives.clock import now, village_day
from incentives.errors import (
    Invalid,
    NotFound,
)
from incentives.extensions import db
from incentives.files.models import File
from incentives.files.operations import keep_until, sweep_files
from incentives.files.queries import file_bytes, readable_file, thumbnail_bytes
from incentives.fund.operations import (
    PayeeChoice,
    apply_for_disbursement,
    withdraw_disbursement,
)
from incentives.upkeep.jobs import do_daily_jobs
from tests.awards.claiming import claim, keep, photo, resident_of
from tests.awards.scenes import Scene, make_scene
from tests.conftest import Clock
from tests.factories import OTHER_VILLAGE, VILLAGE, act, staff


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
    act(
        lambda: withdraw_disbursement(
            village=VILLAGE,
            disbursement_id=disbursement_id,
            reason="不买了",
            actor=scene.cadre,
            now=now(),
        )
    )
    assert do_daily_jobs(now=now())["evidence_erased"] == 1


def test_a_photo_that_no_record_carries_any_more_goes_after_its_days_too(
    app: Flask, clock: Clock
) -> None:
    scene = make_scene()
    dropped, shown, unsent = (keep(scene.cadre) for _ in range(3))
    award = claim(scene, "CL03", actor=scene.cadre, on_behalf_of=scene.household.head_id)
    scene.edit(award, evidence=[dropped])
    scene.edit(award, evidence=[shown])
    clock.forward(days=89)
    assert do_daily_jobs(now=now())["files_left_over"] == 0
    clock.forward(days=2)
    assert do_daily_jobs(now=now())["files_left_over"] == 2
    gone = {each: db.session.get_one(File, each).erased_at for each in (dropped, unsent, shown)}
    assert all((gone[dropped], gone[unsent]))
    assert gone[shown] is None


def test_what_accounting_keeps_holds_up_no_other_evidence(app: Flask, clock: Clock) -> None:
    scene = make_scene()
    kept, shown = keep(scene.cadre), keep(scene.cadre)
    for each, days_ago in ((kept, 0), (shown, 1)):
        award = claim(
            scene,
            "CL03",
            actor=scene.cadre,
            on_behalf_of=scene.household.head_id,
            days_ago=days_ago,
            evidence=(each,),
        )
        answer(scene, award, "posted")
    act(lambda: keep_until([kept], village_day(now()) + timedelta(days=400)))
    clock.forward(days=91)
    assert erase() == 1
    assert db.session.get_one(File, kept, populate_existing=True).erased_at is None
    clock.forward(days=400)
    assert erase() == 1
