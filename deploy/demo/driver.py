"""Plays stories side by side: moves the calendar to what is due next, whenever all is quiet."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack

import httpx

from deploy.demo.journal import Journal
from deploy.demo.story import Play, Story
from deploy.demo.world import World


async def play(
    world: World,
    stories: Sequence[Story],
    show: Callable[[Sequence[Play]], None] = lambda plays: None,
) -> list[Play]:
    """All stories to their end. `show` is called with them as they go."""
    async with AsyncExitStack() as around:
        http = await around.enter_async_context(httpx.AsyncClient())
        api = await around.enter_async_context(world.api)
        journal = await around.enter_async_context(Journal(world.stack.kafka))
        await world.quiet(http)
        calendar = world.calendar
        plays = [Play(story, calendar, api, journal) for story in stories]
        running = {asyncio.create_task(one.run()) for one in plays}
        try:
            while running := {task for task in running if not task.done()}:
                show(plays)
                if calendar.sleepers < len(running):
                    await asyncio.sleep(0.01)
                    continue
                due = await world.quiet(http)
                while not await journal.up_to_date():
                    await asyncio.sleep(0.01)
                if not calendar.wake():
                    calendar.move(min(filter(None, (calendar.next_due, due))))
            show(plays)
        finally:
            for task in running:
                task.cancel()
    return plays
