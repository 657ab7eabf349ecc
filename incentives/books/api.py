"""The ledger by HTTP: accounts, events, leaves, hashes, checkpoints, proofs."""

from typing import Any
from uuid import UUID

from flask import Response

from incentives import ledger
from incentives.access.actor import current_actor, find_actor
from incentives.access.permissions import may
from incentives.books import audits, lists, operations, queries, schemas
from incentives.books.export import export_response
from incentives.clock import now
from incentives.extensions import db
from incentives.ledger.models import Account, Checkpoint, Event
from incentives.ledger.proofs import verifier_keys
from incentives.register.models import Household
from incentives.web.api import Blueprint, reads
from incentives.web.cursors import page
from incentives.web.lists import export_api

blueprint = Blueprint("books", __name__, url_prefix="/api/v1", description=__doc__)

BASE = "/villages/<village>/ledger"


@blueprint.route(f"{BASE}/accounts")
@reads(schemas.AccountPage, query=lists.ACCOUNTS.query, permission="ledger.read")
def get_accounts(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """The village's accounts, by code."""
    return page(lists.ACCOUNTS.narrow(queries.accounts(village), query), [Account.code], query)


@blueprint.route(f"{BASE}/trial-balance")
@reads(schemas.TrialBalanceOutput, query=lists.TRIAL_BALANCE.query, permission="ledger.read")
def get_trial_balance(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """Every balance, and their sum by unit, which is zero."""
    rows = ledger.trial_balance(village)
    sums: dict[str, int] = {}
    for row in rows:
        sums[row.unit.value] = sums.get(row.unit.value, 0) + row.balance
    return {"items": lists.TRIAL_BALANCE.sift(rows, query), "sums": sums}


@blueprint.route(f"{BASE}/audit")
@reads(schemas.AuditOutput, permission="ledger.audit")
def get_audit(village: str) -> dict[str, Any]:
    """Recompute the village's books from their rows: what isn't as it must be, by table and row."""
    check = audits.check_books(village, now=now())
    findings = [{**each.as_dict(), "sentence": audits.sentence(each)} for each in check.findings]
    return {**vars(check), "findings": findings, "holds": check.complete and not findings}


@blueprint.route(f"{BASE}/events")
@reads(schemas.EventPage, query=lists.EVENTS.query, permission="ledger.read")
def get_events(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """The village's events with what they moved, newest first."""
    chosen = lists.EVENTS.narrow(queries.events(village, query["account"]), query)
    found = page(chosen, [Event.seq.desc()], query)
    moved = queries.transfers_of(village, [event.seq for event in found["items"]])
    return {**found, "items": [event_output(event, moved[event.seq]) for event in found["items"]]}


def event_output(event: Event, transfers: list[Any]) -> dict[str, Any]:
    """An event with its transfers."""
    return {
        "id": event.id,
        "seq": event.seq,
        "voucher": event.voucher,
        "at": event.at,
        "kind": event.kind,
        "occurred_on": event.occurred_on,
        "reverses": event.reverses,
        "record": event.record,
        "transfers": [
            {
                "source": each.from_code,
                "target": each.to_code,
                "unit": each.unit,
                "amount": each.amount,
            }
            for each in transfers
        ],
    }


@blueprint.route(f"{BASE}/leaves")
@reads(schemas.LeavesOutput, query=schemas.RangeQuery, permission=None)
def get_leaves(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """The leaves that the caller may read: the fund's anyone, a household's itself."""
    actor = find_actor()
    start, end, following = bounds(village, query)
    household = None
    if actor is not None and actor.household_id is not None:
        own = db.session.get(Household, actor.household_id)
        household = own.account_code if own is not None and own.village == village else None
    items = queries.leaves(
        village,
        start,
        end,
        all_of_them=actor is not None and may(actor, "leaf.read", village),
        household=household,
    )
    return {"items": items, "next": following}


@blueprint.route(f"{BASE}/hashes")
@reads(schemas.HashesOutput, query=schemas.RangeQuery, permission=None)
def get_hashes(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """The leaf hashes, from which anyone recomputes the root."""
    start, end, following = bounds(village, query)
    return {"items": queries.hashes(village, start, end), "next": following}


def bounds(village: str, query: dict[str, Any]) -> tuple[int, int, int | None]:
    """Where a call's range begins and ends, and where the next one begins."""
    size = queries.log_size(village)
    start = query["start"]
    wanted = size if query["end"] is None else min(query["end"], size)
    end = min(wanted, start + schemas.HASHES_AT_MOST)
    return start, end, end if end < wanted else None


@blueprint.route(f"{BASE}/checkpoint")
@reads(None, permission=None, produces="text/plain")
def get_checkpoint(village: str) -> Response:
    """The newest checkpoint as a signed note."""
    return Response(
        queries.newest_checkpoint(village).note, content_type="text/plain; charset=utf-8"
    )


@blueprint.route(f"{BASE}/checkpoints")
@reads(schemas.CheckpointPage, query=lists.CHECKPOINTS.query, permission=None)
def get_checkpoints(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """The checkpoints, newest first."""
    chosen = lists.CHECKPOINTS.narrow(queries.checkpoints(village), query)
    return page(chosen, [Checkpoint.size.desc(), Checkpoint.origin.desc()], query)


@blueprint.route(f"{BASE}/key")
@reads(None, permission=None, produces="text/plain")
def get_key(village: str) -> Response:
    """The log's public key as verifiers take it, one a line for each origin that the log had."""
    text = "".join(each + "\n" for each in verifier_keys(village))
    return Response(text, content_type="text/plain; charset=utf-8")


@blueprint.route(f"{BASE}/proofs/<uuid:event_id>")
@reads(schemas.ProofOutput, query=schemas.ProofQuery, permission=None)
def get_proof(village: str, event_id: UUID, query: dict[str, Any]) -> dict[str, Any]:
    """That an event is in the log: hashes, never the leaf."""
    return queries.proof_of(village, event_id, query["size"])


@blueprint.route(f"{BASE}/consistency")
@reads(schemas.ConsistencyOutput, query=schemas.SizesQuery, permission=None)
def get_consistency(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """That the log of one size begins with the log of another."""
    return queries.consistency_of(village, query["start"], query["end"])


@blueprint.route(f"{BASE}/statements/<uuid:household_id>")
@reads(schemas.ProvenStatementOutput, permission="leaf.read", own=True)
def get_statement(village: str, household_id: UUID) -> dict[str, Any]:
    """A household's events with leaves and proofs: for itself, and the village's supervisors."""
    return operations.hand_out_statement(
        village=village, household_id=household_id, actor=current_actor(), now=now()
    )


@blueprint.route(f"{BASE}/export")
@reads(None, query=schemas.ExportQuery, permission=None, produces="application/gzip")
def get_export(village: str, query: dict[str, Any]) -> Response:
    """The log as a file for the stand-alone verifier; all of it for the village's supervisors."""
    return export_response(village, actor=find_actor(), **query)


export_api(blueprint, f"{BASE}/accounts", get_accounts, lists.ACCOUNTS)
export_api(blueprint, f"{BASE}/trial-balance", get_trial_balance, lists.TRIAL_BALANCE)
export_api(blueprint, f"{BASE}/events", get_events, lists.EVENTS)
export_api(blueprint, f"{BASE}/checkpoints", get_checkpoints, lists.CHECKPOINTS)
