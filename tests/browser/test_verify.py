"""/verify in a real Chromium: it says what the stand-alone verifier says, and people can use it."""

import gzip
import json
from base64 import b64encode

import pytest
from playwright.sync_api import expect

from incentives.access.actor import Role
from incentives.books.queries import receipt_codes
from incentives.cards.models import Card
from incentives.cards.operations import issue_card
from incentives.cards.queries import code_of
from incentives.clock import now
from incentives.extensions import db
from incentives.ledger.codes import write_checkpoint
from incentives.ledger.export import Part
from incentives.ledger.models import Checkpoint
from incentives.ledger.seals import seal_all
from incentives.register.models import Household
from tests import proving
from tests.browser.conftest import DESKTOP, PHONE
from tests.factories import VILLAGE, act, make_household, make_village, staff
from tests.shop.scenes import give_points
from tests.verify.cases import all_cases
from tests.verify.exports import (
    ORIGIN,
    check,
    edits,
    export_of,
    key_of,
    leaf_text,
    public_export,
    told_story,
)
from tests.verify.flips import exported, handed_out
from tests.verify.program import answer, outcome

PIN = "402857"

# What the page's own modules say to the cases of tests/verify/cases.py.
ANSWER = """async (cases) => {
  const codes = await import('/static/js/verify/codes.js');
  const leaves = await import('/static/js/verify/leaves.js');
  const notes = await import('/static/js/verify/notes.js');
  const tree = await import('/static/js/verify/tree.js');
  const hash = (text) => codes.fromHex(text);
  const saysNo = async (work) => {
    try { await work(); return true; } catch { return false; }
  };
  const answers = {
    inclusion: (index, size, hashed, path, root) =>
      tree.verifyInclusion(index, size, hash(hashed), path.map(hash), hash(root)),
    consistency: (old, size, oldRoot, newRoot, path) =>
      tree.verifyConsistency(old, size, hash(oldRoot), hash(newRoot), path.map(hash)),
    root: async (hashes) => {
      const grown = new tree.Tree();
      for (const each of hashes) await grown.add(hash(each));
      return codes.toHex(await grown.root());
    },
    leaf_hash: async (text) => codes.toHex(await tree.leafHash(hash(text))),
    leaf: (text) => saysNo(() => leaves.readLeaf(text)),
    note: (note, key) => saysNo(async () => notes.readNote(note, await notes.readKey(key))),
    receipt: (text) => {
      try {
        const found = codes.readReceipt(text);
        return [found.village, found.seq, found.event, codes.toHex(found.leafHash)];
      } catch { return null; }
    },
    paper: (text) => {
      try { return codes.readPaper(text); } catch { return null; }
    },
  };
  const given = [];
  for (const [what, , values] of cases) given.push(await answers[what](...values));
  return given;
}"""
CHECK = """async ([texts, key, earlier]) => {
  const { checkLog } = await import('/static/js/verify/log.js');
  const { Unchecked } = await import('/static/js/verify/codes.js');
  const { readKey, readNote } = await import('/static/js/verify/notes.js');
  const read = await readKey(key);
  const kept = [];
  for (const note of earlier) kept.push(await readNote(note, read));
  const said = [];
  for (const text of texts) {
    try {
      const { findings, report } = await checkLog(new Blob([text]), read, kept);
      said.push({ findings, report });
    } catch (error) {
      if (!(error instanceof Unchecked)) throw error;
      said.push({ unchecked: true });
    }
  }
  return said;
}"""

