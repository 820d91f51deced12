"""Webhooks of the council and of groups: making one, its secret shown once, what it was told, a test, a rest."""

from aiohttp import web

from curator import groups, webhook_words, webhooks
from curator.authorisation import Action, Actor
from curator.calling_out import CALL_S
from curator.groups import Group
from curator.service import service_of
from curator.web.doorman import actor_of, allowed
from curator.web.forms import BadForm, Form, read_form
from curator.web.library import the_group
from curator.web.pages import render
from curator.web.problems import not_found
from curator.webhook_addresses import BadAddress, reach_of, read_url
from curator.webhooks import BadWebhook, Event, Webhook

HERE = "/webhooks"


async def of_council(request: web.Request) -> web.StreamResponse:
    """The council's webhooks, and the form for a new one."""
    allowed(request, Action.CALL_OUT_OF_ALL)
    return await _list(request, None)


async def of_group(request: web.Request) -> web.StreamResponse:
    """A group's webhooks, and the form for a new one."""
    return await _list(request, await _group(request))


async def make_for_council(request: web.Request) -> web.StreamResponse:
    """Makes one. Its secret stands on the answer, once."""
    return await _make(request, allowed(request, Action.CALL_OUT_OF_ALL), None)


async def make_for_group(request: web.Request) -> web.StreamResponse:
    """Makes one for a group. Its secret stands on the answer, once."""
    group = await _group(request)
    return await _make(request, actor_of(request), group)


async def page(request: web.Request) -> web.StreamResponse:
    """One webhook with all it was told lately, and every try."""
    webhook, group = await _the_webhook(request)
    service = service_of(request)
    told = await service.store.read(lambda connection: webhooks.told(connection, webhook.id))
    return render(
        request, "webhook.html", webhook=webhook, group=group, told=told, words=webhook_words, event_of_test=Event.TEST,
        zone=service.settings.zone, back=_address(group), most_tries=len(webhooks.PAUSES_MS) + 1,
        keep_days=webhooks.KEEP_MS // 86_400_000, most_s=int(CALL_S),
    )  # fmt: skip


async def test(request: web.Request) -> web.StreamResponse:
    """Sends it a test."""
    webhook, _found = await _the_webhook(request)
    await read_form(request)
    service = service_of(request)
    await service.store.run(
        lambda connection: webhooks.put(connection, webhook, Event.TEST, {"webhook": webhook.id}, now_ms=service.now())
    )
    return _again(request, webhook)


async def pause(request: web.Request) -> web.StreamResponse:
    """Has it told nothing for now."""
    webhook, _found = await _the_webhook(request)
    await read_form(request)
    service, by = service_of(request), actor_of(request).account_id
    await service.store.run(
        lambda connection: webhooks.pause(connection, webhook, "person", now_ms=service.now(), by=by)
    )
    return _again(request, webhook)


async def go_on(request: web.Request) -> web.StreamResponse:
    """Has it told again."""
    webhook, _found = await _the_webhook(request)
    await read_form(request)
    service, by = service_of(request), actor_of(request).account_id
    await service.store.run(lambda connection: webhooks.go_on(connection, webhook, now_ms=service.now(), by=by))
    return _again(request, webhook)


async def remove(request: web.Request) -> web.StreamResponse:
    """Forgets it."""
    webhook, group = await _the_webhook(request)
    await read_form(request)
    service, by = service_of(request), actor_of(request).account_id
    await service.store.run(lambda connection: webhooks.remove(connection, webhook, now_ms=service.now(), by=by))
    raise web.HTTPSeeOther(_address(group))


async def _make(request: web.Request, actor: Actor, group: Group | None) -> web.StreamResponse:
    form, service = await read_form(request), service_of(request)
    group_id = group.id if group else None
    typed: dict[str, object] = {"name": "", "url": "", "events": list(webhooks.offered(group_id))}
    try:
        typed = _typed(form)
        reach = reach_of(service.settings, is_group=group is not None)
        url = read_url(str(typed["url"]), reach)
        chosen = {one for one in Event if one.value in form.texts("events", most=20)}
        made, secret = await service.store.run(
            lambda connection: webhooks.make(
                connection, group_id=group_id, name=str(typed["name"]), url=url, events=chosen, now_ms=service.now(),
                by=actor.account_id, key=service.key,
            )
        )  # fmt: skip
    except (BadForm, BadAddress, BadWebhook) as bad:
        return await _list(request, group, status=422, problem=bad.told(), typed=typed)
    return await _list(request, group, made=made, secret=secret)


def _typed(form: Form) -> dict[str, object]:
    return {
        "name": form.text("name", most=2 * webhooks.LONGEST_NAME), "url": form.text("url", most=2_000),
        "events": form.texts("events", most=20),
    }  # fmt: skip


async def _list(
    request: web.Request, group: Group | None, *, status: int = 200, problem: str = "", made: Webhook | None = None,
    secret: str = "", typed: dict[str, object] | None = None,
) -> web.Response:  # fmt: skip
    service, group_id = service_of(request), group.id if group else None
    every = await service.store.read(lambda connection: webhooks.of(connection, group_id))
    offered = webhooks.offered(group_id)
    return render(
        request, "webhooks.html", status=status, group=group, webhooks=every, made=made, secret=secret,
        problem=problem, events={one: webhook_words.EVENTS[one] for one in offered}, words=webhook_words,
        typed=typed or {"name": "", "url": "", "events": list(offered)}, address=_address(group),
        longest_name=webhooks.LONGEST_NAME, zone=service.settings.zone, over_http=service.settings.webhooks_over_http,
    )  # fmt: skip


async def _group(request: web.Request) -> Group:
    group = await the_group(request)
    allowed(request, Action.CALL_OUT, group=group.id)
    return group


async def _the_webhook(request: web.Request) -> tuple[Webhook, Group | None]:
    actor, webhook_id = actor_of(request), request.match_info["webhook"]
    webhook, group = await service_of(request).store.read(
        lambda connection: (
            found := webhooks.get(connection, webhook_id),
            groups.get(connection, found.group_id) if found and found.group_id else None,
        )
    )
    if webhook is None or not webhooks.may_look_after(actor, webhook.group_id):
        raise not_found()
    return webhook, group


def _again(request: web.Request, webhook: Webhook) -> web.StreamResponse:
    service_of(request).bus.publish(f"{webhooks.TOPIC}:{webhook.id}")
    raise web.HTTPSeeOther(f"{HERE}/{webhook.id}")


def _address(group: Group | None) -> str:
    return f"/library/{group.slug}/webhooks" if group else HERE


routes = [
    web.get(HERE, of_council),
    web.post(HERE, make_for_council),
    web.get("/library/{group}/webhooks", of_group),
    web.post("/library/{group}/webhooks", make_for_group),
    web.get(f"{HERE}/{{webhook}}", page),
    web.post(f"{HERE}/{{webhook}}/test", test),
    web.post(f"{HERE}/{{webhook}}/pause", pause),
    web.post(f"{HERE}/{{webhook}}/go-on", go_on),
    web.post(f"{HERE}/{{webhook}}/remove", remove),
]
