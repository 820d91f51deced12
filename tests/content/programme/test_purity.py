"""Nothing decides what is on but plan and instant: no float, clock, chance, zone, file or environment."""

import ast
from pathlib import Path

import pytest

import content.programme

FOLDER = Path(content.programme.__file__).parent
DECIDING = ("mixes", "plan", "quota", "ledger", "rotation", "house", "engine", "digest")
ALLOWED = {
    "bisect", "collections", "collections.abc", "dataclasses", "functools", "hashlib", "heapq", "json", "operator",
    "typing", "content.canonical", "content.reading", *(f"content.programme.{name}" for name in DECIDING),
}  # fmt: skip
BANNED_NAMES = {"float", "round", "hash", "id", "open", "eval", "exec", "__import__", "input", "set", "print"}


def tree(name: str) -> ast.Module:
    return ast.parse((FOLDER / f"{name}.py").read_text("utf-8"))


@pytest.mark.parametrize("name", DECIDING)
def test_the_engine_imports_nothing_that_knows_the_world(name: str) -> None:
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0
            assert node.module in ALLOWED
        if isinstance(node, ast.Import):
            assert {alias.name for alias in node.names} <= ALLOWED


@pytest.mark.parametrize("name", DECIDING)
def test_the_engine_has_no_fraction_and_no_true_division(name: str) -> None:
    for node in ast.walk(tree(name)):
        assert not isinstance(node, ast.Constant) or not isinstance(node.value, float | complex)
        assert not isinstance(getattr(node, "op", None), ast.Div)


@pytest.mark.parametrize("name", ["quota", "ledger", "rotation", "house", "digest"])
def test_the_engine_calls_nothing_that_differs_from_run_to_run(name: str) -> None:
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in BANNED_NAMES
        assert not isinstance(node, ast.Set | ast.SetComp)


@pytest.mark.parametrize("name", [*DECIDING, "explain", "wording", "cli"])
def test_the_modules_stay_small_enough_to_read(name: str) -> None:
    assert len((FOLDER / f"{name}.py").read_text("utf-8").splitlines()) < 400
