"""Who reads what of a log: hashes and the fund anyone, a household's leaves its own and
supervisors."""

import gzip

import pytest

from incentives.access.actor import Role
from incentives.access.audit import Tag
from incentives.access.models import AuditRow
from incentives.cards.operations import issue_card
from incentives.clock import now
from incentives.extensions import db
from incentives.fund.models import Method
from incentives.ledger.seals import seal_all
from incentives.register.models import HouseholdLook
from tests.factories import OTHER_VILLAGE, VILLAGE, act, make_household, make_village, staff
from tests.fund.people import Village, give
from tests.shop.scenes import give_points
from tests.site import USERS, make_site
from tests.verify.program import verifier

BASE = f"/villages/{VILLAGE}/ledger"
PIN = "402857"


@pytest.fixture
def site(bare_app):
    """Two households with points, a donation, and a signature; `site.homes` are their ids."""
    site = make_site(bare_app)
    with bare_app.app_context():
        make_village(OTHER_VILLAGE)
        site.homes = []
        for number, name in enumerate(("扎西彭措", "王建国"), start=1):
            household = make_household(VILLAGE, name, door=str(number))
            card = act(
                lambda household=household: issue_card(
                    village=VILLAGE,
                    household_id=household.id,
                    pin=PIN,
                    actor=staff(Role.CADRE),
                    now=now(),
                )
            )
            give_points(household.account_code, 10 * number)
            site.homes.append((household.id, household.account_code, card.number))
        treasurer = staff(Role.TREASURER)
        people = Village(None, None, None, None, None, None, treasurer=treasurer)
        give(people, 12_300, Method.CASH)
        seal_all(now=now())
        db.session.remove()
    for number, (_id, _code, card) in enumerate(site.homes):
        answer = bare_app.test_client().post("/api/v1/tokens", json={"card": card, "pin": PIN})
        site.tokens[f"home {number}"] = answer.json["token"]
    return site


READERS = [None, *USERS, "home 0", "home 1"]
LEAVES = {"supervisor": [0, 1, 2], "home 0": [0, 2], "home 1": [1, 2]}


def test_leaves_go_to_whom_they_are_of(site):
    hashes = site.call(None, "GET", f"{BASE}/hashes").json["items"]
    for who in READERS:
        found = site.call(who, "GET", f"{BASE}/leaves").json
        assert [each["seq"] for each in found["items"]] == LEAVES.get(who, [2]), who
        for each in found["items"]:
            assert verifier.leaf_hash(each["leaf"].encode()).hex() == hashes[each["seq"]]


def test_a_statement_with_proofs_goes_to_the_household_and_the_supervisors(site):
    (own, code, _card), _other = site.homes
    expected = {None: 401, "supervisor": 200, "home 0": 200, "home 1": 404}
    key = verifier.read_key(site.call(None, "GET", f"{BASE}/key").text)
    for who in READERS:
        answer = site.call(who, "GET", f"{BASE}/statements/{own}")
        assert answer.status_code == expected.get(who, 403), who
        if answer.status_code == 200:
            findings, report = verifier.check_statement(answer.json, key)
            assert (findings, report["balance"], answer.json["household"]) == ([], 10, code)


def test_a_household_is_looked_for_in_its_own_village_only(site):
    (own, _code, _card), _other = site.homes
    elsewhere = BASE.replace(VILLAGE, OTHER_VILLAGE)
    for who in READERS:
        refused = {None: 401, "administrator": 403, "overseer": 403}.get(who, 404)
        for path in (f"{elsewhere}/statements/{own}", f"{elsewhere}/export?part=all"):
            assert site.call(who, "GET", path).status_code == refused, (who, path)


def test_a_household_sees_that_a_supervisor_took_its_statement(site):
    (own, _code, _card), _other = site.homes
    site.call("supervisor", "GET", f"{BASE}/statements/{own}")
    site.call("home 0", "GET", f"{BASE}/statements/{own}")
    with site.app.app_context():
        looks = db.session.scalars(db.select(HouseholdLook)).all()
        assert [each.household_id for each in looks] == [own]


def test_the_whole_log_goes_to_supervisors_and_is_noted(site, tmp_path):
    expected = {None: 401, "supervisor": 200}
    for who in READERS:
        public = site.call(who, "GET", f"{BASE}/export?details=true")
        assert public.status_code == 200
        text = gzip.decompress(public.data).decode()
        assert not any(code in text for _id, code, _card in site.homes)
        whole = site.call(who, "GET", f"{BASE}/export?part=all&details=true")
        assert whole.status_code == expected.get(who, 403), who
        if who == "supervisor":
            (tmp_path / "log").write_bytes(whole.data)
    with site.app.app_context():
        noted = db.session.scalars(db.select(AuditRow).where(AuditRow.tag == Tag.LOG_EXPORTED))
        assert [(each.details, each.village) for each in noted] == [({"details": True}, VILLAGE)]
    key = verifier.read_key(site.call(None, "GET", f"{BASE}/key").text)
    findings, report = verifier.check_log(tmp_path / "log", key, [])
    assert (findings, report["events"], report["fund"]["cash_fen"]) == ([], 3, 12_300)