# What the page's modules say of a file with each of these bits turned over (tests/verify/flips.py).
FLIP = """async ([kind, base64, keyText, given, bits]) => {
  const { checkLog } = await import('/static/js/verify/log.js');
  const { Unchecked, readReceipt } = await import('/static/js/verify/codes.js');
  const { readKey, readNote } = await import('/static/js/verify/notes.js');
  const proofs = await import('/static/js/verify/proofs.js');
  const key = await readKey(keyText);
  const checks = {
    log: async (file) => (await checkLog(file, key, [])).findings,
    statement: async (file) => (await proofs.checkStatement(await object(file), key)).findings,
    proof: async (file) => proofs.checkProof(await object(file), key, readReceipt(given[0])),
    consistency: async (file) => {
      const [older, newest] = [await readNote(given[0], key), await readNote(given[1], key)];
      return proofs.checkConsistency(older, newest, [await object(file)]);
    },
  };
  const object = async (file) => {
    const found = await proofs.readObject(file);
    if (!found) throw new Unchecked('no JSON');
    return found;
  };
  const data = Uint8Array.from(atob(base64), (each) => each.charCodeAt(0));
  const said = [];
  for (const bit of bits) {
    const changed = data.slice();
    if (bit >= 0) changed[bit >> 3] ^= 1 << bit % 8;
    try {
      said.push({ findings: await checks[kind](new Blob([changed])) });
    } catch (error) {
      if (!(error instanceof Unchecked)) throw error;
      said.push({ unchecked: true });
    }
  }
  return said;
}"""


def test_page_and_program_say_the_same_of_every_flipped_bit(live_server, person, tmp_path):
    page = person(PHONE).open("/verify")
    with live_server.app.app_context():
        files = [*handed_out(), *exported()]
        db.session.remove()
    rng, tried = proving.seeded("flipped bits, page and program"), 0
    passed, unlike = [], []
    for file in files:
        base64, bits = b64encode(file.data).decode(), file.bits(rng)
        asked = [file.kind, base64, file.key, file.given]
        assert page.evaluate(FLIP, [*asked, [-1]]) == [{"findings": []}]
        for start in range(0, len(bits), 1000):
            some = bits[start : start + 1000]
            for bit, given in zip(some, page.evaluate(FLIP, [*asked, some]), strict=True):
                found = outcome(file.kind, file.flipped(bit), file.key, file.given, tmp_path / "f")
                if given == {"findings": []}:
                    passed.append((file.kind, bit))
                if given != found:
                    at = bit // 8
                    unlike.append((file.data[max(0, at - 30) : at + 10], bit % 8, given, found))
        tried += len(bits)
    name = "flipped bits, page and program"
    proving.record(name, flipped=tried, refused=tried - len(passed), alike=tried - len(unlike))
    assert passed == []
    assert unlike == []


def test_page_and_program_give_the_same_answers(person):
    page = person(PHONE).open("/verify")
    cases = all_cases()
    for start in range(0, len(cases), 5000):
        asked = cases[start : start + 5000]
        given = page.evaluate(ANSWER, asked)
        wrong = [
            (case, each)
            for case, each in zip(asked, given, strict=True)
            if not each == case[1] == answer(case[0], case[2])
        ]
        assert wrong == []


def test_page_and_program_name_the_same_findings(live_server, person, tmp_path):
    page = person(PHONE).open("/verify")
    with live_server.app.app_context():
        books = told_story()
        key = key_of(books)
        text, public = export_of(books), export_of(books, Part.PUBLIC)
        kept = db.session.scalars(db.select(Checkpoint.note).order_by(Checkpoint.size)).all()
        db.session.remove()
    texts = [text, public, text[:-8], "", *(each for *_where, each in edits(text))]
    texts += [each for *_where, each in edits(public)]
    for earlier in ([], [kept[0]]):
        asked = texts if not earlier else texts[:4]
        given = page.evaluate(CHECK, [asked, key, earlier])
        expected = [check(each, key, tmp_path / "export", earlier) for each in asked]
        for one, other, each in zip(given, expected, asked, strict=True):
            assert one == other, each
    assert sum(bool(each.get("findings")) for each in given) == 0
    assert len(texts) > 300


@pytest.fixture
def home(live_server):
    """A household with points and a card, in a village that was signed."""
    with live_server.app.app_context():
        make_village()
        household = make_household()
        act(
            lambda: issue_card(
                village=VILLAGE,
                household_id=household.id,
                pin=PIN,
                actor=staff(Role.CADRE),
                now=now(),
            )
        )
        give_points(household.account_code, 40)
        seal_all(now=now())
        db.session.remove()


def seal(live_server):
    with live_server.app.app_context():
        seal_all(now=now())
        db.session.remove()


def give_five_more(live_server):
    with live_server.app.app_context():
        account = db.session.scalars(db.select(Household.account_code)).one()
        db.session.rollback()
        give_points(account, 5)
        db.session.remove()


