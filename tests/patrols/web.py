"""What the tests of patrols by HTTP begin with: users, a walk, what an answer has."""

import io

from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from incentives.access import operations
from incentives.access.actor import SYSTEM, Assignment
from incentives.clock import now
from incentives.extensions import db
from tests.factories import VILLAGE, act
from tests.site import PASSWORD, USERS

V = f"/villages/{VILLAGE}"


def rows_of(site, model):
    with site.app.app_context():
        count = db.session.query(model).count()
        db.session.remove()
    return count


def add_users():
    for username in ("cadre", "overseer"):
        role, division = USERS[username]
        act(
            lambda username=username, role=role, division=division: (
                operations.add_user(
                    username=username,
                    name=f"{username} 某",
                    password=PASSWORD,
                    roles=[Assignment(role, division)],
                    actor=SYSTEM,
                    now=now(),
                )
                and None
            )
        )


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
