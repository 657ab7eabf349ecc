"""The stand-alone verifier, loaded as the one file that it is, and its answers to cases."""

import importlib.util
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

PATH = Path(__file__).parents[2] / "docs" / "verify" / "jishan_verify.py"


def load() -> ModuleType:
    """The program as a module, without its folder on the path."""
    spec = importlib.util.spec_from_file_location("jishan_verify", PATH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["jishan_verify"] = module
    spec.loader.exec_module(module)
    return module


verifier = load()


def answer(what: str, given: list[Any]) -> Any:
    """What the program says to a case (tests/verify/cases.py)."""
    return ANSWERS[what](*given)


def outcome(kind: str, data: bytes, key: str, given: Sequence[str], path: Path) -> dict[str, Any]:
    """What the program says of a file: its findings, or that it could not check."""
    path.write_bytes(data)
    log_key = verifier.read_key(key)
    try:
        if kind == "log":
            findings = verifier.check_log(path, log_key, [])[0]
        elif kind == "consistency":
            notes = [verifier.read_note(each, log_key) for each in given]
            findings = verifier.check_consistency(
                notes[:1], notes[1], [verifier.read_object(str(path))]
            )
        elif kind == "statement":
            findings = verifier.check_statement(verifier.read_object(str(path)), log_key)[0]
        else:
            receipt = verifier.read_receipt(given[0])
            findings = verifier.check_proof(verifier.read_object(str(path)), log_key, receipt)
    except verifier.Unchecked:
        return {"unchecked": True}
    return {"findings": json.loads(json.dumps(findings))}


def says_no(work: Any) -> Any:
    """Whether it goes through without a refusal."""
    try:
        work()
    except ValueError:
        return False
    return True


def inclusion(index: int, size: int, hashed: str, path: list[str], root: str) -> bool:
    hashes = [bytes.fromhex(each) for each in path]
    return verifier.verify_inclusion(
        index, size, bytes.fromhex(hashed), hashes, bytes.fromhex(root)
    )


def consistency(old: int, new: int, old_root: str, new_root: str, path: list[str]) -> bool:
    hashes = [bytes.fromhex(each) for each in path]
    return verifier.verify_consistency(
        old, new, bytes.fromhex(old_root), bytes.fromhex(new_root), hashes
    )


def root(hashes: list[str]) -> str:
    key = verifier.Key("jishan.test/513336101209", "513336101209", bytes(32))
    check = verifier.LogCheck(key)
    for seq, each in enumerate(hashes):
        check.add_hash(seq, bytes.fromhex(each), None)
    return check.root().hex()


def receipt(text: str) -> list[Any] | None:
    try:
        found = verifier.read_receipt(text)
    except ValueError:
        return None
    return [found.village, found.seq, found.event, found.leaf_hash.hex()]


def paper(text: str) -> str | None:
    try:
        return str(verifier.read_paper(text))
    except ValueError as error:
        return None if str(error) == "this is no checkpoint's code" else str(error)


ANSWERS = {
    "inclusion": inclusion,
    "consistency": consistency,
    "root": root,
    "leaf_hash": lambda text: verifier.leaf_hash(bytes.fromhex(text)).hex(),
    "leaf": lambda text: says_no(lambda: verifier.read_leaf(text.encode())),
    "note": lambda note, key: says_no(lambda: verifier.read_note(note, verifier.read_key(key))),
    "receipt": receipt,
    "paper": paper,
}
