"""Where every refusal and error of the application ends: problem details, or a page."""

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from incentives.errors import Refusal
from incentives.web.pages.problem import show_refusal
from incentives.web.problems import as_refusal, problem, wants_problem


def init_app(app: Flask) -> None:
    """Answer every refusal of the application; `Api` does so for what Flask raises."""
    app.register_error_handler(Refusal, answer_refusal)


def answer_refusal(refusal: Refusal) -> Response:
    """The answer to a refusal: problem details on the API, a page elsewhere."""
    return problem(refusal) if wants_problem() else show_refusal(refusal)


def answer_error(error: HTTPException) -> Response:
    """The answer to what Flask, werkzeug or an extension refuses, or to a fault of ours."""
    if error.code is not None and 300 <= error.code < 400:
        return error.get_response()
    return answer_refusal(as_refusal(error))
