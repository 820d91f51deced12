"""Webhooks: what other programs are told at addresses of their own, signed, until it arrives."""

from typing import Annotated, Literal

from pydantic import Field

from curator import webhooks
from curator.api.endpoint import Call, endpoint, not_found
from curator.api.groups import the_group
from curator.api.reading import Given, Instant, Line, Told
from curator.authorisation import Action
from curator.groups import Group
from curator.webhook_addresses import LONGEST_URL, reach_of, read_url
from curator.webhooks import Delivery, Event, Webhook
from curator.words import N_

Asked = Literal["submission.waiting", "submission.decided", "item.withdrawn", "programme.published", "screen.changed"]


class WebhookAnswer(Told):
    """A webhook. Its secret is told once, when it is made."""

    id: str
    name: str
    url: str
    events: list[Event]
    created_ms: Instant
    is_on: bool = Field(description="Whether it is told of what happens.")
    paused_ms: Instant | None
    failing_ms: Instant | None = Field(description="Since when nothing has arrived.")


class Webhooks(Told):
    """Webhooks, newest first."""

    webhooks: list[WebhookAnswer]


class WebhookWanted(Given):
    """Where to tell what. A group's webhook is told of its own items only."""

    name: Annotated[Line, Field(min_length=1, max_length=webhooks.LONGEST_NAME)]
    url: Annotated[Line, Field(min_length=1, max_length=LONGEST_URL)]
    events: list[Asked] = Field(min_length=1, max_length=len(webhooks.OF_COUNCIL))


class WebhookMade(Told):
    """A new webhook with its secret (`whsec_…`, Standard Webhooks), which is told this once."""

    webhook: WebhookAnswer
    secret: str = Field(description="Empty when the answer is told again for the same Idempotency-Key.")


class AttemptAnswer(Told):
    """One try. `status` is null where nothing answered."""

    at_ms: Instant
    took_ms: int
    status: int | None
    error: str = Field(description="Empty when it arrived.")


class DeliveryAnswer(Told):
    """One event. `id` is what the call has as `webhook-id`."""

    id: str
    event: Event
    state: Literal["waiting", "arrived", "failed"]
    created_ms: Instant
    next_ms: Instant | None = Field(description="When it is tried (again), while it waits.")
    attempts: list[AttemptAnswer]


class Deliveries(Told):
    """What a webhook was told lately, newest first."""

    deliveries: list[DeliveryAnswer]


def the_webhook(call: Call) -> Webhook:
    """The webhook of the address, if the reader may look after it."""
    webhook = webhooks.get(call.connection, call.named["webhook"])
    if webhook is None or not webhooks.may_look_after(call.actor, webhook.group_id):
        raise not_found()
    call.allow(group=webhook.group_id)
    return webhook


def _told(webhook: Webhook) -> WebhookAnswer:
    return WebhookAnswer(
        id=webhook.id, name=webhook.name, url=webhook.url, events=list(webhook.events), created_ms=webhook.created_ms,
        is_on=webhook.is_on, paused_ms=webhook.paused_ms, failing_ms=webhook.failing_ms,
    )  # fmt: skip


def _of(call: Call, group_id: str | None) -> Webhooks:
    return Webhooks(webhooks=[_told(one) for one in webhooks.of(call.connection, group_id)])


def _made(call: Call, group_id: str | None, wanted: WebhookWanted) -> WebhookMade:
    reach = reach_of(call.service.settings, is_group=group_id is not None)
    made, secret = webhooks.make(
        call.connection, group_id=group_id, name=wanted.name, url=read_url(wanted.url, reach),
        events=[Event(one) for one in wanted.events], now_ms=call.now_ms, by=call.actor.account_id,
        key=call.service.key,
    )  # fmt: skip
    return WebhookMade(webhook=_told(made), secret=secret)


