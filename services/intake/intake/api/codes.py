"""HTTP about what the alliance has agreed to call things: code lists, the tasks of the catalogue, and the rules."""

from datetime import date
from typing import Self

from fastapi import APIRouter, Depends

from shared.catalogue import codes, rules, tasks
from shared.catalogue.codes import CodeList
from shared.frozen import Frozen
from shared.web.access import open_route
from shared.web.problems import NOT_FOUND, Problem

router = APIRouter(dependencies=[Depends(open_route)])


class LabelView(Frozen):
    """Danish and English, where it is from, and from when to when it is valid.

    The first and the last day, both included; null where there is no such day.
    """

    da: str
    en: str
    valid_from: date | None
    valid_to: date | None
    source: str | None


class CodeView(LabelView):
    """`replies`: where several replies share a list, those that take this code."""

    code: str
    replies: tuple[str, ...] = ()


class CodeListView(Frozen):
    list: str
    da: str
    en: str
    codes: tuple[CodeView, ...]

    @classmethod
    def of(cls, found: CodeList) -> Self:
        entries = tuple(
            CodeView(
                code=entry.code,
                da=entry.da,
                en=entry.en,
                valid_from=entry.valid_from,
                valid_to=entry.valid_to,
                source=entry.source,
                replies=entry.replies,
            )
            for entry in found
        )
        return cls(list=found.name, da=found.da, en=found.en, codes=entries)


class CategoryView(Frozen):
    category: str
    da: str
    en: str


class TaskView(LabelView):
    """`own_words`: the leader says what it is. `u18_check`: why it is looked at before somebody of 15-17 gets it."""

    task_id: str
    category: str
    own_words: bool
    u18_check: tasks.U18Check | None


class TasksView(Frozen):
    categories: list[CategoryView]
    tasks: list[TaskView]


class RuleView(LabelView):
    """`block` stops, `warn` warns, `info` tells. No rule has been confirmed by a lawyer: see `confidence`."""

    rule: str
    severity: rules.Severity
    way_out_da: str
    way_out_en: str
    confidence: str


@router.get("/codes")
async def code_lists() -> list[CodeListView]:
    """All code lists, each with all of its codes."""
    return [CodeListView.of(codes.codes(name)) for name in codes.LISTS]


@router.get("/codes/{list_name}")
async def code_list(list_name: str) -> CodeListView:
    """A code list with Danish and English labels, and from when to when each code is valid."""
    if list_name not in codes.LISTS:
        raise Problem(NOT_FOUND, field="list")
    return CodeListView.of(codes.codes(list_name))


@router.get("/tasks")
async def all_tasks() -> TasksView:
    """The catalogue of tasks by category; one in own words is `<category>-00`."""
    return TasksView(
        categories=[CategoryView(category=name, da=da, en=en) for name, (da, en) in tasks.categories().items()],
        tasks=[
            TaskView(
                task_id=one.id,
                category=one.category,
                da=one.da,
                en=one.en,
                own_words=one.id.endswith("-00"),
                u18_check=one.u18_check,
                valid_from=one.valid_from,
                valid_to=one.valid_to,
                source=one.source,
            )
            for one in tasks.EVERY_TASK
        ],
    )


@router.get("/rules")
async def all_rules() -> list[RuleView]:
    """Each rule: what it says, the way out, its source, and how sure we are of it."""
    return [
        RuleView(
            rule=one.id,
            severity=one.severity,
            da=one.da,
            en=one.en,
            way_out_da=one.way_out_da,
            way_out_en=one.way_out_en,
            source=one.source,
            confidence=one.confidence,
            valid_from=one.valid_from,
            valid_to=one.valid_to,
        )
        for one in rules.every_rule()
    ]
