"""An award that a ruling granted: its household shows it or takes it back; it stays that act."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask, get_template_attribute
from flask_babel import force_locale

from incentives.access.actor import Actor
from incentives.access.permissions import may
from incentives.awards import operations as awards
from incentives.awards import queries, timeline
from incentives.awards.models import Award, AwardStatus, Decision
from incentives.clock import now
from incentives.errors import CapExceeded, Invalid, NotPermitted, SamePerson, WrongState
from incentives.extensions import db
from incentives.files.operations import keep_file
from incentives.notices.described import described
from incentives.notices.models import ObjectionStatus
from incentives.notices.operations import may_rule
from incentives.notices.queries import find_objection
from tests.awards.claiming import photo
from tests.awards.queues import account
from tests.awards.scenes import Scene, make_scene
from tests.awards.test_http import AT, DAY, adopt, people
from tests.conftest import Clock
from tests.factories import VILLAGE, act
from tests.notices.acts import objected, publish, resident_of, rule
from tests.notices.test_objections import granted, lacking, on_paper
from tests.site import make_site


def grant(scene: Scene, code: str = "ME03", actor: Actor | None = None, days: int = 0) -> Award:
    """What a ruling grants of what somebody lacks; written down by staff where one is named."""
    missing = lacking(scene, days=days, code=code)
    if actor is None:
        objection = objected(scene, missing=missing)
    else:
        objection = on_paper(scene, actor, missing=missing)
    return granted(rule(scene, objection, upheld=True))


def show(award: Award, actor: Actor) -> None:
    """Bring a photo of a paper for it."""
    award_id: UUID = award.id

    def work() -> Any:
        file = keep_file(village=VILLAGE, content=photo(), actor=actor, now=now())
        return awards.edit_award(
            village=VILLAGE,
            award_id=award_id,
            changes={"evidence": [file.id]},
            actor=actor,
            now=now(),
        )

    act(work)


def test_the_household_brings_the_paper_that_a_granted_award_needs(app: Flask) -> None:
    scene = make_scene()
    award = grant(scene)
    with pytest.raises(Invalid):
        scene.review(award)
    show(award, resident_of(scene))
    assert scene.review(award).status is AwardStatus.POSTED


def test_so_does_the_cadre_who_wrote_it_down_however_long_the_ruling_took(
    app: Flask, clock: Clock
) -> None:
    scene = make_scene(late_entry_days=60)
    objection = on_paper(scene, scene.cadre, missing=lacking(scene, days=60, code="PU03"))
    clock.forward(days=9)
    award = granted(rule(scene, objection, upheld=True))
    show(award, scene.cadre)
    assert scene.review(award).status is AwardStatus.POSTED


@pytest.mark.parametrize("written", [True, False], ids=["on paper", "by card"])
def test_it_stays_the_act_that_was_ruled_on(app: Flask, written: bool) -> None:
    scene = make_scene()
    award = grant(scene, "NE01", scene.cadre if written else None)
    for who in (resident_of(scene), *([scene.cadre] if written else [])):
        changes: dict[str, Any]
        for changes in (
            {"rule_item": "NE02"},
            {"occurred_on": scene.today - timedelta(days=1)},
            {"quantity": 2},
        ):
            with pytest.raises(NotPermitted):
                scene.edit(award, who, **changes)
        scene.edit(award, who, note="with Wang", occurred_on=scene.today, quantity=1)
    db.session.expire_all()
    kept = db.session.get_one(Award, award.id)
    assert (kept.rule_code, kept.quantity, kept.note) == ("NE01", 1, "with Wang")


def test_only_its_household_takes_it_back(app: Flask) -> None:
    scene = make_scene()
    award = grant(scene, "NE01", scene.cadre)
    view = queries.award_views([award])[0]
    offered = timeline.actions_of(view, scene.cadre, lambda each: may(scene.cadre, each, VILLAGE))
    assert offered == ["mending", "photo"]
    with pytest.raises(NotPermitted):
        scene.withdraw(award)
    assert scene.withdraw(award, resident_of(scene)).status is AwardStatus.WITHDRAWN


def test_it_is_granted_as_often_as_it_was_done_under_the_cap(app: Flask) -> None:
    scene = make_scene()
    missing = replace(lacking(scene, code="CL01"), quantity=3)
    objection = objected(scene, missing=missing)
    award = granted(rule(scene, objection, upheld=True))
    assert (award.quantity, award.points) == (3, 12)
    more = objected(
        scene, missing=replace(missing, quantity=4, occurred_on=scene.today - timedelta(days=1))
    )
    with pytest.raises(CapExceeded):
        rule(scene, more, upheld=True, actor=scene.second)


def test_how_often_is_asked_told_and_kept(bare_app: Flask) -> None:
    site = make_site(bare_app, users=("cadre", "reviewer"))
    adopt(site)
    one, _two = people(site, "扎西彭措", "洛绒卓玛")
    missing = {"resident_id": one, "rule_item": "CL01", "occurred_on": DAY}
    body = {"about": {"missing": missing}, "reason": "she was there", "on_behalf_of": one}
    made = site.call("cadre", "POST", f"{AT}/objections", body)
    assert (made.status_code, made.json["about"]["missing"]["quantity"]) == (201, 1), made.text
    bad = {**body, "about": {"missing": {**missing, "quantity": 0}}}
    refused = site.call("cadre", "POST", f"{AT}/objections", bad)
    assert refused.json["errors"][0]["pointer"] == "/about/missing/quantity"
    home = made.json["household_id"]
    form = {f"about__missing__{name}": text for name, text in missing.items()}
    form |= {"about__missing__rule_item": "NE01", "about__missing__quantity": "4"}
    page = f"/desk/households/{home}/objections/new?missing=1"
    sent = site.send("cadre", page, reason="four times", on_behalf_of=one, **form)
    assert sent.status_code == 303, sent.text
    newest = site.call("cadre", "GET", f"{AT}/objections").json["items"][0]
    assert newest["about"]["missing"]["quantity"] == 4
    ruling = site.open("reviewer", f"/review/objections/{newest['id']}")
    assert re.search(r"How often</dt>\s*<dd[^>]*>4<", ruling)
    assert "× 4" in ruling
    said = {"upheld": "true", "reason": "three times", "quantity": "3"}
    sent = site.send("reviewer", f"/review/objections/{newest['id']}", **said)
    assert sent.status_code == 303, sent.text
    (told,) = site.call("cadre", "GET", f"{AT}/awards").json["items"]
    assert (told["quantity"], told["points"]) == (3, 18)


def test_who_granted_it_or_said_no_doesnt_rule_on_the_next_objection(app: Flask) -> None:
    scene = make_scene()
    account("fourth")
    award = grant(scene, "NE01")
    scene.review(award, Decision.REJECT, reason="nobody saw it")
    second = objected(scene, missing=lacking(scene, code="NE01"))
    for who in (scene.third, scene.reviewer):
        assert not may_rule(find_objection(VILLAGE, second), who)
        with pytest.raises(SamePerson):
            rule(scene, second, upheld=True, actor=who)
    ruled = rule(scene, second, upheld=False, actor=scene.second)
    assert ruled.status is ObjectionStatus.OVERRULED
    # What another day lacks is another matter.
    other = objected(scene, missing=lacking(scene, days=1, code="NE01"))
    assert may_rule(find_objection(VILLAGE, other), scene.second)


def test_it_wants_its_paper_and_a_look_where_the_policy_wants_none(app: Flask) -> None:
    scene = make_scene(reviewers=0, publicity_days=5)
    award = grant(scene)
    with pytest.raises(WrongState):
        publish(scene)
    with pytest.raises(Invalid):
        scene.review(award)
    with pytest.raises(SamePerson):
        scene.review(award, actor=scene.third)
    show(award, resident_of(scene))
    assert scene.review(award).status is AwardStatus.REVIEWED
    publish(scene)
    assert scene.status(award) is AwardStatus.PUBLISHED


def test_a_ruling_grants_it_less_often_where_the_cap_leaves_no_more(app: Flask) -> None:
    scene = make_scene()
    scene.propose(on=scene.today - timedelta(days=1), quantity=5, person=scene.other.head_id)
    objection = objected(scene, missing=replace(lacking(scene), quantity=2))
    with pytest.raises(CapExceeded):
        rule(scene, objection, upheld=True)
    for wrong in (0, 3):
        with pytest.raises(Invalid):
            rule(scene, objection, upheld=True, quantity=wrong)
    award = granted(rule(scene, objection, upheld=True, quantity=1))
    assert (award.quantity, award.points) == (1, 4)


def test_a_ruling_says_how_often_only_of_what_is_missing(app: Flask) -> None:
    scene = make_scene(publicity_days=5)
    scene.review(scene.propose())
    publish(scene)
    objection = objected(scene)
    with pytest.raises(Invalid):
        rule(scene, objection, upheld=True, quantity=1)


def test_the_ruling_says_how_often_the_act_was_granted(app: Flask) -> None:
    scene = make_scene()
    missing = [replace(lacking(scene, days=each), quantity=3) for each in (0, 1, 2)]
    made = [objected(scene, missing=each) for each in (*missing, lacking(scene, days=3))]
    rule(scene, made[0], upheld=True, quantity=1)
    rule(scene, made[1], upheld=False)
    rule(scene, made[3], upheld=True)
    found = [find_objection(VILLAGE, each) for each in made]
    row = get_template_attribute("notices/objection_parts.html", "objection_row")
    with app.test_request_context(), force_locale("en"):
        shown = described(VILLAGE, found)
        assert [each.granted_words for each in shown] == ["granted 1 of 3", "", "", ""]
        assert "granted 1 of 3" in row(shown[0], scene.today)
