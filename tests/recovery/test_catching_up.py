"""What a catch-up does beside the drill: several villages, new ones, leases, what wasn't signed."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from incentives import ledger
from incentives.access.actor import Role
from incentives.clock import now
from incentives.extensions import db
from incentives.ledger import seals
from incentives.ledger.audit import audit
from incentives.ledger.models import Allowance, LogHead
from incentives.ledger.seals import Cause, seal_all, troubles
from incentives.recovery.models import LostItem, LostKind, Recovery, Signer
from incentives.recovery.operations import (
    CatchUpRefused,
    catch_up,
    check_books,
    sign_reopening,
)
from incentives.recovery.state import HOLDS
from incentives.register.models import Division
from incentives.web.transaction import transaction
from tests.factories import (
    COUNTY,
    OTHER_VILLAGE,
    VILLAGE,
    act,
    make_household,
    make_village,
    staff,
)
from tests.recovery.drill import application_on, within


@pytest.fixture
def served(bare_app):
    """The application with a village that has two events, sealed."""
    with within(bare_app):
        make_village()
        post(VILLAGE, make_household().account_code, 5, 7)
        seal_all(now=now())
    return bare_app


def post(village: str, account: str, *points: int) -> None:
    """Awards to a household's account."""
    for each in points:

        def work(each: int = each) -> None:
            ledger.hold([village])
            draft = ledger.Draft(
                village=village,
                kind="award",
                occurred_on=now().date(),
                legs=[ledger.give("issuance", account, each)],
                record=uuid4(),
            )
            ledger.post([draft], actor=uuid4(), now=now())

        act(work)


@pytest.fixture
def restore(served, copies):
    """The application on the backup: a copy of the database as the test began, or of `back_up`."""
    made = []

    class Restore:
        settings = copies(served)

        def back_up(self):
            self.settings = copies(served, "later")

        def __call__(self):
            made.append(application_on(served, self.settings))
            return made[-1]

    on_backup = Restore()

    yield on_backup
    for app in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def kinds() -> set[LostKind]:
    return {each.kind for each in db.session.scalars(select(LostItem))}


def test_there_is_nothing_to_catch_up_where_nothing_is_missing(served):
    with within(served), pytest.raises(CatchUpRefused, match="lack nothing"):
        catch_up(now=now())


def test_a_village_opened_after_the_backup_is_served_again(served, restore):
    with within(served):
        make_village(OTHER_VILLAGE)
        account = make_household(OTHER_VILLAGE).account_code
        post(OTHER_VILLAGE, account, 9)
        seal_all(now=now())
    restored = restore()
    with within(restored):
        assert [each.village for each in troubles()] == [OTHER_VILLAGE]
        catch_up(now=now())
        assert ledger.positions(OTHER_VILLAGE, [account])[account].balance == 9
        assert db.session.get_one(Division, OTHER_VILLAGE).opened_at is not None
        assert {LostKind.VILLAGE, LostKind.HOUSEHOLD, LostKind.RECORD} <= kinds()
        assert troubles() == []


def test_one_damaged_village_does_not_keep_the_others_from_catching_up(served, restore):
    with within(served):
        make_village(OTHER_VILLAGE)
        seal_all(now=now())
    restore.back_up()
    restored = restore()
    with within(served):
        post(VILLAGE, make_household(door="2").account_code, 3)
        post(OTHER_VILLAGE, make_household(OTHER_VILLAGE).account_code, 3)
        seal_all(now=now())
        path = seals.folder_of(OTHER_VILLAGE) / seals.EVENTS
        path.write_bytes(path.read_bytes().replace(b" point 3", b" point 4"))
    with within(restored):
        recovery = catch_up(now=now())
        assert recovery.caught_up_at is not None
        causes = {each["village"]: each["cause"] for each in recovery.findings}
        assert causes == {VILLAGE: Cause.ROLLED_BACK, OTHER_VILLAGE: Cause.SEALS_UNUSABLE}
        assert db.session.get_one(LogHead, VILLAGE).size == 3
        assert [each.village for each in troubles()] == [OTHER_VILLAGE]


def test_damage_of_a_village_that_lacks_nothing_is_found_and_opened_anew(served, restore):
    """A start looks at the seals' end alone; who catches up reads all of them."""
    with within(served):
        make_village(OTHER_VILLAGE)
        post(OTHER_VILLAGE, make_household(OTHER_VILLAGE).account_code, 3, 4)
        seal_all(now=now())
    restore.back_up()
    restored = restore()
    with within(served):
        post(VILLAGE, make_household(door="2").account_code, 3)
        seal_all(now=now())
        path = seals.folder_of(OTHER_VILLAGE) / seals.EVENTS
        damaged = path.read_bytes().replace(b" point 3", b" point 8")
        path.write_bytes(damaged)
    with within(restored):
        assert [each.village for each in troubles()] == [VILLAGE]
        recovery = catch_up(now=now())
        causes = {each["village"]: each["cause"] for each in recovery.findings}
        assert causes == {VILLAGE: Cause.ROLLED_BACK, OTHER_VILLAGE: Cause.SEALS_UNUSABLE}
        assert (troubles(), check_books(now=now()).id) == ([], recovery.id)
        told = restored.test_cli_runner().invoke(args=["ledger", "catch-up"]).stderr
        assert f"`flask ledger reopen --as … --digest {recovery.digest}`" in told
        assert f"opens the log of {OTHER_VILLAGE} anew" in told
        sign_reopening_by_both(recovery)
        assert check_books(now=now()) is None
        heads = dict(db.session.execute(select(LogHead.village, LogHead.origin)).all())
        assert heads[OTHER_VILLAGE].endswith("/2")
        assert not heads[VILLAGE].endswith("/2")
        assert path.parent.with_name(f"{OTHER_VILLAGE}.1").joinpath(seals.EVENTS).read_bytes() == (
            damaged
        )
        seal_all(now=now())
        with pytest.raises(CatchUpRefused, match="lack nothing"):
            catch_up(now=now())


