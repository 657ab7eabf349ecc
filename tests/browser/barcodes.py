"""Barcodes of goods as pictures and films, drawn from the standard's own table of widths."""

import io
from pathlib import Path

from PIL import Image, ImageFilter

# GS1 General Specifications, section 5.2: modules of the left half with odd parity, 1 is a bar.
# fmt: off
LEFT = ("0001101", "0011001", "0010011", "0111101", "0100011",
        "0110001", "0101111", "0111011", "0110111", "0001011")
# fmt: on
RIGHT = [digit.translate(str.maketrans("01", "10")) for digit in LEFT]
EVEN = [digit[::-1] for digit in RIGHT]
# fmt: off
PARITY = ("OOOOOO", "OOEOEE", "OOEEOE", "OOEEEO", "OEOOEE",
          "OEEOOE", "OEEEOO", "OEOEOE", "OEOEEO", "OEEOEO")
# fmt: on


def with_check(digits: str) -> str:
    """The digits with their check digit."""
    weighed = sum(int(each) * (3 if at % 2 == 0 else 1) for at, each in enumerate(digits[::-1]))
    return digits + str(-weighed % 10)


def modules(code: str) -> str:
    """An EAN-13 or EAN-8 as bars and spaces, with its quiet zones."""
    if len(code) == 13:
        kinds = {"O": LEFT, "E": EVEN}
        parities = PARITY[int(code[0])]
        left = "".join(
            kinds[kind][int(each)] for kind, each in zip(parities, code[1:7], strict=True)
        )
        right = "".join(RIGHT[int(each)] for each in code[7:])
    else:
        left = "".join(LEFT[int(each)] for each in code[:4])
        right = "".join(RIGHT[int(each)] for each in code[4:])
    return "0" * 11 + "101" + left + "01010" + right + "101" + "0" * 7


def picture(code: str, width: int, height: int = 160) -> Image.Image:
    """A printed barcode, that wide."""
    bars = modules(code)
    image = Image.new("L", (len(bars), 1))
    image.frombytes(bytes(20 if bar == "1" else 235 for bar in bars))
    big = image.resize((len(bars) * 8, 1), Image.Resampling.NEAREST)
    return big.resize((width, height), Image.Resampling.BILINEAR)


def film(code: str, path: Path) -> None:
    """A film of a good held before the camera."""
    path.write_bytes(frame_of(code) * 10)


def frame_of(code: str) -> bytes:
    """A good before the camera: askew, a little blurred, on a bright shelf; as JPEG."""
    frame = Image.new("RGB", (640, 480), (205, 200, 190))
    label = picture(code, 360).convert("RGB").filter(ImageFilter.GaussianBlur(0.8))
    frame.paste(label.rotate(2, expand=True, fillcolor=(205, 200, 190)), (130, 150))
    buffer = io.BytesIO()
    frame.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()
