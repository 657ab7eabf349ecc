"""What the tests need besides Python: a PostgreSQL server, Chromium, a Chinese font, Pango,
Poppler and strace.

On Debian as root it installs what is missing from packages; elsewhere it says what to install.
"""

import os
import shutil
import subprocess
import sys
from ctypes.util import find_library
from pathlib import Path


def has_postgresql() -> bool:
    """Whether there is a server for the tests: one given, or Debian's."""
    return bool(os.environ.get("TEST_PG_URL")) or any(
        Path("/usr/lib/postgresql").glob("*/bin/initdb")
    )


def has_chromium() -> bool:
    """Whether there is a browser for the tests."""
    given = os.environ.get("TEST_CHROMIUM", "chromium")
    return shutil.which(given) is not None


def has_fonts() -> bool:
    """Whether Chinese can be drawn."""
    folders = (Path("/usr/share/fonts"), Path.home() / ".fonts", Path("/Library/Fonts"))
    return any(any(folder.rglob("*CJK*")) for folder in folders if folder.exists())


def has_pango() -> bool:
    """Whether PDFs can be laid out."""
    return all(find_library(name) for name in ("pango-1.0", "pangoft2-1.0", "harfbuzz-subset"))


def has_poppler() -> bool:
    """Whether a PDF's page can be made a picture, as a camera would see it."""
    return shutil.which("pdftoppm") is not None


def has_strace() -> bool:
    """Whether what a program does to the disk can be recorded."""
    return shutil.which("strace") is not None


NEEDS = (
    ("postgresql", "a PostgreSQL server (or TEST_PG_URL)", has_postgresql),
    ("chromium", "Chromium (or TEST_CHROMIUM)", has_chromium),
    ("fonts-noto-cjk", "a Chinese font", has_fonts),
    (
        "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0",
        "Pango and HarfBuzz, which lay out PDFs",
        has_pango,
    ),
    ("poppler-utils", "pdftoppm, which draws a PDF's page", has_poppler),
    ("strace", "strace, which records what a power cut cuts", has_strace),
)


def main() -> int:
    """Install or name what is missing."""
    missing = [(package, words) for package, words, has in NEEDS if not has()]
    if not missing:
        return 0
    packages = [each for names, _words in missing for each in names.split()]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing what the tests need:", ", ".join(packages), flush=True)
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=True, env=quiet)
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages],
            check=True,
            env=quiet,
            stdout=subprocess.DEVNULL,
        )
        return 0
    for package, words in missing:
        print(f"The tests need {words}; on Debian: apt-get install {package}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
