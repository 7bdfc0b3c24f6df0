"""Figures that take long to count serve for a moment: however many look at them, little of the time goes into it."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from shared.runtime import Runtime

T = TypeVar("T")
LONG = 0.1
"""Seconds. What is counted faster is counted each time."""
SHARE = 10
"""So many times as long as it took to count it, it serves."""


class _Kept:
    """`found`: until when it serves, and what it is."""

    def __init__(self) -> None:
        self.counting, self.found = asyncio.Lock(), dict[Hashable, tuple[float, Any]]()


_OF: WeakKeyDictionary[Runtime, _Kept] = WeakKeyDictionary()


async def kept(runtime: Runtime, key: Hashable, count: Callable[[], Awaitable[T]]) -> T:
    """What `count` finds, now or a moment ago. One at a time is counted; who waits for the same gets that."""
    of, asked = _OF.setdefault(runtime, _Kept()), time.monotonic()
    async with of.counting:
        until, found = of.found.get(key, (0.0, None))
        if asked < until:
            return found  # type: ignore[no-any-return]
        began = time.monotonic()
        found = await count()
        now = time.monotonic()
        of.found = {key_: one for key_, one in of.found.items() if now < one[0]}
        if now - began > LONG:
            of.found[key] = now + SHARE * (now - began), found
        return found
