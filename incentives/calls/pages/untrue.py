"""On top of the review group's page: points that stand though their reports proved untrue."""

from typing import Any

from flask import render_template
from markupsafe import Markup

from incentives.access.permissions import may
from incentives.awards import words
from incentives.awards.models import Award
from incentives.awards.queries import award_views
from incentives.calls.queries.untrue import standing_untrue
from incentives.extensions import db
from incentives.web.guard import Village
from incentives.web.pages.shell import page_section


def untrue_section(actor: Any, village: Village) -> str:
    """What the review group may take back, each with the way to it; nothing is taken by itself."""
    if not may(actor, "award.reverse", village.code):
        return ""
    standing = standing_untrue(village.code).order_by(Award.id)
    views = award_views(db.session.scalars(standing).all())
    if not views:
        return ""
    text = render_template("calls/untrue_section.html", views=views, words=words)
    return Markup(text)  # noqa: S704 -- a template's output


page_section("/review", untrue_section)
