"""Grafana's dashboards: as their code makes them, of metrics that there are, and each replica's figures once."""

import json
from collections.abc import Iterator
from typing import Any

import promql_parser
import pytest

from deploy.grafana.__main__ import FOLDER, written
from deploy.grafana.boards import ANSWERS, BOARDS, STATES, STEPS, WAITS
from metrics import figures
from municipality_gateway.collect import WHAT
from tests.promql import faults, rules

SHOWN = {name: json.loads((FOLDER / f"{name}.json").read_text("utf-8")) for name in BOARDS}
OF_METRICS = {figures.PREFIX + one.name for one in (*figures.COUNTERS, *figures.GAUGES, figures.GOAL, figures.VALUE)}


def expressions(board: dict[str, Any]) -> list[str]:
    return [target["expr"] for panel in board["panels"] for target in panel["targets"]]


def summed(expression: str) -> Iterator[str]:
    """Figures of metrics over which it sums without taking one replica's of each before."""

    def look(node: promql_parser.Expr, taken: bool) -> Iterator[str]:
        match node:
            case promql_parser.AggregateExpr():
                yield from look(node.expr, taken or str(node.op) == "max")
            case promql_parser.BinaryExpr():
                yield from look(node.lhs, taken)
                yield from look(node.rhs, taken)
            case promql_parser.ParenExpr() | promql_parser.SubqueryExpr() | promql_parser.UnaryExpr():
                yield from look(node.expr, taken)
            case promql_parser.Call():
                for argument in node.args:
                    yield from look(argument, taken)
            case promql_parser.MatrixSelector():
                yield from look(node.vector_selector, taken)
            case promql_parser.VectorSelector():
                if node.name in OF_METRICS and not taken:
                    yield str(node.name)

    yield from look(promql_parser.parse(expression), False)


def test_the_committed_dashboards_are_those_of_the_code() -> None:
    kept = {file.stem for file in FOLDER.glob("*.json")}
    assert kept == BOARDS.keys()
    for name, make in BOARDS.items():
        assert (FOLDER / f"{name}.json").read_text("utf-8") == written(make()), "make dashboards"


@pytest.mark.parametrize("name", BOARDS)
def test_each_panel_asks_for_metrics_that_there_are(name: str) -> None:
    asked = expressions(SHOWN[name])
    assert asked
    assert [fault for one in asked for fault in faults(one)] == []


@pytest.mark.parametrize("name", BOARDS)
def test_each_panel_has_a_title_its_own_queries_and_a_place(name: str) -> None:
    for panel in SHOWN[name]["panels"]:
        refs = [target["refId"] for target in panel["targets"]]
        assert panel["title"]
        assert len(set(refs)) == len(refs) > 0
        assert panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24


def test_replicas_of_metrics_are_never_added_up() -> None:
    asked = [one for board in SHOWN.values() for one in expressions(board)]
    asked += [rule["expr"] for rule in (*rules("record"), *rules("alert"))]
    assert [name for one in asked for name in summed(one)] == []
    assert list(summed("sum by (kommune) (lederalliancen_matches_agreed_total)")) == [
        "lederalliancen_matches_agreed_total"
    ]


def test_each_code_that_is_shown_has_words() -> None:
    assert STEPS.keys() == {step.name for step in figures.STEPS}
    assert WAITS.keys() == set(WHAT)
    assert ANSWERS.keys() == set(figures.ANSWER.values)
    assert STATES.keys() == set(figures.REFERRALS_OPEN.labels[1].values)
