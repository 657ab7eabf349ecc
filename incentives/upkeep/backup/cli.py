"""`flask backup`: make, check, restore and prune backups, and write the keys down apart.

Findings are JSON lines. Exit codes: 0 where all is well, 1 where something was found, 2 where a
command couldn't do what it is for.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from incentives.clock import now
from incentives.installation import installation_for_command
from incentives.ledger.seals import Cause
from incentives.upkeep.backup import encryption
from incentives.upkeep.backup.checking import NO_SCRATCH, check_backup, note_checked
from incentives.upkeep.backup.daily import configured_recipients
from incentives.upkeep.backup.keyfile import Keys, present_keys, read_keyfile, write_keyfile
from incentives.upkeep.backup.making import make_backup
from incentives.upkeep.backup.manifest import Manifest
from incentives.upkeep.backup.pruning import Keep, prune_backups
from incentives.upkeep.backup.restoring import has_tables, read_finding, restore_backup
from incentives.upkeep.backup.workroom import BackupRefused, OtherKeys, data_folder, whole_file


class BackupGroup(AppGroup):
    """Commands that end with a refusal's message and exit code 2."""

    def invoke(self, context: click.Context) -> Any:
        """Run the command that was named."""
        try:
            return super().invoke(context)
        except BackupRefused as refusal:
            click.echo(f"Error: {refusal}", err=True)
            context.exit(2)


group = BackupGroup("backup", help="Backups of the books: make, check, restore and prune them.")

NO_KEYS = (
    "no installation is here, and so none of its keys: give those of the backup (--keys),"
    " as `flask backup keys` wrote them"
)
EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
NEW = click.Path(dir_okay=False, path_type=Path)

to_option = click.option("--to", type=FOLDER, help="The folder; JISHAN_BACKUPS without it.")
recipient_option = click.option(
    "--recipient", multiple=True, help="Encrypt to this public key of age (age1…); repeatable."
)
identity_option = click.option(
    "--identity", type=EXISTING, multiple=True, help="A file with the key of age that decrypts it."
)
keys_option = click.option(
    "--keys", "keyfile", type=EXISTING, help="The installation's keys, as `backup keys` wrote them."
)
passphrase_option = click.option(
    "--passphrase", is_flag=True, help="Put the file under a passphrase, which is asked for."
)


@group.command("make")
@to_option
@recipient_option
def make(to: Path | None, recipient: Sequence[str]) -> None:
    """Back up database and uploads, while the service runs, into a new file."""
    recipients = [encryption.read_recipient(each) for each in recipient] or configured_recipients()
    made = make_backup(folder=chosen(to), recipients=recipients, now=now())
    click.echo(str(made.path))
    click.echo(f"{summary(made.manifest)}, {made.path.stat().st_size:,} bytes", err=True)
    conclude([read_finding(each).as_dict() for each in made.manifest.findings])


@group.command("check")
@click.argument("backup", type=EXISTING)
@keys_option
@identity_option
@click.option("--scratch", help="PostgreSQL: the URL of an empty database; emptied again.")
def check(
    backup: Path, keyfile: Path | None, identity: Sequence[Path], scratch: str | None
) -> None:
    """Open a backup, restore it into a scratch database, and audit it there."""
    identities = identities_of(identity)
    with keys_explained(keyfile):
        checked = check_backup(
            path=backup, keys=keys_of(keyfile, identities), identities=identities, scratch=scratch
        )
    findings = [each.as_dict() for each in checked.findings]
    click.echo(summary(checked.manifest), err=True)
    if not findings and checked.audited:
        note_checked(backup)
    conclude(findings)
    if not checked.audited:
        raise BackupRefused(NO_SCRATCH)


@group.command("restore")
@click.argument("backup", type=EXISTING)
@keys_option
@identity_option
def restore(backup: Path, keyfile: Path | None, identity: Sequence[Path]) -> None:
    """Restore a backup into an empty installation; the service must not run."""
    identities = identities_of(identity)
    with keys_explained(keyfile):
        restored = restore_backup(
            path=backup, keys=keys_of(keyfile, identities), identities=identities, now=now()
        )
    made_at = restored.manifest.made_at
    click.echo(f"Restored: {summary(restored.manifest)}.", err=True)
    if restored.troubles:
        sentences = "; ".join(each.sentence for each in restored.troubles)
        click.echo(f"The books don't go on from their seals: {sentences}")
        older = any(each.cause is Cause.ROLLED_BACK for each in restored.troubles)
        step = "`flask ledger catch-up`" if older else "look where the seals are"
        click.echo(f"Next: {step}, before anything else (docs/recovery.md).")
    else:
        click.echo("The books go on from their seals.")
    click.echo(f"What was entered or erased after {made_at} is to be done again: docs/backup.md.")
    conclude([each.as_dict() for each in restored.findings])


