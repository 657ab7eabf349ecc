"""Batches: who a list means, what caps leave before sending, and the paper that is ticked."""

from uuid import UUID

import pytest

from incentives.awards import batches, naming
from incentives.awards.models import Award
from incentives.awards.naming import NameProblem, match_rows, match_table, match_text
from incentives.awards.operations import BatchLine, check_batch, propose_batch
from incentives.awards.sign_up import SignUp, printed_at
from incentives.clock import now
from incentives.errors import CapExceeded, Invalid, NotPermitted
from incentives.extensions import db
from incentives.register.models import Resident
from tests.awards.scenes import Scene, make_scene
from tests.conftest import Clock
from tests.factories import VILLAGE, act, make_household

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def scene(app: object) -> Scene:
    """Two households, and namesakes behind two other doors."""
    found = make_scene()
    make_household(VILLAGE, "洛绒卓玛", "格绒邓珠", door="1组7号")
    return found


def told(text: str) -> list[tuple[str, str | None]]:
    """What each line of a list came to."""
    return [(line.typed, line.problem and line.problem.value) for line in match_text(VILLAGE, text)]


def name_of(resident_id: UUID | None) -> str:
    return db.session.get_one(Resident, resident_id).name


def test_a_column_of_names_is_matched_exactly(scene: Scene) -> None:
    lines = match_text(VILLAGE, "扎西彭措\r\n王建国\r\n\r\n李小红\r\n")
    assert [name_of(line.resident_id) for line in lines] == ["扎西彭措", "王建国", "李小红"]
    assert [line.line for line in lines] == [1, 2, 3]


@pytest.mark.parametrize(
    "text",
    [
        "序号\t姓名\t门牌\n1\t洛绒卓玛\t1组7号\n2\t王建国\t2\n",
        "1\t洛绒卓玛\t1组7号\n2\t王建国\t2",
        "门牌号\t姓名\n1组7号\t洛绒卓玛\n2\t王建国",
        "户主\t姓名\t门牌\n格绒邓珠\t洛绒卓玛\t1组7号\n王建国\t王建国\t2",
        "户主\tDoor\n洛绒卓玛\t1组7号\n王建国\t",
        "洛绒卓玛 1组7号\n王建国",
        "洛绒卓玛，1组7号、王建国",
        "姓名,门牌\n洛绒卓玛,1组7号\n王建国,",
    ],
)
def test_a_door_tells_namesakes_apart(scene: Scene, text: str) -> None:
    first, second = match_text(VILLAGE, text)
    assert first.problem is None
    resident = db.session.get_one(Resident, first.resident_id)
    assert resident.name == "洛绒卓玛"
    assert resident.household_id != scene.household.id
    assert name_of(second.resident_id) == "王建国"


def test_numbers_that_count_lines_are_no_doors(scene: Scene) -> None:
    """A household's number is a door, too: the lines of a list would name others."""
    numbers = [home.number for home in (scene.household, scene.other)]
    assert numbers == [1, 2]
    text = "1\t洛绒卓玛\n2\t扎西彭措"
    assert told(text) == [("洛绒卓玛", "several"), ("扎西彭措", None)]
    assert told("花名册\n1\t洛绒卓玛\n2\t扎西彭措\n4\t王建国") == [
        ("洛绒卓玛", "several"),
        ("扎西彭措", None),
        ("王建国", None),
    ]
    assert told("1. 扎西彭措\n2、 王建国 2\n（3）李小红\n4 格绒邓珠") == [
        ("扎西彭措", None),
        ("王建国 2", None),
        ("李小红", None),
        ("格绒邓珠", None),
    ]
    # Two that don't count up tell namesakes apart, as before.
    assert told("2\t王建国\n1\t洛绒卓玛") == [("王建国 2", None), ("洛绒卓玛 1", None)]


def test_a_sheet_without_a_name_is_refused(scene: Scene) -> None:
    for rows in ([], [["姓名", "门牌"]], [["姓名"], [""], ["12"]]):
        with pytest.raises(Invalid):
            match_table(VILLAGE, rows, "/file")


def test_what_means_nobody_is_a_line_to_be_mended(scene: Scene) -> None:
    assert told("洛绒卓玛\n王健国\n陌生人\n王建国 1组7号\n李小红\n李小红") == [
        ("洛绒卓玛", "several"),
        ("王健国", "unknown"),
        ("陌生人", "unknown"),
        ("王建国 1组7号", "other_door"),
        ("李小红", None),
        ("李小红", "twice"),
    ]
    several, homophone, stranger, *_rest = match_text(VILLAGE, "洛绒卓玛\n王健国\n陌生人")
    assert len(several.candidates) == 2
    assert [each.name for each in homophone.candidates] == ["王建国"]
    assert stranger.candidates == ()


