"""The micro-fund: income, budgets and disbursements, each with its voucher, in a public book.

Money moves in the ledger alone: cash and bank never go below zero, and nothing entered is edited,
only reversed in public. Of a disbursement's applicant, evaluator, approver and payer only
applicant and payer may be one person, and none is of the payee's household.
"""

from flask import Flask

from incentives.access.hooks import words_for
from incentives.files.queries import keepers, readers
from incentives.fund.queries.files import keeps_file, may_read_file
from incentives.fund.rebuilding import rebuild_record
from incentives.fund.rebuilding_returns import rebuild_return
from incentives.fund.words import known_purpose_word
from incentives.recovery import hooks


def init_app(_app: Flask) -> None:
    """Let those who decide on a disbursement read the files that come with it."""
    if may_read_file not in readers:
        readers.append(may_read_file)
    if known_purpose_word not in words_for:
        words_for.append(known_purpose_word)
    if keeps_file not in keepers:
        keepers.append(keeps_file)
    hooks.add(hooks.rebuilders, rebuild_record)
    hooks.add(hooks.rebuilders, rebuild_return)
