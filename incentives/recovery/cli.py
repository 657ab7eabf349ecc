"""`flask ledger catch-up`, `sign`, `reopen`; `flask ledger recovery` says how it stands."""

import json
import sys
from collections.abc import Callable
from typing import TextIO, TypeVar

import click
from flask_babel import force_locale

from incentives.access.actor import Actor
from incentives.access.operations import sign_in
from incentives.access.peers import Peer
from incentives.clock import now
from incentives.errors import Refusal
from incentives.extensions import db
from incentives.installation import get_installation, installation_for_command
from incentives.ledger.cli import group
from incentives.recovery import operations, queries
from incentives.recovery.models import LostItem, Recovery, Signer
from incentives.recovery.state import waiting
from incentives.recovery.telling import notice_path
from incentives.web.transaction import transaction

T = TypeVar("T")

HERE = Peer(address="127.0.0.1", local=True)
signer_option = click.option(
    "--as",
    "signer",
    type=click.Choice([each.value for each in Signer]),
    required=True,
    help="In which capacity.",
)
username_option = click.option("--username", prompt=True, help="Who signs.")
password_option = click.option("--password", prompt=True, hide_input=True)


@group.command("catch-up")
def run_catch_up() -> None:
    """Replay what the seals have and the books lack; the list of what is lost, as JSON lines."""
    installation_for_command()
    try:
        recovery = operations.catch_up(now=now(), tell=lambda text: click.echo(text, err=True))
    except operations.CatchUpRefused as reason:
        raise click.ClickException(str(reason)) from reason
    tell_list(recovery)
    view = queries.view_of(recovery)
    anew = f", which opens the log of {', '.join(view.unusable)} anew" if view.unusable else ""
    click.echo(
        f"caught up; the list has the digest {recovery.digest}: an administrator and a supervisor"
        f" read it and sign it, on the page Recovery or with `{next_command(view)}`{anew}",
        err=True,
    )


@group.command("recovery")
def run_recovery() -> None:
    """Say how the books stand to their seals; exit code 1 while they wait for their recovery."""
    installation_for_command()
    recovery = operations.check_books(now=now())
    if recovery is None:
        click.echo("the books go on from their seals", err=True)
        return
    click.echo(json.dumps(state_of(recovery), ensure_ascii=False))
    tell_list(recovery)
    sys.exit(1)


@group.command("sign")
@username_option
@password_option
@signer_option
@click.option("--digest", required=True, help="That of the list that was read.")
def run_sign(username: str, password: str, signer: str, digest: str) -> None:
    """Sign the list of what can't be rebuilt; the second signature lets writing begin again."""
    installation_for_command()
    actor = signed_in(username, password)
    refused(
        lambda: (
            operations.sign_list(
                signer=Signer(signer), digest=digest, actor=actor, now=now()
            ).ended_at
        )
    )
    tell_signed()


@group.command("reopen")
@username_option
@password_option
@signer_option
@click.option(
    "--checkpoint",
    type=click.File("r"),
    help="The newest checkpoint known from paper, as a file or -.",
)
@click.option("--digest", help="That of the list, where other villages were caught up.")
def run_reopen(
    username: str, password: str, signer: str, checkpoint: TextIO | None, digest: str | None
) -> None:
    """Open the logs anew whose seals are lost; run by an administrator and by a supervisor."""
    installation_for_command()
    operations.check_books(now=now(), thorough=True)
    actor = signed_in(username, password)
    note = checkpoint.read() if checkpoint else None
    refused(
        lambda: (
            operations.sign_reopening(
                signer=Signer(signer), digest=digest, checkpoint=note, actor=actor, now=now()
            ).ended_at
        )
    )
    tell_signed()
    if waiting() is None:
        tell_notices()


def tell_notices() -> None:
    """Say where the sheets stand that must now be put up."""
    recovery = queries.newest_recovery()
    for village in queries.unusable_villages(recovery) if recovery else []:
        for each in queries.reopenings(village)[:1]:
            path = notice_path(village, each.voucher)
            click.echo(f"put up the notice: {get_installation().url.rstrip('/')}{path}")


def signed_in(username: str, password: str) -> Actor:
    """Who signs, by name and password as on the pages."""
    return refused(
        lambda: sign_in(username=username, password=password, peer=HERE, now=now()).actor
    )


def refused(work: Callable[[], T]) -> T:
    """Do the work in its transaction; a refusal ends the command with its sentence.

    In English, as all that commands say: without a request texts would be in Chinese.
    """
    try:
        return transaction(work, in_recovery=True)
    except Refusal as refusal:
        with force_locale("en"):
            texts = [str(each.detail) for each in refusal.errors] or [str(refusal.detail)]
        raise click.ClickException(" ".join(texts)) from refusal


def tell_signed() -> None:
    """Say whether one more signature is needed."""
    db.session.rollback()
    if waiting() is None:
        click.echo("signed by both: everything can be written again")
    else:
        click.echo("signed; the other of administrator and supervisor must sign too")


def state_of(recovery: Recovery) -> dict[str, object]:
    """A recovery as the command prints it."""
    view = queries.view_of(recovery)
    return {
        "cause": recovery.cause.value,
        "findings": [each["sentence"] for each in recovery.findings],
        "caught_up": recovery.caught_up_at is not None,
        "digest": recovery.digest,
        "signed_as": [each.signature.signer.value for each in view.signatures],
        "next": next_command(view),
    }


def next_command(view: queries.RecoveryView) -> str:
    """What is to be run next."""
    if view.may_catch_up:
        return "flask ledger catch-up"
    command = "reopen" if view.unusable else "sign"
    digest = f" --digest {view.recovery.digest}" if view.recovery.digest else ""
    return f"flask ledger {command} --as …{digest}"


def tell_list(recovery: Recovery) -> None:
    """Print the list, one JSON object a line."""
    chosen = queries.lost_items(recovery.id).order_by(LostItem.id)
    for each in db.session.scalars(chosen):
        line = {"village": each.village, "kind": each.kind.value, "seq": each.seq, **each.data}
        click.echo(json.dumps(line, ensure_ascii=False))


commands = [group]
