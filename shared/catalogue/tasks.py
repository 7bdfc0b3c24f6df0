"""The task catalogue: 65 tasks in 12 categories, and `<category>-00` for a task in the leader's own words."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Annotated, Literal, cast, get_args

from shared.catalogue.codes import OWN_WORDS, InList
from shared.catalogue.files import Dated, rows, validity

U18Check = Literal["machine", "lift", "night", "licence", "chemical", "?"]
"""Why a task is checked before somebody of 15-17 gets it (R-U18-1): our own flag, no legal finding. `?`: unsure."""


@dataclass(frozen=True, slots=True)
class Task(Dated):
    id: str
    category: str
    da: str
    en: str
    u18_check: U18Check | None
    source: str | None = None


TaskId = Annotated[str, InList("tasks")]


def _check(cell: str) -> U18Check | None:
    if cell and cell not in get_args(U18Check):
        raise ValueError(f"tasks.csv: {cell} is no u18_check")
    return cast("U18Check", cell) if cell else None


def _load() -> Mapping[str, Task]:
    own_words = [
        Task(f"{r['category']}-00", r["category"], r["own_da"], r["own_en"], "?", OWN_WORDS)
        for r in rows("task_categories.csv")
    ]
    listed = [
        Task(r["code"], r["category"], r["da"], r["en"], _check(r["u18_check"]), r["source"] or None, **validity(r))
        for r in rows("tasks.csv")
    ]
    return MappingProxyType({task.id: task for task in (*listed, *own_words)})


_TASKS = _load()
EVERY_TASK: tuple[Task, ...] = tuple(_TASKS.values())
"""With those in own words."""
TASKS: tuple[Task, ...] = tuple(task for task in _TASKS.values() if not task.id.endswith("-00"))


def told(task_id: str, language: Literal["da", "en"]) -> str | None:
    """To whom the leader's own words are not told: that there is more to hear. None of a newer build's."""
    if task_id not in _TASKS:
        return None
    found = _TASKS[task_id]
    said, more = (found.da, "lederen fortæller mere") if language == "da" else (found.en, "the leader tells more")
    return f"{said} ({more})" if task_id.endswith("-00") else said


@cache
def categories() -> Mapping[str, tuple[str, str]]:
    """Category -> Danish, English."""
    return {row["category"]: (row["da"], row["en"]) for row in rows("task_categories.csv")}


def task(task_id: str) -> Task:
    """KeyError if unknown. A task in own words is always to be checked for under 18: nobody has flagged it yet."""
    return _TASKS[task_id]
