"""Access by HTTP: tokens, one's own account, users, the audit trail."""

from typing import Any
from uuid import UUID

from flask import request

from incentives.access import hooks, limits, lists, operations, queries, schemas
from incentives.access.actor import Actor, current_actor
from incentives.access.guarding import bearer_token
from incentives.access.models import AuditRow, User
from incentives.access.operations import SignIn
from incentives.access.peers import peer_of
from incentives.clock import now
from incentives.errors import NotSignedIn
from incentives.web.api import Blueprint, reads, writes
from incentives.web.cursors import page
from incentives.web.lists import export_api

blueprint = Blueprint("access", __name__, url_prefix="/api/v1", description=__doc__)


def signed_in_output(actor: Actor) -> dict[str, Any]:
    """Who is signed in: the user's id, or that of the card's holder."""
    return {
        "id": actor.user_id or actor.person,
        "name": actor.name,
        "roles": actor.roles,
        "household_id": actor.household_id,
    }


def asked_division(**_path: Any) -> str | None:
    """The division that the query asks about."""
    return request.args.get("village")


def sign_in(body: dict[str, Any]) -> SignIn:
    """Sign in by whichever pair the body holds."""
    if "username" in body:
        return operations.sign_in(peer=peer_of(request), now=now(), **body)
    return operations.sign_in_by_card(shown=body, peer=peer_of(request), now=now())


@blueprint.route("/tokens", methods=["POST"])
@limits.sign_ins
@writes(
    schemas.TokenOutput,
    status=201,
    body=schemas.TokenInput,
    permission=None,
    keyed=False,
    in_recovery=True,
)
def post_token(body: dict[str, Any]) -> dict[str, Any]:
    """Sign in: a token of 12 hours."""
    signed_in = sign_in(body)
    issued = operations.issue_token(signed_in=signed_in, now=now())
    return {
        "token": issued.token,
        "expires_at": issued.expires_at,
        "user": signed_in_output(signed_in.actor),
    }


@blueprint.route("/tokens/current", methods=["DELETE"])
@writes(None, status=204, permission="me.read", own=True, in_recovery=True)
def delete_token() -> None:
    """Sign out: this token serves no more."""
    token = bearer_token()
    if token is None:
        raise NotSignedIn()
    operations.revoke_token(token=token, actor=current_actor())


@blueprint.route("/me")
@reads(schemas.MeOutput, permission="me.read", own=True)
def get_me() -> dict[str, Any]:
    """Who is signed in."""
    actor = current_actor()
    return signed_in_output(actor) | {
        "resident_id": actor.resident_id,
        "village": actor.village,
        "language": actor.language,
    }


@blueprint.route("/me/password", methods=["PUT"])
@writes(None, status=204, body=schemas.OwnPasswordInput, permission="me.change")
def put_password(body: dict[str, Any]) -> None:
    """Change one's own password; every other token and session ends."""
    operations.set_own_password(
        token=bearer_token(),
        peer=peer_of(request),
        actor=current_actor(),
        now=now(),
        **body,
    )


@blueprint.route("/me/language", methods=["PUT"])
@writes(None, status=204, body=schemas.LanguageInput, permission="me.read", own=True)
def put_language(body: dict[str, Any]) -> None:
    """Keep the language to be answered in where a request asks for none."""
    operations.set_language(actor=current_actor(), now=now(), **body)


@blueprint.route("/users")
@reads(schemas.UserPage, query=lists.USERS.query, permission="user.read")
def get_users(query: dict[str, Any]) -> dict[str, Any]:
    """The users whose roles all lie under the caller's divisions."""
    chosen = lists.USERS.narrow(queries.users_under(current_actor()), query)
    return page(chosen, [User.id.desc()], query)


@blueprint.route("/users", methods=["POST"])
@writes(
    schemas.UserOutput,
    status=201,
    body=schemas.UserInput,
    permission="user.manage",
    in_recovery=True,
)
def post_user(body: dict[str, Any]) -> User:
    """Add a user with roles within the caller's divisions."""
    return operations.add_user(actor=current_actor(), now=now(), **body)


@blueprint.route("/users/<uuid:user_id>", methods=["PATCH"])
@writes(schemas.UserOutput, body=schemas.UserChange, permission="user.manage", in_recovery=True)
def patch_user(user_id: UUID, body: dict[str, Any]) -> User:
    """Change a user's name, roles, resident or language, or give them another password."""
    actor = current_actor()
    password = body.pop("password", None)
    if body:
        operations.change_user(user_id=user_id, changes=body, actor=actor, now=now())
    if password is not None:
        operations.set_password(user_id=user_id, password=password, actor=actor, now=now())
    return queries.get_user(user_id, actor)


@blueprint.route("/users/<uuid:user_id>/deactivation", methods=["POST"])
@writes(schemas.UserOutput, permission="user.manage")
def post_deactivation(user_id: UUID) -> User:
    """Let a user sign in no more; what they did stays."""
    return operations.deactivate_user(user_id=user_id, actor=current_actor(), now=now())


@blueprint.route("/audit")
@reads(schemas.AuditPage, query=lists.AUDIT.query, permission="audit.read", division=asked_division)
def get_audit(query: dict[str, Any]) -> dict[str, Any]:
    """What was done in a division and below, newest first; in all that one covers unless said."""
    covered = [query["village"]] if query["village"] else lists.trails_of(current_actor())
    chosen = lists.AUDIT.narrow(queries.audit_rows(covered), query)
    if current_actor().household_id is not None:
        # A neighbour among the staff would read from them who objected at that minute.
        chosen = chosen.where(~queries.is_card_sign_in())
    for kept in hooks.makers_kept:
        chosen = chosen.where(~queries.is_making(kept(current_actor())))
    found = page(chosen, [AuditRow.id.desc()], query)
    names = queries.person_names(row.person for row in found["items"])
    items = [audit_output(row, names) for row in found["items"]]
    return {"items": items, "next": found["next"]}


def audit_output(row: AuditRow, names: dict[UUID, str]) -> dict[str, Any]:
    """A row of the trail with the name of who acted."""
    return {
        "id": row.id,
        "at": row.at,
        "village": row.village,
        "tag": row.tag,
        "person": row.person,
        "name": names.get(row.person) if row.person else None,
        "subject": row.subject,
        "details": row.details,
    }


export_api(blueprint, "/users", get_users, lists.USERS)
export_api(blueprint, "/audit", get_audit, lists.AUDIT)
