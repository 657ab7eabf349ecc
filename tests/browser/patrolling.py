"""A team whose leader walks with a phone, in a browser, and what its tests do and count."""

from playwright.sync_api import Page

from incentives.access import operations as access
from incentives.access.actor import SYSTEM, Assignment, Role
from incentives.awards.models import Award
from incentives.calls.models import Call
from incentives.clock import now
from incentives.extensions import db
from incentives.patrols.models import Finding, Patrol, PatrolScan
from tests.browser.conftest import LiveServer
from tests.factories import VILLAGE, act
from tests.patrols.scenes import Team, make_team_scene
from tests.site import PASSWORD

# What the walker's phone keeps.
PAGES = ("/patrol", "/patrol/shifts")


def make_team(server: LiveServer) -> Team:
    """The team, and `leader` as the user name of who leads it."""
    with server.app.app_context():
        scene = make_team_scene()
        act(
            lambda: (
                access.add_user(
                    username="leader",
                    name="扎西彭措",
                    password=PASSWORD,
                    roles=[Assignment(Role.CADRE, VILLAGE)],
                    resident_id=scene.leader_id,
                    actor=SYSTEM,
                    now=now(),
                )
                and None
            )
        )
        db.session.remove()
    return scene


def counts(server: LiveServer) -> list[int]:
    """Walks, scans, findings, calls and awards, as the database has them."""
    with server.app.app_context():
        found = [
            db.session.query(each).count() for each in (Patrol, PatrolScan, Finding, Call, Award)
        ]
        db.session.remove()
    return found


def set_off(page: Page) -> None:
    """Begin a walk, and wait until the service knows of it."""
    with page.expect_response("**/patrols"):
        page.locator("[data-part=set-off]").click()


def scan(page: Page, code: str) -> None:
    """A sign held before the phone's own camera opens its address."""
    page.evaluate("(code) => { window.location.hash = code; }", f"#{code}")
