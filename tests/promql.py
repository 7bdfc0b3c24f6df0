"""Which metrics there are, read off a scrape of everything, and what a PromQL expression asks of them."""

import asyncio
import re
from collections import defaultdict
from datetime import UTC, datetime
from fractions import Fraction
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import promql_parser
import pytest
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families
from ruamel.yaml import YAML

from metrics import collect as projection
from metrics import figures
from metrics.queries.base import Paid
from municipality_gateway import collect as gateway
from municipality_gateway.queries import desk
from shared.mail import relay as mail
from shared.mail.relay import ENDED, OUTCOMES
from shared.spine import instruments
from shared.web import edge, operations

ROOT = Path(__file__).parents[1]
FOREIGN = {
    "up": "Prometheus itself",
    "ALERTS": "Prometheus itself",
    "probe_ssl_earliest_cert_expiry": "blackbox_exporter",
    "node_filesystem_avail_bytes": "node_exporter",
    "node_filesystem_size_bytes": "node_exporter",
}
TARGET = {"job", "instance"}  # what Prometheus adds to all that it scrapes
Known = dict[str, dict[str, set[str]]]
"""Series -> its labels -> the values that they are known to take."""


def groups() -> list[dict[str, Any]]:
    files = sorted((ROOT / "deploy/prometheus/rules").glob("*.yml"))
    return [group for file in files for group in YAML(typ="safe").load(file.read_text("utf-8"))["groups"]]


def rules(kind: str) -> list[dict[str, Any]]:
    """`alert` or `record`."""
    return [rule for group in groups() for rule in group["rules"] if kind in rule]


def faults(expression: str) -> list[str]:
    """What an expression names that is nowhere; raises ValueError where it does not parse."""
    tree, found, recorded = promql_parser.parse(expression), [], {rule["record"] for rule in rules("record")}

    def look(node: promql_parser.Expr) -> bool:
        if isinstance(node, promql_parser.VectorSelector) and node.name not in recorded and node.name not in FOREIGN:
            labels = known().get(str(node.name))
            if labels is None:
                found.append(f"no metric {node.name}")
                return True
            for one in node.matchers.matchers:
                if one.name not in labels.keys() | TARGET:
                    found.append(f"{node.name} has no label {one.name}")
                elif _is_exact(one) and one.value not in labels.get(one.name, {one.value}):
                    found.append(f"{node.name} is never {one.name}={one.value}")
        return True

    promql_parser.walk(tree, look)
    return found


def _is_exact(matcher: promql_parser.Matcher) -> bool:
    return matcher.op == promql_parser.MatchOp.Equal and "$" not in matcher.value  # a dashboard's variable


@cache
def known() -> Known:
    instruments.begin("intake", ["matching.v1"])
    instruments.handled("intake", "matching.v1", {"applied": 0, "parked": 0, "refused": 0, "dead": 0})
    for status in ("2xx", "3xx", "4xx", "5xx"):
        edge.SECONDS.labels("intake", "page", status)
    for outcome in OUTCOMES:
        ENDED.labels("intake", outcome)
    found: Known = {}
    for family in text_string_to_metric_families(asyncio.run(_scrape())):
        for sample in family.samples:
            labels = found.setdefault(sample.name, defaultdict(set))
            for name, value in sample.labels.items():
                labels[name].add(value)
    return found


async def _scrape() -> str:
    """Of a service that is all of them, without any surroundings: all series, no numbers."""
    part = SimpleNamespace(failure=None, troubles={"matching.v1[0]@7": "waits"})
    runtime = SimpleNamespace(name="intake", consumer=part, relay=part, mail=part, mails=part, pool=None)
    runtime.config, runtime.collect = SimpleNamespace(ssl_cafile=ROOT, ssl_certfile=ROOT), _figures
    request: Any = SimpleNamespace(app=SimpleNamespace(state=SimpleNamespace(runtime=runtime)), headers={})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "figures", _nothing)
        patch.setattr(mail, "figures", _nothing)
        patch.setattr(operations, "lag", _nothing_of_a_topic)
        patch.setattr(operations, "_first_end", lambda _: 0.0)
        return bytes((await operations.metrics(request)).body).decode()


async def _nothing(_: object) -> dict[str, int]:
    return defaultdict(int)


async def _nothing_of_a_topic(_: object) -> dict[str, int]:
    return {"matching.v1": 0}


async def _figures(_: object) -> list[Metric]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(desk, "turns", _nothing)
        of_the_gateway = await gateway.collect(SimpleNamespace())  # type: ignore[arg-type]
    return [
        *of_the_gateway,
        *(projection.counter(figure, []) for figure in figures.COUNTERS),
        projection.corrections([]),
        *(projection.gauge(figure, []) for figure in figures.GAUGES),
        projection.durations([]),
        *projection.worth(0, Paid(0, Fraction(0)), datetime.now(UTC)),
        projection.gauge(figures.LAG, [(("matching.v1",), 0)]),
    ]


def of_runbook(rule: dict[str, Any]) -> Path:
    return ROOT / str(rule["annotations"]["runbook_url"])


def labels_said(rule: dict[str, Any]) -> set[str]:
    """Those that its annotations name."""
    return set(re.findall(r"\$labels\.(\w+)", " ".join(rule["annotations"].values())))
