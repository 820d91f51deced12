"""What a request brings becomes values here, once, by the models that the documentation is written from."""

from typing import Annotated, Any, TypeVar

from aiohttp import web
from multidict import MultiMapping
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from curator.problem import Fault, Problem
from curator.words import _

JSON = "application/json"
MOST_FAULTS = 20
LONGEST_FIELD = 100
LONGEST_KEY = 200
LATEST_MS = 253_370_764_800_000
"""The year 9999."""
PAGE_USUAL = 50
PAGE_MOST = 200
NO_CONTROLS = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"

Words = Annotated[str, Field(pattern=NO_CONTROLS)]
"""Text for people: no control characters but tab and line end."""
Line = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f-\x9f]*$")]
"""Text for people on one line."""
Id = Annotated[str, Field(pattern=r"^[a-z0-9]{1,32}$", examples=["4kqz7m2abcdefghj"])]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Instant = Annotated[int, Field(ge=0, le=LATEST_MS, description="UTC milliseconds since 1970.")]
B = TypeVar("B", bound=BaseModel)


class Given(BaseModel):
    """What a program sends: exactly these fields, of exactly these types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Asked(BaseModel):
    """What stands behind the question mark: text that reads as these types."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PageAsked(Asked):
    """A page of a list."""

    limit: int = Field(default=PAGE_USUAL, ge=1, le=PAGE_MOST, description="How many entries at most.")
    after: str = Field(
        default="", pattern=r"^[A-Za-z0-9_-]{0,200}$", description="`next` of the page before; empty for the first."
    )


class Told(BaseModel):
    """What is answered."""

    model_config = ConfigDict(frozen=True)


class Nothing(Given):
    """No field at all: `{}`."""


def read_query(model: type[B] | None, query: MultiMapping[str]) -> B | None:
    """The query by its model. Raises Problem that names each parameter that cannot be taken."""
    twice = sorted({name for name in query if len(query.getall(name)) > 1})
    unknown = sorted(query) if model is None else []
    if twice or unknown:
        words = {name: _("It stands more than once.") for name in twice}
        words |= {name: _("There is no such parameter.") for name in unknown}
        raise bad_fields([Fault(name[:LONGEST_FIELD], detail) for name, detail in words.items()])
    if model is None:
        return None
    try:
        return model.model_validate({name: query[name] for name in query})
    except ValidationError as error:
        raise bad_fields(_faults(error)) from None


async def read_body(model: type[B], request: web.Request) -> B:
    """The body by its model. Raises Problem: no JSON (415), not readable (400), or naming each field (422)."""
    if request.content_type != JSON or (request.charset or "utf-8").lower() != "utf-8":
        raise Problem(415, "no_json", _("This needs JSON: send it as application/json."))
    body = await request.read()
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        if any(one["type"] == "json_invalid" for one in error.errors(include_input=False, include_url=False)):
            raise Problem(400, "bad_json", _("This JSON cannot be read.")) from None
        raise bad_fields(_faults(error)) from None


def bad_fields(faults: list[Fault]) -> Problem:
    """422, with each field that cannot be taken and why."""
    return Problem(
        422, "bad_fields", _("Some of what was sent cannot be taken: see “errors”."), errors=tuple(faults[:MOST_FAULTS])
    )


def _faults(error: ValidationError) -> list[Fault]:
    return [
        Fault(".".join(str(part) for part in one["loc"])[:LONGEST_FIELD] or "body", str(one["msg"])[:300])
        for one in error.errors(include_input=False, include_url=False)
    ]


def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a model on its own."""
    return model.model_json_schema(ref_template="#/components/schemas/{model}")
