"""`commonscreen curator policy`: looking at a policy file before it is in force, and trying it on what there was."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from content.reading import BadDocument
from curator.policy import LARGEST_BYTES, Policy, in_force, read_policy
from curator.policy_needs import Demand
from curator.words import _, ngettext

FILE = click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))


@click.group()
def policy_command() -> None:
    """Look at a moderation policy, and try it."""


@policy_command.command("check")
@FILE
def check_command(file: Path) -> None:
    """Say in words what the policy in FILE asks for; exit 1 and the place if it cannot be read."""
    from curator.policy_words import sentences

    for sentence in sentences(_read(file)):
        click.echo(sentence)


@policy_command.command("try")
@FILE
@click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), default=Path("commonscreen-data"), show_default=True,
    help="The folder that holds everything.",
)  # fmt: skip
@click.option("--last", type=click.IntRange(1, 1000), default=50, show_default=True, help="On how many versions.")
def try_command(file: Path, data: Path, last: int) -> None:
    """Say which of the last versions sent in would have gone which way by the policy in FILE. Changes nothing."""
    from curator.policy_trial import try_policy
    from curator.wholeness import reading

    tried = _read(file)
    if not (data / "commonscreen.db").is_file():
        click.echo(_("%(data)s: there is no Commonscreen data in this folder.", data=data), err=True)
        sys.exit(2)
    with reading(data / "commonscreen.db") as connection:
        found = try_policy(connection, in_force(), tried, last=last)
    for one in found:
        day = f"{datetime.fromtimestamp(one.at_ms / 1000, UTC):%Y-%m-%d %H:%M}"
        way = _way(one.then) if not one.differs else f"{_way(one.now)} → {_way(one.then)}"
        click.echo(f"{'*' if one.differs else ' '} {day}  {one.title} ({one.group}, {one.trust}): {way}")
    differing = sum(one.differs for one in found)
    click.echo(
        ngettext(
            "%(differing)s of %(num)s would go another way.", "%(differing)s of %(num)s would go another way.",
            len(found), differing=differing,
        )
    )  # fmt: skip


def _read(file: Path) -> Policy:
    try:
        with file.open("rb") as body:
            return read_policy(body.read(LARGEST_BYTES + 1).decode("utf-8"), file.name)
    except (BadDocument, OSError) as error:
        raise click.ClickException(str(error)) from error
    except UnicodeDecodeError as error:
        raise click.ClickException(_("%(file)s is not UTF-8 text.", file=file)) from error


def _way(found: Demand) -> str:
    parts = [ngettext("%(num)s person", "%(num)s persons", found.persons)]
    if found.by == "administrator":
        parts.append(_("an administrator"))
    if found.is_blurred:
        parts.append(_("blurred"))
    names = ", ".join(need.code for need in found.needs)
    return ", ".join(parts) + (f" [{names}]" if names else "")
