"""The Merkle tree of a village's log: RFC 6962 hashing, RFC 9162 proofs.

A tree is known by its frontier: the hashes of its largest full subtrees, left to right. Each leaf
row keeps the hashes of the full subtrees that end with it, so that any range's hash is made of
few rows.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


@dataclass(frozen=True, order=True)
class Subtree:
    """A full subtree: its first leaf and its height (2**height leaves)."""

    start: int
    height: int

    @property
    def last(self) -> int:
        """The leaf that it ends with."""
        return self.start + (1 << self.height) - 1


FindHash = Callable[[Subtree], bytes]


def leaf_hash(leaf: bytes) -> bytes:
    """SHA-256(00 ‖ leaf) (RFC 6962, section 2.1)."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(01 ‖ left ‖ right) (RFC 6962, section 2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def append_leaf(size: int, frontier: bytes, hashed: bytes) -> tuple[bytes, bytes]:
    """The frontier of a tree of `size` leaves with one more, and what the new leaf row keeps.

    That is the leaf's hash and behind it those of the larger full subtrees that end with it.
    """
    completed = [hashed]
    stack = split(frontier)
    while size & 1:
        hashed = node_hash(stack.pop(), hashed)
        completed.append(hashed)
        size >>= 1
    return b"".join([*stack, hashed]), b"".join(completed)


def split(hashes: bytes) -> list[bytes]:
    """Concatenated hashes, one by one."""
    return [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]


def fold(hashes: Sequence[bytes]) -> bytes:
    """The hash over neighbouring full subtrees, largest first; the empty tree's without any."""
    if not hashes:
        return EMPTY_ROOT
    result = hashes[-1]
    for left in reversed(hashes[:-1]):
        result = node_hash(left, result)
    return result


def root_of(frontier: bytes) -> bytes:
    """The root of the tree with this frontier."""
    return fold(split(frontier))


def subtrees(start: int, end: int) -> list[Subtree]:
    """The full subtrees that make up the leaves from `start` to before `end`, left to right."""
    found = []
    while start < end:
        height = (end - start).bit_length() - 1
        if start:
            height = min(height, (start & -start).bit_length() - 1)
        found.append(Subtree(start, height))
        start += 1 << height
    return found


def inclusion_ranges(index: int, size: int) -> list[tuple[int, int]]:
    """The ranges of leaves whose hashes prove a leaf (RFC 9162, section 2.1.3.1), nearest first.

    ValueError for a leaf that the tree doesn't have.
    """
    if not 0 <= index < size:
        raise ValueError("the tree has no such leaf")
    ranges = []
    start, end = 0, size
    while end - start > 1:
        middle = start + largest_power_below(end - start)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    return ranges[::-1]


def consistency_ranges(old: int, new: int) -> list[tuple[int, int]]:
    """The ranges that prove a tree to begin with an older one (RFC 9162, section 2.1.4.1).

    ValueError unless 0 <= old <= new; an empty old tree and equal ones need no proof.
    """
    if not 0 <= old <= new:
        raise ValueError("the older tree isn't the smaller one")
    if old in (0, new):
        return []
    ranges = []
    start, end, whole = 0, new, True
    while old != end:
        middle = start + largest_power_below(end - start)
        if old <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start, whole = middle, False
    if not whole:
        ranges.append((start, end))
    return ranges[::-1]


def largest_power_below(count: int) -> int:
    """The largest power of two that is less than a count of 2 or more."""
    return 1 << ((count - 1).bit_length() - 1)


def range_hash(start: int, end: int, find: FindHash) -> bytes:
    """The hash over a range that a proof names."""
    return fold([find(subtree) for subtree in subtrees(start, end)])


def verify_inclusion(
    index: int, size: int, hashed: bytes, path: Sequence[bytes], root: bytes
) -> bool:
    """Whether the path proves the leaf in the tree (RFC 9162, section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last, result = index, size - 1, hashed
    for sibling in path:
        if last == 0:
            return False
        if node & 1 or node == last:
            result = node_hash(sibling, result)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            result = node_hash(result, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and result == root


def verify_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]
) -> bool:
    """Whether the path proves the new tree to begin with the old one (RFC 9162, 2.1.4.2)."""
    if not 0 <= old <= new:
        return False
    if old == new:
        return not path and old_root == new_root
    if old == 0:
        return not path and old_root == EMPTY_ROOT
    hashes = [old_root, *path] if old & (old - 1) == 0 else list(path)
    if not hashes:
        return False
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    first = second = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            second = node_hash(second, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root
