"""Plays stories side by side: moves the calendar to what is due next, whenever all is quiet."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack

import httpx

from deploy.demo.journal import Journal
from deploy.demo.stories import AFTERWARDS, STORIES
from deploy.demo.story import Play, Story
from deploy.demo.world import World

Show = Callable[[Sequence[Play]], None]


async def play(world: World, show: Show, stories: Sequence[Story] = STORIES) -> list[Play]:
    """All of these to their end, and what comes afterwards. `show` is called with them as they go."""
    async with AsyncExitStack() as around:
        http = await around.enter_async_context(httpx.AsyncClient())
        api = await around.enter_async_context(world.api)
        journal = await around.enter_async_context(Journal(world.stack.kafka))
        await world.quiet(http)
        plays = [Play(story, world.calendar, api, journal) for story in stories]
        plays.append(Play(AFTERWARDS, world.calendar, api, journal, plays[:]))
        for together in (plays[:-1], plays[-1:]):
            await _play(together, world, http, journal, lambda: show(plays))
        show(plays)
    return plays


async def _play(
    plays: Sequence[Play], world: World, http: httpx.AsyncClient, journal: Journal, show: Callable[[], None]
) -> None:
    calendar = world.calendar
    running = {asyncio.create_task(one.run()) for one in plays}
    try:
        while running := {task for task in running if not task.done()}:
            show()
            if calendar.sleepers < len(running):
                await asyncio.sleep(0.01)
                continue
            due = await world.quiet(http)
            await journal.catch_up()
            if not calendar.wake():
                calendar.move(min(filter(None, (calendar.next_due, due))))
    finally:
        for task in running:
            task.cancel()
