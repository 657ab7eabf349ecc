"""Pages as a reader comes upon them: by links, one or a few of each kind."""

import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from urllib.parse import urljoin, urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

LINK = re.compile(r'<a\b[^>]*\bhref="([^"]+)"')
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}|(?<=/)\d{1,6}(?=/|\.|$)")
# One's own doing, not what somebody reads; what has no page of its own.
LEFT_OUT = re.compile(r"^/(language|logout|static|api)\b|.*\.pdf\b|[a-z]+:")
SHEET = re.compile(r".*\.xlsx\b")


def kind_of(path: str) -> str:
    """What pages of one kind have in common: the path without what differs in it."""
    return ID.sub("…", urlsplit(path).path)


def crawl(
    browser: FlaskClient,
    begin: list[str],
    *,
    of_a_kind: int = 1,
    at_most: int = 120,
    sheets: bool = False,
) -> Iterator[tuple[str, TestResponse]]:
    """The pages that links lead to from `begin`, so many of each kind.

    With `sheets` the Excel sheets, too, which take their time.
    """
    waiting, kinds, opened = list(begin), Counter[str](), set[str]()
    while waiting and len(opened) < at_most:
        path = waiting.pop(0)
        if path in opened or kinds[kind_of(path)] >= of_a_kind or LEFT_OUT.match(path):
            continue
        if SHEET.match(path) and not sheets:
            continue
        kinds[kind_of(path)] += 1
        opened.add(path)
        answer = browser.get(path)
        content = answer.get_data()
        yield path, answer
        if answer.location is not None:
            waiting.append(answer.location)
        if answer.mimetype == "text/html":
            hrefs = LINK.findall(content.decode())
            waiting += [urljoin(path, unescape(each)).partition("#")[0] for each in hrefs]
