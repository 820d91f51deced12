"""Every sentence is told in every language, with the same values, and the compiled catalogues are current."""

import ast
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("translations_tool", ROOT / "scripts" / "translations.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["translations_tool"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("package", ["content", "kiosks", "curator", "display_node", "commonscreen"])
def test_nothing_is_left_in_english(tool: ModuleType, package: str) -> None:
    assert [complaint for language in tool.LANGUAGES for complaint in tool.complaints(package, language)] == []


def test_no_sentence_hides_inside_an_f_string_where_the_tool_does_not_look(tool: ModuleType) -> None:
    hidden = []
    for package in tool.PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for text in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.JoinedStr)):
                called = [call.func for call in ast.walk(text) if isinstance(call, ast.Call)]
                if any(isinstance(name, ast.Name) and name.id in tool.KEYWORDS for name in called):
                    hidden.append(f"{path.relative_to(ROOT)}:{text.lineno}")
    assert hidden == []
