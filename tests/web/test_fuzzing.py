"""The API held to its own document: calls made up of it find no fault and no other answer."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from incentives.access import operations as access
from incentives.access.actor import SYSTEM, Assignment, Role
from incentives.clock import now
from incentives.database import new_id
from tests.factories import COUNTY, VILLAGE, act
from tests.shop.scenes import make_counter, make_shopper
from tests.site import PASSWORD, Site, make_site

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
CONFIG = SchemathesisConfig.from_dict(
    {"phases": {"coverage": {"enabled": False}, "stateful": {"enabled": False}}}
)
EXAMPLES = 5
# What would sign the caller out.
ENDING = ("/api/v1/tokens/current", "/api/v1/me/password")
WHO = "everything"
ROLES = [
    (Role.ADMINISTRATOR, COUNTY),
    *((role, VILLAGE) for role in Role if role is not Role.SHOPKEEPER),
]
AT_THE_COUNTER = ("/redemptions", "/stock-movements", "/cards/scan")


def make_things(site: Site) -> dict[str, Any]:
    """One of everything that calls name by id, by the names of path and body."""

    def made(method: str, path: str, body: Any, who: str = WHO) -> Any:
        answer = site.call(who, method, f"/villages/{VILLAGE}{path}", body)
        assert answer.status_code in (200, 201), (path, answer.text)
        return answer.json

    with site.app.app_context():
        act(
            lambda: (
                access.add_user(
                    username=WHO,
                    name="全能",
                    password=PASSWORD,
                    roles=[Assignment(*each) for each in ROLES],
                    actor=SYSTEM,
                    now=now(),
                )
                and None
            )
        )
    counter, shopper = make_counter(site), make_shopper(site)
    sale = counter.sold(shopper, soap=2)
    household = made("GET", f"/households/{shopper.household}", None)
    made("POST", "/rulebooks", {"from": "template"})
    vote = {"held_on": "2026-03-01", "present": 9, "in_favour": 8, "against": 1}
    made("POST", "/rulebooks/1/adoption", vote | {"effective_on": "2026-03-02"})
    resident = household["members"][0]["id"]
    rule = made("GET", "/rules", None)["items"][0]["code"]
    done = {"rule_item": rule, "occurred_on": "2026-03-02"}
    award = made("POST", "/awards", done | {"resident_id": resident})
    income = {"source": "donation", "amount_fen": 100_000, "received_on": "2026-03-01"}
    income = made("POST", "/fund/income", income | {"voucher": "SR-1", "method": "cash"})
    payee = {"purpose": "family", "payee": {"name": "信用社"}, "amount_fen": 5, "reason": "手续费"}
    disbursement = made("POST", "/fund/disbursements", payee)
    book = {"occurred_on": "2026-03-01", "lines": [{"household_id": household["id"], "points": 5}]}
    opening = made("POST", "/openings", book)["id"]
    office = {"division": VILLAGE, "name": "村委会", "categories": ["water"]}
    answers = site.call(WHO, "POST", "/offices", office)
    assert answers.status_code == 201, answers.text
    return {
        "village": VILLAGE,
        "code": VILLAGE,
        "office_id": answers.json["id"],
        "number": 1,
        "year": 2026,
        "household_id": household["id"],
        "resident_id": resident,
        "card_id": str(shopper.card),
        "card_code": shopper.code,
        "shop_id": str(counter.shop),
        "good_id": str(counter.goods["soap"]),
        "redemption_id": sale["id"],
        "line_id": sale["lines"][0]["id"],
        "award_id": award["id"],
        "rule_item": rule,
        "income_id": income["id"],
        "disbursement_id": disbursement["id"],
        "event_id": sale["event_id"],
        "opening_id": opening,
        "opening_line_id": made("GET", f"/openings/{opening}/lines", None)["items"][0]["id"],
    }


@pytest.fixture
def things(bare_app) -> dict[str, Any]:
    site = make_site(bare_app, users=("shopkeeper",), publicity_days=0)
    found = make_things(site)
    return found | {"tokens": [site.token(WHO), site.token("shopkeeper")]}


def real(value: Any, things: dict[str, Any]) -> Any:
    """The same data with what exists where it names a thing."""
    if isinstance(value, dict):
        return {
            name: things[name] if name in things and part is not None else real(part, things)
            for name, part in value.items()
        }
    return [real(each, things) for each in value] if isinstance(value, list) else value


def send(case: schemathesis.Case, things: dict[str, Any]) -> None:
    """Send one call, most of it made up, and look at its answer."""
    case.path_parameters = real(case.path_parameters, things)
    if isinstance(case.body, dict | list):
        case.body = real(case.body, things)
    token = things["tokens"][any(part in case.path for part in AT_THE_COUNTER)]
    headers = {"Authorization": f"Bearer {token}"}
    if case.method == "POST":
        headers["Idempotency-Key"] = str(new_id())
    case.call_and_validate(headers=headers, checks=CHECKS)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_call_finds_a_fault_or_an_answer_outside_the_document(bare_app, things, subtests):
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", bare_app, config=CONFIG)
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.path in ENDING:
            continue

        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def run(case: schemathesis.Case) -> None:
            send(case, things)

        with subtests.test(operation.label):
            run()
