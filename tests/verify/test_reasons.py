"""What the page's checks say in English is said in the reader's language."""

import re
from pathlib import Path

from incentives.books.reasons import REASONS

MODULES = Path(__file__).parents[2] / "incentives" / "static" / "js" / "verify"
SAID = re.compile(
    r"""(?:new\ (?:Error|Unchecked|NotSigned)\(|tell\('\w+',|finding\('\w+',)"""
    r"""\s*(['"`])(.*?)\1""",
    re.DOTALL,
)
# A hash that isn't written as one is told of as a path, a time by its bound.
NEVER_SHOWN = {"no hex", "no hex of that length", "> x"}


def test_every_reason_is_in_the_catalogue():
    known = [re.compile(re.sub(r"\\{\w+\\}", ".+", re.escape(each))) for each in REASONS]
    texts = {
        re.sub(r"\$\{[^}]*\}", "x", text)
        for path in MODULES.glob("*.js")
        for _quote, text in SAID.findall(path.read_text(encoding="utf-8"))
    }
    assert len(texts) > 30
    unknown = [each for each in texts if not any(one.fullmatch(each) for one in known)]
    assert set(unknown) == NEVER_SHOWN
