"""Keeps the catalogues: texts of code and templates in, catalogues compiled out.

`update` takes every text into `incentives/translations/*/LC_MESSAGES/messages.po`; `compile` makes
of them what is loaded; `check` refuses texts that a catalogue lacks, that aren't translated, or
whose placeholders differ. A text that Tibetan doesn't have yet is shown in Chinese.
"""

import io
import re
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "incentives" / "translations"
LANGUAGES = ("zh_Hans_CN", "en", "bo")
WHOLE = ("zh_Hans_CN",)  # languages in which nothing may be missing
KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2), "bilingual": None}
PLACE = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


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


def untranslated(catalog: Catalog) -> list[str]:
    """The texts without a translation."""
    found = []
    for message in catalog:
        if not message.id:
            continue
        texts = message.string if isinstance(message.string, tuple | list) else [message.string]
        if not all(texts):
            found.append(str(message.id))
    return found


def wrong_places(catalog: Catalog) -> list[str]:
    """The texts whose translation lacks a placeholder, or has another one."""
    found = []
    for message in catalog:
        ids = message.id if isinstance(message.id, tuple | list) else [message.id]
        texts = message.string if isinstance(message.string, tuple | list) else [message.string]
        wanted = set(PLACE.findall(ids[-1])) if message.id else set()
        if message.id and any(set(PLACE.findall(text)) != wanted for text in texts if text):
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
                    message.string = chinese[message.id].string
        with path_of(language).with_suffix(".mo").open("wb") as file:
            write_mo(file, catalog)
    return 0


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
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    commands = {"check": check, "compile": compile_all, "update": update}
    sys.exit(commands[sys.argv[1]]())
