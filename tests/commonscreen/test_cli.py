"""The one command: finds its parts, starts at once, speaks the shell's language."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from commonscreen.cli import LazyGroup, main
from commonscreen.command_words import words_of

HEAVY = ("aiohttp", "av", "cv2", "numpy", "pygame", "sqlalchemy", "PIL")


def test_help_names_every_part_and_imports_none() -> None:
    look = f"""
import sys
from click.testing import CliRunner
from commonscreen.cli import main
words = CliRunner().invoke(main, ["--help"]).output
assert all(part in words for part in {list(LazyGroup.parts)!r}), words
assert not [name for name in {HEAVY!r} if name in sys.modules], "slow"
"""
    subprocess.run([sys.executable, "-c", look], check=True, timeout=30)


@pytest.mark.parametrize("part", list(LazyGroup.parts))
def test_every_part_tells_how_it_is_used(part: str) -> None:
    result = CliRunner().invoke(main, [part, "--help"])
    assert result.exit_code == 0
    assert "Usage: " in result.output


def test_help_is_in_the_language_of_the_shell() -> None:
    english = CliRunner().invoke(main, ["curator", "--help"], env={"COMMONSCREEN_LANGUAGE": "en"}).output
    assert "Run and look after the service." in english
    ask = [sys.executable, "-m", "commonscreen", "curator", "--help"]
    told = subprocess.run(ask, env={"LANG": "vi_VN.UTF-8"}, capture_output=True, text=True, timeout=30, check=True)
    assert "Run and look after the service." not in told.stdout
    assert "Commands" in told.stdout or "serve" in told.stdout


def test_every_command_and_option_says_what_it_is_for() -> None:
    assert len(words_of(main)) > 25


@pytest.mark.parametrize("words", [["nonsense"], ["curator", "serve", "--port", "70000"], ["demo", "--for", "0"]])
def test_bad_usage_exits_2_with_a_line_that_says_why(words: list[str]) -> None:
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 2
    assert "Error: " in result.output
