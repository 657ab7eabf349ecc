"""The sheet of a notice: the same text on a page and in the PDF, with its own fonts."""

import io
import re
import subprocess
import sys
import zlib
from datetime import timedelta

import pytest
from pypdf import PdfReader

from incentives.clock import now
from incentives.extensions import db
from incentives.ledger.codes import read_paper
from incentives.ledger.proofs import verifier_keys
from incentives.ledger.seals import seal_all
from incentives.notices import operations as notices
from incentives.notices.models import NoticeKind
from incentives.register.operations import Person, add_resident
from incentives.web.sheets import bilingual, pdf_of
from tests.awards.scenes import Scene, adopt_rules, make_scene
from tests.factories import VILLAGE, act, make_household
from tests.site import make_site

SHEET = f"/v/{VILLAGE}/notices/1"


@pytest.fixture
def published(bare_app):
    """A notice of one award."""
    with bare_app.app_context():
        scene = make_scene(publicity_days=5)
        scene.review(scene.propose("CL01"))
        act(
            lambda: notices.make_notice(
                village=VILLAGE, kind=NoticeKind.AWARDS, actor=scene.reviewer, now=now()
            )
        )
        db.session.remove()


def fonts_in(pdf: bytes) -> set[str]:
    """The fonts that a PDF brings, by the names in its (compressed) objects."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    plain = [pdf]
    for each in streams:
        try:
            plain.append(zlib.decompress(each))
        except zlib.error:
            continue
    return {
        name.decode() for each in plain for name in re.findall(rb"/FontName\s*/([\w+#-]+)", each)
    }


@pytest.mark.parametrize("address", [f"{SHEET}.pdf", f"/api/v1/villages/{VILLAGE}/notices/1.pdf"])
def test_the_sheet_is_a_pdf_with_our_fonts(published, client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.content_type == "application/pdf"
    assert answer.data.startswith(b"%PDF-")
    found = " ".join(fonts_in(answer.data))
    assert "Noto-Sans-SC" in found
    assert "Noto-Serif-Tibetan" in found


def test_the_sheet_is_chinese_and_tibetan_whoever_reads_it(published, client):
    client.get("/language/en")
    text = client.get(f"{SHEET}/print").text
    assert "积分公示" in text
    assert 'lang="bo">སྐར་གྲངས་གསལ་བསྒྲགས།' in text
    assert "第 2026-1 号公示" in text
    assert re.search(r"公示时间：2026年\d+月\d+日至2026年\d+月\d+日，最后一天也算。", text)
    assert re.search(r"<td>2026年\d+月\d+日</td>", text)


def test_full_names_are_on_paper_for_who_puts_it_up_and_minors_nowhere(bare_app):
    site = make_site(bare_app, users=("cadre", "reviewer"), publicity_days=5, notice_names="full")
    with bare_app.app_context():
        adopt_rules()
        scene = Scene(make_household(VILLAGE, "扎西彭措", door="1"), make_household(door="2"))
        child = act(
            lambda: (
                add_resident(
                    village=VILLAGE,
                    household_id=scene.household.id,
                    person=Person("格桑小", birth_year=2015),
                    actor=scene.cadre,
                    now=now(),
                ).id
            )
        )
        for person in (None, child):
            scene.review(scene.propose(person=person))
        db.session.remove()
    assert site.call("reviewer", "POST", f"/villages/{VILLAGE}/notices", {"kind": "awards"}).json
    paper = site.open("reviewer", f"{SHEET}/print")
    assert "扎西彭措" in paper
    assert "未成年人" in paper
    public = bare_app.test_client()
    web = [f"{SHEET}/print", SHEET, f"/api/v1/villages/{VILLAGE}/notices/1"]
    read = [public.get(address).text for address in web]
    assert all("扎**" in text and "扎西彭措" not in text for text in read)
    assert "格桑" not in "".join([paper, site.open("reviewer", SHEET), *read])


def test_a_sheet_is_gone_with_its_lines(published, client, clock, bare_app):
    clock.now += timedelta(days=6)
    with bare_app.app_context():
        notices.close_due_notices(now=clock.now)
        db.session.remove()
    clock.now += timedelta(days=31)
    assert client.get(f"{SHEET}.pdf").status_code == 404
    assert client.get(f"{SHEET}/print").status_code == 404
    assert client.get(SHEET).status_code == 200


def test_a_heading_without_tibetan_stands_alone(app):
    assert str(bilingual("Approved by the township")) == "乡镇批准"


def test_a_pdf_loads_nothing_of_its_own(app, tmp_path):
    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    with_it = pdf_of(f'<p>a<img src="file://{secret}"><img src="http://127.0.0.1:9/x.png"></p>')
    without = pdf_of("<p>a</p>")
    assert abs(len(with_it) - len(without)) < 200


def test_the_program_starts_without_the_library_for_pdfs():
    """WeasyPrint is loaded when the first PDF is wanted."""
    code = "import sys, app; sys.exit('weasyprint' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_signature_and_the_key_on_a_sheet_can_be_read_back_from_its_text(
    published, client, bare_app
):
    with bare_app.app_context():
        seal_all(now=now())
        [key] = verifier_keys(VILLAGE)
    note = client.get(f"/api/v1/villages/{VILLAGE}/ledger/checkpoint").text
    [sheet] = PdfReader(io.BytesIO(client.get(f"{SHEET}.pdf").data)).pages
    lines = sheet.extract_text().splitlines()
    first = lines.index(note.split("\n")[0])
    last = next(at for at, line in enumerate(lines) if "账本的公钥" in line)
    printed = lines[first:last]
    assert read_paper("\n".join(printed)) == note
    # Folded, if at all, where there is a space.
    assert [word for line in printed for word in line.split()] == note.split()
    assert lines[last + 1] == key
