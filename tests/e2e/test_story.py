"""The case stories, as the demo plays them: undisturbed, and with everything killed and restarted on the way."""

import asyncio
import os
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest

from deploy.demo.__main__ import START
from deploy.demo.driver import play
from deploy.demo.stories import AFTERWARDS, STORIES
from deploy.demo.story import Play
from deploy.demo.world import PORTS, SERVICES, World
from deploy.local.stack import StackError
from tests.conftest import free_ports

pytestmark = pytest.mark.timeout(300)
SEED = 5
ALL = [story.name for story in (*STORIES, AFTERWARDS)]


class Trouble:
    """Does each thing once, a moment after one of the moves of the calendar; when, is drawn from the seed."""

    def __init__(self, things: Sequence[tuple[str, Callable[[], object]]], moves: int) -> None:
        self._random = random.Random(SEED)
        self._at = sorted(zip(self._random.sample(range(1, moves), len(things)), things, strict=True))
        self._seen: set[datetime] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self.done: list[str] = []

    def show(self, plays: Sequence[Play]) -> None:
        """Called by the driver as the stories go."""
        now = plays[0].calendar.now
        if now not in self._seen:
            self._seen.add(now)
            while self._at and self._at[0][0] < len(self._seen):
                name, do = self._at.pop(0)[1]
                self._tasks.append(asyncio.create_task(self._do(name, do)))

    async def _do(self, name: str, do: Callable[[], object]) -> None:
        await asyncio.sleep(self._random.uniform(0, 0.3))  # in the middle of whatever the new day brought
        if name in SERVICES:
            do()
        else:
            await asyncio.to_thread(do)
        self.done.append(name)


class Told:
    """What is left of a run: the plays, and what was done to it."""

    def __init__(self, home: Path, trouble: Callable[[World], Trouble]) -> None:
        ports = free_ports(PORTS + 2)  # and Kafka's two
        with World(home, START, first_port=ports, kafka_port=ports + PORTS) as world:
            trouble_made = trouble(world)
            self.plays = {one.story.name: one for one in asyncio.run(play(world, trouble_made.show))}
            self.logs = {name: world.processes.log(name).read_text() for name in SERVICES}
        self.trouble = trouble_made.done

    def events(self, story: str) -> Counter[str]:
        return Counter(said.what for said in self.plays[story].events)


def told(home: Path, trouble: Callable[[World], Trouble]) -> Told:
    try:
        return Told(home, trouble)
    except StackError as error:
        if os.environ.get("CI") == "true" or "could not be downloaded" not in str(error):
            raise
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def undisturbed(home: Path) -> Told:
    return told(home / "undisturbed", lambda _: Trouble((), 2))


@pytest.fixture(scope="module")
def disturbed(home: Path) -> Told:
    """Each service is killed twice; Kafka is killed once and stopped once; PostgreSQL is stopped once."""

    def things(world: World) -> Iterator[tuple[str, Callable[[], object]]]:
        def kill(name: str) -> None:
            world.processes.kill(name)
            world.processes.restart(name)

        def postgres() -> None:
            world.stack.stop_postgres()
            world.stack.start_postgres()

        for name in SERVICES:
            yield name, partial(kill, name)
            yield name, partial(kill, name)
        yield "kafka", partial(world.stack.restart_kafka, kill=True)
        yield "kafka", partial(world.stack.restart_kafka, kill=False)
        yield "postgres", postgres

    return told(home / "disturbed", lambda world: Trouble(list(things(world)), 24))


@pytest.mark.parametrize("story", ALL)
def test_every_expectation_of_a_story_is_met(undisturbed: Told, story: str) -> None:
    assert [e for e in undisturbed.plays[story].expectations if not e.ok] == []
    assert undisturbed.plays[story].now_doing == "done"


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_logs_in_as_nothing_more_than_itself(undisturbed: Told, name: str) -> None:
    assert '"started"' in undisturbed.logs[name]
    assert "login_too_strong" not in undisturbed.logs[name]


@pytest.mark.parametrize("story", ALL)
def test_killing_everything_on_the_way_changes_no_outcome(undisturbed: Told, disturbed: Told, story: str) -> None:
    assert [e for e in disturbed.plays[story].expectations if not e.ok] == []
    assert disturbed.plays[story].outcome == undisturbed.plays[story].outcome


@pytest.mark.parametrize("story", [story.name for story in STORIES])
def test_killing_everything_on_the_way_loses_and_doubles_no_event(
    undisturbed: Told, disturbed: Told, story: str
) -> None:
    assert disturbed.events(story) == undisturbed.events(story)


@pytest.mark.parametrize("name", [*SERVICES, "kafka"])
def test_each_service_and_kafka_were_killed_while_the_stories_ran(disturbed: Told, name: str) -> None:
    assert disturbed.trouble.count(name) == 2


def test_postgres_was_stopped_while_the_stories_ran(disturbed: Told) -> None:
    assert "postgres" in disturbed.trouble


def test_no_version_of_a_subject_is_missing_or_comes_twice(disturbed: Told) -> None:
    versions: dict[tuple[str, str], list[int]] = {}
    for said in disturbed.plays[AFTERWARDS.name].journal.events:
        versions.setdefault((said.topic, said.subject), []).append(said.version)
    assert versions
    assert {key: seen for key, seen in versions.items() if seen != list(range(1, len(seen) + 1))} == {}
