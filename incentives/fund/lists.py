"""The fund's lists that people narrow and take along: income, disbursements, months.

The public book has a sheet of its own.
"""

from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _
from marshmallow import fields, validate

from incentives.fund import words
from incentives.fund.models import (
    BankStatement,
    Disbursement,
    DisbursementList,
    Income,
    Method,
    MonthClose,
    Source,
)
from incentives.fund.queries.township import APPROVAL, EVALUATION
from incentives.fund.words import PLACES, SOURCES, STATES, purpose_options, purpose_word, stage_word
from incentives.register.lists import VILLAGE_NAME, in_village, with_village_names
from incentives.web.dates import month_word
from incentives.web.lists import (
    Column,
    Kind,
    Listing,
    choice,
    days,
    member,
    search,
    year,
)

INCOME_SOURCES = {each: SOURCES[each] for each in Source}
METHODS = {each: PLACES[each] for each in Method}


def a_purpose(**given: Any) -> fields.String:
    """The code of a purpose."""
    return fields.String(validate=validate.Length(max=20), **given)


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
    filters=[
        search(_("Giver, voucher or note"), Income.giver, Income.voucher, Income.note),
        choice("source", _("From where"), INCOME_SOURCES, Income.source),
        choice("method", _("Into"), METHODS, Income.method),
        *days(Income.received_on),
    ],
    named=True,
)

BEFORE_PAYMENT = [
    Column(_("Applied for at"), "applied_at", Kind.INSTANT),
    Column(_("For what"), lambda each: purpose_word(each["purpose"])),
    Column(_("To whom"), lambda each: each["payee"]["name"]),
    Column(_("Yuan"), "amount_fen", Kind.YUAN),
    Column(_("Reason"), "reason", Kind.LONG),
    Column(_("State"), stage_word),
    Column(_("Applied for by"), "applied_by"),
    Column(_("Evaluated by"), "evaluated_by"),
    Column(
        _("Approved by"),
        lambda each: str(_(", ")).join(one["approver"] for one in each["approvals"]),
    ),
]
DISBURSEMENTS = Listing(
    "disbursements",
    _("Payments of the fund"),
    columns=[
        *BEFORE_PAYMENT,
        Column(_("Paid by"), "paid_by"),
        Column(_("Paid on"), "paid_on", Kind.DAY),
        Column(_("Voucher"), "voucher"),
        Column(_("Came back (yuan)"), "returned_fen", Kind.YUAN),
        Column(_("Why it ended"), "ended_reason", Kind.LONG),
    ],
    filters=[
        search(_("Reason or voucher"), Disbursement.reason, Disbursement.voucher),
        choice("status", _("State"), STATES, Disbursement.status),
        choice("purpose", _("For what"), purpose_options, Disbursement.purpose, a_purpose),
        *days(Disbursement.applied_at, _("Applied for from"), _("Applied for until")),
    ],
    named=True,
    url=lambda each: url_for("fund_pages.show", disbursement_id=each["id"]),
)

WAITS_FOR = {EVALUATION: _("evaluation"), APPROVAL: _("approval")}
SENT_UP = Listing(
    "disbursements_sent_up",
    _("Sent up by villages: money"),
    columns=[
        VILLAGE_NAME,
        Column(_("Waits for"), lambda each: WAITS_FOR[each["step"]]),
        Column(_("Why it was sent up"), lambda each: words.SENT_UP[each["why"]], Kind.LONG),
        *BEFORE_PAYMENT,
    ],
    filters=[
        search(_("To whom or reason"), "payee_name", "reason"),
        in_village("village"),
        choice("step", _("Waits for"), WAITS_FOR, "step"),
        choice("why", _("Why it was sent up"), words.SENT_UP, "why"),
        choice("purpose", _("For what"), purpose_options, "purpose", a_purpose),
        *days("applied_at", _("Applied for from"), _("Applied for until")),
    ],
    named=True,
    paged=False,
    rows=with_village_names,
    url=lambda each: url_for(
        "fund_pages.show", disbursement_id=each["id"], village=each["village"]
    ),
)

BUDGETS = Listing(
    "budgets",
    _("Budgets"),
    columns=[
        Column(_("For what"), lambda each: purpose_word(member(each, "purpose"))),
        Column(_("Budget (yuan)"), "amount_fen", Kind.YUAN),
        Column(_("Of that carried over (yuan)"), "carried_fen", Kind.YUAN),
        Column(_("Applied for (yuan)"), "applied_fen", Kind.YUAN),
        Column(_("Approved (yuan)"), "approved_fen", Kind.YUAN),
        Column(_("Spent (yuan)"), "spent_fen", Kind.YUAN),
        Column(_("Came back of earlier years (yuan)"), "of_before_fen", Kind.YUAN),
        Column(_("Left (yuan)"), "left_fen", Kind.YUAN),
    ],
    filters=[choice("purpose", _("For what"), purpose_options, "purpose", a_purpose)],
    paged=False,
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
    filters=[*days(BankStatement.to_on, _("Ends from"), _("Ends until"))],
)
MONTHS = Listing(
    "fund_months",
    _("Closed months"),
    columns=[
        Column(_("Month"), lambda each: month_word(member(each, "month"))),
        Column(_("Cash (yuan)"), "cash_fen", Kind.YUAN),
        Column(_("Bank (yuan)"), "bank_fen", Kind.YUAN),
        Column(_("Books closed at"), "closed_at", Kind.INSTANT),
    ],
    filters=[year(MonthClose.month)],
    url=lambda each: url_for("fund_pages.month", month=f"{member(each, 'month'):%Y-%m}"),
)
MANY = Listing(
    "disbursement_lists",
    _("Lists of payments"),
    columns=[
        Column(_("Applied for at"), "applied_at", Kind.INSTANT),
        Column(_("Name of the list"), "title", Kind.LONG),
        Column(_("For what"), lambda each: purpose_word(member(each, "purpose"))),
        Column(_("Yuan"), "total_fen", Kind.YUAN),
    ],
    filters=[
        search(_("Name of the list"), DisbursementList.title),
        choice("purpose", _("For what"), purpose_options, DisbursementList.purpose, a_purpose),
        *days(DisbursementList.applied_at),
    ],
    url=lambda each: url_for("fund_pages.show_list", list_id=member(each, "id")),
)
