"""No file with one bit turned over passes the stand-alone verifier (the page: tests/browser)."""

import gzip
import json

import pytest

from tests import proving
from tests.verify.flips import HOUSEHOLD, exported, handed_out, otherwise_written, small_log
from tests.verify.program import outcome, verifier


def flip(files, name, path):
    """Turn bits over; those that passed, with what stands around them."""
    rng, passed, tried = proving.seeded(name), [], 0
    for file in files:
        assert outcome(file.kind, file.data, file.key, file.given, path) == {"findings": []}
        for bit in file.bits(rng):
            found = outcome(file.kind, file.flipped(bit), file.key, file.given, path)
            if found == {"findings": []}:
                at = bit // 8
                passed.append((file.kind, bit, file.data[max(0, at - 30) : at + 10]))
            tried += 1
    proving.record(name, flipped=tried, refused=tried - len(passed))
    assert passed == []


def test_no_flipped_bit_of_a_proof_or_statement_passes(tmp_path):
    flip(handed_out(), "flipped bits of proofs and statements", tmp_path / "file")


def test_no_flipped_bit_of_an_export_passes(app, database, tmp_path):
    flip(exported(), f"flipped bits of exports, {database}", tmp_path / "file")


def test_what_is_written_otherwise_could_not_be_checked(app, tmp_path):
    for file in exported():
        once = gzip.compress(file.data)
        assert outcome("log", once, file.key, (), tmp_path / "f") == {"findings": []}
    for file in otherwise_written():
        found = outcome(file.kind, file.data, file.key, file.given, tmp_path / "f")
        assert found == {"unchecked": True}, file.data[-80:]


def of(kind):
    return next(each for each in handed_out() if each.kind == kind)


@pytest.mark.parametrize("kind", ["proof", "consistency", "statement"])
def test_a_file_has_the_names_of_its_form_and_no_others(tmp_path, kind):
    file = of(kind)
    said = json.loads(file.data)
    for changed in (
        *({key: said[key] for key in said if key != name} for name in said),
        said | {"waiting": 0},
        said | {"format": "jishan-proof/v2"},
        *(said | {name: True} for name in said),
        *(said | {name: None} for name in said),
        [said],
    ):
        text = json.dumps(changed).encode()
        assert outcome(kind, text, file.key, file.given, tmp_path / "f") == {"unchecked": True}


@pytest.mark.parametrize("change", [{}, {"seq": "0"}, {"more": 1}])
def test_a_malformed_entry_of_a_statement_could_not_be_checked(tmp_path, change):
    file = of("statement")
    said = json.loads(file.data)
    event = said["events"][0]
    said["events"][0] = event | change if change else {"leaf": event["leaf"], "path": []}
    text = json.dumps(said).encode()
    assert outcome("statement", text, file.key, (), tmp_path / "f") == {"unchecked": True}


def test_a_statement_of_nothing_proves_nothing(tmp_path):
    file = of("statement")
    said = json.loads(file.data) | {"events": [], "balance": 0}
    text = json.dumps(said).encode()
    assert outcome("statement", text, file.key, (), tmp_path / "f") == {"unchecked": True}


def test_the_small_log_is_one():
    leaves, _hashes = small_log()
    moved = [verifier.read_leaf(each.encode()).moves for each in leaves]
    assert [f"h.{HOUSEHOLD}".encode() in move[0] for move in moved] == [True, False, True]
