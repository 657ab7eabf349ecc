"""Every link that somebody sees leads on: no page offers what its reader may not open."""

from urllib.parse import urlsplit

import pytest

from incentives.access import operations
from incentives.access.actor import SYSTEM, Assignment, Role
from incentives.clock import now
from incentives.ledger.seals import seal_all
from tests.crawling import crawl
from tests.factories import COUNTY, TOWNSHIP, VILLAGE, act
from tests.site import PASSWORD, USERS, make_site
from tests.web.test_fuzzing import make_things

OTHERS = {
    "reviewer above": (Role.REVIEWER, TOWNSHIP),
    "supervisor above": (Role.SUPERVISOR, TOWNSHIP),
    "responder": (Role.RESPONDER, TOWNSHIP),
    "overseer of all": (Role.OVERSEER, COUNTY),
}
# It says there that no shop's goods are theirs to set, and where one is opened.
EXPLAINED = {("administrator", "/desk/goods")}


def statuses(browser, begin: list[str]) -> dict[str, int]:
    """The status of one page of each kind that can be reached by links."""
    return {path: answer.status_code for path, answer in crawl(browser, begin)}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_link_leads_to_what_its_reader_may_not_open(bare_app):
    site = make_site(bare_app, publicity_days=0)
    make_things(site)
    with bare_app.app_context():
        seal_all(now=now())
        for name, (role, division) in OTHERS.items():
            act(
                lambda name=name, role=role, division=division: (
                    operations.add_user(
                        username=name.replace(" ", "."),
                        name=name,
                        password=PASSWORD,
                        roles=[Assignment(role, division)],
                        actor=SYSTEM,
                        now=now(),
                    )
                    and None
                )
            )
    opened, ends = 0, set()
    for who in (*USERS, *OTHERS):
        found = statuses(site.browser(who.replace(" ", ".")), ["/", f"/v/{VILLAGE}"])
        opened += len(found)
        ends |= {(who, path, status) for path, status in found.items() if status >= 400}
    ends = {each for each in ends if (each[0], urlsplit(each[1]).path) not in EXPLAINED}
    assert not ends
    assert opened > 300


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_link_leads_the_public_astray(bare_app):
    site = make_site(bare_app, users=("shopkeeper",), publicity_days=0)
    make_things(site)
    found = statuses(site.app.test_client(), ["/", f"/v/{VILLAGE}", "/c", "/verify"])
    assert {path for path, status in found.items() if status >= 400} == set()
    assert len(found) > 20