PAGES = {
    f"/v/{VILLAGE}/ledger": 200,
    "/verify": 200,
    f"/v/{VILLAGE}/ledger/public": 200,
    f"/v/{VILLAGE}/ledger/export": 403,
    f"/v/{VILLAGE}/ledger/export-with-details": 403,
    "/c/statement": 303,  # for who has no household, to the sign-in
}


def test_pages_give_what_the_calls_give(site):
    for path, status in PAGES.items():
        for who in ("supervisor", "cadre", "treasurer", "reviewer", "shopkeeper"):
            with site.browser(who).get(path) as answer:
                let_in = who == "supervisor" and "export" in path
                assert answer.status_code == (200 if let_in else status), (who, path)
        with site.app.test_client().get(path) as answer:
            assert answer.status_code == (303 if status == 403 else status)


def test_a_supervisor_takes_a_households_statement_from_its_page(site):
    (own, _code, _card), _other = site.homes
    link = f"/v/{VILLAGE}/ledger/statements/{own}"
    assert link in site.open("supervisor", f"/desk/households/{own}")
    assert link not in site.open("cadre", f"/desk/households/{own}")
    assert site.browser("supervisor").get(link).json["format"] == "jishan-statement/v1"
    assert site.browser("cadre").get(link).status_code == 403
    assert site.app.test_client().get(link).status_code == 303


def test_a_proof_leads_to_the_checkpoint_that_is_asked_for(site):
    events = site.call("supervisor", "GET", f"{BASE}/events").json["items"]
    by_seq = {each["seq"]: each["id"] for each in events}
    with site.app.app_context():
        account = site.homes[0][1]
        give_points(account, 5)
        seal_all(now=now())
        db.session.remove()
    key = verifier.read_key(site.call(None, "GET", f"{BASE}/key").text)
    newest = site.call(None, "GET", f"{BASE}/proofs/{by_seq[1]}").json
    older = site.call(None, "GET", f"{BASE}/proofs/{by_seq[1]}?size=3").json
    for proof, size in ((newest, 4), (older, 3)):
        assert verifier.check_proof(proof, key, None) == []
        assert (proof["seq"], proof["size"]) == (1, size)
        assert "leaf" not in proof
    between = site.call(None, "GET", f"{BASE}/consistency?from=3&to=4").json
    notes = [verifier.read_note(proof["checkpoint"], key) for proof in (older, newest)]
    assert verifier.check_consistency(notes[:1], notes[1], [between]) == []
    assert verifier.check_consistency(notes[:1], notes[1], [between | {"path": ["00" * 32]}]) != []


def test_what_isnt_there_isnt_found_and_what_isnt_right_is_refused(site):
    event = site.call("supervisor", "GET", f"{BASE}/events").json["items"][0]["id"]
    for path, status in {
        "/proofs/01900000-0000-7000-8000-000000000000": 404,
        f"/proofs/{event}?size=2": 404,  # nothing was signed at that size
        "/consistency?from=2&to=99": 404,
        "/consistency?from=3&to=2": 404,
        f"/proofs/{event}?size=-1": 422,
        f"/proofs/{event}?size=x": 422,
        "/export?part=some": 422,
        "/export?x=1": 422,
        "/hashes?from=-1": 422,
        "/consistency?from=1": 422,
    }.items():
        assert site.call(None, "GET", BASE + path).status_code == status, path


def test_an_event_that_isnt_signed_yet_has_no_proof_yet(site):
    with site.app.app_context():
        give_points(site.homes[0][1], 5)
        db.session.remove()
    [newest, *_rest] = site.call("supervisor", "GET", f"{BASE}/events").json["items"]
    assert newest["seq"] == 3
    assert site.call(None, "GET", f"{BASE}/proofs/{newest['id']}").status_code == 404
    own = site.homes[0][0]
    statement = site.call("home 0", "GET", f"{BASE}/statements/{own}").json
    assert 3 not in [each["seq"] for each in statement["events"]]


def test_hashes_and_leaves_come_a_thousand_a_call(site, monkeypatch):
    monkeypatch.setattr("incentives.books.schemas.HASHES_AT_MOST", 2)
    for what in ("hashes", "leaves"):
        first = site.call("supervisor", "GET", f"{BASE}/{what}").json
        assert (len(first["items"]), first["next"]) == (2, 2)
        rest = site.call("supervisor", "GET", f"{BASE}/{what}?from=2").json
        assert (len(rest["items"]), rest["next"]) == (1, None)
