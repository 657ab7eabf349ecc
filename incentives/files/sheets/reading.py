"""The sheets of an uploaded file, as cells: .xlsx and .xls in a process of their own, or .csv.

What banks call .xls is often none: a table of texts with tabs, which is read, or a page of HTML.
"""

import csv
import io
import json
import re
import subprocess
import sys
import unicodedata
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask_babel import force_locale
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from incentives.web.languages import LANGUAGES

CHILD = Path(__file__).with_name("child.py")
BYTES_AT_MOST = 10 * 1024 * 1024
UNZIPPED_AT_MOST = 60 * 1024 * 1024
PARTS_AT_MOST = 500
ROWS_AT_MOST = 5_000
SECONDS = 20
ZIP, COMPOUND = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
# What `zipfile` raises of an archive that is damaged, of a newer kind, or with a name in no UTF-8.
NO_ARCHIVE = (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError)
# How village computers write a .csv: Excel's "UTF-8", or the national standard.
ENCODINGS = ("utf-8-sig", "gb18030")
# A tab that parts two cells: .csv files have them inside cells, beside a comma or a quote.
TAB = re.compile(r"""[^,"\t\r\n]\t[^,"\t\r\n]""")
HTML = re.compile(r"\s*<(!doctype|html|table|meta|\?xml)", re.IGNORECASE)
SAVE_AGAIN = _("This file can't be read: save it as .xlsx, without a password, and bring it again")


class Unreadable(Exception):
    """The file as a whole can't be taken; `detail` says why."""

    def __init__(self, detail: str | LazyString) -> None:
        super().__init__("unreadable")
        self.detail = detail


@dataclass(frozen=True)
class Sheet:
    """A sheet: its name (None in a .csv), its rows of cells, the places of its formulas."""

    name: str | None
    rows: list[list[Any]]
    formulas: frozenset[tuple[int, int]] = field(default_factory=frozenset)


def read_sheets(content: bytes) -> list[Sheet]:
    """The sheets of a file by its own bytes, whatever its name says.

    Refuses more than 10 MiB, what would unzip to more than 60 MiB, what is damaged, locked by a
    password or no workbook, and what takes more memory or time to read than a paper book can.
    """
    if len(content) > BYTES_AT_MOST:
        raise Unreadable(_("A file may have up to 10 MiB"))
    if content.startswith(ZIP):
        refuse_bomb(content)
        return read_workbook(content)
    if content.startswith(COMPOUND):
        return read_workbook(content)
    return [read_csv(content)]


def refuse_bomb(content: bytes) -> None:
    """Refuse an archive that says that it unzips to too much; one that lies meets the limits."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except NO_ARCHIVE as error:
        raise Unreadable(_("This file is damaged")) from error
    if len(parts) > PARTS_AT_MOST or sum(each.file_size for each in parts) > UNZIPPED_AT_MOST:
        raise Unreadable(_("This file is too large when unpacked"))


def read_workbook(content: bytes) -> list[Sheet]:
    """The sheets of a workbook, read by `child.py`."""
    command = [sys.executable, "-I", str(CHILD), str(ROWS_AT_MOST + 2)]
    try:
        # Our own interpreter and our own file; the upload is only ever its standard input.
        answer = subprocess.run(  # noqa: S603
            command, input=content, capture_output=True, timeout=SECONDS, env={}, check=True
        )
        sheets = json.loads(answer.stdout)
    except (subprocess.SubprocessError, ValueError) as error:
        raise Unreadable(SAVE_AGAIN) from error
    return [
        Sheet(each["name"], each["rows"], frozenset((row, col) for row, col in each["formulas"]))
        for each in sheets
    ]


def read_csv(content: bytes) -> Sheet:
    """The one sheet of a .csv, or of texts parted by tabs; refuses what is no text, and HTML."""
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        text = "\0"
    if "\0" in text or not text.strip():
        raise Unreadable(_("Bring a workbook (.xlsx, .xls) or a .csv"))
    if HTML.match(text):
        raise Unreadable(SAVE_AGAIN)
    rows: list[list[Any]] = []
    delimiter = "\t" if TAB.search(text) else ","
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append([cell or None for cell in row])
            if len(rows) > ROWS_AT_MOST + 1:
                break
    except csv.Error as error:
        raise Unreadable(_("This file is damaged")) from error
    return Sheet(None, rows)


def shown(cell: Any) -> str:
    """A cell as a person reads it, cut to what a form can show."""
    if cell is None:
        return ""
    if isinstance(cell, list):
        return str(cell[0])[:60]
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(str(cell).split())[:60]


def folded(text: str) -> str:
    """A text as texts are compared: full-width letters and blanks make no difference."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def in_every_language(text: LazyString) -> set[str]:
    """What a text is in each of our languages, as texts are compared."""
    names = set()
    for language in LANGUAGES.values():
        with force_locale(language.catalogue):
            names.add(folded(str(text)).casefold())
    return names
