"""The fund's papers: the receipt that thanks a giver, and the one that a payee signs.

Both carry the entry's number and the QR by which anyone checks it against the log.
"""

from uuid import UUID

from flask import Response
from sqlalchemy import select

from incentives.access.queries import person_names
from incentives.books.queries import receipt_codes
from incentives.cards.paper import printed_checkpoint, printed_receipt
from incentives.errors import WrongState
from incentives.extensions import db
from incentives.fund import queries, words
from incentives.fund.amount_words import amount_in_words
from incentives.fund.models import Disbursement, Income
from incentives.fund.operations.keeping import last_day_kept
from incentives.ledger.models import Event
from incentives.web.guard import get_village
from incentives.web.sheets import for_the_wall, sheet_html, sheet_response


def entry_number(event_id: UUID) -> int:
    """The number that people quote for an event."""
    return int(db.session.scalars(select(Event.seq).where(Event.id == event_id)).one()) + 1


def income_receipt_pdf(income: Income) -> Response:
    """The receipt of what came in, with thanks; refuses one that was taken back."""
    if income.reversed_event_id is not None:
        raise WrongState()
    number = entry_number(income.event_id)
    sheet = sheet_html(
        "fund/income_receipt.html",
        village=get_village(income.village),
        income=income,
        number=number,
        code=receipt_codes(income.village, [number - 1])[number - 1],
        amount_words=amount_in_words(income.amount_fen),
        receipt=printed_receipt(income.village, income.event_id),
        checkpoint=printed_checkpoint(income.village),
        entered_by=person_names([income.entered_by]).get(income.entered_by, ""),
        words=words,
    )
    name = f"receipt-{income.village}-{number}"
    return sheet_response(sheet, title=name, name=f"{name}.pdf")


def payee_receipt_pdf(disbursement: Disbursement) -> Response:
    """The form that a payee signs for money received; refuses what isn't paid."""
    if disbursement.event_id is None or disbursement.paid_on is None:
        raise WrongState()
    number = entry_number(disbursement.event_id)
    with for_the_wall():
        payee = queries.disbursement_views([disbursement])[0].payee.name
    names = person_names([disbursement.paid_by])
    sheet = sheet_html(
        "fund/payee_receipt.html",
        village=get_village(disbursement.village),
        it=disbursement,
        payee=payee,
        number=number,
        code=receipt_codes(disbursement.village, [number - 1])[number - 1],
        amount_words=amount_in_words(disbursement.amount_fen),
        receipt=printed_receipt(disbursement.village, disbursement.event_id),
        paid_by="" if disbursement.paid_by is None else names.get(disbursement.paid_by, ""),
        kept_until=last_day_kept(disbursement.paid_on),
        words=words,
    )
    name = f"payee-{disbursement.village}-{number}"
    return sheet_response(sheet, title=name, name=f"{name}.pdf")