@endpoint("GET", "/api/webhooks", N_("The council's webhooks"), asks=Action.CALL_OUT_OF_ALL)
def of_council(call: Call) -> Webhooks:
    """Newest first."""
    return _of(call, None)


@endpoint(
    "POST", "/api/webhooks", N_("Make a webhook of the council"), asks=Action.CALL_OUT_OF_ALL, status=201,
    told_once="secret",
)  # fmt: skip
def make_for_council(call: Call, body: WebhookWanted) -> WebhookMade:
    """Its secret is in the answer and is told nowhere else."""
    return _made(call, None, body)


@endpoint("GET", "/api/groups/{group}/webhooks", N_("A group's webhooks"), asks=Action.CALL_OUT, about=the_group)
def of_group(call: Call, group: Group) -> Webhooks:
    """Newest first."""
    return _of(call, group.id)


@endpoint(
    "POST", "/api/groups/{group}/webhooks", N_("Make a webhook of a group"), asks=Action.CALL_OUT, about=the_group,
    status=201, told_once="secret",
)  # fmt: skip
def make_for_group(call: Call, group: Group, body: WebhookWanted) -> WebhookMade:
    """Its secret is in the answer and is told nowhere else."""
    return _made(call, group.id, body)


@endpoint("GET", "/api/webhooks/{webhook}", N_("A webhook"), asks=Action.CALL_OUT, about=the_webhook)
def get(_call: Call, webhook: Webhook) -> WebhookAnswer:
    """One webhook."""
    return _told(webhook)


@endpoint(
    "GET", "/api/webhooks/{webhook}/deliveries", N_("What a webhook was told, with every try"), asks=Action.CALL_OUT,
    about=the_webhook,
)  # fmt: skip
def deliveries(call: Call, webhook: Webhook) -> Deliveries:
    """The newest first."""
    return Deliveries(deliveries=[_delivery(one) for one in webhooks.told(call.connection, webhook.id)])


@endpoint("POST", "/api/webhooks/{webhook}/test", N_("Send a webhook a test"), asks=Action.CALL_OUT, about=the_webhook)
def test(call: Call, webhook: Webhook) -> None:
    """Delivered like any event."""
    webhooks.put(call.connection, webhook, Event.TEST, {"webhook": webhook.id}, now_ms=call.now_ms)
    call.hint(f"{webhooks.TOPIC}:{webhook.id}")


@endpoint("POST", "/api/webhooks/{webhook}/pause", N_("Pause a webhook"), asks=Action.CALL_OUT, about=the_webhook)
def pause(call: Call, webhook: Webhook) -> None:
    """What happens meanwhile is not told. Harmless when it is paused."""
    webhooks.pause(call.connection, webhook, "person", now_ms=call.now_ms, by=call.actor.account_id)


@endpoint("POST", "/api/webhooks/{webhook}/go-on", N_("Have a webhook go on"), asks=Action.CALL_OUT, about=the_webhook)
def go_on(call: Call, webhook: Webhook) -> None:
    """In the name of whoever asks."""
    webhooks.go_on(call.connection, webhook, now_ms=call.now_ms, by=call.actor.account_id)
    call.hint(f"{webhooks.TOPIC}:{webhook.id}")


@endpoint("DELETE", "/api/webhooks/{webhook}", N_("Remove a webhook"), asks=Action.CALL_OUT, about=the_webhook)
def remove(call: Call, webhook: Webhook) -> None:
    """With all it was to be told."""
    webhooks.remove(call.connection, webhook, now_ms=call.now_ms, by=call.actor.account_id)


def _delivery(one: Delivery) -> DeliveryAnswer:
    return DeliveryAnswer(
        id=one.id, event=one.event, state=one.state, created_ms=one.created_ms,
        next_ms=one.next_ms if one.state == "waiting" else None,
        attempts=[
            AttemptAnswer(at_ms=tried.at_ms, took_ms=tried.took_ms, status=tried.status, error=tried.error)
            for tried in one.attempts
        ],
    )  # fmt: skip
