"""Runs workers without the web pages: their own process, started and stopped by whoever runs the machine."""

import asyncio
import logging
import sys

from curator.config import Settings
from curator.service import Service
from curator.serving import told_to_stop
from curator.web.app import open_service
from curator.workshop import workshop


def work_forever(settings: Settings) -> None:
    """Prepares until SIGINT or SIGTERM; prints one line when it has begun. Unfinished work goes back into the queue."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    service = open_service(settings)
    try:
        asyncio.run(_work(service))
    finally:
        service.store.close()


async def _work(service: Service) -> None:
    service.bus.attach()
    async with workshop(service), asyncio.TaskGroup() as tasks:
        tasks.create_task(told_to_stop())
        await asyncio.sleep(0)  # who reads the line may stop us at once: by then we listen
        print(f"Preparing {service.settings.preparation_processes} at a time", flush=True)
