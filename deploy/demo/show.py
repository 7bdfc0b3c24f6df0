"""What the person who started the demo sees: progress on a terminal, plain lines elsewhere, and one table."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.table import Table
from rich.text import Text

from deploy.demo.story import Play
from shared.catalogue.calendar import DENMARK

console = Console(highlight=False, soft_wrap=True)
if not console.is_terminal:
    console.width = 140  # a log has no width of its own


class Screen:
    """One line per story, and the day of the simulated calendar."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("{task.fields[story]:4}"), BarColumn(24), MofNCompleteColumn(), TextColumn("{task.description}")
        )
        self._day = Text()
        self._said: dict[str, str] = {}
        self._bars: dict[str, TaskID] = {}

    @contextmanager
    def live(self) -> Iterator[None]:
        if not console.is_terminal:
            yield
            return
        with Live(Group(self._day, self._progress), console=console, refresh_per_second=8, transient=True):
            yield

    def show(self, plays: Sequence[Play]) -> None:
        day = _day(plays[0].calendar.now)
        if not console.is_terminal:
            for play in plays:
                if play.begun and self._said.get(play.story.name) != play.now_doing:
                    self._said[play.story.name] = play.now_doing
                    console.print(f"{day}  {play.story.name:4} {play.now_doing}")
            return
        self._day.plain = f"Simulated calendar: {day}"
        for play in plays:
            name, steps = play.story.name, len(play.story.steps)
            if name not in self._bars:
                self._bars[name] = self._progress.add_task("", total=steps, story=name)
            self._progress.update(
                self._bars[name],
                completed=play.steps_done,
                description=play.now_doing,
            )


def table(plays: Sequence[Play]) -> None:
    """What happened in each story, and whether it was as expected."""
    found = Table("story", "kommune", "what happened", "outcome", "events", "as expected", title_justify="left")
    for play in plays:
        met = sum(expectation.ok for expectation in play.expectations)
        verdict = f"[{'green' if play.ok else 'red'}]{'yes' if play.ok else 'no'}[/] ({met}/{len(play.expectations)})"
        found.add_row(
            f"{play.story.name}\n[dim]{play.story.title}[/]",
            "\n".join(play.story.kommuner),
            "\n".join(play.told),
            play.outcome,
            str(len(play.events)),
            verdict,
        )
    console.print(found, soft_wrap=False)


def unexpected(plays: Sequence[Play]) -> None:
    """Each expectation that was not met."""
    for play in plays:
        for expectation in play.expectations:
            if not expectation.ok:
                console.print(f"[red]{play.story.name}[/] {expectation.what}:", style="bold")
                console.print(
                    f"    expected {expectation.expected!r}\n    actual   {expectation.actual!r}", markup=False
                )


PAGES = {
    "/": "what it is, and where a leader signs up",
    "/min-side": "a leader's places: by the button in her mail, or log in as one",
    "/i-dag": "a consultant's day: log in as a consultant",
    "/kommune": "what a kommune is asked: log in as one",
    "/tal": "whether it works: log in as a partner",
}


def addresses(services: Mapping[str, str], site: str, post: str) -> None:
    """Where to look around."""
    found = Table.grid(padding=(0, 2))
    for path, what in PAGES.items():
        found.add_row(f"{site}{path}", what)
    found.add_row(post, "the mail that leaders and contact persons got; its links need no login")
    for name, url in services.items():
        found.add_row(f"{url}/docs", f"{name} for programs; {url}/metrics")
    console.print(found)
    console.print(f"Who to be is chosen at {site}/log-ind: this is a local run.")


def _day(instant: datetime) -> str:
    return instant.astimezone(DENMARK).strftime("%a %Y-%m-%d %H:%M")
