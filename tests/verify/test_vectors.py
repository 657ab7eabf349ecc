"""The stand-alone verifier and the service's own code, over what the browser gets too."""

import re
import sys
from pathlib import Path
from uuid import UUID

import pytest

from incentives.ledger import codes, notes
from tests.verify.cases import CODES, LOG, all_cases
from tests.verify.program import answer, verifier


def test_every_case_has_its_one_right_answer():
    wrong = [case for case in all_cases() if answer(*case[::2]) != case[1]]
    assert wrong == []


def test_the_cases_ask_for_both_answers():
    found = {(case[0], case[1] is not False and case[1] is not None) for case in all_cases()}
    for what in ("inclusion", "consistency", "leaf", "note", "receipt"):
        assert {(what, True), (what, False)} <= found


@pytest.mark.parametrize("each", CODES["receipts"], ids=lambda each: str(each["seq"]))
def test_a_receipts_code_is_written_to_the_byte(each):
    receipt = codes.Receipt(
        each["village"], each["seq"], UUID(each["event"]), bytes.fromhex(each["leaf_hash"])
    )
    assert codes.write_receipt(receipt) == each["code"]
    assert codes.read_receipt(f"http://127.0.0.1:8000/verify#{each['code']}") == receipt
    assert len(each["code"]) == 85


def test_a_checkpoints_code_is_its_note():
    assert codes.write_checkpoint(LOG["checkpoint"]) == CODES["checkpoint_code"]
    assert codes.read_checkpoint(CODES["checkpoint_code"]) == LOG["checkpoint"]


@pytest.mark.parametrize(
    "text", ["R1A", CODES["receipts"][0]["code"] + "A", CODES["bad_receipts"][3]]
)
def test_what_is_no_receipt_is_refused_by_the_service_too(text):
    with pytest.raises(ValueError):
        codes.read_receipt(text)


def test_the_service_reads_paper_as_the_program_does():
    for what, wanted, given in all_cases():
        if what == "paper" and wanted is not None:
            assert codes.read_paper(*given) == wanted
        elif what == "paper":
            with pytest.raises(ValueError, match=r"^this is no checkpoint's code$"):
                codes.read_paper(*given)


def test_a_kept_checkpoint_holds_is_false_or_can_not_be_read(tmp_path, capsys):
    path, log = tmp_path / "kept", ["--key", LOG["vkey"]]
    for text, code in (
        (LOG["checkpoint"].replace("\n— ", "\r\n-- "), 0),
        (LOG["checkpoint"].replace("jishan", "jishen"), 1),
        (LOG["checkpoint"].replace("A", "A ", 1), 2),
        (CODES["checkpoint_code"][:-2], 2),
    ):
        path.write_text(text, newline="")
        assert verifier.main(["checkpoint", str(path), *log]) == code
    assert "can't be read: this is no checkpoint's code" in capsys.readouterr().err
    path.write_bytes(b"\xff\xd8")
    assert verifier.main(["checkpoint", str(path), *log]) == 2
    assert "is no text" in capsys.readouterr().err


def test_the_key_of_a_log_that_was_opened_anew_has_its_new_name():
    public = notes.private_key(bytes.fromhex(LOG["seed_hex"])).public_key()
    assert notes.verifier_key(f"{LOG['origin']}/2", public) == CODES["second_vkey"]


def test_the_program_needs_nothing_of_the_service():
    text = Path(verifier.__file__).read_text(encoding="utf-8")
    found = re.findall(r"^(?:import|from) (\w+)", text, re.MULTILINE)
    assert {name for name in found if name not in sys.stdlib_module_names} == {"cryptography"}
