"""`commonscreen curator …`: run and look after the service."""

import json
import sys
from pathlib import Path

import click

from content.clock import now_ms
from content.language import language_of_the_shell
from curator.audit_cli import audit_command
from curator.config import Settings
from curator.policy_cli import policy_command
from curator.preparation_cli import jobs_command, work_command
from curator.words import LANGUAGE, Told, _, ngettext

DATA = click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), default=Path("commonscreen-data"), show_default=True,
    help="The folder that holds everything.",
)  # fmt: skip


@click.group()
def curator() -> None:
    """Run and look after the service."""
    LANGUAGE.set(language_of_the_shell())


@curator.command()
@DATA
@click.option("--host", help="The address to listen on.  [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="0 takes any free one.  [default: 8080]")
@click.option("--public-url", help="The address people type, when it is not http://HOST:PORT.")
def serve(data: Path, host: str | None, port: int | None, public_url: str | None) -> None:
    """Run the service until Ctrl-C."""
    from curator.serving import serve_forever

    said = {"data": data, "host": host, "port": port, "public_url": public_url}
    # What is not said on the command line is left to the environment, and then to the defaults.
    settings = Settings.model_validate({name: value for name, value in said.items() if value is not None})
    LANGUAGE.set(settings.language)
    serve_forever(settings)


@curator.command("create-admin")
@DATA
@click.option("--email", prompt=True, help="The address to sign in with.")
@click.option("--name", default="", help="The person's name.")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True, help="Asked for when not given.")
def create_admin(data: Path, email: str, name: str, password: str) -> None:
    """Make the first administrator."""
    from curator import accounts
    from curator.authorisation import Role
    from curator.store import Connection
    from curator.web.app import open_service

    service = open_service(Settings(data=data))

    def make(connection: Connection) -> None:
        account_id = accounts.create(
            connection, email=email, name=name, password_hash=accounts.hash_password(password), language="en",
            now_ms=now_ms(), by=None,
        )  # fmt: skip
        accounts.grant(
            connection, account_id=account_id, role=Role.ADMINISTRATOR, group_id=None, now_ms=now_ms(), by=None
        )

    try:
        service.store.run_now(make)
    except Told as told:
        raise click.ClickException(told.told()) from told
    finally:
        service.store.close()
    click.echo(_("%(email)s can now sign in and is an administrator.", email=email))


@curator.command()
@DATA
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup(data: Path, file: Path) -> None:
    """Write everything into one FILE (.tar), while the service runs."""
    from curator.safekeeping import BackupRefused, write_backup

    try:
        count, size_bytes = write_backup(_existing(data), file)
    except BackupRefused as refused:
        raise click.ClickException(refused.told()) from refused
    except OSError as error:
        raise click.ClickException(str(error)) from error
    words = ngettext(
        "%(file)s: %(num)s file, %(size)s bytes.",
        "%(file)s: %(num)s files, %(size)s bytes.",
        count,
        file=file,
        size=size_bytes,
    )
    click.echo(words)


@curator.command()
@DATA
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
def restore(data: Path, file: Path) -> None:
    """Fill an empty data folder from a backup FILE."""
    from curator.safekeeping import BackupRefused, restore_backup

    try:
        count = restore_backup(file, data)
    except BackupRefused as refused:
        raise click.ClickException(refused.told()) from refused
    except OSError as error:
        raise click.ClickException(str(error)) from error
    click.echo(ngettext("%(data)s: %(num)s file restored.", "%(data)s: %(num)s files restored.", count, data=data))


@curator.command()
@DATA
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def check(data: Path, as_json: bool) -> None:
    """Look whether database, files, keys and audit log are whole. Exit 0 if they are, 1 if not."""
    from curator.safekeeping import check_everything

    findings = check_everything(_existing(data))
    if as_json:
        click.echo(json.dumps({"healthy": not findings, "findings": findings}, ensure_ascii=False))
    else:
        for finding in findings or [_("Everything is whole.")]:
            click.echo(finding)
    sys.exit(1 if findings else 0)


curator.add_command(audit_command, "audit")
curator.add_command(jobs_command, "jobs")
curator.add_command(policy_command, "policy")
curator.add_command(work_command, "work")


def _existing(data: Path) -> Path:
    if not (data / "commonscreen.db").is_file():
        click.echo(_("%(data)s: there is no Commonscreen data in this folder.", data=data), err=True)
        sys.exit(2)
    return data
