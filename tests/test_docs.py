"""The documents keep up: links lead somewhere, settings and commands are told, nothing speaks of machines of ours."""

import re
import subprocess
from pathlib import Path

import click
import pytest

from commonscreen.cli import main
from curator.config import Settings

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text()):
        if "://" not in target and not target.startswith("mailto:"):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_setting_is_told_to_those_who_run_the_service() -> None:
    told = (ROOT / "docs" / "operating.md").read_text()
    for name, setting in Settings.model_fields.items():
        assert f"| `COMMONSCREEN_{name.upper()}` |" in told
        assert setting.description is not None
        assert setting.description in told, name


def test_every_command_is_named_in_the_readme() -> None:
    told = (ROOT / "README.md").read_text()
    context = click.Context(main)
    for part in main.list_commands(context):
        command = main.get_command(context, part)
        assert f"commonscreen {part}" in told
        if isinstance(command, click.Group):
            for name in command.list_commands(context):
                assert name in told, f"commonscreen {part} {name}"


def test_locks_and_sources_name_no_registry_and_no_machine() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    hosts = (
        "pypi" + ".org",
        "pythonhosted" + ".org",
        "npmjs" + ".org",
        "registry." + "npm",
        "/work" + "/main",
        "/root" + "/",
    )
    for name in filter(None, listed):
        path = ROOT / name
        if path.suffix in {".png", ".ttf", ".mo", ".jpg", ".webp"} or not path.is_file():
            continue
        words = path.read_text(errors="replace")
        assert not [host for host in hosts if host in words], name
