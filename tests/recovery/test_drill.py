"""The drill: a restored backup is read-only until it caught up with its seals and two signed."""

import pytest
from sqlalchemy import select, text

from incentives.awards.models import Award, AwardStatus
from incentives.clock import now
from incentives.errors import LogRolledBack
from incentives.extensions import db
from incentives.fund.models import Disbursement, Income, Status
from incentives.ledger.audit import audit
from incentives.ledger.models import Checkpoint
from incentives.ledger.seals import rolled_back, seal_all
from incentives.recovery.models import LostItem, LostKind
from incentives.register.models import Household
from incentives.web.transaction import transaction
from tests.factories import VILLAGE, make_household
from tests.recovery.drill import balances, digest, public_page, status_of, within
from tests.site import PASSWORD


def run(drill, *args):
    return drill.app.test_cli_runner().invoke(args=args)


def income(site, **more):
    body = {
        "source": "donation",
        "amount_fen": 500,
        "received_on": "2026-03-01",
        "voucher": "R-9",
        "method": "cash",
    }
    return site.call("treasurer", "POST", f"/villages/{VILLAGE}/fund/income", body | more)


def catch_up(drill):
    answer = run(drill, "ledger", "catch-up")
    assert answer.exit_code == 0, answer.output
    return answer


def sign(drill, who, signer=None, **more):
    body = {"signer": signer or who, "digest": digest(drill.site)} | more
    return drill.site.call(who, "POST", "/recovery/signatures", body)


def recover(drill):
    catch_up(drill)
    assert sign(drill, "administrator").status_code == 201
    assert sign(drill, "supervisor").status_code == 201


def test_a_restored_backup_can_be_read_but_not_written(drill):
    site = drill.site
    refused = income(site)
    assert refused.status_code == 503
    assert refused.json["type"] == "/problems/log_rolled_back"
    assert site.call(None, "GET", f"/villages/{VILLAGE}/fund").status_code == 200
    page = public_page(site)
    assert "Only reading is possible for now" in page
    assert "What to do now" not in page
    assert "What to do now" in site.open("supervisor", "/supervise")
    form = site.send(
        "treasurer",
        "/fund/income",
        amount_fen="5",
        source="donation",
        method="cash",
        voucher="1",
        received_on="2026-03-01",
    )
    assert form.status_code == 503
    ready = site.app.test_client().get("/readyz")
    assert (ready.status_code, ready.json) == (
        200,
        {"status": "read_only", "reason": "log_rolled_back"},
    )


def test_neither_commands_nor_the_worker_nor_an_operation_write(drill):
    before = balances(drill.app)
    for command in (["daily"], ["ledger", "seal"]):
        answer = run(drill, *command)
        assert answer.exit_code == 1, command
        assert isinstance(answer.exception, SystemExit), command
    with within(drill.app), pytest.raises(LogRolledBack):
        make_household(VILLAGE, "某", door="99")
    assert run(drill, "ledger", "verify").exit_code == 1
    assert run(drill, "ledger", "recovery").exit_code == 1
    assert balances(drill.app) == before


def test_the_database_itself_takes_no_event_meanwhile(drill):
    """Past `transaction()`: what the trigger refuses is the same refusal."""
    with within(drill.app):
        seen = text("SELECT 1 FROM event")
        assert db.session.scalar(seen) == 1
        row = select(Award.event_id).where(Award.event_id.is_not(None)).limit(1)
        event = db.session.scalar(row)

        def work():
            db.session.execute(
                text(
                    "INSERT INTO event (id, village, seq, at, kind, occurred_on, salt) SELECT"
                    " :id, village, size, at + 1, 'award', '2026-03-01', 'x' FROM log_head"
                    f" WHERE village = '{VILLAGE}'"
                ),
                {"id": "0" * 32},
            )

        assert event is not None
        with pytest.raises(LogRolledBack):
            transaction(work, in_recovery=True)