def test_damage_alone_is_found_by_who_catches_up_and_waits_for_the_seals_or_a_reopening(served):
    """Another copy of the seals ends it, as long as nothing was done."""
    with within(served):
        path = seals.folder_of(VILLAGE) / seals.EVENTS
        whole = path.read_bytes()
        path.write_bytes(whole.replace(b" point 5", b" point 6"))
        assert check_books(now=now()) is None
        with pytest.raises(CatchUpRefused, match=r"nothing can be caught up: .*say something else"):
            catch_up(now=now())
        assert check_books(now=now()).cause is Cause.SEALS_UNUSABLE
        path.write_bytes(whole)
        assert check_books(now=now()) is None


def test_a_running_service_hears_of_what_another_process_found(served, clock):
    settings = ("SQLALCHEMY_DATABASE_URI", "OWNER_DATABASE_URI")
    other = application_on(served, {name: served.config[name] for name in settings})
    browser, path = served.test_client(), f"/v/{VILLAGE}"
    browser.get("/language/en")
    with within(other):
        events = seals.folder_of(VILLAGE) / seals.EVENTS
    whole, band = events.read_bytes(), "Only reading is possible"

    def find(content: bytes) -> None:
        events.write_bytes(content)
        with within(other):
            check_books(now=now(), thorough=True)

    assert band not in browser.get(path).text
    find(whole.replace(b" point 5", b" point 6"))
    clock.now += HOLDS
    assert band in browser.get(path).text
    find(whole)
    assert band not in browser.get(path).text
    find(whole.replace(b" point 5", b" point 6"))
    assert browser.get("/readyz").json["status"] == "read_only"
    assert band in browser.get(path).text
    with other.app_context():
        db.session.remove()
        db.engine.dispose()


def test_events_that_nobody_sealed_yet_are_no_damage_of_another_village(served, restore):
    with within(served):
        make_village(OTHER_VILLAGE)
        other = make_household(OTHER_VILLAGE).account_code
        post(OTHER_VILLAGE, other, 3)
        seal_all(now=now())
        post(OTHER_VILLAGE, other, 4, 5)
    restore.back_up()
    restored = restore()
    with within(served):
        post(VILLAGE, make_household(door="2").account_code, 3)
        seals.seal_village(VILLAGE, now=now())
    with within(restored):
        recovery = catch_up(now=now())
        assert [each["village"] for each in recovery.findings] == [VILLAGE]
        assert troubles() == []
        assert ledger.positions(OTHER_VILLAGE, [other])[other].balance == 12


def sign_reopening_by_both(recovery):
    """An administrator asks, a supervisor agrees."""
    for signer in (Signer.ADMINISTRATOR, Signer.SUPERVISOR):

        def work(signer=signer):
            actor = staff(Role(signer.value), COUNTY)
            sign_reopening(signer=signer, digest=recovery.digest, actor=actor, now=now())

        transaction(work, in_recovery=True)


def test_books_that_went_on_by_themselves_can_not_be_caught_up(served, restore):
    with within(served):
        post(VILLAGE, make_household(door="2").account_code, 3, 4)
        seal_all(now=now())
    restored = restore()
    with within(restored):
        post(VILLAGE, make_household(door="2").account_code, 100)
        with pytest.raises(CatchUpRefused, match="are not the sealed ones"):
            catch_up(now=now())
        assert db.session.get_one(LogHead, VILLAGE).size == 3
        assert db.session.scalars(select(Recovery.cause)).one() is Cause.SEALS_UNUSABLE


def test_what_was_written_down_and_not_signed_comes_back_and_is_named(served, restore):
    with within(served):
        account = make_household(door="2").account_code
        post(VILLAGE, account, 3)
        folder = seals.folder_of(VILLAGE)
        (line,) = seals.event_lines(VILLAGE, 2, 3)
        with (folder / seals.EVENTS).open("a") as file:
            file.write(line + "\n" + line[:50])
    restored = restore()
    with within(restored):
        catch_up(now=now())
        assert ledger.positions(VILLAGE, [account])[account].balance == 3
        unsigned = db.session.scalars(
            select(LostItem.seq).where(LostItem.kind == LostKind.UNSIGNED)
        ).all()
        assert unsigned == [2]
        assert seal_all(now=now()) == 1
        assert audit(VILLAGE) == []


def test_all_leases_end(served, restore):
    with within(served):
        account = make_household(door="3").account_code
        post(VILLAGE, account, 50)

        def work() -> None:
            ledger.hold([VILLAGE])
            ends = now() + timedelta(days=3)
            ledger.reserve(VILLAGE, uuid4(), {account: 30}, ends_at=ends)

        act(work)
        seal_all(now=now())
    restore.back_up()
    restored = restore()
    with within(served):
        post(VILLAGE, account, 1)
        seal_all(now=now())
    with within(restored):
        assert ledger.positions(VILLAGE, [account])[account].spendable == 20
        catch_up(now=now())
        assert ledger.positions(VILLAGE, [account])[account].spendable == 51
        assert db.session.scalars(select(Allowance)).all() == []
        (lease,) = db.session.scalars(select(LostItem.data).where(LostItem.kind == LostKind.LEASE))
        assert (lease["households"], lease["points"]) == (1, 30)
