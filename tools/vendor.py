"""Fetch the code and fonts that are not ours into static/vendor, always the same bytes.

python tools/vendor.py          # fetch with npm and write the files and VENDOR.md
python tools/vendor.py --check  # only compare what is there with VENDOR.md
"""

import hashlib
import io
import subprocess
import sys
import tarfile
import tempfile
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

VENDOR = Path(__file__).parent.parent / "incentives" / "static" / "vendor"


@dataclass(frozen=True)
class Package:
    """A package of npm: its version, the registry's checksum, its licence, what we take of it."""

    name: str
    version: str
    integrity: str
    licence: str
    use: str
    files: tuple[str, ...]


PACKAGES = (
    Package(
        name="qr",
        version="0.7.0",
        integrity="sha512-/VrrACmOAwZVipuRITwfEwOL5oAMEHH5PTmBWaGtlTom2Thxaa+rhmna4zU9PRN2uLw2wdccbkH"
        "OLGZb1Q9SdA==",
        licence="MIT or Apache-2.0",
        use="reads QR codes where the browser can't (`js/scanner.js`)",
        files=("decode.js", "index.js", "LICENSE", "LICENSE-MIT"),
    ),
    Package(
        name="@noble/ed25519",
        version="3.2.0",
        integrity="sha512-criDgRlnUA09hchYrTy/JUWPIEap5rZxQe6wDWzRx51oWWpDRcUpuNzlgPxDJaOK6AsW9c0"
        "wKcj3rKRv6t+bPQ==",
        licence="MIT",
        use="checks the log's signatures in every browser alike (`js/verify/notes.js`)",
        files=("index.js", "LICENSE"),
    ),
    Package(
        name="idb",
        version="8.0.4",
        integrity="sha512-jd0ITCrN+Zah4J7R/Z2jnR3W7A4BXDAjmo62MwWuSjxCiueUAf7X5rbodEdidWzeknwXHmLpdZko"
        "iiCppNi30Q==",
        licence="ISC",
        use="promises for IndexedDB, where a phone keeps its key and its unanswered sales "
        "(`js/shop/store.js`)",
        files=("build/index.js", "LICENSE"),
    ),
    Package(
        name="@fontsource/noto-serif-tibetan",
        version="5.3.0",
        integrity="sha512-0BEcd06ijxHuEBkZJcRqB0g0hPAY/wGrqEzvCaq84j1ZjgQRey+ZDqRBA/bMKfo"
        "z0jB+nnW9dXaHAmCsctkMrw==",
        licence="OFL-1.1",
        use="draws Tibetan where the device has no font for it (`css/tokens.css`)",
        files=("files/noto-serif-tibetan-tibetan-400-normal.woff2", "LICENSE"),
    ),
    Package(
        name="@expo-google-fonts/noto-sans-sc",
        version="0.4.3",
        integrity="sha512-9rAwdFTFHbO/u6Cs0gj2jZbW74TGIiaFNQnXYH2s5wA1bzVkwbaviL4"
        "t8YUV642eGYjg86eH6DkAEQmfNHDncQ==",
        licence="OFL-1.1",
        use="draws Chinese in PDFs, rare surnames too (`css/pdf.css`); browsers never load it",
        files=("400Regular/NotoSansSC_400Regular.ttf", "LICENSE_FONT"),
    ),
    Package(
        name="@expo-google-fonts/noto-serif-tibetan",
        version="0.4.2",
        integrity="sha512-e3PdLzPldwsirxE0xUN3IQ69XG6QOTQT1jxm2AnB3RrYPHLC"
        "+043AM4VZCkYXfepr1oPqK4caEKkuXyehF6y5Q==",
        licence="OFL-1.1",
        use="draws Tibetan on sheets of cards, where unpacking a web font costs more than the"
        " cards (`cards/layout.py`)",
        files=("400Regular/NotoSerifTibetan_400Regular.ttf", "LICENSE_FONT"),
    ),
)


def fetch(package: Package) -> dict[str, bytes]:
    """The wanted files of a package, from npm, once its checksum is right."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = f"{package.name}@{package.version}"
        subprocess.run(
            ["npm", "pack", "--silent", "--pack-destination", folder, wanted],
            check=True,
            cwd=folder,
            stdout=subprocess.DEVNULL,
        )
        content = next(Path(folder).glob("*.tgz")).read_bytes()
    found = "sha512-" + b64encode(hashlib.sha512(content).digest()).decode()
    if found != package.integrity:
        raise SystemExit(f"{wanted}: the checksum is {found}, not {package.integrity}")
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        return {name: read(archive, f"package/{name}") for name in package.files}


def read(archive: tarfile.TarFile, name: str) -> bytes:
    """One file of an archive."""
    file = archive.extractfile(name)
    if file is None:
        raise SystemExit(f"{name} is no file")
    return file.read()


def describe() -> str:
    """VENDOR.md for the files as they are in the folder now."""
    lines = [
        "# What is not ours",
        "",
        "Fetched by `tools/vendor.py` (`make vendor`) and never edited.",
    ]
    for package in PACKAGES:
        lines += [
            "",
            f"## {package.name} {package.version}",
            "",
            f"{package.use[0].upper()}{package.use[1:]}. Licence: {package.licence}.",
            f"<https://www.npmjs.com/package/{package.name}/v/{package.version}>",
            "",
            "| file | SHA-256 |",
            "| --- | --- |",
        ]
        for name in package.files:
            path = VENDOR / package.name / name
            digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "missing"
            lines.append(f"| `{package.name}/{name}` | `{digest}` |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Fetch everything, or only check it."""
    notes = VENDOR / "VENDOR.md"
    if sys.argv[1:] == ["--check"]:
        if not notes.is_file() or notes.read_text() != describe():
            raise SystemExit("static/vendor isn't what VENDOR.md says: run tools/vendor.py")
        return
    for package in PACKAGES:
        folder = VENDOR / package.name
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in fetch(package).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
    notes.write_text(describe())


if __name__ == "__main__":
    main()
