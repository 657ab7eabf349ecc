"""Seals that are lost: nothing is signed until two people open the log anew, in public."""

import io
import json
import shutil

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pypdf import PdfReader
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from incentives.clock import now
from incentives.errors import LogRolledBack
from incentives.extensions import db
from incentives.ledger import codes, notes, seals
from incentives.ledger.audit import audit
from incentives.ledger.leaves import read_leaf
from incentives.ledger.models import Checkpoint, Event, EventDetail, Leaf, LogHead
from incentives.ledger.seals import Cause, LogInconsistent, seal_all, seal_village
from incentives.recovery.models import Recovery, Way
from incentives.recovery.operations import check_books
from incentives.recovery.operations.signing import newest_known
from incentives.recovery.state import waiting
from tests.factories import VILLAGE, act, make_household, make_village
from tests.recovery.drill import application_on, public_page, within
from tests.shop.scenes import give_points
from tests.site import PASSWORD, Site, make_site

BASE = f"jishan.test/{VILLAGE}"


@pytest.fixture
def site(bare_app) -> Site:
    """A village with two events, sealed."""
    site = make_site(bare_app, users=("administrator", "supervisor", "cadre"))
    with within(bare_app):
        household = make_household()
        for points in (5, 7):
            give_points(household.account_code, points)
        assert seal_all(now=now()) == 1
    return site


def lose_seals(site: Site) -> None:
    with within(site.app):
        shutil.rmtree(seals.folder_of(VILLAGE))


def start(site: Site) -> Cause | None:
    """What a start finds."""
    with within(site.app):
        found = check_books(now=now())
        return None if found is None else found.cause


def ask(site: Site, who: str, signer: str | None = None, **more):
    body = {"signer": signer or who} | more
    return site.call(who, "POST", "/recovery/reopenings", body)


def log_key(site: Site) -> Ed25519PrivateKey:
    return notes.private_key(site.app.config["KEYS"]["log"])


def newest_note(site: Site) -> str:
    return site.call(None, "GET", f"/villages/{VILLAGE}/ledger/checkpoint").text


def reopened(site: Site) -> tuple[LogHead, Event, dict]:
    head = db.session.get_one(LogHead, VILLAGE)
    event = db.session.scalars(select(Event).where(Event.kind == "reopen")).one()
    return head, event, json.loads(db.session.get_one(EventDetail, event.id).text)


def test_a_signed_log_without_seals_is_not_signed_again(site):
    lose_seals(site)
    with within(site.app), pytest.raises(LogInconsistent, match="aren't in JISHAN_SEALS"):
        seal_all(now=now())
    assert start(site) is Cause.SEALS_LOST
    with within(site.app), pytest.raises(LogRolledBack):
        make_household(VILLAGE, "某", door="2")
    answer = site.app.test_cli_runner().invoke(args=["ledger", "catch-up"])
    assert answer.exit_code == 1
    assert "flask ledger reopen" in answer.stderr


def test_seals_that_are_there_again_end_it_by_themselves(site, tmp_path):
    with within(site.app):
        folder = seals.folder_of(VILLAGE)
        shutil.copytree(folder, tmp_path / "kept")
    lose_seals(site)
    assert start(site) is Cause.SEALS_LOST
    shutil.copytree(tmp_path / "kept", folder)
    assert start(site) is None
    with within(site.app):
        assert db.session.scalars(select(Recovery.way)).one() is Way.RESOLVED
        make_household(VILLAGE, "某", door="2")


