"""What every room's routes share: transactions, idempotency, problems, cursors, forms, the shell.

A request is refused in one way, answered in one language, and writes in one transaction whose key,
answer and effect commit together. The room knows no other; what it must ask (who calls, which
village) the rooms above set in `guard`.
"""

from flask import Flask

from incentives.web import answers, headers, languages, pieces, sheets, states
from incentives.web.api import document


def init_app(app: Flask) -> None:
    """Prepare the API's document, the answers to refusals, the languages and the headers."""
    document.init_app(app, answers.answer_error)
    answers.init_app(app)
    languages.init_app(app)
    headers.init_app(app)
    sheets.init_app(app)
    states.init_app(app)
    pieces.init_app(app)
