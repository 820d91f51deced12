"""Who may import whom, held by reading every import of every module."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("content", "curator", "display_node", "kiosks", "commonscreen")

MAY_IMPORT = {
    "content": {"content"},
    "kiosks": {"kiosks", "content"},
    "curator": {"curator", "kiosks", "content"},
    "display_node": {"display_node", "kiosks", "content"},
    "commonscreen": set(PACKAGES),
}
HEAVY = "content.media"  # decoding uploads is the service's business; a screen's computer never needs it
NOT_ON_A_SCREEN = {"sqlalchemy", "alembic", "jinja2", "pydantic", "cv2", "babel", "watchdog"}
NOT_IN_THE_PLAYER = {"aiohttp", "socketserver", "http", "urllib", "ssl", "requests"}


def modules(package: str) -> Iterator[Path]:
    return (path for path in (ROOT / package).rglob("*.py") if "__pycache__" not in path.parts)


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: import by the full name"
            found |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_imports_only_what_its_arrows_allow(package: str) -> None:
    for path in modules(package):
        for name in imports(path):
            top = name.split(".")[0]
            assert top not in PACKAGES or top in MAY_IMPORT[package], f"{path.relative_to(ROOT)} imports {name}"


def test_a_screen_needs_only_the_light_half_of_content() -> None:
    for path in modules("display_node"):
        for name in imports(path):
            assert not name.startswith(HEAVY), f"{path.relative_to(ROOT)} imports {name}"
            assert name.split(".")[0] not in NOT_ON_A_SCREEN, f"{path.relative_to(ROOT)} imports {name}"


def test_the_light_half_of_content_needs_no_heavy_library() -> None:
    for path in modules("content"):
        if path.is_relative_to(ROOT / "content" / "media"):
            continue
        for name in imports(path):
            assert not name.startswith(HEAVY), f"{path.relative_to(ROOT)} imports {name}"
            assert name.split(".")[0] not in NOT_ON_A_SCREEN | {"av", "numpy", "PIL", "aiohttp", "pygame"}


def test_the_player_opens_no_network_connection() -> None:
    for path in modules("display_node/player"):
        for name in imports(path):
            assert name.split(".")[0] not in NOT_IN_THE_PLAYER, f"{path.relative_to(ROOT)} imports {name}"


def test_the_engine_knows_no_clock_chance_or_surroundings() -> None:
    banned = {"time", "datetime", "random", "secrets", "os", "locale", "zoneinfo", "math", "numpy"}
    for path in modules("content/programme"):
        if path.name in {"cli.py", "wording.py"}:
            continue
        for name in imports(path):
            assert name.split(".")[0] not in banned, f"{path.relative_to(ROOT)} imports {name}"
            assert name != "content.clock", f"{path.relative_to(ROOT)} imports {name}"


def test_only_one_module_reads_the_clock() -> None:
    for package in PACKAGES:
        for path in modules(package):
            if path == ROOT / "content" / "clock.py":
                continue
            words = path.read_text()
            for call in ("time.time(", "time.time_ns(", "datetime.now(", "utcnow("):
                assert call not in words, f"{path.relative_to(ROOT)} calls {call}…)"


def test_every_module_opens_with_a_sentence() -> None:
    for package in PACKAGES:
        for path in modules(package):
            if path.name == "__init__.py" and not path.read_text().strip():
                continue
            assert ast.get_docstring(ast.parse(path.read_text())), f"{path.relative_to(ROOT)} says not what it is for"
