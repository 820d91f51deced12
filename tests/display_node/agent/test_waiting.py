"""Waiting before trying again, and ending when told to."""

import asyncio

import pytest

from display_node.agent.waiting import Backoff, Group, pause


async def test_a_task_told_to_end_while_its_group_fails_ends() -> None:
    """A group that ends with an error of its own swallows the cancellation of that moment (Python 3.11)."""

    async def fails(at: asyncio.Event) -> None:
        await at.wait()
        raise ConnectionError

    async def goes_on(at: asyncio.Event) -> None:
        while True:
            try:
                async with Group() as group:
                    group.create_task(fails(at))
            except* ConnectionError:
                pass
            await pause(0.01)

    at = asyncio.Event()
    async with asyncio.timeout(5):
        async with asyncio.TaskGroup() as owner:
            task = owner.create_task(goes_on(at))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            at.set()
            task.cancel()
        assert task.cancelled()


async def test_a_task_whose_group_failed_has_not_been_told_to_end() -> None:
    async def fails() -> None:
        await asyncio.sleep(0)
        raise ConnectionError

    for _ in range(3):
        try:
            async with Group() as group:
                group.create_task(fails())
                group.create_task(asyncio.sleep(60))
        except* ConnectionError:
            pass
        await pause(0)
    task = asyncio.current_task()
    assert task is not None
    assert not task.cancelling()


async def test_an_undisturbed_pause_is_a_pause() -> None:
    await pause(0)


@pytest.mark.parametrize("failures", [1, 5, 40])
def test_waits_grow_to_their_bound_and_never_past_it(failures: int) -> None:
    backoff = Backoff("a seed", 1.0, 60.0)
    waits = [backoff.after_failure_s() for _ in range(failures)]
    assert all(0 < wait <= min(60.0, 2.0**index) for index, wait in enumerate(waits))
    backoff.succeeded()
    assert backoff.after_failure_s() <= 1.0