def test_one_wrong_letter_is_suggested_and_never_taken(scene: Scene) -> None:
    (line,) = match_text(VILLAGE, "扎西彭")
    assert (line.resident_id, line.problem) == (None, NameProblem.UNKNOWN)
    assert [each.name for each in line.candidates] == ["扎西彭措"]


def test_who_moved_away_is_named_as_such(scene: Scene) -> None:
    person = scene.people()[1]
    scene_id = person.id

    def leave() -> None:
        db.session.get_one(Resident, scene_id).left_on = scene.today

    act(leave)
    # The other of the name is the one who is meant now.
    (line,) = match_text(VILLAGE, "洛绒卓玛")
    assert line.resident_id not in (None, scene_id)
    third = scene.people()[2].id
    act(lambda: setattr(db.session.get_one(Resident, third), "left_on", scene.today))
    assert told("次仁央宗") == [("次仁央宗", "moved_away")]


def test_another_village_and_too_many_are_refused(scene: Scene) -> None:
    assert match_text("513336101217", "扎西彭措")[0].problem is NameProblem.UNKNOWN
    with pytest.raises(Invalid):
        match_text(VILLAGE, "扎西彭措\n" * 501)


def test_headings_notes_and_sums_are_no_names(scene: Scene) -> None:
    index = naming.index_of(VILLAGE)
    rows = [["义务植树名单"], ["", "姓名", "次数"], ["1", "王建国", "1"], ["", "", "12"]]
    assert [line.typed for line in match_rows(rows, index)] == ["王建国"]


def test_a_check_says_each_line_and_keeps_nothing(scene: Scene) -> None:
    head, second, _third = scene.people()
    scene.propose(quantity=5, person=second.id)
    ids = [head.id, second.id, head.id, UUID(int=7)]
    checks = check_batch(
        village=VILLAGE,
        act=scene.act_of(),
        lines=[BatchLine(each, 1) for each in ids],
        actor=scene.cadre,
        now=now(),
    )
    assert [bool(each.problem) for each in checks] == [False, False, True, True]
    over = check_batch(
        village=VILLAGE,
        act=scene.act_of(),
        lines=[BatchLine(second.id, 2)],
        actor=scene.cadre,
        now=now(),
    )
    assert over[0].left is not None
    assert over[0].left < over[0].points
    assert over[0].problem is not None
    with pytest.raises(CapExceeded):
        act(
            lambda: propose_batch(
                village=VILLAGE,
                act=scene.act_of(),
                lines=[BatchLine(head.id), BatchLine(second.id, 2)],
                actor=scene.cadre,
                now=now(),
            )
        )
    assert db.session.query(Award).count() == 1


def test_only_who_may_propose_checks(scene: Scene) -> None:
    with pytest.raises(NotPermitted):
        check_batch(
            village=VILLAGE,
            act=scene.act_of(),
            lines=[BatchLine(scene.people()[0].id)],
            actor=scene.reviewer,
            now=now(),
        )


def test_room_is_what_proposing_takes(scene: Scene) -> None:
    head = scene.people()[0]
    item = batches.item_on(VILLAGE, "CL01", scene.today)
    people = batches.people_of(VILLAGE)
    before = batches.room_of(item, scene.today, people)[head.id]
    award = scene.propose()
    after = batches.room_of(item, scene.today, people)[head.id]
    assert (before.left or 0) - (after.left or 0) == after.used - before.used == award.points
    with pytest.raises(Invalid):
        batches.item_on(VILLAGE, "ZZ99", scene.today)


def test_a_sheet_keeps_its_order_when_people_come_and_go(scene: Scene, clock: Clock) -> None:
    before = [each.resident.id for each in batches.people_of(VILLAGE)]
    sheet = SignUp(VILLAGE, "CL01", scene.today, printed_at=now())
    printed = printed_at(sheet.path.rpartition("printed=")[2])
    clock.forward(days=2)
    make_household(VILLAGE, "新来的", door="1")
    gone = scene.people()[1].id
    act(lambda: setattr(db.session.get_one(Resident, gone), "left_on", scene.today))
    people = batches.people_of(VILLAGE, printed=printed)
    assert [each.resident.id for each in people] == before
    assert [each.resident.id for each in people if not each.here] == [gone]
    assert gone not in [each.resident.id for each in batches.people_of(VILLAGE)]


@pytest.mark.parametrize("text", [None, "", "x", "-1", "²", "9" * 11])
def test_an_address_without_a_time_is_no_sheet(text: str | None) -> None:
    assert printed_at(text) is None