@group.command("prune")
@to_option
@click.option("--daily", default=Keep.daily, show_default=True, help="Days that keep one.")
@click.option("--weekly", default=Keep.weekly, show_default=True, help="Weeks that keep one.")
@click.option("--monthly", default=Keep.monthly, show_default=True, help="Months that keep one.")
@click.option("--dry-run", is_flag=True, help="Only say what would be deleted.")
def prune(to: Path | None, daily: int, weekly: int, monthly: int, dry_run: bool) -> None:
    """Delete old backups; the newest one and the newest checked one always stay."""
    keep = Keep(max(daily, 0), max(weekly, 0), max(monthly, 0))
    removed = prune_backups(chosen(to), keep, dry_run=dry_run)
    for path in removed:
        click.echo(str(path))
    click.echo(f"{len(removed)} {'would be ' if dry_run else ''}deleted", err=True)


@group.command("keys")
@click.argument("to", type=NEW)
@passphrase_option
@recipient_option
def keys(to: Path, passphrase: bool, recipient: Sequence[str]) -> None:
    """Write the installation's keys into a file, to be kept apart from its backups."""
    backups = current_app.config["JISHAN_BACKUPS"]
    for place in (data_folder(), backups):
        if place is not None and to.resolve().is_relative_to(Path(place).resolve()):
            raise BackupRefused(f"{place} is no place for the keys: keep them apart")
    origin = installation_for_command().origin
    content = write_keyfile(present_keys(data_folder()), origin=origin, now=now())
    write_secret(to, content, passphrase=passphrase, recipients=recipient)
    click.echo(f"Written: {to}. Keep it apart from the backups.")


@group.command("identity")
@click.argument("to", type=NEW)
@passphrase_option
def identity(to: Path, passphrase: bool) -> None:
    """Make a key of age that opens backups; its public half is printed, for making them."""
    content, recipient = encryption.new_identity()
    write_secret(to, content, passphrase=passphrase, recipients=())
    click.echo(recipient)


def chosen(to: Path | None) -> Path:
    """The folder that was named, or the setting's."""
    folder: Path | None = to or current_app.config["JISHAN_BACKUPS"]
    if folder is None:
        raise BackupRefused("say where to: --to FOLDER, or set JISHAN_BACKUPS")
    return folder


def ask_passphrase(path: Path) -> str:
    """Ask for the passphrase of a file."""
    return str(click.prompt(f"Passphrase of {path}", hide_input=True, err=True))


def write_secret(
    path: Path, content: bytes, *, passphrase: bool, recipients: Sequence[str]
) -> None:
    """Write a small secret file, encrypted as wished."""
    if passphrase and recipients:
        raise BackupRefused("either a passphrase or recipients")
    if passphrase:
        word = click.prompt("Passphrase", hide_input=True, confirmation_prompt=True, err=True)
        content = encryption.lock(content, word)
    elif recipients:
        content = encryption.lock_to(content, [encryption.read_recipient(x) for x in recipients])
    try:
        with whole_file(path) as file:
            file.write(content)
    except OSError as error:
        raise BackupRefused(f"{path} can't be written: {error.strerror}") from error


def keys_of(keyfile: Path | None, identities: Sequence[Any]) -> Keys:
    """The keys of a file, or those that are here."""
    if keyfile is None:
        return present_keys(data_folder())
    return read_keyfile(encryption.unlock(keyfile, ask_passphrase, identities), keyfile)


@contextmanager
def keys_explained(keyfile: Path | None) -> Iterator[None]:
    """Where no installation is here, its keys aren't either: those here were made by this start."""
    try:
        yield
    except OtherKeys as refusal:
        if keyfile is None and not has_tables():
            raise BackupRefused(NO_KEYS) from refusal
        raise


def identities_of(paths: Sequence[Path]) -> list[Any]:
    """The identities of the files that were named."""
    return [each for path in paths for each in encryption.read_identities(path, ask_passphrase)]


def summary(manifest: Manifest) -> str:
    """What a backup holds, in a phrase."""
    moment = manifest.moment
    return (
        f"{moment.installation['origin']} as of {manifest.made_at}, {len(moment.logs)} villages,"
        f" {manifest.events} events, {len(manifest.members) - 1} uploads"
    )


def conclude(findings: Sequence[dict[str, str]]) -> None:
    """Print the findings; exit with 1 if there are any."""
    for finding in findings:
        click.echo(json.dumps(finding, ensure_ascii=False))
    if findings:
        click.echo(f"{len(findings)} findings", err=True)
        sys.exit(1)
