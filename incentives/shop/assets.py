"""What the counter's page is made of, found by following it: its modules, styles and icons."""

import hashlib
import re
from functools import cache
from pathlib import Path

STATIC = Path(__file__).parent.parent / "static"
MODULES = ("js/page.js", "js/shop.js")
# Sheets that are laid out by the server, and not by a browser.
NOT_FOR_BROWSERS = {"pdf.css"}
IMPORTED = re.compile(r"""(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]""")
NAMED = re.compile(r"""url\(["']?([^"')]+)["']?\)""")


@cache
def shell_files() -> tuple[str, ...]:
    """The files below `static/` that the counter needs to open, in order."""
    wanted = [STATIC / name for name in MODULES]
    wanted += [each for each in STATIC.glob("css/*.css") if each.name not in NOT_FOR_BROWSERS]
    wanted += STATIC.glob("icons/*")
    found: set[Path] = set()
    while wanted:
        path = wanted.pop()
        if path not in found:
            found.add(path)
            wanted += named_by(path)
    return tuple(sorted(path.relative_to(STATIC).as_posix() for path in found))


def named_by(path: Path) -> list[Path]:
    """The files that a module imports or a stylesheet names."""
    pattern = {".js": IMPORTED, ".css": NAMED}.get(path.suffix)
    if pattern is None:
        return []
    names = pattern.findall(path.read_text(encoding="utf-8"))
    return [(path.parent / name).resolve() for name in names]


@cache
def shell_version() -> str:
    """A name of what these files hold now: another one makes browsers fetch them anew."""
    digest = hashlib.sha256()
    for name in shell_files():
        digest.update(name.encode() + b"\n" + hashlib.sha256((STATIC / name).read_bytes()).digest())
    return digest.hexdigest()[:16]
