"""Recovery in words: the band under the header, and a line of the list."""

from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from incentives.recovery.models import LostItem, LostKind
from incentives.recovery.queries import Reopening, reopenings
from incentives.recovery.state import reads_only
from incentives.web.dates import day_word, instant_word
from incentives.web.guard import Village, allows, guard

# What of a record can be lost, as rooms name it.
FACTS = {
    "voucher": lazy_gettext("voucher number"),
    "giver": lazy_gettext("who gave it"),
    "note": lazy_gettext("note"),
    "reason": lazy_gettext("reason"),
    "reviews": lazy_gettext("reviews"),
    "notice": lazy_gettext("notice"),
    "evaluation": lazy_gettext("evaluation"),
    "approvals": lazy_gettext("approvals"),
    "checks": lazy_gettext("who checked it"),
}


def bands(village: Village | None) -> list[dict[str, str]]:
    """What every page says while the books wait, and a village's pages of a log opened anew."""
    found = []
    if reads_only():
        text = _(
            "Only reading is possible for now: the books and what was signed of them don't agree,"
            " which must first be put right. Nothing that you send is kept; the administrator and"
            " the supervision committee are at it."
        )
        found.append({"kind": "locked", "text": text} | way_on())
    if village is not None:
        found += [band_of(village.code, each) for each in reopenings(village.code)]
    return found


def band_of(village: str, reopening: Reopening) -> dict[str, str]:
    """What a village's pages say of a log opened anew, and where its notice is."""
    url = notice_path(village, reopening.voucher)
    text = tell_reopening(reopening)
    return {"kind": "info", "text": text, "url": url, "label": _("The notice to be put up")}


def notice_path(village: str, voucher: int) -> str:
    """Where the sheet stands that says on the board that a log was opened anew."""
    return f"/v/{village}/ledger/reopenings/{voucher}.pdf"


def tell_reopening(reopening: Reopening) -> str:
    """That a log was opened anew, and what is lost."""
    day = day_word(reopening.on)
    if reopening.lost:
        return _(
            "This village's log was opened anew on %(day)s, as its seals were lost or damaged:"
            " voucher %(voucher)s says so. %(count)s events before it are lost.",
            day=day,
            voucher=reopening.voucher,
            count=reopening.lost,
        )
    if reopening.whole:
        return _(
            "This village's log was opened anew on %(day)s, as its seals were damaged: voucher"
            " %(voucher)s says so. Nothing that was signed before it is missing.",
            day=day,
            voucher=reopening.voucher,
        )
    return _(
        "This village's log was opened anew on %(day)s, as its seals were lost or damaged:"
        " voucher %(voucher)s says so. What was entered last before it may be missing.",
        day=day,
        voucher=reopening.voucher,
    )


def way_on() -> dict[str, str]:
    """Where those who can do something about it read what to do."""
    if not allows(guard.signed_in(), "recovery.read", None, own=False):
        return {}
    return {"url": "/recovery", "label": _("What to do now")}


def tell_item(item: LostItem) -> str:
    """A line of the list, in a sentence."""
    data = item.data
    voucher = "" if item.seq is None else str(item.seq + 1)
    sentences = {
        LostKind.RECORD: _(
            "The record of voucher %(voucher)s is lost (%(moves)s): keep the paper that says who"
            " and what it was for.",
            voucher=voucher,
            moves=tell_moves(data.get("moves", [])),
        ),
        LostKind.FACTS: _(
            "The record of voucher %(voucher)s is back, but without: %(facts)s.",
            voucher=voucher,
            facts=", ".join(str(FACTS[each]) for each in data.get("facts", [])),
        ),
        LostKind.DETAIL: _(
            "What voucher %(voucher)s was for is lost (rule, goods or reason).", voucher=voucher
        ),
        LostKind.STOCK_MOVEMENT: _(
            "The goods of voucher %(voucher)s didn't leave or enter the stock here: count the"
            " shelf.",
            voucher=voucher,
        ),
        LostKind.VILLAGE: _("This village was not served in the backup: it is served again."),
        LostKind.HOUSEHOLD: _(
            "A household was registered after the backup (points account h.%(code)s): its people,"
            " door and card must be entered again%(number)s.",
            code=data.get("code", ""),
            number="" if "number" not in data else f" (#{data['number']})",
        ),
        LostKind.SHOP: _(
            "A shop was opened after the backup (account shop.%(number)s): it must be entered"
            " again.",
            number=data.get("number", ""),
        ),
        LostKind.UNSIGNED: _(
            "Voucher %(voucher)s was written down to be signed, but not signed: compare it with"
            " paper.",
            voucher=voucher,
        ),
        LostKind.LEASE: _(
            "A terminal's offline allowance of %(points)s points for %(households)s households was"
            " ended: its sales come in as late.",
            points=data.get("points", 0),
            households=data.get("households", 0),
        ),
    }
    return sentences.get(item.kind) or tell_since(data)


def tell_since(data: dict[str, Any]) -> str:
    """From where to where a village was caught up, and what that means."""
    return _(
        "The backup held %(before)s events, to %(from_at)s; the seals brought back those up to"
        " %(after)s, of %(to_at)s. Lost is what was acknowledged in the last minute after that,"
        " and all that was entered between and is in no event: proposals, reviews, notices,"
        " cards, PINs, people, stock, files, calls, patrols, erasures. Go through your papers from"
        " that day on.",
        before=data.get("from_events", 0),
        after=data.get("to_events", 0),
        from_at=tell_time(data.get("from_at")),
        to_at=tell_time(data.get("to_at")),
    )


def tell_time(text: str | None) -> str:
    """A kept time, as people in the village say it."""
    if text is None:
        return "-"
    return instant_word(datetime.fromisoformat(text))


def tell_moves(moves: list[list[Any]]) -> str:
    """What an event moved, in its accounts' codes."""
    return "; ".join(
        f"{one} → {other}: "
        + (_("%(points)s points", points=amount) if unit == "point" else f"¥{amount / 100:,.2f}")
        for one, other, unit, amount in moves
    )
