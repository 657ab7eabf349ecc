"""What a file may hold: photos are written anew without anything but their pixels."""

import io

from flask_babel import lazy_gettext as _
from PIL import Image, ImageFile, ImageOps

from incentives.errors import Invalid, TooLarge, UnsupportedMediaType
from incentives.files.models import FileKind

BYTES_AT_MOST = 10 * 1024 * 1024
PIXELS_AT_MOST = 40_000_000
# An A4 sheet photographed to this length is still well read, and a slow signal carries it.
EDGE_AT_MOST = 2_560
QUALITY = 85
# A third of a phone's width at twice its density: enough to see what a photo shows.
THUMBNAIL_EDGE = 320
THUMBNAIL_QUALITY = 75
PDF_HEADS = (b"%PDF-1.", b"%PDF-2.")
PDF_TAIL = b"%%EOF"
TAIL_LENGTH = 1_024

BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)


def clean(content: bytes) -> tuple[FileKind, bytes]:
    """The kind of an upload and its bytes as they are to be kept.

    Refuses more than 10 MiB, pictures of more than 40 million pixels, what is neither JPEG, PNG,
    WebP nor PDF by its own bytes, and what is damaged.
    """
    if len(content) > BYTES_AT_MOST:
        raise TooLarge(_("A file may have up to 10 MiB"))
    kind = kind_of(content)
    return kind, check_paper(content) if kind is FileKind.PDF else redraw(content, kind)


def kind_of(content: bytes) -> FileKind:
    """The kind that the first bytes tell, whatever the name says."""
    if content.startswith(b"\xff\xd8\xff"):
        return FileKind.JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return FileKind.PNG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return FileKind.WEBP
    if content.startswith(PDF_HEADS):
        return FileKind.PDF
    raise UnsupportedMediaType(_("Please bring a photo (JPEG, PNG, WebP) or a PDF"))


def check_paper(content: bytes) -> bytes:
    """A PDF as it came; refuses one that was cut off."""
    if PDF_TAIL not in content[-TAIL_LENGTH:]:
        raise Invalid(_("This file is damaged"))
    return content


def redraw(content: bytes, kind: FileKind) -> bytes:
    """The picture drawn anew, upright, at most 2,560 pixels long, with no metadata."""
    try:
        return encode(decode(content, kind), kind)
    except BOMBS as bomb:
        raise TooLarge(_("This picture has too many pixels")) from bomb
    except Exception as error:
        if isinstance(error, TooLarge):
            raise
        # Decoders trip over damaged pictures with errors of every kind: all mean the same.
        raise Invalid(_("This file is damaged")) from error


def decode(content: bytes, kind: FileKind) -> Image.Image:
    """The pixels of a picture's first frame, in a new picture that has nothing else."""
    # WeasyPrint, once it is loaded, has Pillow take pictures that were cut off.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    with Image.open(io.BytesIO(content), formats=[kind.value.upper()]) as picture:
        width, height = picture.size
        if width * height > PIXELS_AT_MOST:
            raise TooLarge(_("This picture has too many pixels"))
        picture.draft("RGB", (EDGE_AT_MOST, EDGE_AT_MOST))
        upright = ImageOps.exif_transpose(picture)
        mode = "RGBA" if kind is not FileKind.JPEG and upright.has_transparency_data else "RGB"
        pixels = upright.convert(mode)
    pixels.thumbnail((EDGE_AT_MOST, EDGE_AT_MOST))
    bare = Image.new(mode, pixels.size)
    bare.paste(pixels)
    return bare


def thumbnail(content: bytes) -> bytes:
    """A small JPEG of a kept picture, at most 320 pixels long, white where it was transparent."""
    with Image.open(io.BytesIO(content)) as picture:
        picture.draft("RGB", (THUMBNAIL_EDGE, THUMBNAIL_EDGE))
        pixels = picture.convert("RGBA")
    pixels.thumbnail((THUMBNAIL_EDGE, THUMBNAIL_EDGE))
    bare = Image.new("RGB", pixels.size, "white")
    bare.paste(pixels, mask=pixels)
    buffer = io.BytesIO()
    bare.save(buffer, "JPEG", quality=THUMBNAIL_QUALITY, optimize=True)
    return buffer.getvalue()


def encode(picture: Image.Image, kind: FileKind) -> bytes:
    """The bytes of a picture in a format."""
    buffer = io.BytesIO()
    picture.save(buffer, kind.value.upper(), quality=QUALITY, optimize=True)
    return buffer.getvalue()
