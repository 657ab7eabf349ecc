"""A refusal as a page, in plain words."""

from flask import request
from werkzeug.wrappers import Response

from incentives.errors import NotSignedIn, Refusal
from incentives.web.pages.shell import render, to_sign_in


def show_refusal(refusal: Refusal) -> Response:
    """The page that says what was refused, and what can be done."""
    if isinstance(refusal, NotSignedIn) and request.method == "GET":
        return to_sign_in()
    response = render("web/problem.html", refusal=refusal)
    response.status_code = int(refusal.status)
    for name, value in refusal.headers.items():
        response.headers[name] = value
    return response