def test_two_people_open_the_log_anew_and_everybody_sees_it(site):
    note = newest_note(site)
    lose_seals(site)
    start(site)
    assert ask(site, "cadre", "supervisor").status_code == 403
    assert ask(site, "supervisor", "administrator").status_code == 403
    asked = ask(site, "supervisor")
    assert (asked.status_code, asked.json["status"]) == (201, "waiting"), asked.text
    assert ask(site, "supervisor").json["type"] == "/problems/same_person"
    done = ask(site, "administrator")
    assert (done.status_code, done.json["status"], done.json["way"]) == (201, "ended", "reopen")
    with within(site.app):
        head, event, detail = reopened(site)
        assert (head.origin, head.size, event.seq) == (f"{BASE}/2", 3, 2)
        assert detail["lost"] == 0
        assert detail["events"] == 2
        assert (detail["origin"], detail["size"], detail["root"]) == tuple(
            int(part) if part.isdigit() else part for part in note.split("\n")[:3]
        )
        origins = [
            read_leaf(body).origin
            for body in db.session.scalars(select(Leaf.body).order_by(Leaf.seq))
        ]
        assert origins == [BASE, BASE, f"{BASE}/2"]
        assert event.actor
        assert event.approver not in (None, event.actor)
        assert waiting() is None
        assert seal_all(now=now()) == 1
        kept = {each.origin: each.size for each in db.session.scalars(select(Checkpoint))}
        assert kept == {BASE: 2, f"{BASE}/2": 3}
        assert check_books(now=now()) is None
        # Sizes under an earlier name say nothing of this one.
        old = notes.sign_checkpoint(notes.Root(BASE, 9, bytes(32)), log_key(site))
        assert newest_known(VILLAGE, [old]).origin == f"{BASE}/2"
        again = notes.sign_checkpoint(notes.Root(f"{BASE}/3", 2, bytes(32)), log_key(site))
        assert newest_known(VILLAGE, [old, again]).origin == f"{BASE}/3"
    assert newest_note(site).startswith(f"{BASE}/2\n3\n")
    page = public_page(site)
    assert "was opened anew on" in page
    assert "voucher 3" in page
    assert "may be missing" in page
    answer = site.app.test_cli_runner().invoke(args=["ledger", "verify"])
    assert answer.exit_code == 0, answer.output
    path = f"/v/{VILLAGE}/ledger/reopenings/3.pdf"
    assert f'href="{path}"' in page
    said = notice_at(site, path)
    assert "公示：账本重开" in said
    assert f"{BASE}·2·{note.splitlines()[2]}" in said
    assert f"{BASE}/2" in said
    assert "凭证3" in said
    other = path.replace("/3.pdf", "/2.pdf")
    assert site.app.test_client().get(other).status_code == 404
    assert notice_at(site, f"/api/v1/villages/{VILLAGE}/ledger/reopenings/3.pdf") == said


def notice_at(site: Site, path: str) -> str:
    """The words of the one page that is to be put up, without spaces."""
    [page] = PdfReader(io.BytesIO(site.app.test_client().get(path).data)).pages
    return "".join(page.extract_text().split())


def test_a_checkpoint_from_paper_tells_how_many_events_are_lost(site, copies):
    backup = copies(site.app)
    with within(site.app):
        household = make_household(VILLAGE, "王建国", door="2")
        for points in (1, 2, 3):
            give_points(household.account_code, points)
        seal_village(VILLAGE, now=now())
    paper = newest_note(site)
    lose_seals(site)
    restored = Site(application_on(site.app, backup))
    assert start(restored) is Cause.SEALS_LOST
    bad = ask(restored, "administrator", checkpoint="what is this")
    assert bad.json["errors"][0]["pointer"] == "/checkpoint"
    forged = paper.replace("\n5\n", "\n9\n")
    assert ask(restored, "administrator", checkpoint=forged).status_code == 422
    scanned = codes.verify_url("https://jishan.example", codes.write_checkpoint(paper))
    assert ask(restored, "administrator", checkpoint=scanned).status_code == 201
    assert ask(restored, "supervisor").status_code == 201
    with within(restored.app):
        _head, _event, detail = reopened(restored)
        assert (detail["events"], detail["size"], detail["lost"]) == (2, 5, 3)
        db.session.remove()
        db.engine.dispose()


