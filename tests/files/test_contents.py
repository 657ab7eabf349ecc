"""What an upload becomes: pixels without metadata, or a refusal."""

import io
import struct
import zlib

import pytest
from PIL import Image, ImageFile, PngImagePlugin

from incentives.errors import Invalid, TooLarge, UnsupportedMediaType
from incentives.files.contents import BYTES_AT_MOST, EDGE_AT_MOST, clean, thumbnail
from incentives.files.models import FileKind


def picture(kind: str, size: tuple[int, int] = (64, 32), **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, (140, 47, 40)).save(buffer, kind, **options)
    return buffer.getvalue()


def photo_with_place() -> bytes:
    """A JPEG with a camera's name, a place, a comment and turned on its side."""
    exif = Image.Exif()
    exif[0x0110] = "SECRET-CAMERA"
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (28.0, 55.0, 12.0)
    return picture("JPEG", exif=exif, comment=b"SECRET-COMMENT", icc_profile=b"SECRET-PROFILE")


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and has no pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


@pytest.mark.parametrize("kind", list(FileKind)[:3])
def test_a_picture_stays_what_it_is(kind: FileKind) -> None:
    found, kept = clean(picture(kind.value.upper()))
    assert found is kind
    assert Image.open(io.BytesIO(kept)).size == (64, 32)


def test_metadata_is_gone_and_the_picture_is_upright() -> None:
    content = photo_with_place()
    assert b"SECRET-CAMERA" in content
    _, kept = clean(content)
    result = Image.open(io.BytesIO(kept))
    assert result.size == (32, 64)
    assert not result.getexif()
    assert b"SECRET" not in kept


def test_text_in_a_png_is_gone() -> None:
    text = PngImagePlugin.PngInfo()
    text.add_text("place", "SECRET-PLACE")
    content = picture("PNG", pnginfo=text)
    assert b"SECRET-PLACE" in content
    assert b"SECRET-PLACE" not in clean(content)[1]


def test_what_follows_the_picture_is_gone() -> None:
    assert b"<script>" not in clean(picture("JPEG") + b"<script>")[1]


def test_transparency_stays() -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(buffer, "PNG")
    result = Image.open(io.BytesIO(clean(buffer.getvalue())[1]))
    assert result.convert("RGBA").getpixel((0, 0))[3] == 0


def test_a_long_picture_is_made_smaller() -> None:
    _, kept = clean(picture("PNG", (5_000, 100)))
    assert Image.open(io.BytesIO(kept)).size == (EDGE_AT_MOST, 51)


@pytest.mark.parametrize("size", [(10_000, 4_001), (20_000, 20_000), (60_000, 60_000)])
def test_a_bomb_is_refused_unopened(size: tuple[int, int]) -> None:
    with pytest.raises(TooLarge):
        clean(png_header(*size))


@pytest.mark.parametrize(
    "content", [b"", b"GIF89a", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"MZ\x90", b"%PDF-9"]
)
def test_other_kinds_are_refused(content: bytes) -> None:
    with pytest.raises(UnsupportedMediaType):
        clean(content)


@pytest.mark.parametrize(
    "content",
    [
        picture("JPEG")[:200],
        picture("PNG")[:60],
        picture("WEBP")[:30],
        b"\xff\xd8\xff" + bytes(100),
        png_header(10, 10),
        b"%PDF-1.7\n" + bytes(3_000),
    ],
)
def test_damaged_files_are_refused(content: bytes) -> None:
    with pytest.raises(Invalid):
        clean(content)


def test_what_was_cut_off_is_refused_though_a_library_has_pillow_take_it(monkeypatch) -> None:
    """WeasyPrint does, once a PDF was made."""
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    with pytest.raises(Invalid):
        clean(picture("PNG")[:60])


def test_too_many_bytes_are_refused() -> None:
    with pytest.raises(TooLarge):
        clean(b"%PDF-1.7\n" + bytes(BYTES_AT_MOST))


def test_a_pdf_is_kept_as_it_came() -> None:
    content = b"%PDF-1.7\n1 0 obj\nendobj\ntrailer\n%%EOF\n"
    assert clean(content) == (FileKind.PDF, content)


@pytest.mark.parametrize("kind", list(FileKind)[:3])
def test_a_thumbnail_is_small_and_bare(kind: FileKind) -> None:
    _, kept = clean(picture(kind.value.upper(), (1600, 1200)))
    small = Image.open(io.BytesIO(thumbnail(kept)))
    assert (small.format, small.size, small.mode) == ("JPEG", (320, 240), "RGB")
    assert not small.getexif()


def test_what_is_transparent_is_white_in_its_thumbnail() -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (40, 40), (0, 0, 0, 0)).save(buffer, "PNG")
    small = Image.open(io.BytesIO(thumbnail(buffer.getvalue())))
    assert small.getpixel((20, 20)) == (255, 255, 255)
