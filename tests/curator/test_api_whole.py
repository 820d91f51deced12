"""What pages change, programs can change too; or docs/api.md says why not."""

import re

import pytest

from curator.api.endpoint import ENDPOINTS
from tests.curator.access import OWN_UPLOAD, PAGES, documented_pages_only
from tests.curator.counterparts import COUNTERPARTS

CHANGES = sorted(name for name in PAGES if not name.startswith(("GET ", "OPTIONS ")))
SAME = {"POST /uploads", *OWN_UPLOAD}
"""Addresses that programs use as pages do."""


def is_of(pattern: str, address: str) -> bool:
    """Whether a page's address is meant by a pattern of the document: `…` stands for whatever follows."""
    return address.startswith(pattern[:-1]) if pattern.endswith("…") else address == pattern


@pytest.mark.parametrize("name", CHANGES)
def test_what_a_page_changes_has_an_endpoint_or_a_stated_reason(name: str) -> None:
    method, address = name.split(" ")
    reasons = [pattern for pattern in documented_pages_only() if is_of(pattern, address)]
    found = COUNTERPARTS.get(name, ())
    assert name in SAME or bool(found) != bool(reasons), (name, found, reasons)
    known = {one.name for one in ENDPOINTS} | SAME
    assert set(found) <= known, (method, set(found) - known)


def test_the_lists_of_pages_name_none_that_is_not_there() -> None:
    addresses = {name.split(" ")[1] for name in CHANGES}
    assert set(COUNTERPARTS) <= set(CHANGES)
    for pattern in documented_pages_only():
        assert any(is_of(pattern, address) for address in addresses), pattern
        assert re.fullmatch(r"/[a-z_/{}-]+…?", pattern), pattern
