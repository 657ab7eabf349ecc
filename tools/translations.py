"""Keeps the catalogues: texts of code and templates in, catalogues compiled out.

`update` takes every text into `incentives/translations/*/LC_MESSAGES/messages.po`; `compile` makes
of them what is loaded; `check` refuses texts that a catalogue lacks, that aren't translated, or
whose placeholders differ. What residents read is there in Tibetan, with the digits that numbers
have; another text that Tibetan doesn't have yet is shown in Chinese.
"""

import io
import re
import sys
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "incentives" / "translations"
LANGUAGES = ("zh_Hans_CN", "en", "bo")
WHOLE = ("zh_Hans_CN",)  # languages in which nothing may be missing
KEYWORDS = {
    "_": None,
    "N_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "bilingual": None,
    "all_languages": None,
}
# Where a household reads of its points, claims and objections, and everybody of notices and rules.
READ_BY_RESIDENTS = (
    *(f"templates/access/{name}.html" for name in ("login", "me")),
    *(
        f"templates/awards/{name}.html"
        for name in (
            "claim_new",
            "claim_parts",
            "claims",
            "claims_section",
            "no_rules",
            "own",
            "own_list",
            "own_section",
            "rules",
            "rules_print",
            "versions",
            "versions_parts",
        )
    ),
    "templates/books/verify.html",
    *(
        f"templates/calls/{name}.html"
        for name in (
            "emergency",
            "fields",
            "follow",
            "numbers",
            "own_section",
            "public",
            "report",
        )
    ),
    *(f"templates/cards/{name}.html" for name in ("account", "open", "phone")),
    *(f"templates/clearing/{name}.html" for name in ("household", "list")),
    "templates/fund/book.html",
    *(
        f"templates/notices/{name}.html"
        for name in (
            "list",
            "object",
            "object_claim",
            "object_own",
            "objection_parts",
            "own",
            "print",
            "section",
            "show",
        )
    ),
    *(f"templates/patrols/{name}.html" for name in ("own_section", "own_shifts", "walk")),
    *(f"templates/shop/{name}.html" for name in ("own_section", "prices")),
    *(f"templates/web/{name}.html" for name in ("problem", "start", "village")),
    *(
        f"templates/components/{name}.html"
        for name in (
            "filter",
            "form",
            "listing",
            "pager",
            "scanner",
            "timeline",
        )
    ),
    *(
        f"incentives/awards/{name}.py"
        for name in (
            "operations/caps",
            "operations/claiming",
            "operations/entries",
            "operations/evidence",
            "operations/mending",
            "pages/claims",
            "pages/own",
            "telling",
            "timeline",
        )
    ),
    *(
        f"incentives/calls/{name}.py"
        for name in ("operations/following", "operations/reporting", "pages/public")
    ),
    "incentives/cards/pages/own.py",
    *(f"incentives/clearing/{name}.py" for name in ("lists", "pages", "telling")),
    *(f"incentives/errors/{name}.py" for name in ("callers", "matters", "requests")),
    *(f"incentives/files/{name}.py" for name in ("contents", "schemas")),
    *(
        f"incentives/notices/{name}.py"
        for name in (
            "described",
            "lists",
            "operations/claims",
            "operations/disputes",
            "operations/objecting",
            "pages/own",
            "pages/public",
            "queries/objections",
            "telling",
        )
    ),
    *(
        f"incentives/patrols/{name}.py"
        for name in ("operations/closing", "operations/walking", "pages/walk", "queries/places")
    ),
    "incentives/register/lines.py",
    *(f"incentives/web/{name}.py" for name in ("dates", "parsing", "schemas", "sentences")),
)
PLACE = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
# Letters of another language, other digits than numbers have, and a Latin colon after a shad.
ODD_IN_TIBETAN = re.compile(r"[\u3400-\u9fff\uff00-\uffef]|[\u0f20-\u0f33]|\u0f0d\s*:")


def extracted() -> Catalog:
    """Every text that code and templates have, in English."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    catalog = Catalog(project="Jishan", charset="utf-8")
    for name, line, message, comments, context in extract_from_dir(
        ROOT, methods, options, keywords=KEYWORDS, comment_tags=("Translators:",)
    ):
        if message:
            catalog.add(message, None, [(name, line)], auto_comments=comments, context=context)
    return catalog


def path_of(language: str) -> Path:
    """A language's catalogue."""
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


