"""What is said under the header: that a counter waits for a cadre, or was stopped."""

from flask_babel import gettext

from incentives.access.actor import Actor, find_actor
from incentives.access.permissions import may
from incentives.cards import queries
from incentives.clock import now
from incentives.web.guard import Village


def waits(actor: Actor, village: Village) -> int:
    """How many counters wait for this cadre."""
    return len(queries.waiting_vouches(actor, village.code, now=now()))


def bands(village: Village | None) -> list[dict[str, str]]:
    """What a cadre or a supervisor is told under the header of every page."""
    actor = find_actor()
    if village is None or actor is None:
        return []
    told = []
    if may(actor, "vouch.answer", village.code) and waits(actor, village):
        told.append(
            {
                "kind": "waiting",
                "text": gettext("Somebody is at the counter without a PIN: do you know them?"),
                "url": "/desk/vouches",
                "label": gettext("Look who it is"),
            }
        )
    if may(actor, "audit.read", village.code) and queries.has_new_alarm(village.code, now=now()):
        told.append(
            {
                "kind": "locked",
                "text": gettext("A counter was stopped after 20 wrong PINs or numbers."),
                "url": "/supervise/cards",
                "label": gettext("Look where"),
            }
        )
    return told
