"""Calls of the API in tests: what is told, its mark, and what a refusal says."""

from typing import Any

from aiohttp import ClientResponse

from tests.curator.conftest import Client


async def told(client: Client, address: str, status: int = 200) -> Any:
    answer = await client.get(address)
    assert answer.status == status, (address, await answer.text())
    return await answer.json()


async def mark(client: Client, address: str) -> dict[str, str]:
    return {"If-Match": (await client.get(address)).headers["ETag"]}


async def problem(answer: ClientResponse) -> tuple[int, str]:
    assert answer.content_type == "application/problem+json", await answer.text()
    said = await answer.json()
    assert said["status"] == answer.status
    assert said["detail"]
    return answer.status, said["code"]
