"""The blueprint that the awards' pages share, and a form that nothing was typed into."""

from flask import Blueprint

from incentives.awards.models import Award
from incentives.web.pages import Form, of_villages

blueprint = Blueprint("awards_pages", __name__)
of_villages.update(award_id=Award)


def blank_form() -> Form:
    """A form with a key of its own, beside one that was sent."""
    form = Form()
    form.values, form.errors, form.refusal, form.status = {}, {}, None, 200
    return form
