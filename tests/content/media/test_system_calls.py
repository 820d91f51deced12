"""The numbers of the calls the reader of uploads may make are the kernel's own."""

import re
from pathlib import Path

import pytest

from content.media.system_calls import CALLS, conditions

HEADERS = (Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"), Path("/usr/include/asm-generic/unistd.h"))
GENERIC_NAMES = {"newfstatat": "fstatat"}


@pytest.mark.parametrize(("column", "header"), list(enumerate(HEADERS)), ids=["x86_64", "aarch64"])
def test_the_numbers_are_those_of_the_kernels_headers(column: int, header: Path) -> None:
    if not header.exists():
        pytest.skip(f"the kernel's headers are not installed here: {header}")
    told = re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)$", header.read_text(), re.MULTILINE)
    numbers = {name: int(number) for name, number in told}
    ours = {name: row[column] for name, row in CALLS.items()}
    ours |= {name: condition.numbers[column] for name, condition in conditions(1).items()}
    names = {name: GENERIC_NAMES.get(name, name) if column else name for name in ours}
    assert ours == {name: numbers.get(names[name]) for name in ours}
