"""An export as an answer of HTTP: packed and sent while it is read."""

import zlib
from collections.abc import Iterable, Iterator

from flask import Response, stream_with_context

from incentives.access.actor import Actor
from incentives.books.operations import note_export
from incentives.clock import now
from incentives.errors import NotSignedIn
from incentives.ledger.export import Part, export_log

GZIP = 31  # zlib's number for its largest window with gzip's own head and tail
LINES_A_CHUNK = 500


def export_response(
    village: str, *, part: Part, details: bool = False, actor: Actor | None
) -> Response:
    """A village's log to be kept as a file. All of it is for the village's supervisors, and noted;
    refuses anybody else, and details in the public part, which has none."""
    if part is Part.ALL:
        if actor is None:
            raise NotSignedIn()
        note_export(village=village, details=details, actor=actor, now=now())
    lines = export_log(village, part=part, details=details)
    name = f"{village}-{'log' if part is Part.ALL else 'public'}.tsv.gz"
    return Response(
        stream_with_context(packed(lines)),
        content_type="application/gzip",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def packed(lines: Iterable[str]) -> Iterator[bytes]:
    """These lines, packed with gzip, a few hundred at a time."""
    packer, kept = zlib.compressobj(wbits=GZIP), []
    for line in lines:
        kept.append(line)
        if len(kept) == LINES_A_CHUNK:
            yield packer.compress("".join(kept).encode())
            kept.clear()
    yield packer.compress("".join(kept).encode()) + packer.flush()
