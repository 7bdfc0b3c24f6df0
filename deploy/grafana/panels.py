"""What the dashboards are made of: numbers, lines, bars and tables over PromQL, in one look."""

from collections.abc import Mapping
from string import ascii_uppercase
from typing import Any

from grafana_foundation_sdk.builders import bargauge, common, dashboard, prometheus, stat, table, timeseries
from grafana_foundation_sdk.models import common as looks
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DataSourceRef,
    DataTransformerConfig,
    ValueMap,
    ValueMappingResult,
)
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

SOURCE = DataSourceRef(type_val="prometheus", uid="prometheus")
LAST = common.ReduceDataOptions().calcs(["lastNotNull"])
Asked = Mapping[str, str]
"""Words of the legend -> PromQL; `{{label}}` stands for a label's value."""


def board(uid: str, title: str, description: str, *, since: str) -> dashboard.Dashboard:
    made = dashboard.Dashboard(title).uid(f"lederalliancen-{uid}").description(description).tags(["lederalliancen"])
    return (
        made.readonly()
        .timezone("Europe/Copenhagen")
        .time(since, "now")
        .refresh("1m")
        .tooltip(DashboardCursorSync.CROSSHAIR)
    )


def number(title: str, expression: str, *, unit: str = "short", says: str = "", decimals: int = 0) -> stat.Panel:
    made = stat.Panel().title(title).description(says).datasource(SOURCE).unit(unit).decimals(decimals)
    made = made.graph_mode(looks.BigValueGraphMode.NONE).reduce_options(LAST).no_value("–").span(4).height(4)
    return made.with_target(_query("A", expression).instant())


def lines(title: str, asked: Asked, *, unit: str = "short", says: str = "", span: int = 12) -> timeseries.Panel:
    made = timeseries.Panel().title(title).description(says).datasource(SOURCE).unit(unit).min(0)
    made = made.span(span).height(8).line_width(2).fill_opacity(5)
    made = made.legend(common.VizLegendOptions().show_legend(True).placement(looks.LegendPlacement.BOTTOM))
    for ref, (legend, expression) in zip(ascii_uppercase, asked.items(), strict=False):
        made = made.with_target(_query(ref, expression).legend_format(legend))
    return made


def bars(title: str, asked: Asked, *, unit: str = "short", says: str = "", span: int = 12) -> bargauge.Panel:
    made = bargauge.Panel().title(title).description(says).datasource(SOURCE).unit(unit).min(0).decimals(0)
    made = made.span(span).height(8).orientation(looks.VizOrientation.HORIZONTAL)
    made = made.display_mode(looks.BarGaugeDisplayMode.BASIC).reduce_options(LAST)
    for ref, (legend, expression) in zip(ascii_uppercase, asked.items(), strict=False):
        made = made.with_target(_query(ref, expression).instant().legend_format(legend))
    return made


def rows(
    title: str,
    expression: str,
    columns: Mapping[str, str],
    *,
    words: Mapping[str, str] | None = None,
    unit: str = "short",
    says: str = "",
    span: int = 12,
) -> table.Panel:
    """A table of one query. `columns`: label (`Value`: the number) -> heading; `words`: a code -> what is shown."""
    made = table.Panel().title(title).description(says).datasource(SOURCE).unit(unit).span(span).height(10)
    made = made.with_target(_query("A", expression).instant().format(PromQueryFormat.TABLE))
    options: dict[str, Any] = {
        "includeByName": dict.fromkeys(columns, True),
        "indexByName": {name: place for place, name in enumerate(columns)},
        "renameByName": dict(columns),
    }
    made = made.with_transformation(DataTransformerConfig(id_val="organize", options=options))
    if words:
        shown = {code: ValueMappingResult(text=text, index=n) for n, (code, text) in enumerate(words.items())}
        made = made.mappings([ValueMap(options=shown)])
    return made


def _query(ref: str, expression: str) -> prometheus.Dataquery:
    return prometheus.Dataquery().ref_id(ref).expr(expression).datasource(SOURCE)