def test_what_was_sealed_comes_back(drill):
    village = drill.village
    answer = catch_up(drill)
    assert balances(drill.app) == drill.before
    with within(drill.app):
        assert rolled_back() == []
        assert status_of(Award, village.awards["kept"]) is AwardStatus.POSTED
        assert status_of(Award, village.awards["reviewed"]) is AwardStatus.POSTED
        assert status_of(Award, village.awards["reversed"]) is AwardStatus.REVERSED
        assert status_of(Disbursement, village.paid) is Status.PAID
        assert status_of(Disbursement, village.applied) is Status.REVERSED
        assert db.session.scalar(select(Income.amount_fen).order_by(Income.amount_fen)) == 7_000
        kinds = {each.kind for each in db.session.scalars(select(LostItem))}
        assert kinds == {
            LostKind.SINCE,
            LostKind.RECORD,
            LostKind.FACTS,
            LostKind.DETAIL,
            LostKind.STOCK_MOVEMENT,
            LostKind.HOUSEHOLD,
        }
        entered = db.session.scalars(select(Household).where(Household.door == "?")).one()
        assert entered.head_id is None
        found = {(each.table, each.column) for each in audit(VILLAGE)}
        assert found == {("event_detail", "event_id")}  # until two signed that they are lost
    assert '"kind": "since"' in answer.stdout
    assert income(drill.site).status_code == 503


def test_two_people_sign_and_writing_begins_again(drill):
    catch_up(drill)
    site = drill.site
    assert site.call("cadre", "GET", "/recovery").status_code == 403
    assert sign(drill, "cadre", "supervisor").status_code == 403
    assert sign(drill, "supervisor", "administrator").status_code == 403
    assert sign(drill, "administrator", digest="0" * 64).json["type"] == "/problems/stale"
    signed = sign(drill, "administrator")
    assert (signed.status_code, signed.json["status"]) == (201, "waiting")
    assert sign(drill, "administrator").json["type"] == "/problems/same_person"
    assert income(site).status_code == 503
    page = site.open("supervisor", "/recovery")
    assert "What can't be rebuilt" in page
    sent = site.send(
        "supervisor",
        "/recovery/signature",
        on="/recovery",
        signer="supervisor",
        digest=digest(site),
    )
    assert sent.status_code == 303
    assert "This is over" in site.open("supervisor", "/recovery")
    assert income(site).status_code == 201
    with within(drill.app):
        assert audit(VILLAGE) == []
        assert seal_all(now=now()) == 1
    assert run(drill, "ledger", "verify").exit_code == 0
    assert run(drill, "ledger", "recovery").exit_code == 0
    assert site.app.test_client().get("/readyz").json == {"status": "ready"}


def test_a_sale_sent_again_after_the_restore_was_done_already(drill):
    recover(drill)
    before = balances(drill.app)
    counter = drill.village.counter
    counter.site = drill.site
    for key in (drill.key, drill.key.replace("-", "")):
        again = counter.redeem(drill.village.shopper, soap=2, oil=1, key=key)
        assert again.status_code == 200, again.text
        assert again.json["status"] == "already_applied"
        assert again.headers["Idempotent-Replayed"] == "true"
    assert balances(drill.app) == before


def test_the_sign_command_asks_for_the_password(drill):
    catch_up(drill)
    args = ["ledger", "sign", "--digest", digest(drill.site)]
    who = ["--username", "supervisor", "--as", "supervisor"]
    assert run(drill, *args, *who, "--password", "wrong").exit_code == 1
    assert run(drill, *args, *who, "--password", PASSWORD).exit_code == 0
    who = ["--username", "administrator", "--as", "administrator"]
    done = run(drill, *args, *who, "--password", PASSWORD)
    assert "everything can be written again" in done.stdout


def test_a_catch_up_that_was_cut_off_is_run_again(drill, monkeypatch):
    from incentives.ledger import replaying
    from incentives.recovery.operations import catching_up

    monkeypatch.setattr(replaying, "STEP", 3)
    done, real = [], catching_up.apply_step

    def cut_off(*args, **named):
        if len(done) == 2:
            raise KeyboardInterrupt
        real(*args, **named)
        done.append(1)

    monkeypatch.setattr(catching_up, "apply_step", cut_off)
    with within(drill.app), pytest.raises(KeyboardInterrupt):
        catching_up.catch_up(now=now())
    monkeypatch.setattr(catching_up, "apply_step", real)
    assert balances(drill.app) != drill.before
    assert run(drill, "ledger", "recovery").exit_code == 1
    recover(drill)
    assert balances(drill.app) == drill.before
    with within(drill.app):
        since = select(LostItem).where(LostItem.kind == LostKind.SINCE)
        assert len(db.session.scalars(since).all()) == 1
        assert audit(VILLAGE) == []


def test_every_checkpoint_is_put_back(drill):
    with within(drill.village.app):
        notes = set(db.session.scalars(select(Checkpoint.note)))
    catch_up(drill)
    with within(drill.app):
        assert set(db.session.scalars(select(Checkpoint.note))) >= notes
