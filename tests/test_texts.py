"""Texts that say nothing are no reasons: wherever one is owed, and however it is left blank."""

from collections.abc import Callable
from functools import partial

import pytest
from flask import Flask

from incentives.access.actor import SYSTEM, Role
from incentives.awards import operations as awards
from incentives.awards.models import Decision
from incentives.calls.operations import strike_call
from incentives.cards.operations import revoke_card
from incentives.clock import now
from incentives.database import new_id
from incentives.errors import Invalid
from incentives.notices import operations as notices
from incentives.openings.operations import reject_opening
from incentives.patrols.operations import add_attendance, cancel_patrol
from incentives.register.operations import set_policy
from incentives.shop.operations import refund_redemption
from incentives.texts import check_line, check_text, is_blank, optional_text
from tests.awards.scenes import Scene, make_scene
from tests.factories import VILLAGE, act, staff
from tests.notices.acts import resident_of
from tests.patrols.scenes import make_team_scene

# Blanks, letters that nobody sees, marks without their letter, and mere signs.
SAY_NOTHING = (
    "",
    " ",
    "\n\u3000",
    "\u200b",
    "\u2060\ufeff",
    "\u3164",
    "\uffa0",
    "\u115f\u1160",
    "\u2800",
    "\ufe0f",
    "\u034f",
    "\u17b4",
    "———",
    "……？",
    "\u3164 。\u200b",
)
SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
SAY = ("不", "下大雨", "no", "3", "③", "3.5 kg", "ཆར་པ།", "\u3164雨\u200b", "— 缺", "ﾊ", "비")


@pytest.mark.parametrize("text", SAY)
def test_a_letter_or_a_digit_says_something(text: str) -> None:
    assert not is_blank(text)
    assert check_text(f" {text}\n", "/reason", 9) == text.strip()
    assert optional_text(text, "/note", 9) == text.strip()


@pytest.mark.parametrize("text", [None, *SAY_NOTHING])
def test_anything_else_says_nothing(text: str | None) -> None:
    assert is_blank(text)
    assert optional_text(text, "/note", 9) is None
    for check in (check_text, check_line):
        with pytest.raises(Invalid) as refused:
            check(text, "/reason", 9)
        assert [each.pointer for each in refused.value.errors] == ["/reason"]


def test_a_text_has_a_length_and_a_line_one_line() -> None:
    with pytest.raises(Invalid):
        optional_text("长" * 10, "/note", 9)
    assert check_text("一\n二", "/log", 9) == "一\n二"
    with pytest.raises(Invalid):
        check_line("一\n二", "/name", 9)


def reasons_of(scene: Scene, text: str) -> dict[str, Callable[[], object]]:
    """What wants a reason in a village, or the resolution, each tried with this text."""
    at = {"village": VILLAGE, "now": now()}
    reviewer, supervisor = at | {"actor": scene.reviewer}, at | {"actor": staff(Role.SUPERVISOR)}
    waiting, posted, taken_back = (scene.propose() for _each in range(3))
    scene.review(posted)
    scene.reverse(scene.review(taken_back))
    missing = notices.Missing(scene.other.head_id, "CL03", scene.today)
    abouts = {
        "award": notices.About(award=posted.id),
        "redemption": notices.About(redemption=new_id()),
        "missing": notices.About(missing=missing),
    }
    object_to = partial(notices.make_objection, **at, actor=resident_of(scene), reason=text)
    rule = partial(notices.rule_on_objection, **at, actor=scene.third, objection_id=new_id())
    return {
        "policy": partial(
            set_policy,
            **at,
            actor=SYSTEM,
            values={"reviewers": 1},
            effective_on=None,
            resolution=text,
        ),
        "rejection": partial(
            awards.review_award,
            **reviewer,
            award_id=waiting.id,
            decision=Decision.REJECT,
            reason=text,
        ),
        "reversal": partial(awards.reverse_award, **reviewer, award_id=posted.id, reason=text),
        "reinstatement": partial(
            awards.reinstate_award, **reviewer, award_id=taken_back.id, reason=text
        ),
        **{name: partial(object_to, about=about) for name, about in abouts.items()},
        "upheld": partial(rule, upheld=True, reason=text),
        "not upheld": partial(rule, upheld=False, reason=text),
        "call": partial(strike_call, **at, actor=scene.cadre, call_id=new_id(), reason=text),
        "card": partial(revoke_card, **at, actor=scene.cadre, card_id=new_id(), reason=text),
        "refund": partial(refund_redemption, **supervisor, redemption_id=new_id(), reason=text),
        "opening": partial(reject_opening, **supervisor, opening_id=new_id(), reason=text),
    }


def pointer_of(work: Callable[[], object]) -> str | None:
    """At which field an act is refused."""
    with pytest.raises(Invalid) as refused:
        act(work)
    return refused.value.errors[0].pointer


@SQLITE
@pytest.mark.parametrize("text", SAY_NOTHING)
def test_no_reason_is_none_wherever_one_is_owed(app: Flask, text: str) -> None:
    scene = make_scene()
    tried = reasons_of(scene, text)
    found = {name: pointer_of(work) for name, work in tried.items()}
    assert found == dict.fromkeys(tried, "/reason") | {"policy": "/resolution"}


@SQLITE
@pytest.mark.parametrize("text", SAY_NOTHING)
def test_no_reason_is_none_on_a_walk_either(app: Flask, text: str) -> None:
    team = make_team_scene()
    closed = team.walk(team.elder_id)
    team.close(closed, team.elder_id)
    open_ = team.walk(team.leader_id)
    at = {"village": VILLAGE, "now": now()}
    add = partial(add_attendance, **at, actor=team.cadre, resident_id=team.member_id)
    assert pointer_of(partial(add, patrol_id=closed, reason=text)) == "/reason"
    cancel = partial(cancel_patrol, **at, actor=team.leader, patrol_id=open_, reason=text)
    assert pointer_of(cancel) == "/reason"
