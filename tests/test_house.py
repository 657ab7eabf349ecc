"""The house's own rules, checked by machine."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from incentives import create_app
from incentives.access.permissions import OWN, TABLE

ROOT = Path(__file__).parent.parent
CODE = [
    path
    for path in (ROOT / "incentives").rglob("*.py")
    if not {"migrations", "translations"} & set(path.parts)
]
LINES_AT_MOST = 340
HAN = re.compile("[\u4e00-\u9fff]")
# Names of languages, divisions and people, the product's; words by which a door is read.
CHINESE_ALLOWED = (
    "demo/",
    "fund/queries/doors.py",
    "register/names.py",
    "register/models.py",
    "web/languages.py",
    "upkeep/",
)


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    return create_app({"JISHAN_DATA": tmp_path_factory.mktemp("house"), "TESTING": True})


def name_of(path: Path) -> str:
    return path.relative_to(ROOT / "incentives").as_posix()


def test_rooms_import_downwards_only():
    answer = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports")],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize("path", CODE, ids=name_of)
def test_a_module_is_short_and_says_what_it_is_for(path):
    text = path.read_text(encoding="utf-8")
    assert text.startswith('"""') or not text.strip()
    assert len(text.splitlines()) <= LINES_AT_MOST


def test_no_module_lies_hidden_behind_a_package():
    hidden = [path for path in CODE if path.with_suffix("").is_dir()]
    assert hidden == []


def test_texts_are_in_catalogues_not_in_code():
    found = []
    for path in CODE:
        if name_of(path).startswith(CHINESE_ALLOWED):
            continue
        text = re.sub(r'""".*?"""', "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        found += [
            f"{name_of(path)}: {line.strip()}"
            for line in text.splitlines()
            if HAN.search(line.partition("  # ")[0]) and not line.strip().startswith("#")
        ]
    assert found == []


def test_every_route_says_who_may(app):
    """A page has its permission, a call of the API too; the service's own routes have none."""
    own = {"static", "upkeep.healthz", "upkeep.readyz", "web_pages.choose_language"}
    own |= {"access_pages.sign_out", "access_pages.give_page_token"}
    for rule in app.url_map.iter_rules():
        if rule.endpoint in own:
            continue
        view = app.view_functions[rule.endpoint]
        said = getattr(view, "_call", None) or hasattr(view, "_permission")
        assert said, f"{rule.rule} ({rule.endpoint}) says nothing of who may"


def test_every_permission_asked_for_is_in_the_table():
    asked = set()
    for path in CODE:
        text = path.read_text(encoding="utf-8")
        asked |= set(re.findall(r'permission="([a-z_.]+)"', text))
        asked |= set(re.findall(r'(?:require|may)(?:_at)?\(\s*\w+(?:\(\))?, "([a-z_.]+)"', text))
    assert asked <= TABLE.keys()
    assert TABLE.keys() >= OWN


def test_catalogues_are_whole():
    answer = subprocess.run(
        [sys.executable, "tools/translations.py", "check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 0, answer.stderr


def test_nothing_reads_what_is_not_the_projects_own():
    for path in [*CODE, ROOT / "app.py"]:
        assert "../shared" not in path.read_text(encoding="utf-8")


def test_no_cursor_is_kept_at_the_server():
    """PostgreSQL's pipeline (incentives/pipeline.py) breaks on rows that are fetched by and by."""
    kept = re.compile(r"yield_per|stream_results|server_side_cursors|stream_scalars|fetchmany")
    for path in CODE:
        assert not kept.search(path.read_text(encoding="utf-8")), name_of(path)


def test_nothing_is_left_to_do():
    mark = re.compile(r"\b(TODO|FIXME|XXX)\b")
    for path in CODE:
        assert not mark.search(path.read_text(encoding="utf-8")), name_of(path)
