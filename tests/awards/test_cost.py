"""What a proposal costs: its statements over HTTP, counted, with everything on."""

from typing import Any

from flask import Flask

from tests.awards.test_http import AT, DAY, adopt, people
from tests.site import make_site
from tests.statements import Statements

OF_THE_TRANSACTION = ("BEGIN", "SET LOCAL", "SAVEPOINT", "RELEASE", "COMMIT", "ROLLBACK")
PROPOSING = [
    "SELECT token.kind,",  # with the user and the roles
    "INSERT INTO idempotency_key",
    "SELECT village, origin,",  # the lock
    "SELECT resident.id,",  # with the household
    "SELECT anon_1.policy,",  # with the rule
    "SELECT award.resident_id, sum(award.points)",  # its cap
    "INSERT INTO award",
    "INSERT INTO audit_row",
    "SELECT (SELECT",  # the policy, for the warning
    "SELECT coalesce(sum(award.points),",
    "SELECT (SELECT budget.amount_fen",
    "SELECT sum(stock.quantity",
    "SELECT rule_item.id,",  # what the answer names
    "SELECT user.id,",
    "UPDATE idempotency_key SET",
]


def test_a_proposal_over_http_is_15_statements_and_the_transaction_s_own(
    bare_app: Flask, statements: Statements
) -> None:
    site = make_site(bare_app, users=("cadre",), publicity_days=5)
    adopt(site)
    ids = people(site, "扎西彭措", "洛绒卓玛")

    def propose(resident_id: str) -> None:
        body: dict[str, Any] = {"resident_id": resident_id, "rule_item": "PA01", "occurred_on": DAY}
        answer = site.call("cadre", "POST", f"{AT}/awards", body)
        assert answer.status_code == 201, answer.text

    propose(ids[0])
    statements.clear()
    propose(ids[1])
    sent = [each for each in statements.sent if not each.startswith(OF_THE_TRANSACTION)]
    begun = [
        " ".join(each.replace('"', "").split())[: len(start)]
        for each, start in zip(sent, PROPOSING, strict=True)
    ]
    assert begun == PROPOSING
