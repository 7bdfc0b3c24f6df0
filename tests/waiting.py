"""Tests wait on a condition, never for a time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any


async def until(condition: Callable[[], Awaitable[Any]], seconds: float = 60) -> Any:
    """The first true answer of a condition; TimeoutError where none comes."""
    async with asyncio.timeout(seconds):
        while not (answer := await condition()):  # noqa: ASYNC110 - what is waited for happens in other processes
            await asyncio.sleep(0.1)
        return answer
