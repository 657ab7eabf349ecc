"""/verify reads no file that the stand-alone verifier reads otherwise."""

from base64 import b64encode

from incentives.extensions import db
from tests.browser.conftest import PHONE
from tests.browser.test_verify import FLIP
from tests.verify.flips import otherwise_written


def test_page_and_program_read_each_file_in_one_way(live_server, person):
    page = person(PHONE).open("/verify")
    with live_server.app.app_context():
        files = list(otherwise_written())
        db.session.remove()
    for file in files:
        asked = [file.kind, b64encode(file.data).decode(), file.key, file.given, [-1]]
        assert page.evaluate(FLIP, asked) == [{"unchecked": True}], file.data[-80:]
