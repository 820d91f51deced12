"""Runs the service: event loop, port, signals, the one line that says where it is."""

import asyncio
import gc
import logging
import resource
import signal
import sys

import sqlalchemy as sa
from aiohttp import web

from curator.config import Settings
from curator.oidc.providers import BadProviders
from curator.schema import NotUpToDate
from curator.web.app import make_app, open_service

IDLE_SECONDS = 30.0
"""A connection that has not brought a whole request's head for this long is closed."""
MOST_CONNECTIONS = 65_536
"""Files and connections the process asks the system for; many systems give 1024 unasked, fewer than a city's nodes."""
SHUTDOWN_SECONDS = 5.0
SWITCH_SECONDS = 0.0002
"""A thread that reckons lets others in so often: with Python's own 5 ms it holds up a tap for as long."""


def serve_forever(settings: Settings) -> None:
    """Serves until SIGINT or SIGTERM; prints one line with the address when it is ready. Exits 2 if it cannot start."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    _allow_connections()
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        service = open_service(settings)
    except (NotUpToDate, sa.exc.SQLAlchemyError, OSError, ValueError) as error:
        print(f"curator: cannot start: {getattr(error, 'orig', None) or error}", file=sys.stderr)
        sys.exit(2)
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(_serve(settings, make_app(service)))
    except BadProviders as error:
        print(f"curator: {error}", file=sys.stderr)
        sys.exit(2)
    except OSError as error:
        place = f"{settings.host}:{settings.port}"
        print(f"curator: cannot listen on {place} ({error.strerror}); choose another with --port", file=sys.stderr)
        sys.exit(2)
    finally:
        service.store.close()


async def _serve(settings: Settings, app: web.Application) -> None:
    # The access log would hold addresses of passers-by; limits and errors are logged where they happen.
    runner = web.AppRunner(
        app, access_log=None, handle_signals=False, shutdown_timeout=SHUTDOWN_SECONDS, keepalive_timeout=IDLE_SECONDS
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, settings.host, settings.port)
        await site.start()
        # What is there now stays: looking through it for garbage again and again would hold up everybody for 0.1 s.
        gc.collect()
        gc.freeze()
        host, port = runner.addresses[0][:2]
        print(f"Commonscreen is ready at {settings.public_url or f'http://{host}:{port}'}", flush=True)
        await told_to_stop()
    finally:
        await runner.cleanup()


def _allow_connections() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS if hard == resource.RLIM_INFINITY else min(hard, MOST_CONNECTIONS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


async def told_to_stop() -> None:
    """Returns at SIGINT or SIGTERM."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()


def _loop_factory() -> "type[asyncio.AbstractEventLoop] | None":
    try:
        import uvloop
    except ImportError:  # not made for this machine: the standard loop does the same, slower
        return None
    return uvloop.Loop
