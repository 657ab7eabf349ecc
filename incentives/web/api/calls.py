"""What a route of the API reads, writes, takes and gives."""

import copy
import functools
import inspect
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response, g, request
from marshmallow import Schema

from incentives.clock import now
from incentives.errors import NotAcceptable, NotFound, Refusal
from incentives.web import idempotency, parsing
from incentives.web.api.call import JSON, Call, Division
from incentives.web.api.document import describe
from incentives.web.guard import Caller, guard, require_village
from incentives.web.idempotency import Answer, KeyedRequest
from incentives.web.problems import PROBLEM, problem_bytes
from incentives.web.transaction import Concluded, transaction

NO_BODY = 204
View = Callable[..., Any]


def reads(
    gives: type[Schema] | None,
    *,
    permission: str | None,
    query: type[Schema] | None = None,
    division: Division | None = None,
    own: bool = False,
    produces: str = JSON,
) -> Callable[[View], View]:
    """A GET: the view gets the path's values and `query` (where there is one) and writes nothing.

    `division` gives the division that the permission is asked for, called with the path's values
    by name; by default it is the path's `village` or `code`. `own` lets residents of the village in
    where the permission is theirs too: the view then gives them their own household's only. Without
    a schema the view returns a Response, of the media type `produces`.
    """
    call = Call(
        gives=made(gives),
        query=made(query),
        permission=permission,
        division=division,
        own=own,
        produces=produces,
    )

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def route(*values: Any, **path: Any) -> Response:
            path = named(view, values, path)
            admit(call, path)
            given = path | take_query(call)
            result = view(**given)
            if isinstance(result, Response):
                return result
            return respond(Answer(call.status, dump(call, result)))

        return documented(route, call)

    return decorate


def writes(
    gives: type[Schema] | None,
    *,
    permission: str | None,
    status: int = 200,
    body: type[Schema] | None = None,
    upload: type[Schema] | None = None,
    query: type[Schema] | None = None,
    division: Division | None = None,
    own: bool = False,
    keyed: bool = True,
    unique_in: str | None = None,
    secret: bool = False,
    in_recovery: bool = False,
) -> Callable[[View], View]:
    """A POST, PUT, PATCH or DELETE: the view runs in `transaction()`, maybe more than once.

    It gets the path's values, `body` (loaded by that schema from JSON, or by `upload` from a
    multipart form) and `query`. What it returns is dumped in the same transaction and kept under
    the `Idempotency-Key`, which every POST needs unless `keyed=False` (sign-in, tokens, scan).
    `unique_in="village"` makes the key unique in the village for ever, whoever sends it, and the
    id of what the view makes: the view refuses one that is there already as a `Duplicate`;
    `secret` keeps the answer encrypted; `in_recovery` serves while the books wait for their
    recovery, too. `division` and `own` as in `reads`. Status 204 has no body.
    """
    call = Call(
        gives=made(gives),
        status=status,
        body=made(body),
        upload=made(upload),
        query=made(query),
        permission=permission,
        division=division,
        own=own,
        keyed=keyed,
        unique_in=unique_in,
        secret=secret,
        in_recovery=in_recovery,
    )

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def route(*values: Any, **path: Any) -> Response:
            return answer_write(view, call, named(view, values, path))

        return documented(route, call)

    return decorate


def answer_write(view: View, call: Call, path: dict[str, Any]) -> Response:
    """Run a writing view in its transaction, under its key."""
    caller = admit(call, path)
    key = None
    if call.keyed and request.method == "POST":
        key = idempotency.check_key(
            request.headers.get("Idempotency-Key"), anonymous=caller is None
        )
    given, printed = take_body(call)
    given |= path | take_query(call)
    keyed = None if key is None else keyed_request(call, key, printed, caller, path)
    g.keyed_request = keyed

    def work() -> Answer:
        result = view(**{name: fresh(value) for name, value in given.items()})
        if isinstance(result, Response):
            return Answer(result.status_code, result.get_data())
        return Answer(call.status, dump(call, result), posted_event(result))

    def first() -> None:
        if keyed is not None:
            idempotency.open_request(keyed)

    def last(outcome: Answer | Refusal) -> None:
        if keyed is not None:
            idempotency.conclude(keyed, outcome, describe_refusal)

    try:
        return respond(transaction(work, first=first, last=last, in_recovery=call.in_recovery))
    except Concluded as concluded:
        return respond(concluded.answer, replayed=True)


def describe_refusal(refusal: Refusal) -> Answer:
    """A refusal as the answer that is kept."""
    return Answer(int(refusal.status), problem_bytes(refusal))


