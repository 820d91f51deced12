"""Nobody is led to another site, and no other name is believed."""

import pytest

from tests.curator.conftest import Town


@pytest.mark.parametrize(
    "onward", ["//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example",
               "///evil.example", "javascript:alert(1)", "/\r\nSet-Cookie: a=b", "%2f%2fevil.example", ""],
)  # fmt: skip
async def test_nobody_is_led_away_after_signing_in(town: Town, onward: str) -> None:
    client = town.client("editor")
    answer = await client.get("/sign-in", params={"next": onward}, allow_redirects=False)
    assert answer.headers["Location"] == "/"
    form = {"language": "en", "next": onward}
    answer = await client.post("/language", data=form, allow_redirects=False)
    assert answer.headers.get("Location", "/") == "/"


async def test_another_hosts_name_is_believed_nowhere(town: Town) -> None:
    for path in ("/", "/library", "/screens", "/sign-in"):
        answer = await town.client().get(path, headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
        assert "evil.example" not in await answer.text(), path
        assert "evil.example" not in answer.headers.get("Location", "")
        assert "aiohttp" not in answer.headers["Server"]
