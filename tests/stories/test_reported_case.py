"""The county's reported case: 11:14 reported, 11:23 pushed, 11:30 on site, 14:24 repaired.

A villager reports a broken pipe on the village's page; a cadre looks at it nine minutes later and
sends it on; seven minutes after that the township's plumber stands there, who accepted by going; at
14:24 it is repaired: three hours and ten minutes after the report, 3 h 1 min after it was pushed.
"""

from datetime import UTC, datetime, timedelta

from incentives.calls.models import Call, CallStatus
from incentives.calls.outputs import followed_call
from incentives.calls.queries import call_by_secret
from incentives.calls.states import Action
from incentives.clock import VILLAGE_TIME, now
from incentives.extensions import db
from tests.calls.scenes import Scene

TIMES = ["11:14", "11:23", "11:30", "14:24"]


def test_reported_pushed_on_site_repaired(app, clock) -> None:
    scene = Scene()
    clock.now = datetime(2026, 3, 2, 11, 14, tzinfo=VILLAGE_TIME).astimezone(UTC)
    reported = scene.report()
    call_id = reported.call.id
    clock.forward(minutes=9)
    scene.push(call_id)
    clock.forward(minutes=7)
    scene.step(call_id, Action.ARRIVE)
    clock.forward(hours=2, minutes=54)
    scene.step(call_id, Action.RESOLVE, note="换了一段水管，已通水")
    db.session.rollback()
    call = db.session.get_one(Call, call_id)
    steps = (call.reported_at, call.pushed_at, call.on_site_at, call.resolved_at)
    assert [f"{each.astimezone(VILLAGE_TIME):%H:%M}" for each in steps] == TIMES
    assert call.accepted_at == call.on_site_at
    assert call.resolved_at - call.reported_at == timedelta(hours=3, minutes=10)
    assert call.resolved_at - call.pushed_at == timedelta(hours=3, minutes=1)
    assert (call.on_site_at < call.on_site_by, call.resolved_at < call.resolve_by) == (True, True)
    seen = followed_call(call_by_secret(reported.secret), now())
    assert seen["status"] is CallStatus.RESOLVED
    assert [each["action"] for each in seen["steps"]] == ["report", "push", "arrive", "resolve"]
    assert not seen["overdue"]
