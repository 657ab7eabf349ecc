"""The fund's lists that people narrow and take along: income, disbursements, months.

The public book has a sheet of its own.
"""

from flask_babel import lazy_gettext as _

from incentives.fund.models import Status
from incentives.fund.words import PLACES, SOURCES, purpose_word
from incentives.web.dates import month_word
from incentives.web.lists import Column, Filter, Kind, Listing, Look, member, words

STATES = {
    Status.APPLIED: _("To be evaluated"),
    Status.EVALUATED: _("To be approved"),
    Status.PUBLISHED: _("In notice"),
    Status.APPROVED: _("To be paid"),
    Status.PAID: _("Paid"),
    Status.RECEIVED: _("Received"),
    Status.RETURNED: _("Returned"),
    Status.REVERSED: _("Taken back"),
    Status.REJECTED: _("Not approved"),
    Status.WITHDRAWN: _("Withdrawn"),
}


INCOME = Listing(
    "income",
    _("What came in"),
    columns=[
        Column(_("On"), "received_on", Kind.DAY),
        Column(_("From where"), lambda each: SOURCES[member(each, "source")]),
        Column(_("Given by"), "giver"),
        Column(_("Yuan"), "amount_fen", Kind.YUAN),
        Column(_("Into"), lambda each: PLACES[member(each, "method")]),
        Column(_("Voucher"), "voucher"),
        Column(_("Note"), "note", Kind.LONG),
        Column(_("Entered at"), "entered_at", Kind.INSTANT),
        Column(_("Taken back at"), "reversed_at", Kind.INSTANT),
        Column(_("Taken back because"), "reversed_reason", Kind.LONG),
    ],
    named=True,
)

DISBURSEMENTS = Listing(
    "disbursements",
    _("Payments of the fund"),
    columns=[
        Column(_("Applied for at"), "applied_at", Kind.INSTANT),
        Column(_("For what"), lambda each: purpose_word(each["purpose"])),
        Column(_("To whom"), lambda each: each["payee"]["name"]),
        Column(_("Yuan"), "amount_fen", Kind.YUAN),
        Column(_("Reason"), "reason", Kind.LONG),
        Column(_("State"), lambda each: STATES[each["status"]]),
        Column(_("Applied for by"), "applied_by"),
        Column(_("Evaluated by"), "evaluated_by"),
        Column(
            _("Approved by"),
            lambda each: ", ".join(one["approver"] for one in each["approvals"]),
        ),
        Column(_("Paid by"), "paid_by"),
        Column(_("Paid on"), "paid_on", Kind.DAY),
        Column(_("Voucher"), "voucher"),
        Column(_("Came back (yuan)"), "returned_fen", Kind.YUAN),
        Column(_("Why it ended"), "ended_reason", Kind.LONG),
    ],
    filters=[Filter("status", _("State"), Look.CHOICE, options=words(STATES))],
    named=True,
)

BUDGETS = Listing(
    "budgets",
    _("Budgets"),
    columns=[
        Column(_("For what"), lambda each: purpose_word(member(each, "purpose"))),
        Column(_("Budget (yuan)"), "amount_fen", Kind.YUAN),
        Column(_("Spent (yuan)"), "spent_fen", Kind.YUAN),
        Column(_("Left (yuan)"), "left_fen", Kind.YUAN),
    ],
)

STATEMENTS = Listing(
    "bank_statements",
    _("Statements of the bank"),
    columns=[
        Column(_("From"), "from_on", Kind.DAY),
        Column(_("Until"), "to_on", Kind.DAY),
        Column(_("At the beginning (yuan)"), "opening_fen", Kind.YUAN),
        Column(_("At the end (yuan)"), "closing_fen", Kind.YUAN),
        Column(_("Lines"), lambda each: len(member(each, "lines")), Kind.NUMBER),
        Column(_("Entered at"), "entered_at", Kind.INSTANT),
    ],
)
MONTHS = Listing(
    "fund_months",
    _("Closed months"),
    columns=[
        Column(_("Month"), lambda each: month_word(member(each, "month"))),
        Column(_("Cash (yuan)"), "cash_fen", Kind.YUAN),
        Column(_("Bank (yuan)"), "bank_fen", Kind.YUAN),
        Column(_("Closed at"), "closed_at", Kind.INSTANT),
    ],
)
MANY = Listing(
    "disbursement_lists",
    _("Lists of payments"),
    columns=[
        Column(_("Applied for at"), "applied_at", Kind.INSTANT),
        Column(_("Name"), "title", Kind.LONG),
        Column(_("For what"), lambda each: purpose_word(member(each, "purpose"))),
        Column(_("Yuan"), "total_fen", Kind.YUAN),
    ],
)
