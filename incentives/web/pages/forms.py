"""Forms of pages: typed fields loaded by a schema, kept when refused, sent once."""

import secrets
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import flash, g, redirect, request
from flask_babel.speaklater import LazyString
from marshmallow import Schema
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from incentives.clock import now
from incentives.database import new_id
from incentives.errors import FieldError, Invalid, NotFound, NotSignedIn, Refusal
from incentives.web import idempotency, parsing
from incentives.web.api.calls import describe_refusal, fresh, scope_of
from incentives.web.guard import guard
from incentives.web.idempotency import Answer, KeyedRequest
from incentives.web.problems import read_problem
from incentives.web.transaction import Concluded, transaction

T = TypeVar("T")
OURS = ("csrf_token", "idempotency_key")
SEE_OTHER = 303


class Form:
    """One form of a page, by the schema that loads it.

    `values` holds what was typed by field name, `errors` a sentence for each bad field, `refusal`
    the sentence of what was refused. A list of rows has fields named `lines-0-good_id`.
    """

    def __init__(
        self, schema: type[Schema] | Schema | None = None, values: dict[str, Any] | None = None
    ) -> None:
        self.schema = schema() if isinstance(schema, type) else schema
        self.values: dict[str, Any] = dict(values or {})
        self.errors: dict[str, str] = {}
        self.refusal: str | None = None
        self.status = 200
        self._data: dict[str, Any] = {}
        self.submitted = request.method == "POST"
        if self.submitted:
            self.read()

    @property
    def key(self) -> str:
        """A new idempotency key, for each form that is rendered."""
        return str(new_id()) if guard.caller() is not None else secrets.token_urlsafe(24)

    @property
    def data(self) -> dict[str, Any]:
        """What the schema loaded, a new copy each time."""
        copied: dict[str, Any] = fresh(self._data)
        return copied

    def read(self) -> None:
        """Load what was typed; bad fields are then in `errors`."""
        typed = MultiDict(
            [(name, text) for name, text in request.form.items(multi=True) if name not in OURS]
        )
        for name in typed:
            texts = typed.getlist(name)
            self.values[name] = texts[0] if len(texts) == 1 else texts
        try:
            self._data = self.loaded(typed)
        except Invalid as refusal:
            self.refuse(refusal)

    def loaded(self, typed: MultiDict[str, str]) -> dict[str, Any]:
        """The typed fields and files as the schema loads them."""
        if self.schema is None:
            return {}
        flat = parsing.unflatten(self.schema.load_fields, typed)
        bad = [FieldError(pointer, text) for pointer, text in parsing.unholdable(flat)]
        if bad:
            raise Invalid(errors=bad)
        files = {
            name: file
            for name, file in request.files.items()
            if name in self.schema.load_fields and file.filename
        }
        data: dict[str, Any] = parsing.load(self.schema, flat | files)
        return data

    def refuse(self, refusal: Refusal) -> None:
        """Show a refusal on the form: at its fields, each with all that is wrong, or above it.

        Above it stands what is wrong with a field that the form doesn't have, too.
        """
        self.status = int(refusal.status)
        said: dict[str, list[str]] = {}
        for error in refusal.errors:
            said.setdefault(self.field_of(error.pointer), []).append(str(error.detail))
        said.pop("", None)
        self.errors = {field: " ".join(dict.fromkeys(texts)) for field, texts in said.items()}
        unseen = [text for field, text in self.errors.items() if not self.has(field)]
        if unseen:
            self.refusal = " ".join(unseen)
        elif not self.errors:
            texts = [str(error.detail) for error in refusal.errors] or [str(refusal.detail)]
            self.refusal = " ".join(texts)

    def has(self, field: str) -> bool:
        """Whether the form has a field of that name, at which its error is seen."""
        known = self.schema.load_fields if self.schema is not None else {}
        return field in self.values or field in known

    def field_of(self, pointer: str) -> str:
        """The name of the field that a pointer means: `/lines/0/good_id` is `lines-0-good_id`.

        Rows that were left empty are no rows to the schema, but they are on the page.
        """
        parts = pointer.strip("/").split("/")
        if len(parts) > 1 and parts[1].isdecimal():
            rows = parsing.row_names(parts[0], MultiDict(request.form.items(multi=True)))
            if int(parts[1]) < len(rows):
                return "-".join([rows[int(parts[1])], *parts[2:]])
        return "-".join(parts)

    def accept(
        self,
        work: Callable[[], T],
        *,
        then: Callable[[T], str],
        done: str | LazyString | None = None,
        in_recovery: bool = False,
        secret: bool = False,
    ) -> Response | None:
        """Run the work in `transaction()` and lead on to the address that `then` gives (303).

        None where nothing was sent, a field is bad or the work was refused: the page is then
        rendered again with `form`. The same form sent twice works once and leads to the same
        address. `done` is shown there. What the caller may not know or must sign in for is
        raised. `then` runs inside the transaction, both maybe more than once. `in_recovery` as
        in `transaction`; `secret` keeps the address encrypted for a form sent twice.
        """
        if not self.submitted or self.status != 200:
            return None
        keyed = self.keyed_request(sealed=secret)
        g.keyed_request = keyed
        try:
            answer = transaction(
                lambda: Answer(SEE_OTHER, then(work()).encode()),
                first=lambda: idempotency.open_request(keyed),
                last=lambda outcome: idempotency.conclude(keyed, outcome, describe_refusal),
                in_recovery=in_recovery,
            )
        except Concluded as concluded:
            answer = concluded.answer
        except (NotFound, NotSignedIn):
            raise
        except Refusal as refusal:
            self.refuse(refusal)
            return None
        return self.lead_on(answer, done)

    def lead_on(self, answer: Answer, done: str | LazyString | None) -> Response | None:
        """Go where the answer says; a kept refusal is shown on the form again."""
        if answer.status >= 400:
            self.refuse(read_problem(answer.content))
            return None
        if done is not None:
            flash(str(done), "done")
        address = answer.content.decode() if answer.status == SEE_OTHER else request.path
        return redirect(address, SEE_OTHER)

    def keyed_request(self, *, sealed: bool = False) -> KeyedRequest:
        """The form with the key that it was rendered with; one without gets a key of its own."""
        caller = guard.caller()
        sent = request.form.get("idempotency_key", "")
        key = sent if idempotency.KEY.fullmatch(sent) else str(new_id())
        fields = MultiDict(
            [(name, text) for name, text in request.form.items(multi=True) if name not in OURS]
        )
        target = request.full_path if request.query_string else request.path
        return KeyedRequest(
            scope=scope_of(caller),
            key=key,
            fingerprint=idempotency.fingerprint(
                "POST", target, parsing.printable(fields, request.files)
            ),
            sealed=sealed,
            person=caller.person if caller else None,
            now=now(),
        )


def local_address(address: str | None) -> str | None:
    """An address of this site to lead on to, or None: never another site's."""
    if not address or not address.startswith("/") or address.startswith(("//", "/\\")):
        return None
    parts = urlsplit(address)
    return None if parts.scheme or parts.netloc or "\\" in address else address
