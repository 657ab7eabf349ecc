"""What a request brings, read strictly: JSON bodies, queries and form fields, and their errors."""

import hashlib
import json
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from flask import Request
from flask_babel import lazy_gettext as _
from marshmallow import Schema, ValidationError, fields
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from incentives.errors import FieldError, Invalid, Malformed, TooLarge, UnsupportedMediaType
from incentives.web.sentences import sentence

BODY_LIMIT = 1024 * 1024
UPLOAD_LIMIT = 10 * 1024 * 1024
EXACT = 2**53
WHOLE = re.compile(r"-?\d{1,18}", re.ASCII)
UNHOLDABLE = re.compile("[\0\ud800-\udfff]")
ROW = re.compile(r"(\d{1,4})-(.+)", re.ASCII)


def read_json(request: Request) -> Any:
    """The request's JSON, with whole numbers as integers however they are written (`537.0`).

    Refuses another content type, what is no JSON, a name that stands twice in an object, numbers
    that JSON's readers disagree on, and text that a database can't hold.
    """
    if request.mimetype != "application/json":
        raise UnsupportedMediaType()
    request.max_content_length = BODY_LIMIT
    try:
        text = request.get_data(cache=True).decode("utf-8")
        body = json.loads(
            text,
            object_pairs_hook=unique_names,
            parse_float=read_number,
            parse_constant=refuse_constant,
        )
    except RequestEntityTooLarge as error:
        raise TooLarge() from error
    except (ValueError, RecursionError) as error:
        raise Malformed() from error
    errors = [FieldError(pointer, detail) for pointer, detail in unholdable(body)]
    if errors:
        raise Invalid(errors=errors)
    return body


def unique_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object; refuses a name that stands twice (RFC 8785 wants I-JSON)."""
    result = dict(pairs)
    if len(result) != len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Invalid(errors=[FieldError(pointer_to([twice]), _("This stands here twice"))])
    return result


def read_number(text: str) -> int | float:
    """A JSON number with fraction or exponent: an integer where it is one."""
    number = float(text)
    return int(number) if number.is_integer() and abs(number) <= EXACT else number


def refuse_constant(text: str) -> Any:
    """Refuse NaN and Infinity, which Python reads and JSON doesn't have."""
    raise ValueError(text)


