"""Idempotency keys: the same request twice has one effect and one answer.

Key, answer and effect commit in one transaction. Only an HMAC of the request is kept, as a plain
hash would give away a PIN in a second; answers that hold a secret are kept encrypted.
"""

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

import rfc8785
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, Table, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

from incentives import pipeline
from incentives.database import rows_changed
from incentives.errors import (
    IdempotencyInProgress,
    IdempotencyKeyMissing,
    IdempotencyKeyReused,
    Invalid,
    Refusal,
)
from incentives.extensions import db
from incentives.keys import key as secret_key
from incentives.prepared import Prepared, every_column
from incentives.web.models import IdempotencyKey
from incentives.web.transaction import LOCK_NOT_AVAILABLE, Concluded, sqlstate

KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")
ANONYMOUS_LENGTH = 22
SEAL_FOR = b"jishan-answer/v1"
APPLIED = b""  # the fingerprint of a key whose request isn't known any more
KEEP = timedelta(days=90)
UUID7 = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?7[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}")


NOT_YET = {"status": None, "body": None, "event_id": None}
TABLE = cast("Table", IdempotencyKey.__table__)
# Enters a key, and says so, where nobody has.
ENTER = Prepared(
    lambda dialect: (
        (postgresql.insert if dialect == "postgresql" else sqlite.insert)(TABLE)
        .values(every_column(TABLE))
        .on_conflict_do_nothing()
        .returning(IdempotencyKey.key)
    )
)


@dataclass(frozen=True)
class Answer:
    """What was answered, as it is kept: the status and the bytes."""

    status: int
    content: bytes
    event_id: UUID | None = None


@dataclass(frozen=True)
class KeyedRequest:
    """A request with its key: whose it is, what was asked, and whether its answer is secret.

    `names_thing`: the key is the id of what the request makes. Its operation refuses an id that is
    there already, so that the key needs no claim before: it is entered once, with its answer.
    """

    scope: str
    key: str
    fingerprint: bytes
    sealed: bool
    person: UUID | None
    now: datetime
    names_thing: bool = False

    def uuid7(self) -> UUID:
        """The key as the id of the thing that it makes; refuses one that is no UUIDv7."""
        if not UUID7.fullmatch(self.key):
            raise IdempotencyKeyMissing()
        return UUID(self.key)


def check_key(value: str | None, *, anonymous: bool) -> str:
    """The header's value; refuses a missing or malformed one, and a short one of nobody."""
    if value is None or not KEY.fullmatch(value):
        raise IdempotencyKeyMissing()
    if anonymous and len(value) < ANONYMOUS_LENGTH:
        raise IdempotencyKeyMissing()
    return value


def fingerprint(method: str, path: str, body: Any) -> bytes:
    """HMAC-SHA-256 under the pepper of method, path and the RFC 8785 form of the body.

    Refuses a body that RFC 8785 can't carry (integers past 2^53).
    """
    try:
        canonical = rfc8785.dumps(body)
    except rfc8785.CanonicalizationError as error:
        raise Invalid(_("A number here is too large")) from error
    message = b"\n".join([method.encode(), path.encode(), canonical])
    return hmac.digest(secret_key("pepper"), message, hashlib.sha256)


def open_request(request: KeyedRequest) -> None:
    """Begin a request with a key: nothing is waited for longer than five seconds, and the key is
    claimed in this transaction, unless it names what is made.
    """
    connection = db.session.connection()
    if connection.dialect.name == "postgresql":
        pipeline.send(connection, "SET LOCAL lock_timeout = '5s'", [()])
    if not request.names_thing:
        claim_key(request)


def claim_key(request: KeyedRequest) -> None:
    """Take the key in this transaction, or end with the answer that it has already.

    Raises `Concluded` with the first answer for the same request, `IdempotencyKeyReused` for
    another one, and `IdempotencyInProgress` where the first still runs after five seconds:
    on PostgreSQL the insertion waits for the other's row, on SQLite for the other writer.
    """
    enter_key(request, None)


def enter_key(request: KeyedRequest, answer: Answer | None) -> None:
    """Enter a key, with its answer where there is one; ends and refuses as `claim_key` does."""
    try:
        entered = ENTER.ask(
            scope=request.scope,
            key=request.key,
            fingerprint=request.fingerprint,
            sealed=request.sealed,
            person=request.person,
            answered_at=request.now,
            **(NOT_YET if answer is None else answered(request, answer)),
        )
    except DBAPIError as error:
        if sqlstate(error) != LOCK_NOT_AVAILABLE:
            raise
        raise IdempotencyInProgress(headers={"Retry-After": "1"}) from error
    if not entered:
        end_as_before(request)
        raise RuntimeError("a key that was there is gone")


