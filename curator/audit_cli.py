"""`commonscreen curator audit`: looking at an exported audit log, on any machine, without the service."""

import sys
from pathlib import Path

import click

from content.reading import BadDocument
from curator import audit, audit_export
from curator.words import _, ngettext


@click.group()
def audit_command() -> None:
    """Look at an exported audit log."""


@audit_command.command("verify")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--excerpt", is_flag=True, help="Rows may be missing between others: the export was of a selection.")
@click.option("--head", default="", help="The hash its newest row must have, as noted somewhere else.")
def verify_command(file: Path, excerpt: bool, head: str) -> None:
    """Say whether an exported log, FILE, is as it was written: exit 0, or 1 and the first broken row."""
    try:
        with file.open("rb") as body:
            verdict = audit.verify(audit_export.read_json_lines(body), is_excerpt=excerpt)
    except (BadDocument, OSError) as error:
        raise click.ClickException(str(error)) from error
    if verdict.broken is not None:
        click.echo(_("Broken at row %(row)s.", row=verdict.broken))
        sys.exit(1)
    if head and head.lower() != verdict.head:
        click.echo(_("The newest row is another one: %(hash)s.", hash=verdict.head))
        sys.exit(1)
    for row in verdict.unproven:
        click.echo(_("Row %(row)s: words were taken out; the row that vouches for it is not in this excerpt.", row=row))
    click.echo(
        ngettext(
            "%(num)s row, as it was written. Newest: %(hash)s",
            "%(num)s rows, as they were written. Newest: %(hash)s",
            verdict.count,
            hash=verdict.head,
        )
    )
