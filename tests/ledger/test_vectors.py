"""The bytes that are fixed for ever: leaves, hashes, roots, proofs and a checkpoint."""

import hashlib
import json
from pathlib import Path

import pytest

from incentives.ledger import details, merkle, notes
from incentives.ledger.leaves import read_leaf, write_leaf

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text())
LOG = VECTORS["log"]
LEAVES = [leaf.encode() for leaf in LOG["leaves"]]
HASHES = [merkle.leaf_hash(leaf) for leaf in LEAVES]


def rows(hashes):
    """Frontiers by size and what each leaf row keeps."""
    frontiers, kept = [b""], []
    for size, hashed in enumerate(hashes):
        frontier, completed = merkle.append_leaf(size, frontiers[-1], hashed)
        frontiers.append(frontier)
        kept.append(merkle.split(completed))
    return frontiers, kept


def test_leaves_are_read_and_written_to_the_same_bytes():
    for leaf in LEAVES:
        assert write_leaf(read_leaf(leaf)) == leaf


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("seq 0\n", "seq 00\n"),
        ("kind award\n", "kind gift\n"),
        ("occurred 2025-12-31", "occurred 2025-12-32"),
        ("move issuance", "move  issuance"),
        ("point 50\n", "point 050\n"),
        ("approver u.p7c3n5dt\n", ""),
        ("jishan-leaf/v1", "jishan-leaf/v2"),
    ],
)
def test_a_leaf_written_otherwise_is_refused(old, new):
    text = LOG["leaves"][0]
    assert old in text
    with pytest.raises(ValueError):
        read_leaf(text.replace(old, new).encode())


def test_hashes_and_roots():
    assert [each.hex() for each in HASHES] == LOG["leaf_hashes"]
    frontiers, _ = rows(HASHES)
    assert {str(size): merkle.root_of(each).hex() for size, each in enumerate(frontiers)} == LOG[
        "roots"
    ]


def test_inclusion_and_consistency_proofs():
    frontiers, kept = rows(HASHES)

    def find(subtree):
        return kept[subtree.last][subtree.height]

    for name, path in LOG["inclusion"].items():
        index, size = map(int, name.split("/"))
        found = [merkle.range_hash(*each, find) for each in merkle.inclusion_ranges(index, size)]
        assert [each.hex() for each in found] == path
    for name, path in LOG["consistency"].items():
        old, new = map(int, name.split("/"))
        found = [merkle.range_hash(*each, find) for each in merkle.consistency_ranges(old, new)]
        assert [each.hex() for each in found] == path
        assert merkle.verify_consistency(
            old, new, merkle.root_of(frontiers[old]), merkle.root_of(frontiers[new]), found
        )


def test_every_proof_of_every_small_tree_holds_and_no_flipped_one():
    hashes = [merkle.leaf_hash(bytes([number])) for number in range(40)]
    frontiers, kept = rows(hashes)

    def find(subtree):
        return kept[subtree.last][subtree.height]

    for size in range(1, len(hashes) + 1):
        root = merkle.root_of(frontiers[size])
        for index in range(size):
            path = [merkle.range_hash(*each, find) for each in merkle.inclusion_ranges(index, size)]
            assert merkle.verify_inclusion(index, size, hashes[index], path, root)
            assert (
                not merkle.verify_inclusion(index, size, hashes[index - 1], path, root) or size == 1
            )
            if path:
                flipped = [bytes([path[0][0] ^ 1]) + path[0][1:], *path[1:]]
                assert not merkle.verify_inclusion(index, size, hashes[index], flipped, root)
        for old in range(size + 1):
            path = [merkle.range_hash(*each, find) for each in merkle.consistency_ranges(old, size)]
            assert merkle.verify_consistency(old, size, merkle.root_of(frontiers[old]), root, path)
            if path:
                flipped = [*path[:-1], bytes([path[-1][0] ^ 1]) + path[-1][1:]]
                old_root = merkle.root_of(frontiers[old])
                assert not merkle.verify_consistency(old, size, old_root, root, flipped)


def test_public_vectors_of_certificate_transparency():
    public = LOG["public_vectors"]
    assert merkle.EMPTY_ROOT.hex() == public["empty_root"]
    assert merkle.leaf_hash(b"").hex() == public["leaf_of_empty"]
    frontiers, _ = rows([merkle.leaf_hash(bytes.fromhex(each)) for each in public["ct_leaves_hex"]])
    assert merkle.root_of(frontiers[-1]).hex() == public["root_of_8_ct_leaves"]


def test_the_detail_is_committed_under_its_key():
    text = LOG["detail_bytes"]
    assert details.write_detail(json.loads(text)) == text
    committed = details.commit(text, bytes.fromhex(LOG["detail_key_hex"]))
    assert f"detail {committed}\n" in LOG["leaves"][0]


def test_the_checkpoint_is_signed_and_read():
    key = notes.private_key(bytes.fromhex(LOG["seed_hex"]))
    assert key.private_bytes_raw() == hashlib.sha256(b"points-test-log-key").digest()
    assert notes.verifier_key(LOG["origin"], key.public_key()) == LOG["vkey"]
    root = notes.Root(LOG["origin"], 5, bytes.fromhex(LOG["roots"]["5"]))
    assert notes.sign_checkpoint(root, key) == LOG["checkpoint"]
    assert notes.read_checkpoint(LOG["checkpoint"], key.public_key()) == root


def test_a_changed_checkpoint_is_refused():
    key = notes.private_key(bytes.fromhex(LOG["seed_hex"])).public_key()
    for at in range(len(LOG["checkpoint"])):
        letter = LOG["checkpoint"][at]
        changed = LOG["checkpoint"][:at] + chr(ord(letter) ^ 1) + LOG["checkpoint"][at + 1 :]
        with pytest.raises(ValueError):
            notes.read_checkpoint(changed, key)
