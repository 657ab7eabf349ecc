"""In which language a request is answered: Chinese unless the reader wishes otherwise."""

from dataclasses import dataclass

from flask import Flask, has_request_context, request, session
from flask_babel import force_locale, get_locale, gettext

from incentives.extensions import babel
from incentives.web.guard import guard


@dataclass(frozen=True)
class Language:
    """A language: its catalogue, its tag in HTML, its short label, its name in its own words."""

    catalogue: str
    html: str
    label: str
    name: str


LANGUAGES = {
    "zh-CN": Language("zh_Hans_CN", "zh-Hans", "中", "中文"),
    "bo": Language("bo", "bo", "བོད", "བོད་ཡིག"),
    "en": Language("en", "en", "EN", "English"),
}
DEFAULT = "zh-CN"
ACCEPTED = {"zh-CN": "zh-CN", "zh": "zh-CN", "zh-Hans": "zh-CN", "en": "en", "bo": "bo"}


def init_app(app: Flask) -> None:
    """Let texts be translated into the language of the request, a few into every one at once."""
    babel.init_app(app, locale_selector=catalogue)
    app.jinja_env.globals["all_languages"] = all_languages


def catalogue() -> str:
    """The catalogue of the request's language."""
    return LANGUAGES[current_language()].catalogue


def current_language() -> str:
    """`zh-CN`, `bo` or `en`.

    Pages go by the choice in the session, else the user's setting. The API goes by
    `Accept-Language`, else the user's setting. Chinese is the default of both: a browser's own
    language says little about who sits before a village's shared computer.
    """
    if not has_request_context():
        return DEFAULT
    chosen = accepted() if request.path.startswith("/api/") else session.get("language")
    if chosen not in LANGUAGES:
        chosen = getattr(guard.signed_in(), "language", None)
    return chosen if chosen in LANGUAGES else DEFAULT


def accepted() -> str | None:
    """The language that `Accept-Language` asks for, of those that we have."""
    best = request.accept_languages.best_match(list(ACCEPTED)) if request.accept_languages else None
    return ACCEPTED.get(best) if best else None


def in_language(name_zh: str, name_en: str | None) -> str:
    """A name in the reader's language, in Chinese where there is no English one.

    It goes by the texts around it: a sheet for the wall is in Chinese whoever prints it.
    """
    return name_en if name_en and reading() == "en" else name_zh


def reading() -> str:
    """The language of the texts around: `zh`, `bo` or `en`."""
    return str(get_locale())[:2]


def all_languages(message: str) -> list[tuple[str, str]]:
    """A text in every language that we have, the reader's first, each after its tag in HTML.

    For the little that must be understood whatever language the last reader of this screen chose.
    """
    said = {}
    for each in sorted(LANGUAGES, key=lambda name: name != current_language()):
        with force_locale(LANGUAGES[each].catalogue):
            said[gettext(message)] = LANGUAGES[each].html
    return [(tag, text) for text, tag in said.items()]
