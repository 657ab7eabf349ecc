"""The log on A4, and a month: nothing stands alone, and what was called off says so."""

import io
from datetime import timedelta

import pytest
from flask import Response
from pypdf import PdfReader

from incentives.clock import now
from incentives.patrols import sheets
from tests.factories import VILLAGE
from tests.patrols.scenes import make_team_scene

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def team(app):
    return make_team_scene()


def pages(answer: Response) -> list[str]:
    """The words of each page without spaces, as lines may break anywhere."""
    found = PdfReader(io.BytesIO(answer.get_data())).pages
    return ["".join(each.extract_text().split()) for each in found]


def test_the_line_to_sign_on_stands_with_what_is_signed(app, team):
    patrol, at = team.start(), now()
    found: list[str] = []
    for number in range(30):
        team.scan(patrol, at=at + timedelta(minutes=10 * number))
        if number < 8:
            continue
        with app.test_request_context():
            found = pages(sheets.log_pdf(VILLAGE, patrol))
        if len(found) > 1:
            break
    assert len(found) == 2
    signed = found[1].index("队长", found[1].index("一队"))
    assert "村口" in found[1][:signed]


def test_a_walk_that_was_called_off_says_so_with_the_reason(app, team):
    patrol = team.start()
    team.cancel(patrol)
    team.close(team.walk())
    with app.test_request_context():
        (log,) = pages(sheets.log_pdf(VILLAGE, patrol))
        (month,) = pages(sheets.month_pdf(VILLAGE, None, None, now()))
    for words in (log, month):
        assert "已取消：下大雨" in words
    assert month.count("已取消") == 1