def posted_event(result: Any) -> UUID | None:
    """The id of the event that a result names, to be told when its answer is forgotten."""
    event = (
        result.get("event_id") if isinstance(result, dict) else getattr(result, "event_id", None)
    )
    return event if isinstance(event, UUID) else None


def fresh(value: Any) -> Any:
    """A copy for one try of the view, which may change it; uploaded files stay themselves."""
    if isinstance(value, dict):
        return {name: fresh(part) for name, part in value.items()}
    if isinstance(value, list):
        return [fresh(part) for part in value]
    if hasattr(value, "stream"):
        value.stream.seek(0)
        return value
    return copy.copy(value)


def admit(call: Call, path: dict[str, Any]) -> Caller | None:
    """Let the caller in, or refuse; who it is, or None for the public."""
    if any("\0" in value for value in path.values() if isinstance(value, str)):
        raise NotFound()
    accepted = request.accept_mimetypes
    if accepted and call.status != NO_BODY and not accepted.best_match([call.produces, PROBLEM]):
        raise NotAcceptable()
    caller = guard.caller()
    if call.permission is not None:
        division = call.division(**path) if call.division else path.get("village", path.get("code"))
        guard.check(caller, call.permission, division, call.own)
    if "village" in path:
        require_village(path["village"])
    return caller


def take_query(call: Call) -> dict[str, Any]:
    """The query as the view gets it."""
    loaded = parsing.load_query(call.query, request.args)
    return {"query": loaded} if call.query is not None else {}


def take_body(call: Call) -> tuple[dict[str, Any], Any]:
    """The body as the view gets it, and as the fingerprint sees it."""
    if call.body is not None:
        raw = parsing.read_json(request)
        return {"body": parsing.load(call.body, raw)}, raw
    if call.upload is not None:
        loaded, printed = parsing.load_upload(call.upload, request)
        return {"body": loaded}, printed
    if request.content_length:
        raw = parsing.read_json(request)
        if raw not in ({}, None):
            parsing.load(Schema(), raw)
    return {}, None


def keyed_request(
    call: Call, key: str, printed: Any, caller: Caller | None, path: dict[str, Any]
) -> KeyedRequest:
    """The request with its key, as it is kept."""
    scope = f"village:{path['village']}" if call.unique_in == "village" else scope_of(caller)
    target = request.full_path if request.query_string else request.path
    return KeyedRequest(
        scope=scope,
        key=key,
        fingerprint=idempotency.fingerprint(request.method, target, printed),
        sealed=call.secret,
        person=caller.person if caller else None,
        now=now(),
        names_thing=call.unique_in is not None,
    )


def scope_of(caller: Caller | None) -> str:
    """In what a key is unique: the terminal, the user, the card's holder, or all that nobody
    signed."""
    if caller is None:
        return "anonymous"
    if caller.terminal_id:
        return f"terminal:{caller.terminal_id}"
    return f"user:{caller.user_id}" if caller.user_id else f"person:{caller.person}"


def idempotency_key() -> KeyedRequest:
    """The key of the request that runs; its `uuid7()` is the id of what a redemption makes."""
    keyed = g.get("keyed_request")
    if not isinstance(keyed, KeyedRequest):
        raise RuntimeError("this request has no idempotency key")
    return keyed


def dump(call: Call, result: Any) -> bytes:
    """The result as the answer's bytes."""
    if call.gives is None:
        return b""
    return json.dumps(call.gives.dump(result), ensure_ascii=False, separators=(",", ":")).encode()


def respond(answer: Answer, *, replayed: bool = False) -> Response:
    """An answer as a response; a problem where the status says so."""
    kind = JSON if answer.status < 400 else PROBLEM
    response = Response(answer.content, status=answer.status, content_type=kind)
    if answer.status == NO_BODY:
        del response.headers["Content-Type"]
    if replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return response


def made(schema: type[Schema] | Schema | None) -> Schema | None:
    """An instance of a schema."""
    return schema() if isinstance(schema, type) else schema


def named(view: View, values: tuple[Any, ...], path: dict[str, Any]) -> dict[str, Any]:
    """The path's values by name, where a view is called by another with values by position."""
    if not values:
        return path
    names = list(inspect.signature(view).parameters)
    return dict(zip(names, values, strict=False)) | path


def documented(route: View, call: Call) -> View:
    """The route with what flask-smorest needs to describe it."""
    route._call = call  # type: ignore[attr-defined]
    route._apidoc = describe(call)  # type: ignore[attr-defined]
    return route