def receipt_code(live_server, seq):
    with live_server.app.app_context():
        found = receipt_codes(VILLAGE, [seq])[seq]
        db.session.remove()
    return found


def state(page, wanted):
    expect(page.locator("[data-verify]")).to_have_attribute("data-state", wanted)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_receipts_code_opens_its_proof(live_server, home, person, size):
    visitor = person(size, expected=("404",))
    page = visitor.open(f"/verify#{receipt_code(live_server, 0)}")
    state(page, "holds")
    expect(page.locator("[data-part=verdict]")).to_contain_text("第 1 号")
    visitor.shot("verify-receipt")
    with page.expect_download() as download:
        page.click("[data-part=keep]")
    kept = download.value.path()
    assert json.loads(kept.read_text())["format"] == "jishan-proof/v1"
    # The file alone, in a browser that never saw the receipt.
    proof = json.loads(kept.read_text())
    other = {"size": 2, "village": "513336101201", "event": "01900000-0000-7000-8000-000000000000"}
    for name, expected in {"": "holds", **dict.fromkeys(other, "fails"), "format": "open"}.items():
        path = kept.parent / "proof.json"
        path.write_text(json.dumps(proof | {name: other.get(name, "x")} if name else proof))
        page.set_input_files("[data-part=file]", str(path))
        page.click("[data-part=file-form] button")
        state(page, expected)
        if name == "size":
            visitor.shot("verify-fails")
    path.write_text(json.dumps(proof | {"more": 1}))
    page.set_input_files("[data-part=file]", str(path))
    page.click("[data-part=file-form] button")
    state(page, "open")
    expect(page.locator("[data-part=verdict]")).to_contain_text("more 缺了、多了或写得不对")


def test_a_receipt_waits_for_its_signature_in_a_friendly_sentence(live_server, home, person):
    give_five_more(live_server)
    page = person(PHONE, expected=("404",)).open(f"/verify#{receipt_code(live_server, 1)}")
    state(page, "waiting")
    expect(page.locator("[data-part=verdict]")).to_contain_text("一分钟")
    seal(live_server)
    page.click("[data-part=again]")
    state(page, "holds")


def test_a_forged_receipt_is_told_plainly(live_server, home, person):
    right = receipt_code(live_server, 0)
    other = "A" if right[50] != "A" else "B"
    page = person(PHONE, expected=("404",)).open(f"/verify#{right[:50]}{other}{right[51:]}")
    state(page, "fails")
    expect(page.locator("[data-part=verdict]")).to_contain_text("不一样")
    expect(page.locator("[data-part=findings]")).not_to_be_empty()


def test_a_notices_code_is_compared_with_the_log_of_today(live_server, home, person, tmp_path):
    visitor = person(PHONE, expected=("404",))
    page = visitor.open(f"/v/{VILLAGE}/ledger")
    note = page.locator("[data-checkpoint]").inner_text()
    visitor.shot("books")
    page = visitor.open("/verify")
    page.fill("[data-part=pasted]", note)
    page.click("[data-part=form] button")
    state(page, "holds")
    give_five_more(live_server)
    seal(live_server)
    page.click("[data-part=form] button")
    state(page, "holds")
    expect(page.locator("[data-part=sentences]")).to_contain_text("本机以前见过签名")
    folded = f"{note[:-30]}\n{note[-30:]}"
    for typed in (note.replace("\n— ", "\n-- "), note.replace("\n\n", "\n"), folded):
        page.fill("[data-part=pasted]", typed)
        page.click("[data-part=form] button")
        state(page, "holds")
    page.fill("[data-part=pasted]", note.replace("\n1\n", "\n2\n"))
    page.click("[data-part=form] button")
    state(page, "fails")
    expect(page.locator("[data-part=sentences]")).to_contain_text("打错一个字母")
    expect(page.locator("[data-part=findings]")).to_have_text("签名不是这本账的")
    visitor.shot("verify-note-fails")
    page.fill("[data-part=pasted]", "P1AEAU")
    page.click("[data-part=form] button")
    state(page, "open")
    expect(page.locator("[data-part=sentences]")).to_contain_text("积分卡的码")
    # A damaged code and a damaged file are no card.
    cut = write_checkpoint(f"{note}\n")[:-3]
    for text in (cut, cut[:-40], cut[:-41], "C1__79", receipt_code(live_server, 0)[:-1]):
        page.fill("[data-part=pasted]", text)
        page.click("[data-part=form] button")
        state(page, "open")
        expect(page.locator("[data-part=result]")).not_to_contain_text("积分卡")
    path = tmp_path / "proof.json"
    path.write_text('{"format": "jishan-proof/v1", "village')
    page.set_input_files("[data-part=file]", str(path))
    page.click("[data-part=file-form] button")
    state(page, "open")
    expect(page.locator("[data-part=verdict]")).to_contain_text("已经损坏")
    expect(page.locator("[data-part=result]")).not_to_contain_text("积分卡")
    visitor.shot("verify-damaged")


