"""What takes long to count is counted seldom, and what is quick each time."""

import asyncio
from types import SimpleNamespace
from unittest.mock import Mock

import pytest

from metrics.queries import kept as module
from metrics.queries.kept import kept


class Counted:
    """Takes so long, by a clock that moves only then; answers how often it was asked."""

    def __init__(self, clock: SimpleNamespace, takes: float) -> None:
        self.clock, self.takes, self.times = clock, takes, 0

    async def __call__(self) -> int:
        await asyncio.sleep(0)
        self.clock.now += self.takes
        self.times += 1
        return self.times


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    found = SimpleNamespace(now=1000.0)
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: found.now))
    return found


async def test_what_took_long_serves_ten_times_as_long(clock: SimpleNamespace) -> None:
    runtime = Mock()
    count = Counted(clock, 0.2)
    assert [await kept(runtime, "a", count) for _ in range(3)] == [1, 1, 1]
    clock.now += 1.9
    assert await kept(runtime, "a", count) == 1
    assert await kept(runtime, "another", count) == 2
    assert await kept(runtime, "a", count) == 3, "its time is over"


async def test_what_is_quick_is_counted_each_time(clock: SimpleNamespace) -> None:
    runtime = Mock()
    count = Counted(clock, 0.05)
    assert [await kept(runtime, "a", count) for _ in range(3)] == [1, 2, 3]


async def test_who_waits_for_the_same_gets_what_the_first_one_counted(clock: SimpleNamespace) -> None:
    runtime = Mock()
    count = Counted(clock, 0.2)
    assert await asyncio.gather(*(kept(runtime, "a", count) for _ in range(5))) == [1] * 5


async def test_what_failed_is_not_kept(clock: SimpleNamespace) -> None:
    runtime = Mock()

    async def fails() -> int:
        clock.now += 1
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await kept(runtime, "a", fails)
    assert await kept(runtime, "a", Counted(clock, 0.2)) == 1
