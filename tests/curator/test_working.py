"""A process of its own prepares what the service without workers takes in, and the pages follow."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from tests.curator.conftest import MakeTown, Town
from tests.curator.test_intake import ENOUGH_S, until_prepared
from tests.curator.uploading import picture, upload

ROOT = Path(__file__).resolve().parents[2]


async def start_work(town: Town) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "commonscreen", "curator", "work", "--data", str(town.service.settings.data),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COMMONSCREEN_SPARE_DISK_BYTES": "0"},
    )  # fmt: skip


async def test_a_worker_beside_the_service_prepares_and_the_service_hears_of_it(make_town: MakeTown) -> None:
    town = await make_town(preparation_processes=0)
    with town.service.bus.listening("item:") as hints:
        await upload(town.client("contributor"), picture(size=(1280, 720)))
        worker = await start_work(town)
        try:
            assert worker.stdout is not None
            async with asyncio.timeout(ENOUGH_S):
                assert await worker.stdout.readline() == b"Preparing 1 at a time\n"
                version = await until_prepared(town)
                for _ in range(2):  # the upload's own, then the worker's
                    assert (await anext(hints)).startswith("item:")
        finally:
            worker.send_signal(signal.SIGTERM)
            async with asyncio.timeout(ENOUGH_S):
                await worker.wait()
    assert (version.preparation, version.state) == ("ready", "submitted")
    assert worker.returncode == 0
