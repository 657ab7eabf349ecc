"""What every refusal is: a name, a status, a sentence, and which fields are bad."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString


@dataclass(frozen=True)
class FieldError:
    """One bad field: an RFC 6901 pointer into the body (`/lines/0/quantity`) and a sentence."""

    pointer: str
    detail: str | LazyString


class Refusal(Exception):
    """Base of every refusal. Raised by operations; `web` turns it into a problem answer or a form.

    `kept` says that an idempotency key keeps this answer (the list in `docs/api.md`).
    `afterwards` is what must stay though the operation is undone (failure counters, audit
    rows): it runs after the savepoint's rollback, in the same transaction.
    """

    name = "unexpected"
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    title: str | LazyString = _("Something went wrong")
    kept = False

    def __init__(
        self,
        detail: str | LazyString | None = None,
        *,
        errors: Sequence[FieldError] = (),
        headers: dict[str, str] | None = None,
        **extensions: Any,
    ) -> None:
        super().__init__(self.name)
        self.detail = detail if detail is not None else self.title
        self.errors = tuple(errors)
        self.headers = headers or {}
        self.extensions = extensions
        self.afterwards: list[Callable[[], None]] = []
