"""The API under requests that nobody thought of: it never breaks, and answers only what its description says."""

import asyncio
import os
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    negative_data_rejection,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.core.result import Ok
from schemathesis.openapi import from_dict
from schemathesis.schemas import APIOperation, BaseSchema

from tests.curator.conftest import MakeTown, Town
from tests.curator.test_safety import Things

Operation = APIOperation[Any, Any, Any, Any]
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
    response_headers_conformance, negative_data_rejection,
]  # fmt: skip
A_FEW = 1
MANY = int(os.environ.get("FUZZ_EXAMPLES", "150"))
"""For each endpoint and each of the two kinds of requests."""
MANY_CALLS = 100_000
LEAST_SEEN = 10


@dataclass(frozen=True)
class Asker:
    """Who sends requests, where to, and how many of each kind."""

    town: Town
    things: Things
    session: requests.Session
    count: int
    seen: Counter[int]

    def ask(self, operation: Operation, mode: GenerationMode) -> None:
        """Sends requests made up from what the endpoint's description says, or from what it rules out."""
        base = f"http://{self.town.server.host}:{self.town.server.port}"
        known = self.things.known(operation.path)

        @settings(
            max_examples=self.count, deadline=None, database=None, derandomize=self.count == A_FEW,
            suppress_health_check=list(HealthCheck), phases=[Phase.generate],
        )  # fmt: skip
        @given(case=operation.as_strategy(generation_mode=mode))
        def each(case: Case[Any]) -> None:
            if mode is GenerationMode.POSITIVE and case.path_parameters:
                case.path_parameters = {name: known[name] for name in case.path_parameters}
            answer = case.call(base_url=base, session=self.session)
            self.seen[answer.status_code] += 1
            case.validate_response(answer, checks=CHECKS)

        each()

    def ask_everything(self, schema: BaseSchema) -> None:
        for result in schema.get_all_operations():
            assert isinstance(result, Ok), result
            operation = result.ok()
            self.town.clock.turn(60_001)
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                if mode is GenerationMode.POSITIVE or operation.query or operation.body:
                    self.ask(operation, mode)


async def fuzz(make_town: MakeTown, count: int) -> None:
    town = await make_town(api_calls_a_minute=MANY_CALLS)
    things, client = await asyncio.to_thread(Things, town), town.client("administrator")
    document = await (await client.get("/api/openapi.json")).json()
    # Who asks stays the same: made-up tokens and cookies would only ever meet the door.
    del document["components"]["securitySchemes"]
    for operation in (one for path in document["paths"].values() for one in path.values()):
        del operation["security"]
    with requests.Session() as session:
        session.headers["Sec-Fetch-Site"] = "same-origin"
        cookies = client.session.cookie_jar.filter_cookies(town.server.make_url("/"))
        session.cookies.update({name: one.value for name, one in cookies.items()})
        asker = Asker(town, things, session, count, Counter())
        await asyncio.to_thread(asker.ask_everything, from_dict(document))
    # It was not the door alone that was asked: things were told, and things were refused by name.
    assert asker.seen[200] + asker.seen[201] + asker.seen[204] > LEAST_SEEN, asker.seen
    assert asker.seen[400] + asker.seen[422] > LEAST_SEEN, asker.seen


async def test_no_request_made_from_the_description_breaks_it_or_gets_an_answer_it_leaves_out(
    make_town: MakeTown,
) -> None:
    await fuzz(make_town, A_FEW)


@pytest.mark.soak
async def test_nor_do_many_more(make_town: MakeTown) -> None:
    await fuzz(make_town, MANY)