def test_a_household_takes_its_statement_and_checks_it(live_server, home, person):
    visitor = person(PHONE, expected=("404",))
    with live_server.app.app_context():
        code = code_of(db.session.scalars(db.select(Card)).one())
        db.session.remove()
    page = visitor.open(f"/c#{code}")
    page.fill("input[name=pin]", PIN)
    page.click("form:has(input[name=pin]) button[type=submit]")
    page.wait_for_url("**/c/account")
    visitor.shot("account")
    with page.expect_download() as download:
        page.click("a[href='/c/statement']")
    statement = download.value.path()
    page = visitor.open("/verify")
    page.set_input_files("[data-part=file]", str(statement))
    page.click("[data-part=file-form] button")
    state(page, "holds")
    expect(page.locator("[data-part=facts]")).to_contain_text("40")
    forged = json.loads(statement.read_text())
    forged["balance"] = 50
    path = statement.parent / "forged.json"
    path.write_text(json.dumps(forged))
    page.set_input_files("[data-part=file]", str(path))
    page.click("[data-part=file-form] button")
    state(page, "fails")


def test_a_whole_log_is_checked_in_the_browser(live_server, home, person, tmp_path):
    visitor = person(DESKTOP, expected=("404",))
    page = visitor.open(f"/v/{VILLAGE}/ledger")
    with page.expect_download() as download:
        page.click(f"a[href='/v/{VILLAGE}/ledger/public']")
    page = visitor.open("/verify")
    page.set_input_files("[data-part=file]", str(download.value.path()))
    page.click("[data-part=file-form] button")
    state(page, "holds")
    visitor.shot("verify-log")
    # A file of yesterday is whole, though this browser has seen more signed meanwhile.
    give_five_more(live_server)
    seal(live_server)
    page.goto("about:blank")
    page = visitor.open(f"/verify#{receipt_code(live_server, 0)}")
    state(page, "holds")
    page.set_input_files("[data-part=file]", str(download.value.path()))
    page.click("[data-part=file-form] button")
    expect(page.locator("[data-part=verdict]")).to_contain_text("公开部分")
    state(page, "holds")
    expect(page.locator("[data-part=sentences]")).to_contain_text("本机以前见过签名")
    # But not one of another log, though signed by the same key: today's doesn't begin with it.
    other = tmp_path / "other.tsv"
    seed = live_server.app.config["KEYS"]["log"]
    other.write_text(public_export([leaf_text(0)], {1: ORIGIN}, ORIGIN, seed))
    page.set_input_files("[data-part=file]", str(other))
    page.click("[data-part=file-form] button")
    state(page, "fails")
    expect(page.locator("[data-part=findings]")).to_contain_text("账本开头不是签过名的那些")
    text = gzip.decompress(download.value.path().read_bytes()).decode()
    path = tmp_path / "cut.tsv"
    path.write_text(text[: text.rindex("end\t")])
    page.set_input_files("[data-part=file]", str(path))
    page.click("[data-part=file-form] button")
    state(page, "open")
    expect(page.locator("[data-part=verdict]")).to_contain_text("文件不完整")
    path.write_text(text.replace(f"\t{VILLAGE}", "\t513336101208", 1))
    page.set_input_files("[data-part=file]", str(path))
    page.click("[data-part=file-form] button")
    state(page, "open")
    expect(page.locator("[data-part=verdict]")).to_contain_text("513336101208")
