"""A story is a list of steps; playing it leaves what was told, and what was expected and came."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from deploy.demo.api import Api, Refused
from deploy.demo.calendar import Calendar
from deploy.demo.figures import Figure
from deploy.demo.journal import Journal, Said

T = TypeVar("T")
WITHIN_DAYS = 45  # of the calendar: longer than anything in a story should take


@dataclass(frozen=True)
class Expectation:
    """`what` reads as a sentence."""

    what: str
    expected: Any
    actual: Any

    @property
    def ok(self) -> bool:
        return bool(self.expected == self.actual)


@dataclass
class Play:
    """One story as it is played: whom and what it is about, and what came of it."""

    story: "Story"
    calendar: Calendar
    api: Api
    journal: Journal
    others: "Sequence[Play]" = ()  # those that are over when this one begins
    about: set[str] = field(default_factory=set)
    """The ids of the company, its leaders and places: what was said of them is this story's."""
    company_id: str = ""
    leader_id: str = ""
    place_id: str = ""
    referral_id: str = ""
    match_id: str = ""
    placement_id: str = ""
    challenge_id: str = ""
    told: list[str] = field(default_factory=list)
    outcome: str = ""
    expectations: list[Expectation] = field(default_factory=list)
    steps_done: int = 0
    begun: bool = False

    async def run(self) -> None:
        """What goes wrong ends this story and shows in its last line; the other stories go on."""
        self.begun = True
        for step in self.story.steps:
            try:
                await step(self)
            except Exception as error:
                self.expect(sentence(step), "done", f"{type(error).__name__}: {error}")
                return
            self.steps_done += 1

    @property
    def now_doing(self) -> str:
        if not self.begun:
            return ""
        return "done" if self.steps_done == len(self.story.steps) else sentence(self.story.steps[self.steps_done])

    @property
    def ok(self) -> bool:
        return self.steps_done == len(self.story.steps) and all(e.ok for e in self.expectations)

    @property
    def events(self) -> list[Said]:
        """What was said in this story; in one that is about nobody in particular, all of it."""
        return self.journal.about(self.about) if self.about else self.journal.events

    def tell(self, *what: str) -> None:
        self.told += what

    def expect(self, what: str, expected: Any, actual: Any) -> None:
        self.expectations.append(Expectation(what, expected, actual))

    async def refusal(self, asked: Awaitable[Any]) -> str:
        """The rule by which what is asked is refused, or the status where there is no such thing."""
        try:
            await asked
        except Refused as no:
            return str(no.problem.get("rule") or no.status)
        return "not refused"

    # -- what was said about this place ----------------------------------------------------------------------------

    def said(self, what: str, **data: Any) -> list[Said]:
        return self.journal.find(what, place_id=self.place_id, **data)

    async def happens(self, what: str, **data: Any) -> dict[str, Any]:
        """Wait for an event about this place; the data of the last such one."""
        return await self.happens_to(what, place_id=self.place_id, **data)

    async def first(self, there: Callable[[], list[T]], said: str) -> T:
        """Wait until there is one of these; the first."""
        await self.calendar.until_it_holds(lambda: bool(there()), WITHIN_DAYS, said)
        return there()[0]

    async def happens_to(self, what: str, **data: Any) -> dict[str, Any]:
        """Wait for an event whose data hold these values; the data of the last such one."""
        await self.calendar.until_it_holds(lambda: bool(self.journal.find(what, **data)), WITHIN_DAYS, f"{what} {data}")
        return self.journal.find(what, **data)[-1].data


Step = Callable[[Play], Awaitable[None]]


@dataclass(frozen=True)
class Story:
    """`kommuner` are the codes of those who take part, the place's first; `counts` what it adds to the figures."""

    name: str
    title: str
    kommuner: tuple[str, ...]
    steps: tuple[Step, ...]
    counts: Mapping[Figure, float] = field(default_factory=dict)


def sentence(step: Step) -> str:
    """What the step is, in its own words."""
    return (step.__doc__ or step.__name__).splitlines()[0].rstrip(".")
