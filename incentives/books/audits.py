"""The audit for supervisors: whether a village's books hold, by page and by API."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint
from flask_babel import lazy_gettext as _

from incentives.clock import now
from incentives.ledger.audit import Finding, audit_database
from incentives.ledger.examining import examine_with_seals
from incentives.ledger.queries import head
from incentives.ledger.seals import CHECKPOINTS, EVENTS
from incentives.web.pages import current_village, page, render

# What is checked while somebody waits, some seconds on a small machine; a longer log by command.
EVENTS_AT_ONCE = 50_000

blueprint = Blueprint("audit_pages", __name__)

SEALS_CHANGED = _("The seals can't be read, or were changed")
SENTENCES = {
    "database": _("The database has lost a guard: %(place)s"),
    "log_head": _("The log doesn't end where its vouchers lead"),
    "account": _("Account %(place)s isn't what its vouchers come to"),
    "event": _("Voucher %(voucher)s was changed, or breaks a rule of the books"),
    "transfer": _("What voucher %(voucher)s moves was changed, or breaks a rule of the books"),
    "event_detail": _("The text of voucher %(voucher)s is missing, or was changed"),
    "erasure": _("An erasure is on record for voucher %(voucher)s that nothing explains"),
    "leaf": _("The sealed text of voucher %(voucher)s is missing, or was changed"),
    "checkpoint": _("What was signed of the first %(place)s vouchers isn't of these books"),
    "allowance": _("More of %(place)s is held back for sales without signal than there is"),
    EVENTS: SEALS_CHANGED,
    CHECKPOINTS: SEALS_CHANGED,
    "actor_code": _("Code %(place)s is somebody's who stands in no voucher"),
}


@dataclass(frozen=True)
class Check:
    """What a check came to; `complete` says whether it was made: a long log isn't, here."""

    village: str
    events: int
    checked_at: datetime
    complete: bool
    findings: list[Finding]


def check_books(village: str, *, now: datetime) -> Check:
    """Audit a village's books with their seals, up to `EVENTS_AT_ONCE`, and the guards."""
    size = head(village).size
    if size > EVENTS_AT_ONCE:
        return Check(village, size, now, complete=False, findings=[])
    audited = examine_with_seals(village)
    findings = [*audit_database(), *audited.findings]
    return Check(village, audited.events, now, complete=True, findings=findings)


def sentence(finding: Finding) -> str:
    """A finding in plain words."""
    seq = finding.seq
    voucher = finding.place if seq is None else seq + 1
    return str(SENTENCES[finding.table]) % {"place": finding.place, "voucher": voucher}


@blueprint.get("/supervise/books")
@page(permission="ledger.audit")
def show_audit() -> Any:
    """Checks the village's books, and says what it found."""
    check = check_books(current_village().code, now=now())
    return render("books/audit.html", check=check, sentence=sentence)