def read(language: str) -> Catalog:
    """A language's catalogue as it stands; an empty one where there is none."""
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=None, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=None if language == "bo" else language)


def update() -> int:
    """Take new texts in and those that are gone out; translations stay."""
    template = extracted()
    for language in LANGUAGES:
        catalog = read(language)
        catalog.update(template, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        path_of(language).parent.mkdir(parents=True, exist_ok=True)
        path_of(language).write_bytes(written(catalog))
        print(f"{language}: {len(untranslated(catalog))} of {len(catalog)} not translated")
    return 0


def written(catalog: Catalog) -> bytes:
    """A catalogue's file: sorted, without the times and lines that would change each day."""
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=100, sort_output=True, omit_header=False, include_lineno=False)
    lines = buffer.getvalue().decode().splitlines(keepends=True)
    return "".join(line for line in lines if '"POT-Creation-Date' not in line).encode()


def texts_of(message: Message) -> list[str]:
    """A text's translation, in each of its forms."""
    return (
        list(message.string) if isinstance(message.string, tuple | list) else [message.string or ""]
    )


def untranslated(catalog: Catalog) -> list[str]:
    """The texts without a translation."""
    return [str(each.id) for each in catalog if each.id and not all(texts_of(each))]


def odd(catalog: Catalog) -> list[str]:
    """The texts whose Tibetan has other letters, other digits or a colon after a shad."""
    return [
        str(each.id)
        for each in catalog
        if each.id and any(ODD_IN_TIBETAN.search(text) for text in texts_of(each))
    ]


def wrong_places(catalog: Catalog) -> list[str]:
    """The texts whose translation lacks a placeholder, or has another one."""
    found = []
    for message in catalog:
        ids = message.id if isinstance(message.id, tuple | list) else [message.id]
        wanted = set(PLACE.findall(ids[-1])) if message.id else set()
        if message.id and any(
            set(PLACE.findall(text)) != wanted for text in texts_of(message) if text
        ):
            found.append(str(message.id))
    return found


def compile_all() -> int:
    """Make the files that are loaded."""
    chinese = {message.id: message for message in read("zh_Hans_CN") if message.id}
    for language in LANGUAGES:
        catalog = read(language)
        if language == "bo":
            for message in catalog:
                if message.id and not any(message.string or ()) and message.id in chinese:
                    message.string = as_chinese(message.string, chinese[message.id].string)
        with path_of(language).with_suffix(".mo").open("wb") as file:
            write_mo(file, catalog)
    return 0


def as_chinese(empty: str | tuple[str, ...], chinese: str | tuple[str, ...]) -> Any:
    """The Chinese text in as many forms as another language has: Chinese knows one number only."""
    return chinese if isinstance(empty, str) else (chinese[0],) * len(empty)


def unread() -> list[str]:
    """Texts that residents read and that aren't there in Tibetan."""
    missing = set(untranslated(read("bo")))
    return [
        f"{path}: {message.id}"
        for message in extracted()
        if str(message.id) in missing
        for path in sorted({path for path, _line in message.locations} & set(READ_BY_RESIDENTS))
    ]


def check() -> int:
    """Refuse catalogues that don't have every text, translated and with its placeholders."""
    template, problems = extracted(), []
    known = {message.id for message in template if message.id}
    for language in LANGUAGES:
        catalog = read(language)
        has = {message.id for message in catalog if message.id}
        problems += [f"{language} lacks: {text}" for text in known - has]
        problems += [f"{language} has in vain: {text}" for text in has - known]
        problems += [f"{language}, placeholders: {text}" for text in wrong_places(catalog)]
        if language in WHOLE:
            problems += [f"{language}, not translated: {text}" for text in untranslated(catalog)]
    problems += [f"bo, read by residents: {text}" for text in unread()]
    problems += [f"bo, letters, digits or a colon: {text}" for text in odd(read("bo"))]
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    commands = {"check": check, "compile": compile_all, "update": update}
    sys.exit(commands[sys.argv[1]]())
