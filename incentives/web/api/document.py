"""The OpenAPI 3.1 document, made of the schemas that validate."""

import json
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from threading import Lock
from typing import Any, cast

import flask_smorest
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask, current_app
from flask_smorest.blueprint import Blueprint as SmorestBlueprint
from marshmallow import INCLUDE, Schema, fields
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from incentives.web import schemas
from incentives.web.api.call import Call
from incentives.web.problems import PROBLEM

VERSION = "1"
BEARER = {"type": "http", "scheme": "bearer", "description": "From `POST /api/v1/tokens`."}
KEY_PARAMETER = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": True,
    "description": "The same key and body again get the first answer again, and do nothing twice.",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{16,64}$"},
}


class FieldErrorSchema(Schema):
    """One bad field."""

    pointer = fields.String(required=True, metadata={"description": "RFC 6901"})
    detail = fields.String(required=True)


class ProblemSchema(Schema):
    """An answer that says no (RFC 9457); some names add members, as `left` or `spendable`."""

    class Meta:
        unknown = INCLUDE

    type = fields.String(required=True, metadata={"description": "/problems/<name>"})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String()
    errors = fields.List(fields.Nested(FieldErrorSchema))


def schema_name(schema: Any) -> str | None:
    """A schema's name in the document: its room and its own; one cut down stands inline."""
    instance = schema() if isinstance(schema, type) else schema
    if isinstance(instance, str) or instance.only or instance.exclude or instance.partial:
        return None
    kind = type(instance)
    parts = kind.__module__.split(".")
    room = parts[1] if parts[0] == "incentives" and len(parts) > 1 else "web"
    return f"{room}.{kind.__name__.removesuffix('Schema')}"


class Api(flask_smorest.Api):
    """flask-smorest with problem details instead of its own errors."""

    # Its own schema has other fields.
    ERROR_SCHEMA = ProblemSchema  # type: ignore[assignment]
    answer: Callable[[HTTPException], Response]

    def init_app(self, app: Flask, **options: Any) -> None:
        """Take up an application; its routes are described when somebody asks for the document."""
        super().init_app(app, **options)
        self.describing = Lock()
        self.to_describe: list[Callable[[], None]] = []

    def describe_routes(self) -> None:
        """Describe the routes that aren't yet: half of a start's time, for a page few open."""
        with self.describing:
            while self.to_describe:
                self.to_describe.pop(0)()

    def handle_http_exception(self, error: HTTPException) -> Response:
        """Answer what Flask and its extensions refuse as every other refusal."""
        return self.answer(error)

    def _register_responses(self) -> None:
        # flask-smorest would say application/json of every error.
        response = {
            "description": "What was refused, and why",
            "content": {PROBLEM: {"schema": ProblemSchema}},
        }
        self.spec.components.response("Problem", response)


Api.DEFAULT_ERROR_RESPONSE_NAME = "Problem"


class Blueprint(SmorestBlueprint):
    """A room's part of the API, whose document names the key that each POST needs."""

    def register_views_in_doc(self, api: Api, *arguments: Any, **options: Any) -> None:
        """Leave it until the document is asked for."""
        describe = super().register_views_in_doc
        api.to_describe.append(partial(describe, api, *arguments, **options))

    def _prepare_arguments_doc(
        self, doc: dict[str, Any], doc_info: dict[str, Any], **context: Any
    ) -> dict[str, Any]:
        arguments = doc_info.get("arguments", {})
        if context.get("method") == "post" and doc_info.get("keyed"):
            arguments.setdefault("parameters", []).append(dict(KEY_PARAMETER))
        if not arguments.get("parameters"):
            doc_info.pop("arguments", None)
        return dict(super()._prepare_arguments_doc(doc, doc_info, **context))


def init_app(app: Flask, answer: Callable[[HTTPException], Response]) -> None:
    """Prepare the API's document; rooms then register their blueprints in it.

    `answer` is how what Flask, werkzeug or an extension refuses is answered.
    """
    app.config.update(API_TITLE="Jishan", API_VERSION=VERSION, OPENAPI_VERSION="3.1.0")
    plugin = MarshmallowPlugin(schema_name_resolver=cast("Any", schema_name))
    api = Api(spec_kwargs={"marshmallow_plugin": plugin})
    api.answer = answer
    api.init_app(app)
    api.register_field(schemas.Day, "string", "date")
    api.register_field(schemas.InstantField, "string", "date-time")
    api.register_field(schemas.Id, "string", "uuid")
    api.register_field(schemas.Yuan, "string", None)
    api.spec.components.security_scheme("bearer", BEARER)
    app.extensions["flask-smorest-api"] = api


def describe(call: Call) -> dict[str, Any]:
    """What flask-smorest keeps of a route to document it."""
    parameters: list[dict[str, Any]] = []
    if call.body is not None:
        parameters.append({"in": "json", "required": True, "schema": call.body})
    if call.upload is not None:
        parameters.append({"in": "files", "required": True, "schema": call.upload})
    if call.query is not None:
        parameters.append({"in": "query", "schema": call.query})
    answer: dict[str, Any] = {
        "description": HTTPStatus(call.status).phrase,
        "content_type": call.produces,
    }
    if call.gives is not None:
        answer["schema"] = call.gives
    elif call.status != HTTPStatus.NO_CONTENT:
        answer["schema"] = {"type": "string"}
    security: list[dict[str, list[str]]] = [{"bearer": []}]
    if call.permission is None:
        security.insert(0, {})
    return {
        "keyed": call.keyed,
        "arguments": {"parameters": parameters},
        "response": {"responses": {call.status: [answer]}},
        "success_status_codes": [call.status],
        "manual_doc": {"security": security},
    }


def document() -> dict[str, Any]:
    """The OpenAPI document of the running application."""
    api: Api = current_app.extensions["flask-smorest-api"]
    api.describe_routes()
    return dict(api.spec.to_dict())


def document_bytes() -> bytes:
    """The document as it is served, made once an application."""
    kept = current_app.extensions.setdefault("jishan-openapi", {})
    if "bytes" not in kept:
        kept["bytes"] = json.dumps(document(), ensure_ascii=False, default=str).encode()
    content: bytes = kept["bytes"]
    return content
