"""The documentation of the API (OpenAPI 3.1), written from the very models that read requests and tell answers."""

import functools
import json
import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, Field
from pydantic.json_schema import models_json_schema

from curator.api.endpoint import ENDPOINTS, Endpoint
from curator.api.kept import HEADER
from curator.api.reading import LONGEST_KEY, Told
from curator.tokens import ALLOWS

Json = dict[str, Any]
_REF = "#/components/schemas/{model}"
_MEANS = {
    304: "It is as `If-None-Match` says.",
    400: "This JSON cannot be read.",
    401: "No good session or token.",
    403: "Your role, your token's scope, or the page that asks does not allow it.",
    404: "There is nothing there, or it is not yours to see.",
    409: "It does not fit what is there now.",
    412: "It was changed since you read it: the present mark is in `ETag`.",
    413: "Larger than what is taken.",
    415: "Not application/json.",
    422: "Something that was sent cannot be taken: see `detail` and `errors`.",
    428: "`If-Match` is missing: the present mark is in `ETag`.",
    429: "Too many calls: wait as many seconds as `Retry-After` says.",
}
PATTERNS = {"group": "^[a-z0-9-]{1,64}$", "screen": "^[a-z0-9-]{1,64}$", "role": "^(editor|contributor)$"}
_ID = "^[a-z0-9]{1,32}$"
ABOUT = (
    "What the pages of Commonscreen do, for programs. Instants are UTC milliseconds. Errors are "
    "`application/problem+json` (RFC 9457). A change names what it is based on (`If-Match`); a POST with an "
    "`Idempotency-Key` is done once; lists come in pages (`limit`, `after`). Read docs/api.md for examples."
)


class FaultTold(Told):
    """What is wrong with one field."""

    field: str
    detail: str


class ProblemTold(Told):
    """An answer that is not a success (RFC 9457)."""

    type: str = Field(description="Names the kind of problem.")
    title: str
    status: int
    detail: str = Field(description="What is wrong and what to do, in the reader's language.")
    code: str
    errors: list[FaultTold] = Field(default=[])


@functools.cache
def document() -> bytes:
    """The whole document."""
    return json.dumps(_document(), ensure_ascii=False, indent=1).encode()


def _document() -> Json:
    paths: dict[str, Json] = {}
    for one in ENDPOINTS:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Commonscreen", "version": "1", "summary": "The API for people's programs.", "description": ABOUT,
            "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
        },
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "An API token, made under “My account”."},
                "session": {"type": "apiKey", "in": "cookie", "name": "commonscreen",
                            "description": "A browser's session; changes only from our own pages."},
            },
        },
    }  # fmt: skip


def _schemas() -> Json:
    answers = [model for one in ENDPOINTS if (model := one.answer)] + [ProblemTold]
    bodies = [model for one in ENDPOINTS if (model := one.body)]
    wanted: list[tuple[type[BaseModel], Any]] = [(model, "serialization") for model in _once(answers)]
    wanted += [(model, "validation") for model in _once(bodies)]
    _names, whole = models_json_schema(wanted, ref_template=_REF)
    found: Json = whole["$defs"]
    return found


def _once(models: Iterable[type[BaseModel]]) -> list[type[BaseModel]]:
    return list(dict.fromkeys(models))


def _operation(one: Endpoint) -> Json:
    told: Json = {
        "operationId": f"{one.work.__module__.rpartition('.')[2]}_{one.work.__name__.lstrip('_')}",
        "summary": one.summary, "tags": [one.work.__module__.rpartition(".")[2].replace("_", " ")],
        "parameters": _parameters(one), "responses": _answers(one),
        "security": [{}] if one.is_open else [{"token": []}, {"session": []}],
    }  # fmt: skip
    told["description"] = _who(one)
    if one.body is not None:
        told["requestBody"] = {
            "required": True, "content": {"application/json": {"schema": _ref(one.body)}},
        }  # fmt: skip
    return told


def _who(one: Endpoint) -> str:
    if one.is_open:
        return "Open to all."
    if one.asks is None:
        return "For yourself, in a browser's session only." if one.is_change else "For everybody with an account."
    scopes = [scope.value for scope, allowed in ALLOWS.items() if one.asks in allowed]
    tokens = f"Tokens: {', '.join(scopes)}." if scopes else "In a browser's session only."
    return f"Needs: {one.asks.value}. {tokens}"


def _parameters(one: Endpoint) -> list[Json]:
    found: list[Json] = [
        {
            "name": name, "in": "path", "required": True,
            "schema": {"type": "string", "pattern": PATTERNS.get(name, _ID)},
        }
        for name in re.findall(r"{(\w+)}", one.path)
    ]  # fmt: skip
    if one.query is not None:
        schema = one.query.model_json_schema(ref_template=_REF)
        for name, field in schema["properties"].items():
            words: Json = {"description": field.pop("description")} if "description" in field else {}
            found.append({"name": name, "in": "query", "required": False, "schema": field} | words)
    if one.guard is not None:
        found.append(_header("If-Match", "The `ETag` of what the change is based on, or `*`."))
    if one.has_mark and not one.is_change:
        found.append(_header("If-None-Match", "The `ETag` of what you have."))
    if one.method == "POST":
        about = f"A name of yours for this request, up to {LONGEST_KEY} characters: sent again, it is not done again."
        found.append(_header(HEADER, about, f"^[!-~]{{1,{LONGEST_KEY}}}$"))
    return found


def _header(name: str, words: str, pattern: str = "") -> Json:
    schema = {"type": "string"} | ({"pattern": pattern} if pattern else {})
    return {"name": name, "in": "header", "required": False, "description": words, "schema": schema}


def _answers(one: Endpoint) -> Json:
    told: Json = {}
    for status in one.statuses:
        if status == one.status:
            told[str(status)] = _success(one)
        elif status == HTTPStatus.NOT_MODIFIED:
            told[str(status)] = {"description": _MEANS[status]}
        else:
            told[str(status)] = {
                "description": _MEANS[status],
                "content": {"application/problem+json": {"schema": _ref(ProblemTold)}},
            }  # fmt: skip
    return told


def _success(one: Endpoint) -> Json:
    if one.answer is None:
        return {"description": "Done."}
    told: Json = {
        "description": (one.answer.__doc__ or "").strip().splitlines()[0],
        "content": {"application/json": {"schema": _ref(one.answer)}},
    }  # fmt: skip
    if one.has_mark:
        told["headers"] = {"ETag": {"description": "Its mark, for `If-Match`.", "schema": {"type": "string"}}}
    return told


def _ref(model: type[BaseModel]) -> Json:
    return {"$ref": _REF.format(model=model.__name__)}
