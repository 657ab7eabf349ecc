"""Every link that somebody sees leads on: no page offers what its reader may not open."""

import re
from urllib.parse import urljoin, urlsplit

import pytest

from incentives.access import operations
from incentives.access.actor import SYSTEM, Assignment, Role
from incentives.clock import now
from incentives.ledger.seals import seal_all
from tests.factories import COUNTY, TOWNSHIP, VILLAGE, act
from tests.site import PASSWORD, USERS, make_site
from tests.web.test_fuzzing import make_things

OTHERS = {
    "reviewer above": (Role.REVIEWER, TOWNSHIP),
    "supervisor above": (Role.SUPERVISOR, TOWNSHIP),
    "responder": (Role.RESPONDER, TOWNSHIP),
    "overseer of all": (Role.OVERSEER, COUNTY),
}
LINK = re.compile(r'<a\b[^>]*\bhref="([^"]+)"')
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}|(?<=/)\d{1,6}(?=/|$)")
# One's own doing, not a dead end; what has no page of its own; and sheets, which take their time.
LEFT_OUT = re.compile(r"^/(language|logout|static|api)\b|.*\.(pdf|xlsx)\b|[a-z]+:")
# It says there that no shop's goods are theirs to set, and where one is opened.
EXPLAINED = {("administrator", "/desk/goods")}
AT_MOST = 120


def links_of(browser, begin: list[str]) -> dict[str, int]:
    """The status of one page of each kind that can be reached by links."""
    waiting, kinds, found = list(begin), set(), {}
    while waiting and len(found) < AT_MOST:
        path = waiting.pop(0)
        kind = ID.sub("…", urlsplit(path).path)
        if kind in kinds or LEFT_OUT.match(path):
            continue
        kinds.add(kind)
        answer = browser.get(path)
        content = answer.get_data()
        found[path] = answer.status_code
        if answer.status_code in (302, 303):
            waiting.append(answer.location)
        if answer.mimetype == "text/html":
            hrefs = [each.replace("&amp;", "&") for each in LINK.findall(content.decode())]
            waiting += [urljoin(path, each).partition("#")[0] for each in hrefs]
    return found


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
        found = links_of(site.browser(who.replace(" ", ".")), ["/", f"/v/{VILLAGE}"])
        opened += len(found)
        ends |= {(who, path, status) for path, status in found.items() if status >= 400}
    ends = {each for each in ends if (each[0], urlsplit(each[1]).path) not in EXPLAINED}
    assert not ends
    assert opened > 300


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_link_leads_the_public_astray(bare_app):
    site = make_site(bare_app, users=("shopkeeper",), publicity_days=0)
    make_things(site)
    found = links_of(site.app.test_client(), ["/", f"/v/{VILLAGE}", "/c", "/verify"])
    assert {path for path, status in found.items() if status >= 400} == set()
    assert len(found) > 20
