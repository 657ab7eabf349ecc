"""Who walks when in the villages, as a township reads it in each language, on a phone, too."""

import pytest
from playwright.sync_api import expect

from incentives.access import operations as access
from incentives.access.actor import SYSTEM, Assignment, Role
from incentives.clock import now
from incentives.extensions import db
from tests.browser.conftest import DESKTOP, PHONE
from tests.factories import TOWNSHIP, act
from tests.patrols.scenes import make_team_scene
from tests.site import PASSWORD


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_overview_fits_its_screen_in_each_language(live_server, person, size):
    with live_server.app.app_context():
        team = make_team_scene()
        for days in (1, 4, 9):
            team.shift(days=days)
        act(
            lambda: (
                access.add_user(
                    username="overseer",
                    name="乡镇",
                    password=PASSWORD,
                    roles=[Assignment(Role.OVERSEER, TOWNSHIP)],
                    actor=SYSTEM,
                    now=now(),
                )
                and None
            )
        )
        db.session.remove()
    overseer = person(size)
    overseer.sign_in("overseer")
    for language in ("bo", "en", "zh-CN"):
        page = overseer.open(f"/language/{language}?next=/overview/patrols")
        expect(page.locator("main .row")).to_have_count(3)
        overseer.shot(f"patrol-overview-{language}")
