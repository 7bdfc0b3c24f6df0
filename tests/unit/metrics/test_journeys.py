"""How far those have come who began, as it may be shown; and the tables that people read of it."""

from datetime import date
from fractions import Fraction

import pytest

from metrics.queries.base import Median, Row, Timed
from metrics.queries.journeys import Cut, Journeys
from metrics.queries.kpis import CellView
from metrics.tables import Cell, Table, Writer, file_of, kickoff
from metrics.tables import Row as Line

TODAY = date(2026, 11, 23)
ROWS = (
    Row("leader", "period", "2025-Q4", 30, 20, 0),
    Row("leader", "period", "2026-Q1", 9, 9, 0),
    Row("leader", "period", "2026-Q2", 2, 0, 0),
    Row("leader", "region", "0561", 12, 10, 0),
    Row("leader", "region", "0607", 9, 9, 0),
    Row("leader", "region", "0851", 20, 10, 0),
    Row("young", "region", "0561", 12, 11, 6),
    Row("young", "region", "0607", 3, 3, 1),
    Row("young", "region", "0851", 40, 30, 20),
    Row("leader", "kickoff", "esbjerg-2026", 21, 20, 0),
    Row("leader", "kickoff", None, 20, 9, 0),
)


def test_a_region_is_what_its_kommuner_are_together_and_young_people_are_not_shown_by_kommune() -> None:
    view = Journeys(ROWS, TODAY).view(Cut("region", "1083"), {})
    assert view.region == "1083"
    assert view.steps["signed-up"] == CellView(value=21, suppressed=False)
    assert view.steps["agreed"] == CellView(value=15, suppressed=False)
    by = {node.of: node for node in view.by["kommune"]}
    assert by["0561"].within == "1083"
    assert by["0561"].steps["signed-up"].value == 12
    assert not {"agreed", "started", "moved-on"} & by["0561"].steps.keys()


def test_of_those_who_moved_on_nothing_is_told_where_few_did_not() -> None:
    rows = (Row("young", "region", "0561", 12, 11, 8), Row("young", "region", "0851", 40, 30, 20))
    view = Journeys(rows, TODAY).view(Cut("region", "1083"), {})
    assert view.steps["started"].value == 11
    assert view.steps["moved-on"] == CellView(value=None, suppressed=True)


def test_a_quarter_too_small_hides_another_one_of_its_year() -> None:
    found = Journeys((*ROWS, Row("leader", "period", "2026-Q3", 12, 9, 0)), TODAY)
    shown = {node.of: node.steps["signed-up"].value for node in found.view(None, {}).by["period"]}
    assert shown == {"2025": 30, "2026": 23, "2025-Q4": 30, "2026-Q1": None, "2026-Q2": None, "2026-Q3": 12}


def test_a_median_is_not_shown_where_its_number_is_hidden_and_what_is_not_there_is_not_found() -> None:
    found = Journeys(ROWS, TODAY)
    timed = [
        Timed("signup-to-call", "0561", 10),
        Timed("signup-to-call", "0851", 2),
        Timed("signup-to-call", "0101", 40),
    ]
    medians = [Median("signup-to-call", 10, 7200.0)]
    assert found.durations(Cut("region", "1083"), timed, medians)["signup-to-call"].median is None
    assert found.durations(Cut("region", "1083"), timed[:1], medians)["signup-to-call"].median == 2
    assert found.has(Cut("period", "2026-Q1"))
    assert not any(found.has(cut) for cut in (Cut("period", "2024"), Cut("region", "0561"), Cut("kickoff", "x")))


@pytest.mark.parametrize(
    ("value", "decimals", "danish", "english"),
    [(1234, 0, "1.234", "1,234"), (Fraction(455, 37), 1, "12,3", "12.3"), (None, 0, "Skjult", "Hidden")],
)
def test_numbers_as_they_are_written(value: int | None, decimals: int, danish: str, english: str) -> None:
    assert Writer("da", TODAY).number(value, decimals).shown == danish
    assert Writer("en", TODAY).number(value, decimals).shown == english


@pytest.mark.parametrize(
    ("hours", "shown"), [(0, "under en time"), (1, "1 time"), (47, "47 timer"), (48, "2 dage"), (None, "Skjult")]
)
def test_a_time_is_in_hours_up_to_two_days(hours: int | None, shown: str) -> None:
    assert Writer("da", TODAY).duration(hours).shown == shown


def test_a_kick_off_is_written_as_its_town_is() -> None:
    assert kickoff("naestved-2023") == "Næstved 2023"
    assert kickoff("koebenhavn") == "København"
    assert kickoff("hos-ledernes-hovedorganisation") == "Hos ledernes hovedorganisation"


def test_a_file_opens_in_a_danish_spreadsheet_and_holds_no_formula() -> None:
    write = Writer("da", TODAY)
    lines = [
        Line("=HYPERLINK(1)", (write.number(Fraction(5, 2), 1), write.number(None))),
        Line("@x;y", (write.number(12345), Cell("-1"))),
        Line("+", (Cell("\tx"), Cell("")), unit="%"),
    ]
    made = file_of(Table("", ("Hvad", "Antal", "Andel"), lines, ("", "%")))
    assert made.decode("utf-8-sig").split("\r\n") == [
        "Hvad;Antal;Andel (%)", "'=HYPERLINK(1);2,5;Skjult", "\"'@x;y\";12345;'-1", "'+ (%);'\tx;", "",
    ]  # fmt: skip
    assert made.startswith(b"\xef\xbb\xbf")