def test_damaged_seals_are_set_aside_and_stay_as_evidence(site, copies):
    backup = copies(site.app)
    with within(site.app):
        give_points(make_household(VILLAGE, "王建国", door="2").account_code, 4)
        seal_all(now=now())
        folder = seals.folder_of(VILLAGE)
        events = folder / seals.EVENTS
        events.write_bytes(events.read_bytes().replace(b" point 4", b" point 5"))
        damaged = events.read_bytes()
    restored = Site(application_on(site.app, backup))
    assert start(restored) is Cause.ROLLED_BACK
    assert ask(restored, "administrator").json["type"] == "/problems/wrong_state"
    answer = restored.app.test_cli_runner().invoke(args=["ledger", "catch-up"])
    assert answer.exit_code == 1
    assert "its rows say something else than its leaf" in answer.stderr
    args = ["ledger", "reopen", "--password", PASSWORD]
    refused = restored.app.test_cli_runner().invoke(
        args=[*args, "--username", "supervisor", "--as", "administrator"]
    )
    assert refused.exit_code == 1
    assert refused.stderr.isascii()  # commands speak one language
    for who in ("administrator", "supervisor"):
        done = restored.app.test_cli_runner().invoke(args=[*args, "--username", who, "--as", who])
        assert done.exit_code == 0, done.output
    assert "everything can be written again" in done.stdout
    assert f"/v/{VILLAGE}/ledger/reopenings/" in done.stdout
    with within(restored.app):
        assert (folder.with_name(f"{VILLAGE}.1") / seals.EVENTS).read_bytes() == damaged
        assert seal_all(now=now()) == 1
        head, _event, _detail = reopened(restored)
        assert head.origin == f"{BASE}/2"
        db.session.remove()
        db.engine.dispose()


def test_damaged_seals_of_books_that_lack_nothing_are_told_as_that(site):
    with within(site.app):
        events = seals.folder_of(VILLAGE) / seals.EVENTS
        events.write_bytes(events.read_bytes().replace(b" point 5", b" point 6"))
    answer = site.app.test_cli_runner().invoke(args=["ledger", "catch-up"])
    assert answer.exit_code == 1
    page = site.open("supervisor", "/recovery")
    assert "The seals can't be used; 2 events in the database" in page
    assert "0 events in the seals" not in page
    assert f"下坝村 · {VILLAGE}" in page
    for who in ("administrator", "supervisor"):
        assert ask(site, who).status_code == 201
    page = public_page(site)
    assert "as its seals were damaged: voucher 3 says so." in page
    assert "may be missing" not in page


def test_a_backup_from_before_the_reopening_catches_up_with_it(site, copies):
    backup = copies(site.app)
    lose_seals(site)
    start(site)
    for who in ("administrator", "supervisor"):
        assert ask(site, who).status_code == 201
    with within(site.app):
        give_points(make_household(VILLAGE, "王建国", door="2").account_code, 4)
        seal_all(now=now())
    restored = Site(application_on(site.app, backup))
    assert start(restored) is Cause.ROLLED_BACK
    answer = restored.app.test_cli_runner().invoke(args=["ledger", "catch-up"])
    assert answer.exit_code == 0, answer.output
    with within(restored.app):
        assert db.session.get_one(LogHead, VILLAGE).origin == f"{BASE}/2"
        assert db.session.get_one(LogHead, VILLAGE).size == 4
        db.session.remove()
        db.engine.dispose()


def test_the_database_keeps_a_logs_name_but_for_a_reopening(app):
    make_village()
    for origin in ("jishan.test/other", f"{BASE}/2", f"{BASE}/1"):
        with pytest.raises(DBAPIError):
            act(
                lambda origin=origin: db.session.execute(
                    text("UPDATE log_head SET origin = :origin"), {"origin": origin}
                )
            )
        db.session.rollback()
    assert db.session.scalar(select(LogHead.origin)) == BASE
    assert audit(VILLAGE) == []
