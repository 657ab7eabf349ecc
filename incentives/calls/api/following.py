"""A call by its caller's link: how far it is, rate the answer, send it back."""

from typing import Any
from uuid import UUID

from flask import Response

from incentives.calls import operations, queries, schemas
from incentives.calls.api.blueprint import blueprint
from incentives.calls.outputs import followed_call
from incentives.clock import now
from incentives.files.api import file_response, thumbnail_response
from incentives.web.api import reads, writes

LINK = "/calls/follow/<secret>"


@blueprint.route(LINK)
@reads(schemas.FollowedOutput, permission=None)
def get_followed(secret: str) -> dict[str, Any]:
    """How far a call is, for whoever has its link."""
    return followed_call(queries.call_by_secret(secret), now())


@blueprint.route(f"{LINK}/photos/<uuid:photo_id>")
@reads(None, permission=None, produces="image/*")
def get_photo(secret: str, photo_id: UUID) -> Response:
    """A photo of one's own call: what one sent, or what the office did."""
    return file_response(queries.followed_photo(secret, photo_id))


@blueprint.route(f"{LINK}/photos/<uuid:photo_id>/thumbnail")
@reads(None, permission=None, produces="image/jpeg")
def get_photo_thumbnail(secret: str, photo_id: UUID) -> Response:
    """A photo of one's own call, small."""
    return thumbnail_response(queries.followed_photo(secret, photo_id))


@blueprint.route(f"{LINK}/rating", methods=["POST"])
@writes(schemas.FollowedOutput, body=schemas.RatingInput, permission=None)
def post_rating(secret: str, body: dict[str, Any]) -> dict[str, Any]:
    """Rate the answer from 1 to 5, with a word."""
    rating, word = body["rating"], body.get("word")
    call = operations.rate_call(secret=secret, rating=rating, word=word, now=now())
    return followed_call(call, now())


@blueprint.route(f"{LINK}/reopening", methods=["POST"])
@writes(schemas.FollowedOutput, body=schemas.ReopeningInput, permission=None)
def post_reopening(secret: str, body: dict[str, Any]) -> dict[str, Any]:
    """Send an answered call back to its office, once, with the reason."""
    call = operations.reopen_call(secret=secret, now=now(), **body)
    return followed_call(call, now())
