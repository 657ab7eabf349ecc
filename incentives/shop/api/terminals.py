"""A shop's phones by HTTP: registered, stopped, replaced, and signed in by their keys."""

from typing import Any
from uuid import UUID

from incentives.access import limits
from incentives.access.actor import current_actor
from incentives.access.models import User
from incentives.clock import now
from incentives.database import columns
from incentives.extensions import db
from incentives.shop import lists, operations, queries, schemas
from incentives.shop.api.shared import blueprint, division_of_shop
from incentives.shop.models import Terminal
from incentives.web.api import reads, writes

TERMINALS = "/shops/<uuid:shop_id>/terminals"
ONE = f"{TERMINALS}/<uuid:terminal_id>"


def terminal_output(terminal: Terminal, keeper: str | None = None) -> dict[str, Any]:
    """A terminal with the name of whom it acts for."""
    name = keeper or db.session.get_one(User, terminal.keeper_id).name
    return {**columns(terminal), "keeper": name}


@blueprint.route(TERMINALS)
@reads(
    schemas.TerminalPage,
    query=lists.TERMINALS.query,
    permission="terminal.read",
    division=division_of_shop,
)
def get_terminals(shop_id: UUID, query: dict[str, Any]) -> dict[str, Any]:
    """A shop's phones, newest first."""
    found = [terminal_output(*each) for each in queries.terminals_of_shop(shop_id)]
    return {"items": lists.TERMINALS.sift(found, query)}


@blueprint.route(TERMINALS, methods=["POST"])
@writes(
    schemas.TerminalOutput,
    status=201,
    body=schemas.TerminalInput,
    permission="terminal.register",
    division=division_of_shop,
)
def post_terminal(shop_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Register the phone at hand by its public key (SPKI of P-256, base64url)."""
    terminal = operations.register_terminal(
        shop_id=shop_id, actor=current_actor(), now=now(), **body
    )
    return terminal_output(terminal)


@blueprint.route(f"{ONE}/suspension", methods=["POST"])
@writes(
    schemas.TerminalOutput,
    body=schemas.TerminalReason,
    permission="terminal.suspend",
    division=division_of_shop,
)
def post_terminal_suspension(
    shop_id: UUID, terminal_id: UUID, body: dict[str, Any]
) -> dict[str, Any]:
    """Stop a phone at once, and sign its shopkeeper out everywhere."""
    terminal = operations.suspend_terminal(
        shop_id=shop_id, terminal_id=terminal_id, actor=current_actor(), now=now(), **body
    )
    return terminal_output(terminal)


@blueprint.route(f"{ONE}/reinstatement", methods=["POST"])
@writes(
    schemas.TerminalOutput,
    body=schemas.TerminalReason,
    permission="terminal.reinstate",
    division=division_of_shop,
)
def post_terminal_reinstatement(
    shop_id: UUID, terminal_id: UUID, body: dict[str, Any]
) -> dict[str, Any]:
    """Let a stopped phone serve again."""
    terminal = operations.reinstate_terminal(
        shop_id=shop_id, terminal_id=terminal_id, actor=current_actor(), now=now(), **body
    )
    return terminal_output(terminal)


@blueprint.route(f"{ONE}/nonce", methods=["POST"])
@limits.sign_ins
@writes(schemas.NonceOutput, permission=None, keyed=False, in_recovery=True)
def post_terminal_nonce(shop_id: UUID, terminal_id: UUID) -> operations.Nonce:
    """What the phone is to sign, within two minutes."""
    return operations.make_nonce(shop_id=shop_id, terminal_id=terminal_id, now=now())


@blueprint.route(f"{ONE}/token", methods=["POST"])
@limits.sign_ins
@writes(
    schemas.TerminalTokenOutput,
    status=201,
    body=schemas.TerminalTokenInput,
    permission=None,
    keyed=False,
    in_recovery=True,
)
def post_terminal_token(shop_id: UUID, terminal_id: UUID, body: dict[str, Any]) -> Any:
    """A token of 15 minutes, for `jishan-terminal/v1`, a line feed and the nonce, signed."""
    return operations.sign_in_terminal(shop_id=shop_id, terminal_id=terminal_id, now=now(), **body)
