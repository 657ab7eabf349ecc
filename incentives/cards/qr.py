"""The QR code that is printed on cards, receipts and notices: address and code, as one SVG path or
as PNG."""

import re
from functools import lru_cache
from io import BytesIO

from PIL import Image
from qrcode.constants import ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.image.pil import PilImage
from qrcode.main import QRCode
from qrcode.util import MODE_8BIT_BYTE, MODE_ALPHA_NUM, QRData

QUIET = 4
LARGEST = 57
PIXELS = 8
ALPHANUMERIC = re.compile(r"[0-9A-Z $%*+\-./:]*")

Matrix = tuple[tuple[bool, ...], ...]


def card_url(installation_url: str, code: str) -> str:
    """What the QR holds: the code is in the fragment, which no server's log ever sees."""
    return f"{installation_url.rstrip('/')}/c#{code}"


@lru_cache(maxsize=128)  # of 25 kB each; a village's cards are printed once
def matrix(url: str) -> Matrix:
    """The modules of an address without quiet zone, row by row.

    The address goes in byte mode and a card's code in alphanumeric mode, which needs a third
    less room; codes with lower-case letters (receipts, checkpoints) go in byte mode too. Error
    correction is Q, or M where Q would need more than 57 modules a side: at 35 mm a card's
    module is then never smaller than 0.5 mm (ISO/IEC 18004).
    """
    code = make(url, ERROR_CORRECT_Q)
    if code.modules_count > LARGEST:
        code = make(url, ERROR_CORRECT_M)
    return tuple(tuple(bool(module) for module in row) for row in code.modules)


def make(url: str, correction: int) -> QRCode[PilImage]:
    """The smallest QR code of a URL, or of a bare code, at one level of error correction."""
    address, mark, fragment = url.partition("#") if "#" in url else ("", "", url)
    code: QRCode[PilImage] = QRCode(error_correction=correction, border=0)
    if mark:
        code.add_data(QRData((address + mark).encode(), mode=MODE_8BIT_BYTE), optimize=0)
    mode = MODE_ALPHA_NUM if ALPHANUMERIC.fullmatch(fragment) else MODE_8BIT_BYTE
    code.add_data(QRData(fragment.encode(), mode=mode), optimize=0)
    code.make(fit=True)
    return code


def qr_svg(url: str) -> str:
    """The QR code with its quiet zone as an SVG document of one path, a unit a module."""
    rows = matrix(url)
    side = len(rows) + 2 * QUIET
    path = "".join(row_path(row, y) for y, row in enumerate(rows, start=QUIET))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" '
        f'shape-rendering="crispEdges"><rect width="{side}" height="{side}" fill="#fff"/>'
        f'<path d="{path}"/></svg>'
    )


def row_path(row: tuple[bool, ...], y: int) -> str:
    """The dark runs of one row as rectangles of a path."""
    parts = []
    start: int | None = None
    for x, dark in enumerate((*row, False), start=QUIET):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            parts.append(f"M{start} {y}h{x - start}v1h-{x - start}z")
            start = None
    return "".join(parts)


def qr_png(url: str) -> bytes:
    """The QR code with its quiet zone as a black and white PNG, 8 pixels a module."""
    rows = matrix(url)
    side = len(rows) + 2 * QUIET
    image = Image.new("1", (side, side), 1)
    for y, row in enumerate(rows, start=QUIET):
        for x, dark in enumerate(row, start=QUIET):
            if dark:
                image.putpixel((x, y), 0)
    large = image.resize((side * PIXELS, side * PIXELS), Image.Resampling.NEAREST)
    file = BytesIO()
    large.save(file, "PNG", optimize=True)
    return file.getvalue()
