"""Whether restored books are those of the manifest, and whether they hold by themselves."""

from collections.abc import Iterator

from incentives.errors import NotFound
from incentives.extensions import db
from incentives.keys import key
from incentives.ledger import notes
from incentives.ledger.audit import Finding, audit, audit_database
from incentives.ledger.proofs import root_at
from incentives.upkeep.backup.manifest import Log, Moment, describe, encode
from incentives.upkeep.backup.workroom import BackupRefused
from incentives.upkeep.schema import knows_revision, migrate


def prove(moment: Moment) -> Iterator[Finding]:
    """Compare the database with its manifest, migrate it if it is older, and audit it.

    What it yields is wrong in the books, as they were when they were backed up.
    """
    yield from compare(moment)
    db.session.remove()
    migrate()
    for log in moment.logs:
        yield from compare_roots(log)
    yield from audit_database()
    for log in moment.logs:
        yield from audit(log.village)
    db.session.rollback()


def require_known(moment: Moment) -> None:
    """Refuse a backup whose shape this program doesn't know."""
    if not knows_revision(moment.revision):
        raise BackupRefused(
            f"the backup's database (migration {moment.revision}) is newer than this program:"
            " install the version that made it, or a newer one"
        )


def compare(moment: Moment) -> Iterator[Finding]:
    """Where the database says otherwise than the manifest: heads, roots, counts of rows."""
    found = describe(db.session.connection()).moment
    for name in ("revision", "installation"):
        wanted, here = getattr(moment, name), getattr(found, name)
        if wanted != here:
            yield Finding("", "manifest", "moment", name, str(wanted), str(here))
    for table in sorted(moment.rows.keys() | found.rows.keys()):
        counts = moment.rows.get(table), found.rows.get(table)
        if counts[0] != counts[1]:
            yield Finding("", table, "", "rows", str(counts[0]), str(counts[1]))
    here_by_village = {log.village: log for log in found.logs}
    for log in moment.logs:
        if here_by_village.get(log.village) != log:
            here = str(here_by_village.get(log.village))
            yield Finding(log.village, "log_head", log.village, "root", str(log), here)


def compare_roots(log: Log) -> Iterator[Finding]:
    """Whether the events' tree has the manifest's root, and the one that its checkpoint signs."""
    sizes = {log.size: log.root}
    if log.checkpoint is not None:
        try:
            public = notes.private_key(key("log")).public_key()
            signed = notes.read_checkpoint(log.checkpoint, public)
        except ValueError as error:
            yield Finding(log.village, "manifest", log.village, "checkpoint", "signed", str(error))
        else:
            sizes.setdefault(signed.size, encode(signed.root))
            if sizes[signed.size] != encode(signed.root):
                place = f"{log.village} {signed.size}"
                wanted = encode(signed.root)
                yield Finding(log.village, "manifest", place, "root", wanted, log.root)
    for size, root in sizes.items():
        try:
            here = encode(root_at(log.village, size))
        except (NotFound, KeyError):
            here = "none"
        if here != root:
            yield Finding(log.village, "leaf", f"{log.village} {size}", "hashes", root, here)
