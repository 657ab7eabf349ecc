"""What the tests of patrols by HTTP begin with: users, a walk, what an answer has."""

import io

from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from incentives.extensions import db
from tests.factories import VILLAGE
from tests.patrols.scenes import make_team_scene
from tests.site import USERS, add_account

V = f"/villages/{VILLAGE}"


def rows_of(site, model):
    with site.app.app_context():
        count = db.session.query(model).count()
        db.session.remove()
    return count


def make_served_team(app):
    """The team's scene, with a cadre and an overseer who can sign in; outside any context."""
    with app.app_context():
        scene = make_team_scene()
        for username in ("cadre", "overseer"):
            add_account(username, USERS[username])
        db.session.remove()
    return scene


def made(answer, status=201):
    assert answer.status_code == status, answer.text
    return answer.json


def begin(site, team, **more):
    return made(site.call("cadre", "POST", f"{V}/patrols", {"team_id": str(team.id), **more}))["id"]


def words_of(answer):
    """The words of a PDF in one line, as its lines may break anywhere."""
    assert answer.status_code == 200, answer.text
    pages = PdfReader(io.BytesIO(answer.data)).pages
    return "".join("".join(each.extract_text().split()) for each in pages)


def sheet_of(answer):
    """The rows of a workbook, its heading first."""
    assert answer.status_code == 200, answer.text
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    return book.get_sheet_by_index(0).to_python()
