"""Which texts residents would read in Chinese, as Tibetan lacks them."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from babel.support import Translations
from flask_babel import get_locale

CATALOGUE = (
    Path(__file__).parents[1] / "incentives" / "translations" / "bo" / "LC_MESSAGES" / "messages.po"
)
MARKED = re.compile(r"(?:⟦|\\u27e6)(.*?)(?:⟧|\\u27e7)", re.DOTALL)


def mark_lacking(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on a page in Tibetan has ⟦the text⟧ where it would have Chinese."""
    with CATALOGUE.open("rb") as file:
        there = {
            message.id if isinstance(message.id, str) else message.id[0]
            for message in read_po(file)
            if message.id and any(message.string or ())
        }

    def marking(original: Callable[..., str]) -> Callable[..., str]:
        def look_up(self: Translations, message: str, *rest: Any) -> str:
            if str(get_locale()) == "bo" and message not in there:
                return f"⟦{message}⟧"
            return original(self, message, *rest)

        return look_up

    for name in ("gettext", "ugettext", "ngettext", "ungettext"):
        monkeypatch.setattr(Translations, name, marking(getattr(Translations, name)))


def lacking(page: str) -> set[str]:
    """The texts of a page that Tibetan lacks."""
    return set(MARKED.findall(page))
