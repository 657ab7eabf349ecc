"""The pages of the books: what checks a receipt, and what anyone may take away of a log."""

import json
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, render_template, url_for
from flask_babel import lazy_gettext as _

from incentives.access.actor import current_actor, find_actor
from incentives.access.permissions import may
from incentives.books import lists, operations, queries
from incentives.books.api import get_accounts, get_checkpoints, get_events, get_trial_balance
from incentives.books.export import export_response
from incentives.books.reasons import REASONS
from incentives.books.schemas import ProvenStatementOutput
from incentives.clock import now
from incentives.errors import NotSignedIn
from incentives.ledger.codes import write_checkpoint
from incentives.ledger.export import Part
from incentives.ledger.proofs import verifier_keys
from incentives.register.sections import household_sections
from incentives.web.guard import guard
from incentives.web.lists import list_page
from incentives.web.pages import page, public_place, render

blueprint = Blueprint("books_pages", __name__)
PAGE = "/v/<village>/ledger"

public_place(_("The books, to be checked"), "/v/{village}/ledger", order=80)


@blueprint.get("/verify")
@page(permission=None)
def verify() -> Any:
    """Checks receipts, notices and files in the browser (js/verify.js); anybody may."""
    villages = {village.code: village.name for village in guard.open_villages()}
    names = json.dumps(villages, ensure_ascii=False)
    return render("books/verify.html", villages=names, reasons=REASONS)


@blueprint.get("/v/<village>/ledger")
@page(permission=None)
def show_books(village: str) -> Any:
    """A village's newest checkpoint and key, and its log to take away."""
    actor = find_actor()
    checkpoint = queries.find_checkpoint(village)
    return render(
        "books/show.html",
        checkpoint=checkpoint,
        code=checkpoint and write_checkpoint(checkpoint.note),
        size=queries.log_size(village),
        keys=verifier_keys(village),
        may_read=actor is not None and may(actor, "ledger.read", village),
        may_export=actor is not None and may(actor, "ledger.audit", village),
    )


BOOKS = (".show_books", _("The books"))
list_page(blueprint, f"{PAGE}/accounts", get_accounts, lists.ACCOUNTS, back=BOOKS)
list_page(blueprint, f"{PAGE}/events", get_events, lists.EVENTS, back=BOOKS)
list_page(blueprint, f"{PAGE}/trial-balance", get_trial_balance, lists.TRIAL_BALANCE, back=BOOKS)
list_page(
    blueprint,
    f"{PAGE}/checkpoints",
    get_checkpoints,
    lists.CHECKPOINTS,
    back=BOOKS,
    note=_("Find the one that stands on your paper: its number of entries and its fingerprint."),
)


@blueprint.get("/v/<village>/ledger/public")
@page(permission=None)
def export_public(village: str) -> Response:
    """The part of the log that anybody may read, as a file."""
    return export_response(village, part=Part.PUBLIC, actor=None)


@blueprint.get("/v/<village>/ledger/export")
@page(permission="ledger.audit")
def export_all(village: str) -> Response:
    """The whole log as a file, without what each event was for."""
    return export_response(village, part=Part.ALL, actor=current_actor())


@blueprint.get("/v/<village>/ledger/export-with-details")
@page(permission="ledger.audit")
def export_with_details(village: str) -> Response:
    """The whole log as a file, with what each event was for."""
    return export_response(village, part=Part.ALL, details=True, actor=current_actor())


@blueprint.get("/v/<village>/ledger/statements/<uuid:household_id>")
@page(permission="leaf.read", own=True)
def statement(village: str, household_id: UUID) -> Response:
    """A household's statement with proofs, as a file."""
    return statement_response(village, household_id)


@blueprint.get("/c/statement")
@page(permission=None)
def own_statement() -> Response:
    """One's own statement with proofs, as a file."""
    actor = find_actor()
    if actor is None or actor.household_id is None or actor.village is None:
        raise NotSignedIn()
    return statement_response(actor.village, actor.household_id)


def statement_response(village: str, household_id: UUID) -> Response:
    """A household's statement with proofs, to be kept as a file."""
    found = operations.hand_out_statement(
        village=village, household_id=household_id, actor=current_actor(), now=now()
    )
    return Response(
        json.dumps(ProvenStatementOutput().dump(found), ensure_ascii=False, indent=1),
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{village}-statement.json"'},
    )


def household_section(village: str, household_id: UUID) -> str:
    """For supervisors on a household's page: its statement with proofs."""
    actor = find_actor()
    if actor is None or not may(actor, "leaf.read", village):
        return ""
    url = url_for("books_pages.statement", village=village, household_id=household_id)
    return render_template("books/household.html", url=url)


household_sections.append(household_section)