def end_as_before(request: KeyedRequest) -> None:
    """End with the answer that the key has, byte for byte, if the request is the same.

    Where the answer was forgotten after 90 days, that it was done, with its event's id. Goes on
    where nobody has entered the key.
    """
    kept = db.session.execute(
        select(IdempotencyKey).where(
            IdempotencyKey.scope == request.scope, IdempotencyKey.key == request.key
        )
    ).scalar_one_or_none()
    if kept is not None:
        raise Concluded(first_answer(request, kept))


def first_answer(request: KeyedRequest, kept: IdempotencyKey) -> Answer:
    """What was answered under a key; refuses another request than the first."""
    if kept.fingerprint != APPLIED and not hmac.compare_digest(
        kept.fingerprint, request.fingerprint
    ):
        raise IdempotencyKeyReused()
    if kept.body is None or kept.status is None:
        event = None if kept.event_id is None else str(kept.event_id)
        return Answer(200, json.dumps({"status": "already_applied", "event": event}).encode())
    return Answer(kept.status, unseal(kept.body) if kept.sealed else kept.body)


def keep_answer(request: KeyedRequest, answer: Answer) -> None:
    """Keep an answer under its key."""
    if request.names_thing:
        enter_key(request, answer)
        return
    db.session.execute(
        update(IdempotencyKey)
        .where(IdempotencyKey.scope == request.scope, IdempotencyKey.key == request.key)
        .values(answered(request, answer))
    )


def answered(request: KeyedRequest, answer: Answer) -> dict[str, Any]:
    """An answer's columns; a secret one is encrypted (AES-256-GCM)."""
    return {
        "status": answer.status,
        "body": seal(answer.content) if request.sealed else answer.content,
        "event_id": answer.event_id,
    }


def enter_applied(scope: str, key: str, event_id: UUID, *, now: datetime) -> None:
    """Enter a key whose request was done, but whose answer was lost with the database.

    Whoever sends it again is told `already_applied` with the event, whatever else they send.
    """
    ENTER.ask(
        scope=scope,
        key=key,
        fingerprint=APPLIED,
        sealed=False,
        person=None,
        answered_at=now,
        **NOT_YET | {"event_id": event_id},
    )


def give_key_back(request: KeyedRequest) -> None:
    """Forget the key of a refusal that is not kept: the same request may be tried again.

    One that was never claimed may have been answered before, which the refusal then is about.
    """
    if request.names_thing:
        end_as_before(request)
        return
    db.session.execute(
        delete(IdempotencyKey).where(
            IdempotencyKey.scope == request.scope, IdempotencyKey.key == request.key
        )
    )


def conclude(
    request: KeyedRequest, outcome: Answer | Refusal, describe: Callable[[Refusal], Answer]
) -> None:
    """What becomes of the key at the end: the answer or kept refusal kept, or the key given back.

    `describe` makes the answer of a refusal.
    """
    if isinstance(outcome, Answer):
        keep_answer(request, outcome)
    elif outcome.kept:
        keep_answer(request, describe(outcome))
    else:
        give_key_back(request)


def seal(content: bytes) -> bytes:
    """Encrypt an answer: 12 bytes of nonce, then AES-256-GCM."""
    nonce = secrets.token_bytes(12)
    return nonce + AESGCM(secret_key("answers")).encrypt(nonce, content, SEAL_FOR)


def unseal(content: bytes) -> bytes:
    """The answer that `seal` made these bytes of."""
    return AESGCM(secret_key("answers")).decrypt(content[:12], content[12:], SEAL_FOR)


def forget_answers(now: datetime) -> int:
    """Delete the answers older than 90 days, keeping their keys; how many they were."""
    return forget(IdempotencyKey.answered_at < now - KEEP)


def forget_answers_to(person: UUID) -> int:
    """Delete every kept answer to a person, as erasure does; how many they were."""
    return forget(IdempotencyKey.person == person)


def forget(condition: ColumnElement[bool]) -> int:
    """Delete the kept answers that meet a condition; how many they were."""
    result = db.session.execute(
        update(IdempotencyKey)
        .where(condition, IdempotencyKey.body.is_not(None))
        .values(body=None)
        .execution_options(synchronize_session=False)
    )
    return rows_changed(result)
