"""What may be done with the preparation of a version: stop it, have it tried again, have it done first."""

from curator import library, steering
from curator.api.endpoint import Call, endpoint, not_found
from curator.api.items import VersionAnswer, seen_item, version_told
from curator.api.reading import Nothing
from curator.authorisation import Action
from curator.library import Version
from curator.receiving import JOBS_TOPIC, TURNS_TOPIC
from curator.words import N_

HERE = "/api/items/{item}/versions/{version}/preparation"


def _the_version(call: Call) -> Version:
    """The version of the address; contributors may steer what they brought themselves."""
    item = seen_item(call)
    found = item.version(call.named["version"])
    if found is None:
        raise not_found()
    call.allow(group=item.group_id, made_by=found.created_by)
    call.hint(f"item:{item.id}", f"group:{item.group_id}", TURNS_TOPIC, JOBS_TOPIC)
    return found


@endpoint("POST", f"{HERE}/stop", N_("Stop a version's preparation"), asks=Action.STEER_PREPARATION,
          about=_the_version)  # fmt: skip
def stop(call: Call, version: Version, body: Nothing) -> VersionAnswer:  # noqa: ARG001
    """It may be tried again."""
    steering.stop(call.connection, version, now_ms=call.now_ms, by=call.actor.account_id)
    return _told(call, version)


@endpoint("POST", f"{HERE}/again", N_("Have a preparation tried again"), asks=Action.STEER_PREPARATION,
          about=_the_version)  # fmt: skip
def again(call: Call, version: Version, body: Nothing) -> VersionAnswer:  # noqa: ARG001
    """Where that may help."""
    steering.repeat(call.connection, version, now_ms=call.now_ms, by=call.actor.account_id)
    return _told(call, version)


@endpoint("POST", f"{HERE}/first", N_("Have a version prepared before others"), asks=Action.PREPARE_FIRST,
          about=_the_version)  # fmt: skip
def first(call: Call, version: Version, body: Nothing) -> VersionAnswer:  # noqa: ARG001
    """While it waits."""
    steering.hasten(call.connection, version, now_ms=call.now_ms, by=call.actor.account_id)
    return _told(call, version)


def _told(call: Call, version: Version) -> VersionAnswer:
    return version_told(library.version(call.connection, version.id) or version)
