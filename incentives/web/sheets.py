"""Sheets of A4 for the wall: one text for the page that a browser prints and for the PDF.

They are in Chinese with Tibetan headings, whatever language the reader of the page has chosen.
PDFs are laid out by WeasyPrint with the project's own fonts. It needs Pango and HarfBuzz from the
system: it is loaded when the first PDF is wanted, and a server without them answers `unavailable`.
"""

import atexit
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import structlog
from flask import Flask, Response, current_app, render_template
from flask_babel import force_locale, gettext
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from markupsafe import Markup

from incentives.errors import Unavailable

CHINESE, TIBETAN = "zh_Hans_CN", "bo"
PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
STYLES = ("tokens", "sheets", "pdf")

log = structlog.get_logger()
# The fonts are shared by all sheets, and two threads must not lay out with them at once.
laying_out = threading.Lock()


def init_app(app: Flask) -> None:
    """Let templates write headings in both languages."""
    app.jinja_env.globals["bilingual"] = bilingual


@contextmanager
def for_the_wall() -> Iterator[None]:
    """Texts within are Chinese."""
    with force_locale(CHINESE):
        yield


def bilingual(message: str | LazyString) -> Markup:
    """A heading in Chinese, with the Tibetan below it where there is one."""
    lazy = message if isinstance(message, LazyString) else LazyString(gettext, message)
    with force_locale(CHINESE):
        chinese = str(lazy)
    with force_locale(TIBETAN):
        tibetan = str(lazy)
    if tibetan in (chinese, message):
        return Markup("{}").format(chinese)
    return Markup('{} <span class="below" lang="bo">{}</span>').format(chinese, tibetan)


def sheet_html(template: str, **context: Any) -> Markup:
    """A sheet's text, for a page or a PDF."""
    with for_the_wall():
        return Markup(render_template(template, **context))  # noqa: S704 -- a template's output


def sheet_response(sheet: Markup, *, title: str, name: str) -> Response:
    """A sheet as a PDF, kept under the name; `unavailable` where the system lacks the libraries."""
    document = render_template("pdf.html", sheet=sheet, title=title)
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(pdf_of(document), content_type="application/pdf", headers=headers)


def pdf_of(document: str) -> bytes:
    """Lay a document out as PDF, with the styles of sheets; it can load nothing else."""
    try:
        import weasyprint
    except OSError as missing:
        log.exception("PDFs need libraries of the system", packages=PACKAGES)
        detail = _("This server can't make PDFs yet. Print the page instead.")
        raise Unavailable(detail) from missing
    with laying_out:
        styles, fonts = styles_of(current_app.static_folder or "")
        nothing = weasyprint.urls.URLFetcher(allowed_protocols=("data",))
        html = weasyprint.HTML(string=document, url_fetcher=nothing)
        content: bytes = html.write_pdf(stylesheets=styles, font_config=fonts)
        return content


@cache
def styles_of(folder: str) -> tuple[list[Any], Any]:
    """The style sheets, parsed once with the fonts that they bring.

    WeasyPrint keeps the fonts in a folder of temporary files, which it can delete only while its
    modules are still there: they are let go of before the interpreter takes itself apart.
    """
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    own = weasyprint.urls.URLFetcher(allowed_protocols=("file",))
    styles = [
        weasyprint.CSS(
            filename=str(Path(folder) / "css" / f"{name}.css"), font_config=fonts, url_fetcher=own
        )
        for name in STYLES
    ]
    atexit.register(styles_of.cache_clear)
    return styles, fonts
