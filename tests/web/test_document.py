"""The API's document: valid, complete, and true of every call."""

import re

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from incentives.web.api.calls import Call

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture
def document(bare_app) -> dict:
    answer = bare_app.test_client().get("/api/v1/openapi.json")
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    return answer.json


def calls(app) -> dict[tuple[str, str], Call]:
    """Each route of the API by method and path as the document writes it."""
    found = {}
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/v1"):
            path = re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule)
            for method in METHODS & {each.lower() for each in rule.methods}:
                found[method, path] = app.view_functions[rule.endpoint]._call
    return found


def described(document: dict) -> dict[tuple[str, str], dict]:
    return {
        (method, path): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    }


def test_it_is_a_valid_document_of_openapi_3_1(document):
    assert document["openapi"].startswith("3.1.")
    assert [each.message for each in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_every_route_is_in_it_and_nothing_else(bare_app, document):
    assert set(described(document)) == set(calls(bare_app))
    assert len(described(document)) > 70


def test_every_operation_says_what_it_does_takes_and_gives(bare_app, document):
    for place, operation in described(document).items():
        call = calls(bare_app)[place]
        assert operation["summary"].endswith("."), place
        assert "default" in operation["responses"], place
        assert str(call.status) in operation["responses"], place
        named = {each["name"]: each for each in operation.get("parameters", ())}
        assert ("Idempotency-Key" in named) == (place[0] == "post" and call.keyed), place
        if "Idempotency-Key" in named:
            assert named["Idempotency-Key"]["required"], place
        public = {} in operation["security"]
        assert public == (call.permission is None), place


def test_a_problem_may_say_more_than_every_problem_says(document):
    assert document["components"]["schemas"]["web.Problem"]["additionalProperties"] is not False


LOOKS = ("check", "names", "sheet")  # they read a list that is too long for an address


def test_only_what_signs_in_or_looks_needs_no_key(bare_app):
    without = {
        path
        for (method, path), call in calls(bare_app).items()
        if method == "post" and not call.keyed
    }
    looks = {f"/api/v1/villages/{{village}}/awards/batch/{each}" for each in LOOKS}
    terminal = "/api/v1/shops/{shop_id}/terminals/{terminal_id}"
    signs_in = {"/api/v1/tokens", f"{terminal}/nonce", f"{terminal}/token"}
    # A changing code is a token, and the newest cancels the older.
    codes = {"/api/v1/cards/scan", "/api/v1/cards/phone-code"}
    assert without == signs_in | codes | looks