def unholdable(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Pointers to what no database holds: NUL and lone surrogates, numbers past 2^53."""
    if isinstance(value, dict):
        for name, part in value.items():
            if not is_holdable(name):
                yield pointer_to(path), _("This text has characters that can't be kept")
            else:
                yield from unholdable(part, (*path, name))
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from unholdable(part, (*path, str(place)))
    elif isinstance(value, str) and not is_holdable(value):
        yield pointer_to(path), _("This text has characters that can't be kept")
    elif (isinstance(value, int) and abs(value) > EXACT) or (
        isinstance(value, float) and not math.isfinite(value)
    ):
        yield pointer_to(path), _("This number is too large")


def is_holdable(text: str) -> bool:
    """Whether a text has neither NUL nor half of a surrogate pair."""
    return UNHOLDABLE.search(text) is None


def pointer_to(path: tuple[Any, ...] | list[Any]) -> str:
    """An RFC 6901 pointer."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def load(schema: Schema, data: Any) -> Any:
    """The data as the schema loads it; refuses with a pointer and a sentence for each bad field."""
    try:
        return schema.load(data)
    except ValidationError as error:
        raise Invalid(errors=list(flatten(error.messages))) from error


def flatten(messages: Any, path: tuple[str, ...] = ()) -> Iterator[FieldError]:
    """Marshmallow's nested messages as field errors, one a field."""
    if isinstance(messages, dict):
        for name, part in messages.items():
            yield from flatten(part, path if name == "_schema" else (*path, str(name)))
    elif isinstance(messages, list):
        yield from flatten(messages[0] if messages else "", path)
    else:
        yield FieldError(pointer_to(path), sentence(str(messages)))


def load_query(schema: Schema | None, arguments: MultiDict[str, str]) -> Any:
    """A query as its schema loads it; refuses unknown and repeated parameters."""
    known = as_sent(schema.load_fields) if schema is not None else {}
    errors = []
    for name in arguments:
        if name not in known:
            errors.append(FieldError(pointer_to([name]), sentence("Unknown field.")))
        elif len(arguments.getlist(name)) > 1 and not isinstance(known[name], fields.List):
            errors.append(FieldError(pointer_to([name]), _("This stands here twice")))
    data = unflatten(known, arguments, keep_empty=True)
    errors += [FieldError(pointer, detail) for pointer, detail in unholdable(data)]
    if errors:
        raise Invalid(errors=errors)
    return load(schema, data) if schema is not None else {}


def as_sent(known: Mapping[str, fields.Field[Any]]) -> dict[str, fields.Field[Any]]:
    """A schema's fields by the names that they are sent under (`from` can't be one in Python)."""
    return {field.data_key or name: field for name, field in known.items()}


def load_upload(schema: Schema, request: Request) -> tuple[Any, Any]:
    """A multipart form as its schema loads it, and what stands for it in the fingerprint."""
    if request.mimetype != "multipart/form-data":
        raise UnsupportedMediaType()
    request.max_content_length = UPLOAD_LIMIT
    try:
        form, files = request.form, request.files
    except RequestEntityTooLarge as error:
        raise TooLarge() from error
    load_unknown = [name for name in (*form, *files) if name not in schema.load_fields]
    if load_unknown:
        raise Invalid(
            errors=[FieldError(pointer_to([n]), sentence("Unknown field.")) for n in load_unknown]
        )
    data = unflatten(schema.load_fields, form) | {name: files[name] for name in files}
    return load(schema, data), printable(form, files)


def printable(form: MultiDict[str, str], files: MultiDict[str, FileStorage]) -> dict[str, Any]:
    """Form fields and files as RFC 8785 can carry them: a file by its name and SHA-256."""
    return {
        "form": {name: form.getlist(name) for name in form},
        "files": {
            name: [[file.filename or "", digest(file)] for file in files.getlist(name)]
            for name in files
        },
    }


def digest(file: FileStorage) -> str:
    """The SHA-256 of an uploaded file, which is then at its start again."""
    file.stream.seek(0)
    result = hashlib.sha256(file.stream.read()).hexdigest()
    file.stream.seek(0)
    return result


def unflatten(
    known: Mapping[str, fields.Field[Any]], flat: MultiDict[str, str], *, keep_empty: bool = False
) -> dict[str, Any]:
    """Flat fields as the nested data that a schema loads.

    A list of rows is written `lines-0-good_id`; rows of which nothing was filled in are left out.
    Empty fields count as missing unless `keep_empty`, and whole numbers become integers.
    """
    result: dict[str, Any] = {}
    for name, field in as_sent(known).items():
        value = read_flat(name, field, flat, keep_empty)
        if value is not None:
            result[name] = value
    return result


def read_flat(
    name: str, field: fields.Field[Any], flat: MultiDict[str, str], keep_empty: bool
) -> Any:
    """One field's value out of flat ones; None where it is missing."""
    if isinstance(field, fields.List):
        if isinstance(field.inner, fields.Nested):
            return read_rows(name, field.inner, flat) or None
        texts = [convert(field.inner, text) for text in flat.getlist(name) if text or keep_empty]
        return texts or None
    if isinstance(field, fields.Nested):
        return unflatten(field.schema.load_fields, below(name, flat)) or None
    if name not in flat or not (flat[name].strip() or keep_empty):
        return None
    return convert(field, flat[name])


def read_rows(name: str, field: fields.Nested, flat: MultiDict[str, str]) -> list[dict[str, Any]]:
    """The rows `name-0-…`, `name-1-…` in their order."""
    rows = [unflatten(field.schema.load_fields, below(row, flat)) for row in row_names(name, flat)]
    return [row for row in rows if row]


def row_names(name: str, flat: MultiDict[str, str]) -> list[str]:
    """The names `lines-0`, `lines-1` of a list's rows, those with nothing filled in left out."""
    found = set()
    for each in flat:
        row = ROW.fullmatch(each.removeprefix(name + "-")) if each.startswith(name + "-") else None
        if row is not None and any(text.strip() for text in flat.getlist(each)):
            found.add(int(row[1]))
    return [f"{name}-{number}" for number in sorted(found)]


def below(name: str, flat: MultiDict[str, str]) -> MultiDict[str, str]:
    """The fields whose names start with `name-`, without that."""
    start = name + "-"
    return MultiDict(
        [
            (key.removeprefix(start), text)
            for key, text in flat.items(multi=True)
            if key.startswith(start)
        ]
    )


def convert(field: fields.Field[Any], text: str) -> Any:
    """A typed text as its field wants it: whole numbers as integers, line ends as line feeds.

    A field with the metadata `verbatim` (a password) is taken as typed.
    """
    if isinstance(field, fields.Integer):
        digits = unicodedata.normalize("NFKC", text).strip()
        return int(digits) if WHOLE.fullmatch(digits) else text
    if isinstance(field, fields.String) and field.metadata.get("verbatim"):
        return text
    if isinstance(field, fields.String):
        return text.replace("\r\n", "\n").strip()
    return text.strip()
